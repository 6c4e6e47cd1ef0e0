//! Members that watch nothing and were called to serve others (row W4), and members on whose devices such a
//! session runs: what a cluster lacks and offers, how a relay begins and how it is given back.
//!
//! Not here: who is called and when; the control center weighs whole regions.

use super::member::{Member, MemberId};
use super::{Dcm, Step};
use crate::control::channels::Lease;
use crate::proto::{Amounts, ContentKind, Holder, Place, Rank, ToKeeper, Trigger};
use crate::units::{BitRate, HostId, NatKind, PeerId, SimTime};
use std::cmp::Reverse;

/// A client that could serve another content as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recruit {
    pub(crate) member: MemberId,
    pub(crate) place: Place,
    /// What it could spare.
    pub(crate) spare: BitRate,
    /// What its cluster would offer less, in slots.
    pub(crate) surplus: u64,
}

impl Dcm {
    /// What the members who are not strong, and will not be soon, take and cannot send each other, in slots; at
    /// least the feeds of their cluster. Those whom no peer can reach are left out: a relay could not either.
    pub(crate) fn lacking(&self, feeds: u32, since: SimTime) -> u64 {
        let width = u64::from(self.view.substreams);
        let (mut taken, mut sent) = (0, 0);
        for (_, member) in self.view.members() {
            let is_one = !member.relay && member.nat != NatKind::UdpBlocked;
            if is_one && !is_able(member, self.view.substreams, since) {
                taken += width;
                let serves = member.serves_strangers() && !member.resting;
                sent += if serves { u64::from(member.slots) } else { 0 };
            }
        }
        let feeds = if taken > 0 { u64::from(feeds) * width } else { 0 };
        feeds.max(taken.saturating_sub(sent))
    }

    /// What the strong members in such places can send beyond what they take themselves, in slots. Relays
    /// are not the region's own strength and do not count.
    pub(crate) fn offered(&self, since: SimTime, is_in: impl Fn(Place) -> bool) -> u64 {
        let own = self.view.members().filter(|(_, member)| !member.relay && is_in(member.place));
        let able = own.filter(|(_, member)| is_able(member, self.view.substreams, since));
        able.map(|(_, member)| surplus(member, self.view.substreams)).sum()
    }

    /// Members who watch.
    pub(crate) fn watching(&self) -> usize {
        self.view.members().filter(|(_, member)| !member.relay).count()
    }

    /// Where one of the members is.
    pub(crate) fn anywhere(&self) -> Option<Place> {
        self.view.members().next().map(|(_, member)| member.place)
    }

    /// Of the strong members in such places the one with most uplink to spare, if that is enough: one copy
    /// of its own content is kept free, nobody is taken who states terms, and nobody twice.
    pub(crate) fn recruit(
        &self,
        enough: BitRate,
        suits: impl Fn(Place, PeerId) -> bool,
    ) -> Option<Recruit> {
        let (width, rate) = (u64::from(self.view.substreams), self.content.substream_rate());
        let recruit = |(member, own): (MemberId, &Member)| {
            let free = u64::from(own.slots.saturating_sub(own.used)).saturating_sub(width);
            let surplus = surplus(own, self.view.substreams);
            Recruit { member, place: own.place, spare: rate * free, surplus }
        };
        let able = self.view.members().filter(|(id, member)| {
            !member.relay
                && !self.shares.holds(*id)
                && member.group.is_none()
                && self.is_strong(*id)
                && suits(member.place, member.peer)
        });
        let able = able.map(recruit).filter(|recruit| recruit.spare >= enough);
        able.min_by_key(|recruit| (Reverse(recruit.spare), recruit.member))
    }

    /// Why a newcomer is given its first parents.
    pub(super) fn arrival(&self, id: MemberId) -> Trigger {
        if self.view.member(id).relay { Trigger::Called } else { Trigger::Join }
    }

    /// A relay is needed no longer: whoever takes something from it gets another parent, and goes on taking
    /// from it until that one sends.
    pub(crate) fn give_back(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        self.timetable.take(&[self.view.stay(id)].into());
        self.view.set_resting(id, true);
        let peer = self.view.member(id).peer;
        self.dismiss_guests(id, peer, (Trigger::GivenBack, false), step);
        let children = self.all_children(id).collect();
        for (child, substream) in self.by_need(children) {
            self.replace(child, substream, Trigger::GivenBack, step);
        }
    }

    /// Whether nobody takes anything from a member.
    pub(crate) fn is_unused(&self, id: MemberId) -> bool {
        self.view.member(id).used == 0
    }

    /// From now on another session runs on a member's device: what it lends is shared out by the keeper of
    /// an account. Until the first grant has come it goes on with what it had; the account is opened for it
    /// alone, so that all is granted that it uses.
    pub(crate) fn share_device(
        &mut self,
        id: MemberId,
        (host, has): (HostId, Amounts),
        step: &mut Step<'_, '_>,
    ) {
        if self.shares.holds(id) {
            return;
        }
        self.view.member_mut(id).lends = true;
        let holder = Holder { host, client: self.view.member(id).peer, since: step.with.now };
        let portion = Amounts { uplink: step.with.rate, downlink: self.content.bitrate };
        step.letters.push(ToKeeper::Enter { holder, has, portion, rank: self.rank_of(id) });
        let wishes = self.wishes(id, step.with.rate);
        let mut lease = Lease::new(holder);
        step.letters.push(lease.claim(wishes[0], wishes[1]));
        self.shares.unpack(id, lease);
    }

    /// That session is over: the member has its device to itself again.
    pub(crate) fn own_device(&mut self, id: MemberId, uplink: BitRate, step: &mut Step<'_, '_>) {
        if !std::mem::replace(&mut self.view.member_mut(id).lends, false) {
            return;
        }
        step.letters.extend(self.shares.close(id));
        let (slots, former) = (step.with.slots_in(uplink), self.view.member(id).slots);
        self.slots = self.slots + u64::from(slots) - u64::from(former);
        self.view.set_slots(id, slots);
    }

    /// Whom a session comes before on a shared device: everything that is watched before what is relayed.
    pub(super) fn rank_of(&self, id: MemberId) -> Rank {
        let watched = !self.view.member(id).relay;
        Rank {
            live: watched && self.content.kind == ContentKind::Live,
            priority: if watched { self.content.priority } else { 0 },
        }
    }
}

/// Whether a member lends more than it takes and can be relied on, or will have shown soon that it can: whoever
/// has come after `since` is too young to be judged, and is no want of the region.
fn is_able(member: &Member, substreams: u8, since: SimTime) -> bool {
    member.has_surplus(substreams) && (member.standing.carries_others() || member.since > since)
}

/// Slots of a member beyond what it takes itself.
fn surplus(member: &Member, substreams: u8) -> u64 {
    u64::from(member.slots.saturating_sub(u16::from(substreams)))
}
