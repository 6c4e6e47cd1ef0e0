//! Choosing a parent: feasible, pruned, ranked, nearest (mission rows A1 to A4, A7, R9).
//!
//! Pure functions from the view to a choice; nothing is changed here.

use super::member::{MemberId, NOBODY, Source};
use super::shelves::{Holders, Seeker, Tier};
use super::slots::Placement;
use super::view::View;
use crate::control::config::{ControlConfig, Selection};
use crate::control::history::FailedPairs;
use crate::control::monitor::Conditions;
use crate::control::servers::{Servers, Wanted};
use crate::proto::{LinkVerdict, PathClass, Place, Rule};
use crate::units::{BitRate, Bytes, NatKind, SimTime, Span, Substream};
use std::cell::Cell;

/// Everything outside the cluster that a choice depends on.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) now: SimTime,
    pub(crate) config: &'a ControlConfig,
    /// Routes, round trips, and links in trouble.
    pub(crate) network: &'a Conditions,
    /// The rate of one substream.
    pub(crate) rate: BitRate,
    /// When the content begins, and the payload of its packets.
    pub(crate) start: SimTime,
    pub(crate) packet: Bytes,
}

impl Surroundings<'_> {
    /// Packets of a substream in a span.
    pub(crate) fn packets_in(&self, span: Span) -> f64 {
        self.rate.bytes_in(span).as_f64() / self.packet.as_f64()
    }

    /// Substreams that fit into a rate.
    pub(crate) fn slots_in(&self, rate: BitRate) -> u16 {
        (rate.as_bps() / self.rate.as_bps().max(1)).min(u64::from(u16::MAX)) as u16
    }

    /// The sequence number at the live edge; no parent is beyond it.
    pub(super) fn live_edge(&self) -> u32 {
        self.packets_in(self.now.since(self.start)) as u32
    }
}

/// A parent and why it is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) source: Source,
    pub(super) rule: Rule,
    pub(super) feasible: u32,
    pub(super) pruned_uplink: u32,
    pub(super) pruned_policy: u32,
    pub(super) pruned_nat: u32,
    pub(super) pruned_congestion: u32,
    pub(super) pruned_history: u32,
    pub(super) considered: u32,
}

/// Which paths will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paths {
    /// Only such as cross no link in trouble.
    Sound,
    /// Any: there is no sound one.
    Any,
}

/// Candidates that are passed over in one search because of their path, at most (assumption: behind a bad
/// link there may be a whole country).
const PASSED_OVER: u32 = 256;

/// The best parent of `child` among peers, a CDN node when there is none, nobody when that is full too.
pub(super) fn parent(
    (view, pairs): (&View, &FailedPairs),
    servers: &Servers,
    child: MemberId,
    substream: Substream,
    with: &Surroundings<'_>,
) -> Choice {
    let choice = among_peers((view, pairs), child, substream, with);
    if choice.source != Source::None {
        return choice;
    }
    let member = view.member(child);
    let held = match view.edge(child, substream).parent {
        Source::Server(number) => Some(number),
        Source::None | Source::Member(_) | Source::Outside(_) => None,
    };
    let wanted = Wanted { to: member.place, rate: with.rate, held };
    let server = servers.nearest(with.now, wanted, with.network);
    let is_sound = |number| trouble(servers.place(number), member.place, with).is_none();
    if choice.pruned_congestion > 0 && !server.is_some_and(is_sound) {
        // No sound path leads to anybody with room: a bad one is better than none.
        let any = search((view, pairs), child, substream, Paths::Any, with);
        if any.source != Source::None {
            return Choice { pruned_congestion: choice.pruned_congestion, ..any };
        }
    }
    let none_in_reach = choice.pruned_nat > 0
        && choice.pruned_nat + choice.pruned_policy + choice.pruned_uplink == choice.feasible;
    let rule = match (server, member.nat) {
        (None, _) => Rule::NothingHasRoom,
        (Some(_), NatKind::UdpBlocked) => Rule::NotReachable,
        (Some(_), _) if none_in_reach => Rule::NotReachable,
        (Some(_), _) => Rule::NoPeerHasRoom,
    };
    Choice { source: server.map_or(Source::None, Source::Server), rule, ..choice }
}

/// The trouble on the path from a place, where that is known.
fn trouble(from: Option<Place>, to: Place, with: &Surroundings<'_>) -> Option<LinkVerdict> {
    from.and_then(|from| with.network.trouble(from.network, to.network))
}

/// Whether the path between two members is not known to be in trouble.
pub(super) fn is_sound(
    view: &View,
    candidate: MemberId,
    child: MemberId,
    with: &Surroundings<'_>,
) -> bool {
    trouble(Some(view.member(candidate).place), view.member(child).place, with).is_none()
}

/// The best parent of `child` among peers; `Source::None` when none has room or can be reached over links
/// that are not in trouble.
pub(super) fn among_peers(
    known: (&View, &FailedPairs),
    child: MemberId,
    substream: Substream,
    with: &Surroundings<'_>,
) -> Choice {
    search(known, child, substream, Paths::Sound, with)
}

fn search(
    (view, pairs): (&View, &FailedPairs),
    child: MemberId,
    substream: Substream,
    paths: Paths,
    with: &Surroundings<'_>,
) -> Choice {
    let member = view.member(child);
    let (index, seeker) = (&view.index[substream.index()], Seeker::of(member));
    let place = placement(view, child, substream);
    let hopeless = pairs.hopeless(with.now, member.peer);
    let mut choice = Choice::none(view.others_fed(child, substream), index.holders(seeker));
    let passed_over = Cell::new(0);
    let is_sound = |candidate: MemberId| {
        let sound = paths == Paths::Any || is_sound(view, candidate, child, with);
        passed_over.set(passed_over.get() + u32::from(!sound));
        sound
    };
    for tier in Tier::ALL {
        let candidates = index
            .in_order(tier, seeker, place)
            .filter(|id| !hopeless.contains(&view.member(*id).peer))
            .filter(|id| fits(view, *id, child, substream, with))
            .take_while(|_| passed_over.get() < PASSED_OVER)
            .filter(|id| is_sound(*id))
            .take(with.config.candidates);
        // History ranks before nearness: only those of the best standing that there is are looked at.
        let mut best = None;
        let candidates = candidates.take_while(|id| {
            let standing = view.member(*id).standing;
            !with.config.history || *best.get_or_insert(standing) == standing
        });
        let ranked = candidates.inspect(|_| choice.considered += 1).map(|candidate| {
            let rank = match with.config.selection {
                Selection::Nearest => distance(view.member(candidate).place, member.place, with),
                Selection::Random => scramble(candidate, child, with.now),
            };
            (rank, candidate)
        });
        // Of several at the same distance the first in the order of use.
        let nearest = ranked.min_by_key(|(rank, _)| *rank);
        choice.pruned_congestion = passed_over.get();
        if let Some((_, parent)) = nearest {
            let pruned_history = best.map_or(0, |best| index.worse(seeker, best));
            let source = Source::Member(parent);
            return Choice { source, rule: tier.rule(member), pruned_history, ..choice };
        }
    }
    choice
}

impl Choice {
    /// Not looked for among many: a rule names it.
    pub(super) fn by_rule(source: Source, rule: Rule, feasible: u32) -> Self {
        let nobody = Self::none(feasible, Holders::default());
        Self { source, rule, pruned_uplink: 0, ..nobody }
    }

    /// Nobody was looked for: somebody of higher priority waits for the same.
    pub(super) fn outranked(feasible: u32) -> Self {
        Self::by_rule(Source::None, Rule::HigherPriorityWaits, feasible)
    }

    /// Nobody was looked for: the child's line carries another content.
    pub(super) fn without_line(feasible: u32) -> Self {
        Self { rule: Rule::DownlinkTaken, ..Self::outranked(feasible) }
    }

    /// Nobody, of so many who hold the substream.
    fn none(feasible: u32, holders: Holders) -> Self {
        Self {
            source: Source::None,
            rule: Rule::NoPeerHasRoom,
            feasible,
            pruned_uplink: feasible.saturating_sub(holders.all),
            pruned_policy: holders.all - holders.willing,
            pruned_nat: holders.willing - holders.reachable,
            pruned_congestion: 0,
            pruned_history: 0,
            considered: 0,
        }
    }
}

/// Where in the tree of a substream a member belongs.
pub(super) fn placement(view: &View, child: MemberId, substream: Substream) -> Placement {
    let member = view.member(child);
    let feeds_others = view.edge(child, substream).first_child != NOBODY;
    let will = member.is_interior_in(substream);
    if (feeds_others || will) && !member.is_fleeting() {
        Placement::Interior
    } else {
        Placement::Leaf
    }
}

/// Whether `candidate` may feed `child`: it is fed itself, not through the child, and not known to fail.
pub(super) fn fits(
    view: &View,
    candidate: MemberId,
    child: MemberId,
    substream: Substream,
    with: &Surroundings<'_>,
) -> bool {
    suits(view, candidate, child, substream, with)
        // Only who has children can be above its own parent: all that have room are fed.
        && (!view.feeds_anybody(child, substream) || view.fed_without(candidate, child, substream))
}

/// Whether `candidate` may feed `child` when it is fed itself: it is not known to fail.
pub(super) fn suits(
    view: &View,
    candidate: MemberId,
    child: MemberId,
    substream: Substream,
    with: &Surroundings<'_>,
) -> bool {
    let needed = needed(view, child, substream, with);
    candidate != child
        && view.edge(child, substream).parent != Source::Member(candidate)
        && !view.avoids(child, substream, view.member(candidate).peer, with.now)
        && view.report(candidate, substream).silent == 0
        && !is_far_behind(view.report(candidate, substream).last, needed)
        && !would_miss(view, candidate, child, substream, with)
        && keeps(view, candidate, needed, with)
}

/// Whether a candidate that last reported `theirs` lacks `needed`, what a child needs next: it would
/// have nothing to send until it has caught up. Reports are up to a heartbeat old on both sides.
fn is_far_behind(theirs: u32, needed: u32) -> bool {
    /// Packets: five seconds of a 500 kbps substream (assumption).
    const SLACK: u32 = 250;
    theirs != 0 && theirs.saturating_add(SLACK) < needed
}

/// Whether data come to `child` from another cluster and would stop if it went to `candidate`, who is
/// farther behind: there is no hurry. Positions are as last reported, and gone on since.
fn would_miss(
    view: &View,
    candidate: MemberId,
    child: MemberId,
    substream: Substream,
    with: &Surroundings<'_>,
) -> bool {
    /// What a child's buffer bridges (assumption).
    const BRIDGED: Span = Span::from_secs(1);
    let reached = |id: MemberId| match view.report(id, substream).last {
        0 => 0.0,
        last => f64::from(last) + with.packets_in(with.now.since(view.reports.beat(id).at)),
    };
    matches!(view.edge(child, substream).parent, Source::Outside(_))
        && reached(candidate) + with.packets_in(BRIDGED) < reached(child)
}

/// Where a child must go on: at the packet after its last, or for a newcomer where it wants to begin.
pub(super) fn needed(
    view: &View,
    child: MemberId,
    substream: Substream,
    with: &Surroundings<'_>,
) -> u32 {
    match view.report(child, substream).last {
        0 => with.live_edge().saturating_sub(view.member(child).behind),
        last => last,
    }
}

/// Whether the storage of a candidate reaches back to `needed`. The candidate counts as at the live
/// edge, so that what it drops until the child has asked is dropped already.
fn keeps(view: &View, candidate: MemberId, needed: u32, with: &Surroundings<'_>) -> bool {
    let kept = view.member(candidate).kept;
    kept.is_none_or(|kept| with.live_edge().saturating_sub(kept) <= needed)
}

/// How far two places are from each other, in milliseconds of round trip where it is known: as the
/// routes say, else as clients have measured it.
pub(super) fn distance(from: Place, to: Place, with: &Surroundings<'_>) -> u32 {
    if from.network == to.network {
        return u32::from(from.metro != to.metro);
    }
    match with.network.route(to.network, from.network) {
        Some((PathClass::Transit, rtt)) => rtt + 1_000,
        Some((PathClass::OnNet | PathClass::Peering, rtt)) => rtt + 10,
        // Measured, but over whose links nobody knows.
        None => {
            with.network.measured_ms(from.network, to.network).map_or(u32::MAX, |rtt| rtt + 1_000)
        }
    }
}

/// A repeatable draw: a hash of who asks, who is asked and when.
fn scramble(candidate: MemberId, child: MemberId, now: SimTime) -> u32 {
    let seed = now.as_nanos() ^ (u64::from(candidate) << 32 | u64::from(child));
    (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_lags_by_more_than_its_reports_can_has_nothing_to_send() {
        assert!(is_far_behind(1000, 1251), "more than five seconds of a substream are missing");
        assert!(!is_far_behind(1000, 1250), "what reports are late by");
        assert!(!is_far_behind(0, 1251), "nothing is known of one who has not reported yet");
    }
}
