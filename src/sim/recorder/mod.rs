//! What is counted while a run goes on. Bytes and times come from the world, which calls these
//! methods when something has happened; nothing here changes the run.

mod channels;
mod cost;
mod downloads;
mod events;
mod finish;
mod forecasts;
mod groups;
mod links;
mod policies;
mod quality;
mod relays;
mod sample;
mod uplinks;

use super::edges::{Loss, Reason};
use super::messages::reason_for;
use super::peers::Peer;
use super::workload::Session;
use crate::metrics::{Distribution, PeerRow, RunRecords};
use crate::peer::Playback;
use crate::proto::{ContentKind, Decision, Refusal};
use crate::scenario::{Rows, Scenario};
use crate::units::{
    AsIndex, AsNumber, BitRate, Bytes, ContentId, LinkId, PeerId, SimTime, Span, Substream,
};
use std::collections::BTreeMap;

pub(super) use policies::Term;
pub(super) use quality::Quality;
pub(super) use relays::Entry;
pub(super) use sample::{Instant, Moved};
pub(super) use uplinks::Truth;

/// The account of one run.
#[derive(Debug)]
pub(super) struct Recorder {
    assignments: Rows,
    peer_rows: Rows,
    transfer_rows: Rows,
    pub(super) records: RunRecords,
    pub(super) decisions: Vec<Decision>,
    /// What decisions not yet carried out are for.
    reasons: BTreeMap<(PeerId, Substream), Reason>,
    control_messages: u64,
    control_bytes: u64,
    counts: Counts,
    /// Of sessions that are over.
    finished: Playback,
    startup_delay: Distribution,
    /// From asking a coordinator to its answer, and from coming to the first byte.
    decision_time: Distribution,
    first_byte: Distribution,
    lag: Distribution,
    continuity: Distribution,
    downloads: downloads::Downloads,
    tree_depth: Distribution,
    path_stretch: Distribution,
    detected: BTreeMap<Loss, Distribution>,
    repaired: BTreeMap<Loss, Distribution>,
    /// Present viewers and lent uplink, by site.
    pub(super) presence: Vec<Presence>,
    channels: channels::Channels,
    /// Bytes of each content from site to site, from peers and from CDN nodes.
    traffic: Traffic,
    overhead: relays::Overhead,
    cdn_bytes: BTreeMap<Reason, u64>,
    /// Into each site from CDN nodes, for viewers that no peer can reach.
    unreachable_bytes: Vec<u64>,
    /// To viewers in enterprises: from the same enterprise, and in all.
    enterprise_bytes: [u64; 2],
    /// By site: its network, and what CDN nodes within it can send.
    networks: Vec<AsIndex>,
    inside: Vec<BitRate>,
    /// By CDN node.
    cdn_links: Vec<LinkAccount>,
    policies: policies::PolicyAccount,
    quality: quality::QualityAccount,
    groups: groups::Groups,
    forecasts: forecasts::Forecasts,
    /// What went wrong, of the viewers whose rows are kept.
    pub(super) events: events::EventLog,
    /// What went wrong with links, and what was concluded.
    pub(super) links: links::LinkAudit,
    /// What was concluded about uplinks.
    pub(super) uplinks: uplinks::UplinkAudit,
    history: sample::History,
    peer_nanoseconds: u128,
    received_by_leavers: u64,
}

/// Plain counts.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    sessions: u64,
    without_picture: u64,
    stalls: u64,
    refusals: u64,
    rejoins: u64,
    connect_attempts: u64,
    connect_refused: u64,
    connect_timeouts: u64,
    never_repaired: u64,
    parent_changes: u64,
    assignments: u64,
}

/// How a session ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub(super) playback: Playback,
    /// Without a word.
    pub(super) silent: bool,
    /// No other session is on its device any more.
    pub(super) is_last: bool,
}

/// Who is at a site.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Presence {
    pub(super) viewers: u64,
    pub(super) peak: u64,
    pub(super) sessions: u64,
    /// Bits per second.
    pub(super) uplink: u64,
    /// The same at the last sample.
    sampled_uplink: u64,
}

/// Bytes by content, and from site to site.
#[derive(Clone, Debug)]
struct Traffic {
    sites: usize,
    from_peers: Vec<u64>,
    from_cdn: Vec<u64>,
}

impl Recorder {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let isps = scenario.topology.isps.iter().map(|isp| isp.network);
        let cdn = scenario.cdn.iter().map(|cdn| cdn.network);
        let waypoints = scenario.waypoints.iter().map(|waypoint| waypoint.network);
        let center = [scenario.control_site.network];
        let networks: Vec<AsIndex> = isps.chain(cdn).chain(waypoints).chain(center).collect();
        let (sites, contents) = (networks.len(), scenario.contents.len());
        let traffic = Traffic {
            sites,
            from_peers: vec![0; contents * sites * sites],
            from_cdn: vec![0; contents * sites * sites],
        };
        let helped = networks.iter().map(|network| relays::waypoints_inside(scenario, *network));
        Self {
            assignments: scenario.output.assignments,
            peer_rows: scenario.output.peers,
            transfer_rows: scenario.output.transfers,
            records: RunRecords::default(),
            decisions: Vec::new(),
            reasons: BTreeMap::new(),
            control_messages: 0,
            control_bytes: 0,
            counts: Counts::default(),
            finished: Playback::default(),
            startup_delay: Distribution::of_spans(),
            decision_time: Distribution::of_spans(),
            first_byte: Distribution::of_spans(),
            lag: Distribution::of_spans(),
            continuity: Distribution::of_shares(),
            downloads: downloads::Downloads::new(scenario),
            tree_depth: Distribution::of_counts(),
            path_stretch: Distribution::of_spans(),
            detected: BTreeMap::new(),
            repaired: BTreeMap::new(),
            presence: vec![Presence::default(); sites],
            channels: channels::Channels::new(scenario, sites),
            overhead: relays::Overhead::new(&traffic, contents, helped.collect()),
            traffic,
            cdn_bytes: BTreeMap::new(),
            unreachable_bytes: vec![0; sites],
            enterprise_bytes: [0; 2],
            inside: networks.iter().map(|network| servers_inside(scenario, *network)).collect(),
            networks,
            cdn_links: vec![LinkAccount::default(); scenario.cdn.len()],
            policies: policies::PolicyAccount::new(scenario),
            quality: quality::QualityAccount::default(),
            groups: groups::Groups::new(scenario),
            forecasts: forecasts::Forecasts::default(),
            events: events::EventLog::new(scenario.output.peers),
            links: links::LinkAudit::new(),
            uplinks: uplinks::UplinkAudit::new(),
            history: sample::History::new(sites, contents),
            peer_nanoseconds: 0,
            received_by_leavers: 0,
        }
    }

    pub(super) fn control_message(&mut self, size: Bytes) {
        self.control_messages += 1;
        self.control_bytes += size.get();
    }

    pub(super) fn decided(&mut self, decision: Decision) {
        self.counts.assignments += 1;
        self.events.blame(&decision);
        self.forecasts.decided(&decision);
        self.reasons.insert(
            (decision.child, decision.substream),
            reason_for(decision.rule, decision.trigger),
        );
        if keeps(self.assignments, decision.child) {
            self.decisions.push(decision);
        }
    }

    /// What the bytes of an assignment now being carried out are for.
    pub(super) fn reason_of(&mut self, peer: PeerId, substream: Substream) -> Reason {
        self.reasons.remove(&(peer, substream)).unwrap_or(Reason::Repair)
    }

    /// A session begins; of several on one device the first brings the uplink that they lend.
    pub(super) fn arrived(
        &mut self,
        (site, content): (u16, ContentId),
        uplink: u64,
        is_first: bool,
    ) {
        self.counts.sessions += 1;
        self.channels.arrived(content, site, uplink);
        let presence = &mut self.presence[usize::from(site)];
        presence.viewers += 1;
        presence.sessions += 1;
        presence.uplink += if is_first { uplink } else { 0 };
        presence.peak = presence.peak.max(presence.viewers);
    }

    pub(super) fn started(&mut self, delay: Span) {
        self.startup_delay.record(delay);
    }

    /// A coordinator has answered a newcomer.
    pub(super) fn answered(&mut self, after: Span) {
        self.decision_time.record(after);
    }

    /// A newcomer has its first byte.
    pub(super) fn begun(&mut self, after: Span) {
        self.first_byte.record(after);
    }

    pub(super) fn moved(&mut self, what: Entry, sites: (u16, u16), bytes: u64) {
        let Entry { content, reason, to_relay } = what;
        let from = content.index() * self.traffic.sites + usize::from(sites.0);
        let pair = from * self.traffic.sites + usize::from(sites.1);
        if to_relay && reason.is_some() {
            self.overhead.from_servers[content.index()] += bytes;
        }
        match reason {
            None if to_relay => self.overhead.from_peers[pair] += bytes,
            None => self.traffic.from_peers[pair] += bytes,
            Some(reason) => {
                self.traffic.from_cdn[pair] += bytes;
                *self.cdn_bytes.entry(reason).or_default() += bytes;
                let enters =
                    self.networks[usize::from(sites.0)] != self.networks[usize::from(sites.1)];
                if reason == Reason::Nat && enters && !self.channels.is_file(content) {
                    self.unreachable_bytes[usize::from(sites.1)] += bytes;
                }
            }
        }
    }

    /// A viewer in an enterprise has received so much, from the same one or not.
    pub(super) fn reached_enterprise(&mut self, bytes: u64, inside: bool) {
        let [within, all] = &mut self.enterprise_bytes;
        *all += bytes;
        *within += if inside { bytes } else { 0 };
    }

    pub(super) fn detected(&mut self, loss: Loss, after: Span) {
        self.detected.entry(loss).or_insert_with(Distribution::of_spans).record(after);
    }

    pub(super) fn repaired(&mut self, loss: Loss, after: Span) {
        self.repaired.entry(loss).or_insert_with(Distribution::of_spans).record(after);
    }

    pub(super) fn never_repaired(&mut self) {
        self.counts.never_repaired += 1;
    }

    /// A viewer was told that it does not get what it asked for.
    pub(super) fn refused(&mut self, now: SimTime, peer: PeerId, refusal: &Refusal) {
        self.counts.refusals += 1;
        self.events.refused(now, peer, refusal);
        self.policies.refused(refusal);
    }

    /// Whether anybody states terms that could be broken.
    pub(super) fn watches_terms(&self) -> bool {
        self.policies.watches_terms()
    }

    /// A viewer has sent what its own terms forbid.
    pub(super) fn broke_its_terms(&mut self, term: Term, sender: PeerId) {
        self.policies.broke_its_terms(term, sender);
    }

    pub(super) fn rejoined(&mut self) {
        self.counts.rejoins += 1;
    }

    pub(super) fn connect_attempt(&mut self) {
        self.counts.connect_attempts += 1;
    }

    pub(super) fn connect_refused(&mut self) {
        self.counts.connect_refused += 1;
    }

    pub(super) fn connect_timeout(&mut self) {
        self.counts.connect_timeouts += 1;
    }

    pub(super) fn fault(&mut self, now: SimTime, begins: bool) {
        self.push(now, "fault", if begins { 1.0 } else { 0.0 });
    }

    /// Bytes that moved between sites, and those that viewers who have left had received.
    pub(super) fn byte_totals(&self) -> (u64, u64) {
        let sum = |bytes: &[u64]| bytes.iter().sum::<u64>();
        let moved = sum(&self.traffic.from_peers) + sum(&self.traffic.from_cdn);
        (moved + sum(&self.overhead.from_peers), self.received_by_leavers)
    }

    /// Whether rows about this client's transfers are wanted.
    pub(super) fn keeps_transfers(&self, peer: PeerId) -> bool {
        keeps(self.transfer_rows, peer)
    }

    /// A session is over, or the run is.
    pub(super) fn left(
        &mut self,
        now: SimTime,
        peer: &Peer,
        session: &Session,
        ending: Ending,
        scenario: &Scenario,
    ) {
        let Ending { playback, is_last, .. } = ending;
        self.events.gone(now, peer.id);
        self.forecasts.left(now, peer.id);
        self.uplinks.left(peer.id, Truth::of(peer, session));
        let presence = &mut self.presence[usize::from(peer.site)];
        presence.viewers -= 1;
        presence.uplink -= if is_last { peer.lent.as_bps() } else { 0 };
        self.channels.left(peer.content, peer.site, peer.lent.as_bps());
        self.peer_nanoseconds += u128::from(now.since(session.join).as_nanos());
        self.finished = add(self.finished, playback);
        self.received_by_leavers += peer.from_cdn + peer.from_peers;
        self.counts.stalls += u64::from(peer.player.stalls());
        self.counts.parent_changes += u64::from(peer.parent_changes);
        let content = &scenario.contents[peer.content.index()];
        if content.kind == ContentKind::File {
            self.downloads.left(peer, session.join, content);
            self.channels.fetched(peer.content, peer.from_cdn + peer.from_peers);
        } else {
            self.counts.without_picture += u64::from(peer.player.startup_delay().is_none());
        }
        self.policies.left((peer.site, peer.content), peer.from_cdn + peer.from_peers, scenario);
        let due = playback.due();
        if due > Span::ZERO {
            self.continuity.record_value(playback.on_time.as_secs_f64() / due.as_secs_f64());
        }
        let lag = peer.player.mean_lag();
        if let Some(lag) = lag {
            self.lag.record(lag);
        }
        self.groups.left(now, peer, session, (playback, content.kind));
        if keeps(self.peer_rows, peer.id) {
            let row = row(now, peer, session, ending, scenario);
            self.records.peers.push(row);
        }
    }
}

/// What the CDN nodes in a network can send together.
fn servers_inside(scenario: &Scenario, network: AsIndex) -> BitRate {
    scenario.cdn.iter().filter(|cdn| cdn.network == network).map(|cdn| cdn.capacity).sum()
}

/// The row of a session.
fn row(
    now: SimTime,
    peer: &Peer,
    session: &Session,
    ending: Ending,
    scenario: &Scenario,
) -> PeerRow {
    let Ending { playback, silent, .. } = ending;
    let are_told_apart = scenario.contents.len() > 1 || scenario.has_files();
    let isp = &scenario.topology.isps[usize::from(session.isp)];
    PeerRow {
        peer: peer.id,
        network: scenario.topology.graph.at(isp.network).number,
        access: scenario.access[usize::from(session.access)].name.clone(),
        nat: peer.nat.name().into(),
        join: session.join,
        leave: now,
        silent,
        startup_delay: peer.player.startup_delay(),
        stalls: peer.player.stalls(),
        stalled: playback.stalled,
        due: playback.due(),
        on_time: playback.on_time,
        lag: peer.player.mean_lag(),
        from_cdn: Bytes::new(peer.from_cdn),
        from_peers: Bytes::new(peer.from_peers),
        sent: Bytes::new(peer.sent),
        parent_changes: peer.parent_changes,
        client: session.device,
        channel: are_told_apart.then_some((peer.content, session.device)),
        fetched: downloads::fetched_in(peer, session.join),
        uplink: scenario.overstates().then(|| [session.usable(), session.believed()]),
        city: peer.metro,
        dcm: peer.dcm,
        dcm_changes: peer.dcm_changes,
    }
}

/// Whether a table keeps the rows of this client.
fn keeps(rows: Rows, peer: PeerId) -> bool {
    match rows {
        Rows::All => true,
        Rows::OneIn(n) => peer.get().is_multiple_of(n.max(1)),
        Rows::None => false,
    }
}

fn add(a: Playback, b: Playback) -> Playback {
    Playback {
        on_time: a.on_time + b.on_time,
        late: a.late + b.late,
        stalled: a.stalled + b.stalled,
        skipped: a.skipped + b.skipped,
    }
}

/// A link's account.
#[derive(Clone, Debug, Default)]
struct LinkAccount {
    bytes: u64,
    /// Bits per second.
    peak: f64,
    busy: Span,
    /// Bytes in the current five minutes, and the means of those before.
    window: u64,
    means: Vec<f64>,
}

type LinkAccounts = BTreeMap<LinkId, LinkAccount>;

/// An ISP's account of copies over its border.
#[derive(Clone, Copy, Debug, Default)]
struct BorderAccount {
    /// Bytes that came in, while there were viewers.
    bytes: u64,
    /// Bytes of one copy of the content over that time.
    one_copy: f64,
    /// Bytes that the bound allows, for all to receive everything.
    least: f64,
    /// The same for all to receive what they did.
    least_delivered: f64,
}

/// The number of a network, for scopes.
fn scope(number: AsNumber) -> String {
    number.to_string()
}
