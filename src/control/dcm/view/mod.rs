//! What a DCM (delivery coordinator manager) knows of its cluster: members, their edges, and who has room.
//!
//! Dense arrays by member number. Only bookkeeping: nothing here decides.

mod aside;
mod border;
mod crossing;
mod links;
mod room;

use super::member::{Edge, Member, MemberId, Source, Stay, UNFED};
use super::reports::{Report, Reports};
use super::shelves::Shelves;
use super::slots::Room;
use crate::units::{PeerId, SimTime, Substream};
use aside::Aside;
use border::Border;
pub(super) use crossing::Origin;
use std::collections::BTreeMap;

/// The cluster-wide view.
#[derive(Debug)]
pub(super) struct View {
    pub(super) substreams: u8,
    members: Vec<Member>,
    edges: Vec<Edge>,
    /// What members last reported.
    pub(super) reports: Reports,
    vacant: Vec<MemberId>,
    /// How many members had a number before.
    former: Vec<u32>,
    count: usize,
    /// Members that data reach, by substream.
    fed: Vec<u32>,
    /// Slots of those who are interior in each substream, used or not.
    homed: Vec<u64>,
    /// Who has room, by home substream.
    pub(super) index: Vec<Shelves>,
    /// Where those who serve friends first and strangers too stand on the shelf of their group.
    beside: Vec<Option<Room>>,
    /// Who helps out in a substream that is not its home.
    helps: BTreeMap<(MemberId, Substream), room::Help>,
    /// Members that a CDN node feeds though peers could reach them, by substream.
    pub(super) server_fed: Vec<Vec<MemberId>>,
    aside: Aside,
    border: Border,
    crossings: crossing::Crossings,
    walk: Vec<MemberId>,
}

impl View {
    pub(super) fn new(substreams: u8) -> Self {
        let count = usize::from(substreams);
        Self {
            substreams,
            members: Vec::new(),
            edges: Vec::new(),
            reports: Reports::new(substreams),
            vacant: Vec::new(),
            former: Vec::new(),
            count: 0,
            fed: vec![0; count],
            homed: vec![0; count],
            index: (0..count).map(|_| Shelves::default()).collect(),
            beside: Vec::new(),
            helps: BTreeMap::new(),
            server_fed: vec![Vec::new(); count],
            aside: Aside::default(),
            border: Border::default(),
            crossings: crossing::Crossings::default(),
            walk: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Above the numbers of all members.
    pub(super) fn numbers(&self) -> usize {
        self.members.len()
    }

    pub(super) fn member(&self, id: MemberId) -> &Member {
        &self.members[id as usize]
    }

    pub(super) fn member_mut(&mut self, id: MemberId) -> &mut Member {
        &mut self.members[id as usize]
    }

    /// All members, in the order of their numbers.
    pub(super) fn members(&self) -> impl Iterator<Item = (MemberId, &Member)> {
        self.members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.alive)
            .map(|(id, member)| (id as MemberId, member))
    }

    pub(super) fn edge(&self, id: MemberId, substream: Substream) -> &Edge {
        &self.edges[id as usize * usize::from(self.substreams) + substream.index()]
    }

    pub(super) fn edge_mut(&mut self, id: MemberId, substream: Substream) -> &mut Edge {
        &mut self.edges[id as usize * usize::from(self.substreams) + substream.index()]
    }

    pub(super) fn report(&self, id: MemberId, substream: Substream) -> &Report {
        self.reports.of(id, substream)
    }

    pub(super) fn report_mut(&mut self, id: MemberId, substream: Substream) -> &mut Report {
        self.reports.of_mut(id, substream)
    }

    pub(super) fn all_substreams(&self) -> impl Iterator<Item = Substream> + use<> {
        Substream::all(self.substreams)
    }

    /// Members that hold a substream, `child` itself aside: they have a parent, and it has one, up to
    /// a CDN node.
    pub(super) fn others_fed(&self, child: MemberId, substream: Substream) -> u32 {
        self.fed[substream.index()] - u32::from(self.edge(child, substream).depth > 0)
    }

    /// Members that hold a substream.
    pub(super) fn fed_count(&self, substream: Substream) -> usize {
        self.fed[substream.index()] as usize
    }

    /// Adds a member that has no parents yet.
    pub(super) fn add(&mut self, member: Member, now: SimTime) -> MemberId {
        self.count += 1;
        self.homed[member.home.index()] += u64::from(member.slots);
        let id = self.place(member);
        self.reports.reset(id, now);
        self.open_everywhere(id);
        id
    }

    fn place(&mut self, member: Member) -> MemberId {
        let width = usize::from(self.substreams);
        if let Some(id) = self.vacant.pop() {
            self.members[id as usize] = member;
            self.edges[id as usize * width..][..width].fill(UNFED);
            return id;
        }
        let id = self.members.len() as MemberId;
        self.members.push(member);
        self.former.push(0);
        self.edges.extend(std::iter::repeat_n(UNFED, width));
        id
    }

    /// Takes a member out of every table; its children must have been moved before.
    pub(super) fn remove(&mut self, id: MemberId) {
        for substream in self.all_substreams() {
            self.detach(id, substream);
        }
        self.forget_helps(id);
        self.forget_room(id);
        self.forget_aside(id);
        self.forget_guests(id);
        let Member { home, slots, .. } = self.members[id as usize];
        self.homed[home.index()] -= u64::from(slots);
        self.members[id as usize].alive = false;
        self.vacant.push(id);
        self.former[id as usize] += 1;
        self.count -= 1;
    }

    /// The present stay of a member.
    pub(super) fn stay(&self, id: MemberId) -> Stay {
        Stay { id, nth: self.former[id as usize] }
    }

    /// Whether that stay lasts.
    pub(super) fn lasts(&self, stay: Stay) -> bool {
        self.stay(stay.id) == stay
    }

    /// Puts `child` under `parent`; under one of another cluster by [`Self::attach_outside`]. The former
    /// parent's uplink is freed by the caller.
    pub(super) fn attach(
        &mut self,
        child: MemberId,
        substream: Substream,
        parent: Source,
        assigned: Option<PeerId>,
    ) {
        self.unlist_crossing(child, substream);
        self.unlink(child, substream);
        let depth = match parent {
            Source::None | Source::Outside(_) => 0,
            Source::Server(_) => {
                self.list_server_fed(child, substream);
                1
            }
            Source::Member(above) => {
                self.link(child, substream, above);
                match self.edge(above, substream).depth {
                    0 => 0,
                    depth => depth.saturating_add(1),
                }
            }
        };
        self.edge_mut(child, substream).parent = parent;
        self.list_crossing(child, substream);
        let report = self.report_mut(child, substream);
        *report = Report { assigned, last: report.last, ..Report::NONE };
        self.set_depth(child, substream, depth);
        if let Source::Member(above) = parent {
            self.use_slot(above);
        }
    }

    /// Leaves `child` without a parent. The parent's uplink is freed, that of one in another cluster by
    /// the caller.
    pub(super) fn detach(&mut self, child: MemberId, substream: Substream) {
        if let Source::Member(above) = self.edge(child, substream).parent {
            self.free_slot(above);
        }
        self.attach(child, substream, Source::None, None);
    }

    /// Reserves one slot of a member.
    pub(super) fn use_slot(&mut self, parent: MemberId) {
        self.members[parent as usize].used += 1;
        self.refresh_room(parent);
    }

    /// Gives back one reserved slot of a member.
    pub(super) fn free_slot(&mut self, parent: MemberId) {
        let member = &mut self.members[parent as usize];
        member.used = member.used.saturating_sub(1);
        self.refresh_room(parent);
    }

    /// The sequence number that `parent` last said it had sent to `child`.
    pub(super) fn sent_to(
        &self,
        parent: MemberId,
        child: MemberId,
        substream: Substream,
    ) -> Option<u32> {
        self.reports.sent(parent, self.member(child).peer, substream)
    }
}
