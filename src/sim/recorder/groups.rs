//! The account of parts of the audience: who watches the same content, has the same kind of line or the
//! same ISP. Quantiles have two significant digits here, because a graph may have thousands of ISPs.

use super::Recorder;
use super::finish::share;
use crate::metrics::{Distribution, GroupBy, GroupRow, SummaryRow};
use crate::peer::Playback;
use crate::proto::ContentKind;
use crate::scenario::Scenario;
use crate::sim::peers::Peer;
use crate::sim::workload::Session;
use crate::units::{SimTime, Span};

/// The parts of the audience, each kind in the order of the scenario.
#[derive(Debug)]
pub(super) struct Groups {
    contents: Vec<Group>,
    classes: Vec<Group>,
    isps: Vec<Group>,
}

/// Sessions of one part that are over.
#[derive(Clone, Debug)]
struct Group {
    sessions: u64,
    nanoseconds: u128,
    playback: Playback,
    stalls: u64,
    without_picture: u64,
    from_peers: u64,
    from_cdn: u64,
    startup_delay: Distribution,
    continuity: Distribution,
}

impl Groups {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let groups = |count: usize| vec![Group::new(); count];
        Self {
            contents: groups(scenario.contents.len()),
            classes: groups(scenario.access.len()),
            isps: groups(scenario.topology.isps.len()),
        }
    }

    /// What viewers of a content who are gone have seen.
    pub(super) fn seen_of(&self, content: usize) -> Playback {
        self.contents[content].playback
    }

    /// A session is over, or the run is.
    pub(super) fn left(
        &mut self,
        now: SimTime,
        peer: &Peer,
        session: &Session,
        (playback, kind): (Playback, ContentKind),
    ) {
        let watched = now.since(session.join);
        let mine = [
            &mut self.contents[peer.content.index()],
            &mut self.classes[usize::from(session.access)],
            &mut self.isps[usize::from(session.isp)],
        ];
        let watches = kind == ContentKind::Live;
        mine.into_iter().for_each(|group| group.left(watched, peer, (playback, watches)));
    }
}

impl Group {
    fn new() -> Self {
        Self {
            sessions: 0,
            nanoseconds: 0,
            playback: Playback::default(),
            stalls: 0,
            without_picture: 0,
            from_peers: 0,
            from_cdn: 0,
            startup_delay: Distribution::of_spans_coarse(),
            continuity: Distribution::of_shares_coarse(),
        }
    }

    fn left(&mut self, watched: Span, peer: &Peer, (playback, watches): (Playback, bool)) {
        self.sessions += 1;
        self.nanoseconds += u128::from(watched.as_nanos());
        self.playback = super::add(self.playback, playback);
        self.stalls += u64::from(peer.player.stalls());
        self.from_peers += peer.from_peers;
        self.from_cdn += peer.from_cdn;
        match peer.player.startup_delay() {
            Some(delay) => self.startup_delay.record(delay),
            None => self.without_picture += u64::from(watches),
        }
        let due = playback.due().as_secs_f64();
        if due > 0.0 {
            self.continuity.record_value(playback.on_time.as_secs_f64() / due);
        }
    }

    /// The figures, named as those of the whole audience in the summary.
    fn figures(&self) -> Vec<SummaryRow> {
        let Playback { on_time, stalled, .. } = self.playback;
        let [on_time, due, stalled] =
            [on_time, self.playback.due(), stalled].map(Span::as_secs_f64);
        let (peers, cdn) = (self.from_peers as f64, self.from_cdn as f64);
        let row = |metric: &str, unit: &'static str, value| SummaryRow {
            metric: metric.to_string(),
            unit: unit.into(),
            value,
        };
        let mut rows = vec![
            row("sessions", "count", Some(self.sessions as f64)),
            row("peer_seconds", "s", Some(self.nanoseconds as f64 / 1e9)),
            row("continuity", "ratio", share(on_time, due)),
            row("rebuffering_ratio", "ratio", share(stalled, stalled + on_time)),
            row("stalls_per_hour", "1/h", share(self.stalls as f64 * 3600.0, on_time)),
            row("sessions_without_picture", "count", Some(self.without_picture as f64)),
            row("peer_offload", "ratio", share(peers, peers + cdn)),
        ];
        rows.extend(self.continuity.summary("continuity_per_session", "ratio"));
        rows.extend(self.startup_delay.summary("startup_delay", "s"));
        rows
    }
}

impl Recorder {
    /// Writes the figures of all parts; those of ISPs are written, so their copies are known.
    pub(super) fn write_groups(&mut self, scenario: &Scenario) {
        let named = scenario.contents.iter().map(|content| &content.name);
        let mut contents = rows(GroupBy::Content, named.zip(&self.groups.contents));
        contents.extend(self.channels.rows(scenario));
        let named = scenario.access.iter().map(|class| &class.name);
        let classes = rows(GroupBy::Class, named.zip(&self.groups.classes));
        let mut isps = Vec::new();
        for (row, group) in self.records.isps.iter().zip(&self.groups.isps) {
            isps.extend(rows(GroupBy::Isp, [(&row.name, group)].into_iter()));
            let copies = [("", row.border_copies), ("_bound", row.border_copies_bound)];
            isps.extend(copies.map(|(suffix, value)| GroupRow {
                by: GroupBy::Isp,
                group: row.name.clone(),
                metric: format!("border_copies{suffix}.mean").into(),
                unit: "copies".into(),
                value,
            }));
        }
        self.records.groups = [contents, classes, isps].concat();
    }
}

fn rows<'a>(by: GroupBy, groups: impl Iterator<Item = (&'a String, &'a Group)>) -> Vec<GroupRow> {
    let rows_of = |(name, group): (&String, &Group)| {
        let figures = group.figures().into_iter();
        let row = |figure: SummaryRow| GroupRow {
            by,
            group: name.clone(),
            metric: figure.metric.into(),
            unit: figure.unit,
            value: figure.value,
        };
        figures.map(row).collect::<Vec<_>>()
    };
    groups.flat_map(rows_of).collect()
}
