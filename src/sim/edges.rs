//! One substream of one peer: its parent, its position, its children.

use super::peers::{NO_SLOT, Slot};
use super::world::Stream;
use crate::engine::EventKey;
use crate::peer::{Progress, Speed};
use crate::proto::PathClass;
use crate::units::{FlowId, PeerId, SimTime, Span, Substream};

/// A place in the table of edges: slot times width plus substream.
pub(super) type EdgeId = u32;

/// No edge.
pub(super) const NO_EDGE: EdgeId = EdgeId::MAX;

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
    /// A waypoint server sends, and no CDN node.
    Waypoint,
}

/// How far the child has come: all that heartbeats read of an edge, half a cache line, because
/// heartbeats are the bulk of all work and wait for memory.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Track {
    /// Nanoseconds of media at `since`.
    base: u64,
    since: SimTime,
    /// Data rate of the moment, in the unit of flows.
    rate: u64,
    /// Whom the child believes to be its parent: it does not see that one vanish.
    pub(super) believed: Option<PeerId>,
}

/// How it is fed: one cache line, all that a change of rates reads besides.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Edge {
    /// How far behind the parent's position it can come at best.
    pub(super) offset: Span,
    pub(super) parent: Slot,
    /// Where it stands in the parent's list of children.
    pub(super) place: u32,
    pub(super) flow: Option<FlowId>,
    /// The cap of the flow, in its unit.
    pub(super) cap: u64,
    /// The fastest that this parent has sent.
    pub(super) peak: u64,
    pub(super) level_generation: u32,
    /// The event at which it will be level, if one is due.
    pub(super) level_event: Option<EventKey>,
    /// Its position is what its parent's is, less the way.
    pub(super) level: bool,
    /// Data have stopped: its detail says since when and why.
    pub(super) is_lost: bool,
    pub(super) class: PathClass,
    pub(super) reason: Reason,
}

/// The rest of an edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
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
    /// When this parent began to send, and where the child was.
    pub(super) began: (SimTime, u64),
    /// When data stopped, and why; until they flow again.
    pub(super) lost: Option<(SimTime, Loss)>,
    /// Position at the client's last own look.
    pub(super) seen: u64,
}

impl Track {
    /// A word of it, for reading ahead.
    pub(super) const fn word(&self) -> u64 {
        self.base
    }
}

impl Edge {
    /// Without a parent.
    const ALONE: Self = Self {
        offset: Span::ZERO,
        parent: NO_SLOT,
        place: 0,
        flow: None,
        cap: 0,
        peak: 0,
        level_generation: 0,
        level_event: None,
        level: false,
        is_lost: false,
        class: PathClass::OnNet,
        reason: Reason::StartUp,
    };
}

impl Detail {
    fn new(position: u64, now: SimTime) -> Self {
        Self {
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
    /// Rate of a substream in the unit of flows, and where contents differ in it, that of each peer's.
    full: u64,
    fulls: Option<Vec<u64>>,
    tracks: Vec<Track>,
    edges: Vec<Edge>,
    details: Vec<Detail>,
    children: Vec<Vec<Child>>,
}

impl Edges {
    /// No edges; room for as many substreams as the content with most of them has.
    pub(super) fn new(streams: &[Stream]) -> Self {
        let width = streams.iter().map(|stream| usize::from(stream.substreams)).max().unwrap_or(1);
        let full = streams.first().map_or(0, |stream| stream.full);
        let differ = streams.iter().any(|stream| stream.full != full);
        Self {
            width,
            full,
            fulls: differ.then(Vec::new),
            tracks: Vec::new(),
            edges: Vec::new(),
            details: Vec::new(),
            children: Vec::new(),
        }
    }

    /// Makes room for this many peers.
    pub(super) fn reserve(&mut self, peers: usize) {
        self.tracks.reserve_exact(peers * self.width);
        self.edges.reserve_exact(peers * self.width);
        self.details.reserve_exact(peers * self.width);
        self.children.reserve_exact(peers);
    }

    /// The edge of a peer in a substream.
    pub(super) fn id(&self, slot: Slot, substream: Substream) -> EdgeId {
        (slot as usize * self.width + substream.index()) as EdgeId
    }

    /// Whose edge it is, and of which substream.
    pub(super) fn owner(&self, id: EdgeId) -> (Slot, Substream) {
        ((id as usize / self.width) as Slot, Substream((id as usize % self.width) as u8))
    }

    /// Fresh edges for a slot, at the beginning of a content with substreams of rate `full`.
    pub(super) fn reset(&mut self, slot: Slot, now: SimTime, full: u64) {
        let own = slot as usize * self.width..(slot as usize + 1) * self.width;
        let track = Track { base: 0, since: now, rate: 0, believed: None };
        let detail = Detail::new(0, now);
        if self.edges.len() < own.end {
            self.tracks.resize(own.end, track);
            self.edges.resize(own.end, Edge::ALONE);
            self.details.resize(own.end, detail);
            self.children.resize(slot as usize + 1, Vec::new());
        }
        if let Some(fulls) = &mut self.fulls {
            fulls.resize(fulls.len().max(slot as usize + 1), full);
            fulls[slot as usize] = full;
        }
        self.tracks[own.clone()].fill(track);
        // Generations only grow: events for the former user of the slot find nobody.
        for old in &mut self.edges[own.clone()] {
            *old = Edge { level_generation: old.level_generation + 1, ..Edge::ALONE };
        }
        for old in &mut self.details[own] {
            *old = Detail { pending_generation: old.pending_generation + 1, ..detail };
        }
    }

    pub(super) fn track(&self, id: EdgeId) -> &Track {
        &self.tracks[id as usize]
    }

    pub(super) fn track_mut(&mut self, id: EdgeId) -> &mut Track {
        &mut self.tracks[id as usize]
    }

    /// The tracks of one peer.
    pub(super) fn tracks(&self, slot: Slot) -> &[Track] {
        &self.tracks[slot as usize * self.width..][..self.width]
    }

    /// Position and speed of an edge.
    pub(super) fn progress(&self, id: EdgeId) -> Progress {
        let of_owner = |fulls: &Vec<u64>| fulls[id as usize / self.width];
        Self::progress_at(self.track(id), self.fulls.as_ref().map_or(self.full, of_owner))
    }

    /// Position and speed that a track of a peer tells.
    pub(super) fn progress_of(&self, slot: Slot, track: &Track) -> Progress {
        Self::progress_at(track, self.full_of(slot))
    }

    /// Rate of the substreams of a peer, in the unit of flows.
    pub(super) fn full_of(&self, slot: Slot) -> u64 {
        self.fulls.as_ref().map_or(self.full, |fulls| fulls[slot as usize])
    }

    fn progress_at(track: &Track, full: u64) -> Progress {
        let speed = Speed { now: track.rate, full };
        Progress { base: track.base, since: track.since, speed }
    }

    pub(super) fn set_progress(&mut self, id: EdgeId, progress: Progress) {
        let track = self.track_mut(id);
        (track.base, track.since, track.rate) = (progress.base, progress.since, progress.speed.now);
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

    /// A word of everything that a client's own look at its parents needs besides, for reading ahead.
    pub(super) fn looks(&self, slot: Slot) -> u64 {
        let details = &self.details[slot as usize * self.width..][..self.width];
        details.iter().fold(0, |sum, detail| sum ^ detail.seen)
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
