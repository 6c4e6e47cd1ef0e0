//! What members' uplinks carry: measured, and not taken from what they say (rows C5, C9, A7).
//!
//! Two things tell. *Children* that are all too slow at once, while their parent has what they lack, share nothing
//! but its line: what they get together is what it carries. A *probe* is asked of whoever is to feed other
//! clusters before it does, and of whoever was found to carry less than it says, after a while. Not here: links
//! between networks, which are the condition monitor's, and hosts on several contents, which are believed.

use super::border::Notice;
use super::member::{Member, MemberId, Source, Stay};
use super::reports::Pace;
use super::{Dcm, Step, Surroundings};
use crate::control::servers::Wanted;
use crate::proto::{Heartbeat, Sent, ToClient, Trigger, UplinkEvidence, UplinkFinding};
use crate::units::{AsNumber, BitRate, PeerId, SimTime, Span, Substream};
use std::collections::{BTreeMap, BTreeSet};

/// Below this share of the rate an interval is too slow to be the rounding of packets (assumption).
const TOO_SLOW: f64 = 0.95;
/// Heartbeats for which a complaint counts (assumption).
const REMEMBERED_HEARTBEATS: u64 = 2;
/// Heartbeats after which what children have shown is proved by a probe: those moved have left by then
/// (assumption).
const PROVED_AFTER: u64 = 3;
/// Heartbeats after which a probe that brought no answer is asked for again (assumption).
const ANSWERED_WITHIN: u64 = 3;

/// How it is known what a member's uplink carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// By its word, which counts: nobody measures, a relay was called for what it can send, or its host's uplink
    /// is shared out by a keeper.
    Believed,
    /// By its word, until it has measured.
    Word,
    /// By its word; it has been asked to measure.
    Asked(SimTime),
    /// Concluded then from what its children got; what it is exactly, a probe tells.
    Inferred(SimTime),
    /// Measured then.
    Measured(SimTime),
}

impl Proof {
    /// Whether others may be built on it.
    pub(super) const fn is_enough(self) -> bool {
        matches!(self, Self::Believed | Self::Measured(_))
    }
}

/// What speaks against members' lines.
#[derive(Debug, Default)]
pub(super) struct Uplinks {
    complaints: BTreeMap<Stay, Complaints>,
    /// Members that carry less than they say.
    narrow: BTreeSet<Stay>,
}

/// Children of one member to whom it sends too slowly, and the networks in which they are.
#[derive(Clone, Debug)]
struct Complaints {
    by: BTreeMap<PeerId, AsNumber>,
    last: SimTime,
}

/// What a parent's report shows of its children together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Outflow {
    /// Substreams that it could carry at the rate that it sends now.
    carries: f64,
    /// Of those that it sends, how many are too slow and how many are not.
    slow: usize,
    well: usize,
}

impl Uplinks {
    /// A member has come that carries less than it says.
    pub(super) fn note_narrow(&mut self, stay: Stay) {
        self.narrow.insert(stay);
    }
}

impl Dcm {
    /// A child gets too little from a parent that has it.
    pub(super) fn complain(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) {
        if !step.with.config.measure_uplinks || self.trouble_on_path(id, substream, step).is_some()
        {
            return;
        }
        let child = self.view.member(id);
        let (by, network) = (child.peer, child.place.network);
        match self.view.edge(id, substream).parent {
            Source::Member(parent) => self.hear_complaint(parent, (by, network), step.with.now),
            Source::Outside(parent) => step.notices.push(Notice::Slow { parent, by, network }),
            Source::None | Source::Server(_) => {}
        }
    }

    /// Whether any of its children has complained.
    pub(super) fn is_complained_of(&self, id: MemberId) -> bool {
        let complaints = &self.uplinks.complaints;
        !complaints.is_empty() && complaints.contains_key(&self.view.stay(id))
    }

    /// A child, perhaps another cluster's, gets too little from a member.
    pub(super) fn hear_complaint(
        &mut self,
        id: MemberId,
        (by, network): (PeerId, AsNumber),
        now: SimTime,
    ) {
        let fresh = || Complaints { by: BTreeMap::new(), last: now };
        let complaints = self.uplinks.complaints.entry(self.view.stay(id)).or_insert_with(fresh);
        complaints.by.insert(by, network);
        complaints.last = now;
    }

    /// A member of which children have complained reports: if all that it sends is too slow, its line carries
    /// no more than that. `before` is what it had sent by its last report.
    pub(super) fn judge_uplink(
        &mut self,
        id: MemberId,
        beat: &Heartbeat,
        (before, interval): (&[Sent], Span),
        step: &mut Step<'_, '_>,
    ) {
        let stay = self.view.stay(id);
        let Some(complaints) = self.uplinks.complaints.remove(&stay) else { return };
        let oldest = step.with.now.back(step.with.config.heartbeat * REMEMBERED_HEARTBEATS);
        if complaints.last < oldest || self.shares.holds(id) {
            return;
        }
        let expected = step.with.packets_in(interval);
        // Whoever lacked something itself a moment ago has not had for long what its children lack.
        let has = |substream: Substream| {
            let own = beat.received.get(substream.index()).map_or(0, |own| own.last);
            let before = self.view.report(id, substream);
            let share = f64::from(own.saturating_sub(before.last)) / expected.max(1.0);
            before.pace == Pace::Full && share >= TOO_SLOW
        };
        let outflow = Outflow::of(&beat.sent, before, expected, has);
        let only_line = outflow.is_narrow() && !self.has_other_cause(id, &complaints, step.with);
        if !only_line {
            self.uplinks.complaints.insert(stay, complaints);
        } else {
            let carries = BitRate::from_bps((step.with.rate.as_f64() * outflow.carries) as u64);
            self.found_to_carry(id, carries, UplinkEvidence::Children, step);
        }
    }

    /// Whether something else than the member's line could be why all of these get too little: a link that lies
    /// on the way to each of them, or the line of the only one.
    fn has_other_cause(
        &self,
        id: MemberId,
        complaints: &Complaints,
        with: &Surroundings<'_>,
    ) -> bool {
        let from = self.view.member(id).place.network;
        let mut networks = complaints.by.values();
        let first = networks.next().map(|to| with.network.links(from, *to)).unwrap_or_default();
        let shared = networks.fold(first, |mut shared, to| {
            let links = with.network.links(from, *to);
            shared.retain(|link| links.contains(link));
            shared
        });
        !shared.is_empty() || complaints.by.len() < 2
    }

    /// A member has measured its uplink.
    pub(super) fn measured(&mut self, id: MemberId, carries: BitRate, step: &mut Step<'_, '_>) {
        if !self.shares.holds(id) {
            self.found_to_carry(id, carries, UplinkEvidence::Probe, step);
        }
    }

    /// So much is what a member's uplink carries of what it lends: no more of it counts from now on, and whom
    /// it has beyond that is moved.
    fn found_to_carry(
        &mut self,
        id: MemberId,
        carries: BitRate,
        by: UplinkEvidence,
        step: &mut Step<'_, '_>,
    ) {
        let usable = carries - carries.scaled(step.with.config.catch_up_reserve);
        let (former, said) = (self.view.member(id).slots, self.view.member(id).said);
        let mut slots = step.with.slots_in(usable).min(said);
        if by == UplinkEvidence::Children {
            slots = slots.min(former);
        }
        let (time, rate) = (step.with.now, step.with.rate);
        let member = self.view.member_mut(id);
        member.proof = match by {
            UplinkEvidence::Children => Proof::Inferred(time),
            UplinkEvidence::Probe => Proof::Measured(time),
        };
        let (peer, home) = (member.peer, member.home);
        let stay = self.view.stay(id);
        if slots < said {
            self.uplinks.narrow.insert(stay);
        } else {
            self.uplinks.narrow.remove(&stay);
        }
        if slots == former {
            return;
        }
        self.change_slots(id, slots);
        self.recomputing.note(home, former.abs_diff(slots));
        let [counted, counts] = [former, slots].map(|slots| rate * u64::from(slots));
        step.outbox.measure(UplinkFinding { time, peer, carries, counted, counts, by });
        self.move_excess(id, slots, step);
    }

    /// Moves away whom a member has beyond so many, guests first: those of its own cluster feed others. Of these
    /// whoever stays has a new beginning.
    fn move_excess(&mut self, id: MemberId, most: u16, step: &mut Step<'_, '_>) {
        let guests: Vec<(Substream, PeerId, u8)> = self.view.guests(id).collect();
        let own: Vec<_> = self.all_children(id).collect();
        let excess = (guests.len() + own.len()).saturating_sub(usize::from(most));
        let parent = self.view.member(id).peer;
        let trigger = Trigger::UplinkNarrow;
        step.notices.extend(guests.iter().take(excess).map(|(substream, child, _)| {
            let (child, substream) = (*child, *substream);
            Notice::Orphaned { child, parent, substream, trigger, gone: false }
        }));
        for (child, substream) in own {
            self.view.report_mut(child, substream).slow = 0;
        }
        self.shed(id, usize::from(most), trigger, step);
    }

    /// Asks those who are strong by their word, or will be when they are old enough, to measure their uplinks: a
    /// few at a time, and not those who have just come, for many of them go at once.
    pub(crate) fn ask_the_strong(&mut self, most: usize, step: &mut Step<'_, '_>) {
        let half_grown = step.with.now.back(step.with.config.maturity / 2);
        let by_word = self.view.members().filter(|(_, member)| {
            member.has_surplus(self.view.substreams)
                && (member.since <= half_grown || member.standing.carries_others())
                && !member.proof.is_enough()
        });
        // Whoever has been asked comes after all others: some may never answer.
        let asked = |(_, member): &(MemberId, &Member)| member.proof != Proof::Word;
        let (again, fresh): (Vec<_>, Vec<_>) = by_word.partition(asked);
        let next = fresh.into_iter().chain(again).map(|(id, _)| id).take(most);
        next.collect::<Vec<_>>().into_iter().for_each(|id| self.ask_to_measure(id, step));
    }

    /// Asks those again who were found to carry less than they say: a line may be free later.
    pub(super) fn measure_again(&mut self, step: &mut Step<'_, '_>) {
        let view = &self.view;
        self.uplinks.narrow.retain(|stay| view.lasts(*stay));
        self.uplinks.complaints.retain(|stay, _| view.lasts(*stay));
        let (now, soon) = (step.with.now, step.with.config.heartbeat * PROVED_AFTER);
        let is_due = |stay: &&Stay| match self.view.member(stay.id).proof {
            Proof::Measured(at) => at + step.with.config.remeasure <= now,
            Proof::Inferred(at) => at + soon <= now,
            Proof::Word | Proof::Asked(_) => true,
            Proof::Believed => false,
        };
        let due: Vec<Stay> = self.uplinks.narrow.iter().filter(is_due).copied().collect();
        due.into_iter().for_each(|stay| self.ask_to_measure(stay.id, step));
    }

    /// Asks a member to measure its uplink, unless it has just been asked.
    fn ask_to_measure(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        let now = step.with.now;
        let member = self.view.member(id);
        let patience = step.with.config.heartbeat * ANSWERED_WITHIN;
        if matches!(member.proof, Proof::Asked(at) if at + patience > now) {
            return;
        }
        let wanted = Wanted { to: member.place, rate: BitRate::ZERO, held: None };
        let Some(server) = step.servers.nearest(now, wanted, step.with.network) else { return };
        let (peer, to) = (member.peer, step.servers.peer(server));
        self.view.member_mut(id).proof = Proof::Asked(now);
        step.outbox.send(peer, ToClient::Probe { to });
    }

    /// Another number of substreams that a member may send at the same time.
    pub(super) fn change_slots(&mut self, id: MemberId, slots: u16) {
        let former = self.view.member(id).slots;
        self.slots = self.slots + u64::from(slots) - u64::from(former);
        self.view.set_slots(id, slots);
    }
}

impl Outflow {
    /// What has been sent since the last report, of substreams that the parent `has` at their rate. Whoever has
    /// become a child since then counts for as much as the others have got on average.
    fn of(sent: &[Sent], before: &[Sent], expected: f64, has: impl Fn(Substream) -> bool) -> Self {
        let before: BTreeMap<(PeerId, Substream), u32> =
            before.iter().map(|one| ((one.child, one.substream), one.last)).collect();
        let (mut all, mut newcomers) = (Self::default(), 0);
        for one in sent {
            let Some(former) = before.get(&(one.child, one.substream)) else {
                newcomers += 1;
                continue;
            };
            let share = f64::from(one.last.saturating_sub(*former)) / expected.max(1.0);
            all.carries += share;
            match (has(one.substream), share < TOO_SLOW) {
                (_, false) => all.well += 1,
                (true, true) => all.slow += 1,
                (false, true) => {}
            }
        }
        let known = (sent.len() - newcomers).max(1);
        all.carries *= sent.len() as f64 / known as f64;
        all
    }

    /// Whether nobody gets what is its due: where one line is too narrow, all who share it get alike.
    fn is_narrow(&self) -> bool {
        self.slow > 1 && self.well == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(child: u32, substream: u8, last: u32) -> Sent {
        Sent { child: PeerId::new(child), substream: Substream(substream), last }
    }

    /// *Worked*: 100 packets are due in the interval. Two children got 60 and 70 of a substream that the parent
    /// has: its line carries 1.3 of the rate.
    #[test]
    fn what_all_get_together_is_what_the_line_carries() {
        let before = [sent(1, 0, 500), sent(2, 0, 400)];
        let after = [sent(1, 0, 560), sent(2, 0, 470)];
        let outflow = Outflow::of(&after, &before, 100.0, |_| true);
        assert!((outflow.carries - 1.3).abs() < 1e-9 && outflow.is_narrow(), "{outflow:?}");
        // Whoever has just come counts for as much as the others.
        let more = [after[0], after[1], sent(3, 0, 90)];
        let outflow = Outflow::of(&more, &before, 100.0, |_| true);
        assert!((outflow.carries - 1.95).abs() < 1e-9 && outflow.is_narrow(), "{outflow:?}");
    }

    #[test]
    fn one_who_gets_its_due_shows_that_it_is_not_the_line() {
        let before = [sent(1, 0, 500), sent(2, 0, 400), sent(2, 1, 0)];
        let after = [sent(1, 0, 560), sent(2, 0, 470), sent(2, 1, 96)];
        assert!(!Outflow::of(&after, &before, 100.0, |_| true).is_narrow());
        // Nor does it say anything that children lack what their parent lacks.
        assert!(!Outflow::of(&after[..2], &before, 100.0, |_| false).is_narrow());
    }
}
