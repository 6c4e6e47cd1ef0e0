//! What a DCM tells the condition monitor: which of its edges are in trouble that is not their parent's,
//! and which of those that share a path with them are well (rows C5, R4, R5).
//!
//! Sent-versus-received sequence numbers decide: a parent must have vouched, in a report of its own, that it
//! had what the child still lacks a while later. An edge that has been moved away from
//! its trouble still bears witness to it for a while.

use super::member::{MemberId, Source, Stay};
use super::reports::Pace;
use super::view::{Origin, View};
use super::{Dcm, Step, Surroundings};
use crate::control::monitor::{Element, Questions, Report, Seen};
use crate::control::servers::Servers;
use crate::proto::Place;
use crate::units::{AsNumber, BitRate, PeerId, SimTime, Substream};
use std::collections::{BTreeMap, BTreeSet};

/// Troubles that are remembered at once (assumption: memory is bounded, and so many say all there is).
const MOST: usize = 1024;
/// Healthy edges that are asked for each pair of ends (assumption).
const ASKED: usize = 32;
/// Slow intervals before an edge is in trouble: one may have begun before the trouble did.
const SLOW_AT_LEAST: u8 = 2;
/// This part of a heartbeat after a parent has sent something, the child must have it (assumption: half a
/// second of two).
const ON_THE_WAY: u64 = 4;
/// Heartbeats for which a trouble is remembered after it was last reported (assumption).
const REMEMBERED_HEARTBEATS: u64 = 3;

/// The edges in trouble.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    edges: BTreeMap<(MemberId, Substream), Trouble>,
    /// How often the links in trouble had changed when it was last looked.
    seen_changes: u32,
}

#[derive(Clone, Copy, Debug)]
struct Trouble {
    child: Stay,
    parent: Source,
    /// Of a parent that is a member.
    parent_stay: Option<Stay>,
    silent: bool,
    first: SimTime,
    last: SimTime,
}

impl Dcm {
    /// A report shows silence or slowness: kept if it cannot be the parent's.
    pub(super) fn note_trouble(&mut self, id: MemberId, substream: Substream, step: &Step<'_, '_>) {
        let report = self.view.report(id, substream);
        let silent = report.silent > 0;
        let certain = silent || report.slow >= SLOW_AT_LEAST;
        if !certain || !self.is_vouched_for(id, substream, step) {
            return;
        }
        let parent = self.view.edge(id, substream).parent;
        let parent_stay = match parent {
            Source::Member(above) => Some(self.view.stay(above)),
            Source::None | Source::Server(_) | Source::Outside(_) => None,
        };
        let (child, now) = (self.view.stay(id), step.with.now);
        let fresh = Trouble { child, parent, parent_stay, silent, first: now, last: now };
        let troubles = &mut self.troubles.edges;
        let full = troubles.len() >= MOST;
        match troubles.get_mut(&(id, substream)) {
            Some(old) if old.is_of(&fresh) => (old.last, old.silent) = (now, silent),
            None if full => {}
            _ => _ = troubles.insert((id, substream), fresh),
        }
    }

    /// Whether the parent has said long enough ago that it had what the child lacks now: of silence, that
    /// it had sent it. A CDN node has everything, and needs only to have been heard since.
    fn is_vouched_for(&self, id: MemberId, substream: Substream, step: &Step<'_, '_>) -> bool {
        let (now, heartbeat) = (step.with.now, step.with.config.heartbeat);
        let child = self.view.report(id, substream);
        match self.view.edge(id, substream).parent {
            // What members of other clusters have sent, nobody here knows.
            Source::None | Source::Outside(_) => false,
            Source::Server(number) => {
                let heard = step.servers.last_heard(number) + heartbeat > now;
                heard && !step.servers.is_down(number)
            }
            Source::Member(parent) => {
                let report = self.view.report(parent, substream);
                let sound = report.pace == Pace::Full;
                let spoke = self.view.reports.beat(parent).at;
                let in_time = spoke + heartbeat / ON_THE_WAY <= now && spoke + heartbeat * 2 > now;
                let has = if child.silent > 0 {
                    self.view.sent_to(parent, id, substream)
                } else {
                    Some(report.last)
                };
                sound && in_time && has.is_some_and(|has| has > child.last)
            }
        }
    }

    /// A report shows that data come again from the same parent.
    pub(super) fn note_recovery(&mut self, id: MemberId, substream: Substream) {
        self.troubles.edges.remove(&(id, substream));
    }

    /// The edges in trouble for which their parents vouch.
    pub(crate) fn bad_reports(
        &mut self,
        with: &Surroundings<'_>,
        servers: &Servers,
        into: &mut Vec<Report>,
    ) {
        let oldest = with.now.back(with.config.heartbeat * REMEMBERED_HEARTBEATS);
        let view = &self.view;
        self.troubles.edges.retain(|_, trouble| trouble.last >= oldest && trouble.lasts(view));
        into.extend(
            self.troubles.edges.values().filter_map(|trouble| trouble.report(view, servers)),
        );
    }

    /// The healthy edges that would answer these questions.
    pub(crate) fn healthy_reports(
        &self,
        with: &Surroundings<'_>,
        servers: &Servers,
        questions: &Questions,
        into: &mut Vec<Report>,
    ) {
        let mut asked = BTreeSet::new();
        for (origin, to, edges) in self.view.crossings() {
            let Some(from) = place_of(origin, servers) else { continue };
            let links = with.network.links(from, to).into_iter().map(Element::Link);
            if questions.concern(links) {
                asked.extend(edges.iter().take(ASKED).copied());
            }
        }
        for trouble in self.troubles.edges.values().filter(|trouble| !trouble.silent) {
            let all = self.view.all_substreams();
            asked.extend(all.map(|substream| (trouble.child.id, substream)));
            if let Source::Member(parent) = trouble.parent {
                asked.extend(self.all_children(parent).take(ASKED));
            }
        }
        let well =
            asked.into_iter().filter_map(|(id, substream)| self.well(id, substream, servers));
        into.extend(well);
    }

    /// The report of an edge that is well.
    fn well(&self, id: MemberId, substream: Substream, servers: &Servers) -> Option<Report> {
        let report = self.view.report(id, substream);
        let well = report.confirmed && report.pace == Pace::Full;
        let at = self.view.reports.beat(id).at;
        let parent = self.view.edge(id, substream).parent;
        well.then(|| found(&self.view, servers, parent, id, Seen::Well, at)).flatten()
    }

    /// Where a member is.
    pub(crate) fn place(&self, id: MemberId) -> Place {
        self.view.member(id).place
    }

    /// What goes from network to network, as assigned, added up.
    pub(crate) fn add_traffic(
        &self,
        servers: &Servers,
        traffic: &mut BTreeMap<[AsNumber; 2], BitRate>,
    ) {
        for (origin, to, edges) in self.view.crossings() {
            if let Some(from) = place_of(origin, servers).filter(|from| *from != to) {
                *traffic.entry([from, to]).or_default() +=
                    self.content.substream_rate() * edges.len() as u64;
            }
        }
    }

    /// Moves together all whose path crosses a link that has just come to be held to be in trouble.
    pub(super) fn flee_bad_links(&mut self, step: &mut Step<'_, '_>) {
        let changes = step.with.network.changes();
        if std::mem::replace(&mut self.troubles.seen_changes, changes) == changes {
            return;
        }
        let mut crossing = Vec::new();
        for (origin, to, edges) in self.view.crossings() {
            let trouble =
                place_of(origin, step.servers).and_then(|from| step.with.network.trouble(from, to));
            if trouble.is_some() {
                crossing.extend(edges.iter().copied());
            }
        }
        for (id, substream) in self.by_need(crossing) {
            if let Some(verdict) = self.trouble_on_path(id, substream, step) {
                self.leave_path(id, substream, super::detect::trigger_of(verdict), step);
            }
        }
    }
}

impl Trouble {
    fn lasts(&self, view: &View) -> bool {
        view.lasts(self.child) && self.parent_stay.is_none_or(|stay| view.lasts(stay))
    }

    fn is_of(&self, other: &Self) -> bool {
        (self.child, self.parent, self.parent_stay)
            == (other.child, other.parent, other.parent_stay)
    }

    fn report(&self, view: &View, servers: &Servers) -> Option<Report> {
        let seen = if self.silent { Seen::Silent } else { Seen::Slow };
        found(view, servers, self.parent, self.child.id, seen, self.first)
    }
}

fn found(
    view: &View,
    servers: &Servers,
    parent: Source,
    child: MemberId,
    seen: Seen,
    at: SimTime,
) -> Option<Report> {
    let (parent, from): (Option<PeerId>, AsNumber) = match parent {
        Source::None | Source::Outside(_) => return None,
        Source::Server(number) => (None, servers.place(number)?.network),
        Source::Member(id) => (Some(view.member(id).peer), view.member(id).place.network),
    };
    let child = view.member(child);
    Some(Report { seen, parent, child: child.peer, networks: [from, child.place.network], at })
}

/// The network in which an edge begins; none of a CDN node of which no feed knows where it is.
fn place_of(origin: Origin, servers: &Servers) -> Option<AsNumber> {
    match origin {
        Origin::Network(network) => Some(network),
        Origin::Server(number) => servers.place(number).map(|place| place.network),
    }
}
