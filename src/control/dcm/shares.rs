//! What a cluster holds of hosts that are on other contents, too (row C10): what it asks their keepers for,
//! and what it does when it has less.
//!
//! A member on such a host has as many slots as its share of the host's uplink carries, and parents
//! only while its share of the downlink carries the content. Not here: who gets how much.

use super::member::{MemberId, Source};
use super::view::View;
use super::waiting::Waiting;
use super::{Choice, Dcm, Step};
use crate::control::channels::{Lease, wish_under};
use crate::proto::{Amounts, Holder, ToHolder, ToKeeper, Trigger, Wish};
use crate::units::{BitRate, HostId, NatKind, SimTime, Substream};
use std::collections::BTreeMap;

/// The shares of one cluster.
#[derive(Debug)]
pub(super) struct Shares {
    leases: BTreeMap<MemberId, Lease>,
    /// By substream, as of the last second.
    lacks: Vec<Lack>,
}

/// What a substream lacks, and how many members can ask their hosts for more.
#[derive(Clone, Copy, Debug, Default)]
struct Lack {
    /// Members to whom nobody sends it.
    unfed: u64,
    /// Members that take it from a CDN node for want of a peer.
    from_servers: u64,
    sharers: u64,
}

impl Shares {
    pub(super) fn new(substreams: u8) -> Self {
        let lacks = vec![Lack::default(); usize::from(substreams)];
        Self { leases: BTreeMap::new(), lacks }
    }

    /// A member moves to another DCM: its share goes with it.
    pub(super) fn pack(&mut self, id: MemberId) -> Option<Lease> {
        self.leases.remove(&id)
    }

    /// A member has come with a share.
    pub(super) fn unpack(&mut self, id: MemberId, lease: Lease) {
        self.leases.insert(id, lease);
    }

    /// A member goes: the letter that says so to the keeper, if it has a share.
    pub(super) fn close(&mut self, id: MemberId) -> Option<ToKeeper> {
        self.leases.remove(&id).map(|lease| ToKeeper::Leave { holder: lease.holder() })
    }

    /// Whether a member has a share.
    pub(super) fn holds(&self, id: MemberId) -> bool {
        self.leases.contains_key(&id)
    }

    /// Looks at what is lacking, to those who wait and those who are left out. Free slots of the cluster
    /// come first.
    fn look(&mut self, view: &View, waiting: &Waiting, left_out: usize, wanted_feeds: usize) {
        for (substream, lack) in view.all_substreams().zip(&mut self.lacks) {
            let waits = waiting.list.iter().filter(|(stay, other)| {
                *other == substream
                    && view.lasts(*stay)
                    && view.edge(stay.id, substream).parent == Source::None
            });
            let fed = view.server_fed[substream.index()].len().saturating_sub(wanted_feeds);
            let free = u64::from(view.index[substream.index()].free_slots());
            let unfed = (waits.count() + left_out) as u64;
            lack.unfed = unfed.saturating_sub(free);
            lack.from_servers = (fed as u64).saturating_sub(free.saturating_sub(unfed));
            lack.sharers = 0;
        }
        for id in self.leases.keys() {
            self.lacks[view.member(*id).home.index()].sharers += 1;
        }
    }

    /// What a member is to ask for to make up for what its cluster lacks in the substream that it serves:
    /// its part of it, in slots, for those who get nothing and for those whom CDN nodes feed. An idle
    /// member can serve any.
    fn part_of(&self, view: &View, id: MemberId) -> [u64; 2] {
        let member = view.member(id);
        let lack = if member.used > 0 {
            self.lacks[member.home.index()]
        } else {
            let size = |lack: &&Lack| (lack.unfed, lack.from_servers);
            self.lacks.iter().max_by_key(size).copied().unwrap_or_default()
        };
        [lack.unfed, lack.from_servers].map(|lacking| lacking.div_ceil(lack.sharers.max(1)))
    }
}

impl Dcm {
    /// A member's host gets an account, or the account another session.
    pub(super) fn open_share(
        &mut self,
        id: MemberId,
        host: HostId,
        has: Amounts,
        step: &mut Step<'_, '_>,
    ) {
        let holder = Holder { host, client: self.view.member(id).peer, since: step.with.now };
        self.shares.leases.insert(id, Lease::new(holder));
        step.letters.push(ToKeeper::Enter {
            holder,
            has,
            portion: Amounts { uplink: step.with.rate, downlink: self.content.bitrate },
            rank: self.rank_of(id),
        });
    }

    /// Asks for what a member's share should be; what is not wanted goes back.
    pub(crate) fn claim_share(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        if !self.shares.leases.contains_key(&id) {
            return;
        }
        let uplink = wish_under(step.with.config.sharing, self.uplink_wish(id, step.with.rate));
        let downlink = self.downlink_wish(id);
        if let Some(lease) = self.shares.leases.get_mut(&id) {
            step.letters.push(lease.claim(uplink, downlink));
        }
        self.use_share(id, step);
    }

    /// Takes a letter of a keeper in.
    pub(crate) fn read_share(&mut self, id: MemberId, letter: &ToHolder, step: &mut Step<'_, '_>) {
        if let Some(lease) = self.shares.leases.get_mut(&id) {
            lease.read(letter);
            // Whoever had the device to itself goes on so until its first claim has been answered.
            if !(letter.opens() && self.view.member(id).lends) {
                self.use_share(id, step);
            }
        }
    }

    /// Second by second: looks at what the cluster lacks, and renews what clients that are not heard
    /// have not renewed by their reports.
    pub(crate) fn tick_shares(&mut self, step: &mut Step<'_, '_>) {
        if self.shares.leases.is_empty() {
            return;
        }
        let feeds = self.wanted_feeds(step);
        self.shares.look(&self.view, &self.waiting, self.left_out, feeds);
        let leases = self.shares.leases.iter();
        let due = leases.filter(|(_, lease)| lease.ends_soon(step.with.now));
        let due: Vec<MemberId> = due.map(|(id, _)| *id).collect();
        due.into_iter().for_each(|id| self.claim_share(id, step));
    }

    /// Whether a member's line has room for the content: always where it has the line to itself.
    pub(super) fn may_receive(&self, id: MemberId, step: &Step<'_, '_>) -> bool {
        let lease = self.shares.leases.get(&id);
        lease.is_none_or(|lease| carries(lease, step.with.now, self.content.bitrate))
    }

    /// What a member wants of its host's lines, up and down.
    pub(super) fn wishes(&self, id: MemberId, rate: BitRate) -> [Wish; 2] {
        [self.uplink_wish(id, rate), self.downlink_wish(id)]
    }

    /// What of a host's uplink the cluster wants for a member's children.
    fn uplink_wish(&self, id: MemberId, rate: BitRate) -> Wish {
        let member = self.view.member(id);
        let uses = rate * u64::from(member.used);
        if member.nat == NatKind::UdpBlocked || member.resting {
            return Wish { uses, urgent: uses, needs: uses, likes: uses };
        }
        let [unfed, from_servers] = self.shares.part_of(&self.view, id);
        let urgent = uses + rate * unfed;
        let needs = urgent + rate * from_servers;
        // Room for one copy more: newcomers find it at once. Whoever lends its device to a relay stays
        // among the strong, who lend more than one copy.
        let more = if member.lends { rate } else { BitRate::ZERO };
        Wish { uses, urgent, needs, likes: needs.max(uses + self.content.bitrate + more) }
    }

    /// What of its host's downlink a member wants for itself: all of the content or nothing.
    fn downlink_wish(&self, id: MemberId) -> Wish {
        let rate = self.content.bitrate;
        let takes = |substream: Substream| {
            let report = self.view.report(id, substream);
            // Whoever has not confirmed that it has no parent may still take from its former one.
            self.view.edge(id, substream).parent != Source::None
                || report.last > 0 && !report.confirmed
        };
        let uses = if self.view.all_substreams().any(takes) { rate } else { BitRate::ZERO };
        Wish { uses, urgent: rate, needs: rate, likes: rate }
    }

    /// Does with a member what its share allows now.
    fn use_share(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        let Some(lease) = self.shares.leases.get(&id) else { return };
        let now = step.with.now;
        let slots = step.with.slots_in(lease.usable(now).uplink);
        let may_receive = carries(lease, now, self.content.bitrate);
        let former = self.view.member(id).slots;
        if slots != former {
            self.change_slots(id, slots);
        }
        self.recall(id, usize::from(slots), step);
        let fed = |substream| self.view.edge(id, substream).parent != Source::None;
        let is_fed = self.view.all_substreams().any(fed);
        let is_told = self.view.report(id, Substream(0)).confirmed;
        match (may_receive, is_fed) {
            (false, true) => self.starve(id, step),
            // A newcomer is told by its welcome.
            (true, false) if is_told && !self.view.member(id).left_out && self.is_idle(id) => {
                self.tell_all(id, Trigger::Improvement, step)
            }
            _ => {}
        }
    }

    /// Whether nobody looks for parents for a member: it waits for its line.
    fn is_idle(&self, id: MemberId) -> bool {
        self.waiting.list.iter().all(|(stay, _)| stay.id != id)
    }

    /// Moves children away for whom a member's share has no room any more.
    fn recall(&mut self, id: MemberId, most: usize, step: &mut Step<'_, '_>) {
        self.counts.shed += self.shed(id, most, Trigger::ShareRecalled, step) as u64;
    }

    /// A member's line is needed for another content: it gets nothing, and whom it feeds is moved.
    fn starve(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        self.counts.starved += 1;
        self.recall(id, 0, step);
        for substream in self.view.all_substreams() {
            let choice = Choice::without_line(self.view.others_fed(id, substream));
            self.reassign(id, substream, choice, Trigger::ShareRecalled, step);
        }
        self.waiting.list.retain(|(stay, _)| stay.id != id);
    }
}

fn carries(lease: &Lease, now: SimTime, bitrate: BitRate) -> bool {
    lease.usable(now).downlink >= bitrate
}
