//! When there is not enough for all: who is left out, and when they come back (rows R2, R12).
//!
//! A viewer who lacks one substream sees as little as one who lacks all. So where the uplinks and the
//! CDN together cannot carry all that is asked for, some are left out until the rest can be served
//! whole: those of the lowest priority, of these those with the least uplink, of these the last who
//! came. Nobody is left out whose uplink carries the stream: without it there would be less for all.
//!
//! Not here: whom those left out had fed; they are moved as if their parent had gone.

use super::choose::Choice;
use super::member::{Edge, Member, MemberId, Source};
use super::{Dcm, Step};
use crate::proto::{Rule, Strangers, Trigger};
use crate::units::{NatKind, PeerId, SimTime, Span, Substream};
use std::cmp::Reverse;

/// So much of the demand must be to spare, beside what one takes, before it comes back (assumption): a
/// cluster at the edge would change its mind with every viewer.
const SPARE_SHARE: u64 = 50;
/// Nobody is left out before it has waited so long (assumption): places that are being given up are
/// free within two heartbeats.
const PATIENCE: Span = Span::from_secs(4);

/// Copies of substreams that could be sent, and those that are asked for.
#[derive(Clone, Copy, Debug)]
struct Balance {
    supply: u64,
    demand: u64,
}

impl Dcm {
    /// Leaves some out while not all can be served, and takes them back when they can.
    pub(super) fn balance(&mut self, step: &mut Step<'_, '_>) {
        let nobody_waits = self.waiting.list.is_empty();
        if nobody_waits {
            self.short_since = None;
        }
        if nobody_waits && self.left_out == 0 {
            return;
        }
        let mut balance = self.weigh(step);
        if balance.demand <= balance.supply {
            self.short_since = None;
            self.give_way(&mut balance, step);
            self.take_back(balance, step);
        } else if !nobody_waits && self.has_waited(step.with.now) {
            self.leave_out(&mut balance, |balance, _| balance.demand <= balance.supply, step);
        }
        let out = self.view.members().filter(|(_, member)| member.left_out);
        self.waiting.left_out = out.map(|(_, member)| member.priority).max();
    }

    fn has_waited(&mut self, now: SimTime) -> bool {
        let since = *self.short_since.get_or_insert(now);
        now.since(since) >= PATIENCE
    }

    /// What all who take part could send, and what they want.
    fn weigh(&self, step: &Step<'_, '_>) -> Balance {
        let width = u64::from(self.view.substreams);
        let (mut supply, mut demand) = (step.servers.free_copies(step.with.rate), 0);
        for (id, member) in self.view.members() {
            let edges = self.view.all_substreams().map(|substream| self.view.edge(id, substream));
            // What another cluster sends is supply as well, until it comes to an end.
            let held = |edge: &&Edge| matches!(edge.parent, Source::Server(_) | Source::Outside(_));
            supply += edges.filter(held).count() as u64;
            // Who has no line for the content asks for nothing, and can serve nobody.
            if !member.left_out && self.may_receive(id, step) {
                demand += width;
                supply += u64::from(useful_slots(member));
            }
        }
        let given: u64 = self.view.all_guests().map(u64::from).sum();
        Balance { supply, demand: demand + given }
    }

    /// Leaves out one after another, the last in rank first, until it is enough.
    fn leave_out(
        &mut self,
        balance: &mut Balance,
        is_enough: impl Fn(&Balance, &Member) -> bool,
        step: &mut Step<'_, '_>,
    ) {
        let takes = |member: &Member| useful_slots(member) < u16::from(self.view.substreams);
        let mut takers: Vec<_> = self
            .view
            .members()
            .filter(|(id, member)| !member.left_out && takes(member) && self.may_receive(*id, step))
            .map(|(id, member)| (rank(member), id))
            .collect();
        takers.sort_unstable();
        for (_, id) in takers {
            if is_enough(balance, self.view.member(id)) {
                return;
            }
            balance.demand -= u64::from(self.view.substreams);
            balance.supply -= u64::from(useful_slots(self.view.member(id)));
            self.eject(id, Trigger::Shortage, step);
        }
    }

    /// Whether a newcomer joins those who are left out: it takes more than it gives, and is worth no
    /// more than they are.
    pub(super) fn has_to_stay_out(&self, id: MemberId) -> bool {
        let member = self.view.member(id);
        self.left_out > 0
            && useful_slots(member) < u16::from(self.view.substreams)
            && Some(member.priority) <= self.waiting.left_out
    }

    /// Who was left out does not wait for anybody of lower priority.
    fn give_way(&mut self, balance: &mut Balance, step: &mut Step<'_, '_>) {
        let out = self.view.members().filter(|(_, member)| member.left_out);
        let Some((_, first)) = out.max_by_key(|(_, member)| rank(member)) else { return };
        let (priority, slots) = (first.priority, useful_slots(first));
        let width = u64::from(self.view.substreams);
        let is_enough = |balance: &Balance, next: &Member| {
            next.priority >= priority || balance.with(width, slots).is_spare()
        };
        self.leave_out(balance, is_enough, step);
    }

    /// Takes all parents from a member, and its children to others.
    pub(super) fn eject(&mut self, id: MemberId, trigger: Trigger, step: &mut Step<'_, '_>) {
        self.counts.ejected += 1;
        self.left_out += 1;
        self.view.member_mut(id).left_out = true;
        for substream in self.view.all_substreams() {
            if trigger == Trigger::Join || self.view.edge(id, substream).parent != Source::None {
                let feasible = self.view.others_fed(id, substream);
                let choice = Choice::by_rule(Source::None, Rule::Ejected, feasible);
                self.adopt(id, substream, choice, trigger, step);
            }
        }
        self.tell_whole(id, step);
        let peer = self.view.member(id).peer;
        self.dismiss_guests(id, peer, (trigger, false), step);
        let orphans: Vec<(MemberId, Substream)> = self.all_children(id).collect();
        for (child, substream) in self.by_need(orphans) {
            self.replace(child, substream, Trigger::Shortage, step);
        }
    }

    /// The first in rank come back first.
    fn take_back(&mut self, mut balance: Balance, step: &mut Step<'_, '_>) {
        let width = u64::from(self.view.substreams);
        let out = self.view.members().filter(|(_, member)| member.left_out);
        let mut out: Vec<_> = out.map(|(id, member)| (Reverse(rank(member)), id)).collect();
        out.sort_unstable();
        for (_, id) in out {
            balance = balance.with(width, useful_slots(self.view.member(id)));
            if !balance.is_spare() {
                return;
            }
            self.counts.taken_back += 1;
            self.left_out -= 1;
            self.view.member_mut(id).left_out = false;
            self.tell_all(id, Trigger::Improvement, step);
        }
    }
}

impl Balance {
    /// With one more who wants so many copies and can send so many.
    fn with(self, width: u64, slots: u16) -> Self {
        Self { supply: self.supply + u64::from(slots), demand: self.demand + width }
    }

    /// Whether there is enough, and some to spare.
    fn is_spare(self) -> bool {
        self.demand + self.demand / SPARE_SHARE <= self.supply
    }
}

/// Copies that a member can send to anybody.
fn useful_slots(member: &Member) -> u16 {
    let serves = !member.resting && member.nat != NatKind::UdpBlocked;
    let strangers = member.strangers != Strangers::Never;
    if serves && strangers { member.slots } else { 0 }
}

/// The order in which members are left out.
fn rank(member: &Member) -> (u8, u16, Reverse<(SimTime, PeerId)>) {
    (member.priority, useful_slots(member), Reverse((member.since, member.peer)))
}
