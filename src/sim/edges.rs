//! One substream of one peer: its parent, its position, its children.

use super::peers::{NO_SLOT, Slot};
use crate::engine::EventKey;
use crate::peer::{Progress, Speed};
use crate::proto::PathClass;
use crate::units::{FlowId, PeerId, SimTime, Span, Substream};

/// A place in the table of edges: slot times width plus substream.
pub(super) type EdgeId = u32;

/// Why a parent had to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loss {
    /// It left without a word.
    Silent,
    /// It left and said so.
    Graceful,
    /// A CDN node was lost.
    Server,
    /// A link on the path failed.
    Link,
}

/// What a CDN node's bytes are spent on, to tell what the bound was lost to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// A cluster must be fed from somewhere.
    Feed,
    /// A newcomer could not be placed under peers yet.
    StartUp,
    /// No peer can be reached.
    Nat,
    /// No peer has room.
    NoSpareUplink,
    /// A parent was lost.
    Repair,
    /// The client did not hear from its coordinator.
    Staleness,
    /// The coordinator does not use peers.
    Policy,
}

/// What heartbeats read of an edge: one cache line, apart from the rest, because heartbeats are the
/// bulk of all work and wait for memory.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Edge {
    pub(super) progress: Progress,
    /// Whom the child believes to be its parent: it does not see that one vanish.
    pub(super) believed: Option<PeerId>,
    /// How far behind the parent's position it can come at best.
    pub(super) offset: Span,
    pub(super) parent: Slot,
    /// Where it stands in the parent's list of children.
    pub(super) place: u32,
    /// Its position is what its parent's is, less the way.
    pub(super) level: bool,
    pub(super) class: PathClass,
    pub(super) reason: Reason,
}

/// The rest of an edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    pub(super) flow: Option<FlowId>,
    /// The cap of the flow, in its unit.
    pub(super) cap: u64,
    pub(super) level_generation: u32,
    /// The event at which it will be level, if one is due.
    pub(super) level_event: Option<EventKey>,
    /// Whom it is trying to reach.
    pub(super) pending: Slot,
    pub(super) pending_id: PeerId,
    pub(super) pending_generation: u32,
    pub(super) pending_since: SimTime,
    pub(super) pending_reason: Reason,
    /// The client's own looks without data, and below the rate.
    pub(super) dry: u8,
    pub(super) slow: u8,
    pub(super) tries: u8,
    /// The loss was noticed.
    pub(super) detected: bool,
    /// The coordinator has not heard yet how long the path is.
    pub(super) unreported: bool,
    /// Position up to which bytes are in the books.
    pub(super) booked: u64,
    /// When this parent began to send, where the child was, and the fastest it has been sent.
    pub(super) began: (SimTime, u64),
    pub(super) peak: u64,
    /// When data stopped, and why; until they flow again.
    pub(super) lost: Option<(SimTime, Loss)>,
    /// Position at the client's last own look.
    pub(super) seen: u64,
}

impl Edge {
    /// Without a parent, at a position.
    pub(super) fn new(position: u64, now: SimTime, full: u64) -> Self {
        Self {
            progress: Progress { base: position, since: now, speed: Speed::stopped(full) },
            believed: None,
            offset: Span::ZERO,
            parent: NO_SLOT,
            place: 0,
            level: false,
            class: PathClass::OnNet,
            reason: Reason::StartUp,
        }
    }
}

impl Detail {
    fn new(position: u64, now: SimTime) -> Self {
        Self {
            flow: None,
            cap: 0,
            level_generation: 0,
            level_event: None,
            pending: NO_SLOT,
            pending_id: PeerId::new(0),
            pending_generation: 0,
            pending_since: now,
            pending_reason: Reason::StartUp,
            dry: 0,
            slow: 0,
            tries: 0,
            detected: false,
            unreported: false,
            booked: position,
            began: (now, position),
            peak: 0,
            lost: None,
            seen: position,
        }
    }
}

/// A child as its parent sees it: enough for the parent's reports, next to each other in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    pub(super) slot: Slot,
    pub(super) id: PeerId,
    pub(super) site: u16,
    pub(super) substream: Substream,
    /// It has everything that its parent has sent on.
    pub(super) level: bool,
}

/// All edges, and everybody's children.
#[derive(Debug)]
pub(super) struct Edges {
    pub(super) width: usize,
    edges: Vec<Edge>,
    details: Vec<Detail>,
    children: Vec<Vec<Child>>,
}

impl Edges {
    pub(super) fn new(width: usize) -> Self {
        Self { width, edges: Vec::new(), details: Vec::new(), children: Vec::new() }
    }

    /// The edge of a peer in a substream.
    pub(super) fn id(&self, slot: Slot, substream: Substream) -> EdgeId {
        (slot as usize * self.width + substream.index()) as EdgeId
    }

    /// Whose edge it is, and of which substream.
    pub(super) fn owner(&self, id: EdgeId) -> (Slot, Substream) {
        ((id as usize / self.width) as Slot, Substream((id as usize % self.width) as u8))
    }

    /// Fresh edges for a slot.
    pub(super) fn reset(&mut self, slot: Slot, fresh: Edge) {
        let (first, now) = (slot as usize * self.width, fresh.progress.since);
        let detail = Detail::new(fresh.progress.base, now);
        if self.edges.len() < first + self.width {
            self.edges.resize(first + self.width, fresh);
            self.details.resize(first + self.width, detail);
            self.children.resize(slot as usize + 1, Vec::new());
        }
        self.edges[first..first + self.width].fill(fresh);
        for old in &mut self.details[first..first + self.width] {
            // Generations only grow: events for the former user of the slot find nobody.
            let (level, pending) = (old.level_generation + 1, old.pending_generation + 1);
            *old = Detail { level_generation: level, pending_generation: pending, ..detail };
        }
    }

    pub(super) fn detail(&self, id: EdgeId) -> &Detail {
        &self.details[id as usize]
    }

    pub(super) fn detail_mut(&mut self, id: EdgeId) -> &mut Detail {
        &mut self.details[id as usize]
    }

    pub(super) fn get(&self, id: EdgeId) -> &Edge {
        &self.edges[id as usize]
    }

    pub(super) fn get_mut(&mut self, id: EdgeId) -> &mut Edge {
        &mut self.edges[id as usize]
    }

    /// The edges of one peer.
    pub(super) fn of(&self, slot: Slot) -> &[Edge] {
        &self.edges[slot as usize * self.width..][..self.width]
    }

    /// How many edges there are, used or not.
    pub(super) fn len(&self) -> usize {
        self.edges.len()
    }

    /// Puts `child` under `parent`.
    pub(super) fn link(&mut self, child: Child, parent: Slot) {
        let id = self.id(child.slot, child.substream);
        let siblings = &mut self.children[parent as usize];
        siblings.push(child);
        let place = siblings.len() as u32 - 1;
        let edge = self.get_mut(id);
        (edge.parent, edge.place, edge.level) = (parent, place, child.level);
    }

    /// Takes `child` away from its parent, which is returned.
    pub(super) fn unlink(&mut self, child: Slot, substream: Substream) -> Slot {
        let id = self.id(child, substream);
        let Edge { parent, place, .. } = *self.get(id);
        if parent == NO_SLOT {
            return NO_SLOT;
        }
        let siblings = &mut self.children[parent as usize];
        siblings.swap_remove(place as usize);
        if let Some(moved) = siblings.get(place as usize).copied() {
            let moved = self.id(moved.slot, moved.substream);
            self.get_mut(moved).place = place;
        }
        self.get_mut(id).parent = NO_SLOT;
        parent
    }

    /// Notes whether a child has everything that its parent has sent on.
    pub(super) fn set_level(&mut self, id: EdgeId, level: bool) {
        let Edge { parent, place, level: before, .. } = *self.get(id);
        if before != level && parent != NO_SLOT {
            self.get_mut(id).level = level;
            self.children[parent as usize][place as usize].level = level;
        }
    }

    /// The children of a peer in all substreams.
    pub(super) fn children(&self, slot: Slot) -> &[Child] {
        &self.children[slot as usize]
    }
}
