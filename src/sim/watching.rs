//! Players: where they begin, and a look at them whenever what comes in changes or they asked for it.

use super::event::Event;
use super::peers::{NO_SLOT, Slot};
use super::world::World;
use crate::peer::Progress;
use crate::units::Span;

impl World<'_> {
    /// A viewer's first position: behind the live edge by the buffer it is to have.
    pub(super) fn begin_watching(&mut self, slot: Slot) {
        if self.peer(slot).start.is_some() {
            return;
        }
        let start = self.first_position(slot);
        let (now, full) = (self.now, self.stream_of(slot).full);
        for substream in self.substreams_of(slot) {
            let id = self.edges.id(slot, substream);
            self.edges.set_progress(id, Progress::at(start, now, full));
            let detail = self.edges.detail_mut(id);
            (detail.booked, detail.seen) = (start, start);
        }
        let config = &self.scenario.player;
        let peer = &mut self.peers[slot as usize];
        peer.start = Some(start);
        peer.player.skip_to(now, start, config);
        self.touch(slot);
    }

    /// A file is fetched from its beginning, whenever that is.
    fn first_position(&self, slot: Slot) -> u64 {
        if self.fetches(slot) {
            return 0;
        }
        self.live_edge(slot).saturating_sub(self.join_back(slot).as_nanos())
    }

    /// How far behind the live edge a client begins.
    pub(super) fn join_back(&self, slot: Slot) -> Span {
        if self.fetches(slot) { Span::ZERO } else { self.scenario.player.join_back }
    }

    /// Whoever has waited without a byte so far begins where one who comes now would.
    pub(super) fn forget_the_wait(&mut self, slot: Slot) {
        let peer = self.peer(slot);
        let start = peer.start;
        let has_nothing = |substream| {
            let id = self.edges.id(slot, substream);
            self.edges.get(id).parent == NO_SLOT
                && self.edges.detail(id).pending == NO_SLOT
                && Some(self.edges.progress(id).position(self.now)) == start
        };
        if peer.children == 0 && self.substreams_of(slot).all(has_nothing) {
            self.peer_mut(slot).start = None;
        }
    }

    /// Puts a player on the list of those to be looked at.
    pub(super) fn touch(&mut self, slot: Slot) {
        let peer = &mut self.peers[slot as usize];
        if !std::mem::replace(&mut peer.touched, true) {
            self.touched.push(slot);
        }
    }

    pub(super) fn look_at_players(&mut self) {
        let mut touched = std::mem::take(&mut self.touched);
        for slot in touched.drain(..) {
            self.peers[slot as usize].touched = false;
            if self.peers[slot as usize].present {
                self.observe_player(slot);
            }
        }
        self.touched = touched;
    }

    /// Lets a player act on the state of its substreams, and notes when it will want to act next.
    fn observe_player(&mut self, slot: Slot) {
        // A relay has no player, nor has whoever fetches a file.
        let watches = !self.peer(slot).is_server() && !self.is_relay(slot) && !self.fetches(slot);
        if self.peer(slot).start.is_none() || !watches {
            return;
        }
        let count = usize::from(self.stream_of(slot).substreams);
        let mut inflows = std::mem::take(&mut self.inflows);
        inflows.clear();
        let tracks = &self.edges.tracks(slot)[..count];
        inflows.extend(tracks.iter().map(|track| self.edges.progress_of(slot, track)));
        let (now, length, live) = (self.now, self.stream_of(slot).length, self.live_edge(slot));
        let peer = &mut self.peers[slot as usize];
        let started = peer.player.startup_delay().is_some();
        let stood = peer.player.is_stalled();
        let next = peer.player.observe(now, &inflows, length, live, &self.scenario.player);
        peer.player_generation += 1;
        let generation = peer.player_generation;
        if !started && let Some(delay) = peer.player.startup_delay() {
            self.recorder.started(delay);
        }
        if stood != peer.player.is_stalled() {
            self.recorder.events.stalls(now, peer.id, !stood);
        }
        let pointless = peer.player_event.take();
        self.inflows = inflows;
        self.unschedule(pointless);
        if let Some(at) = next {
            let key = self.schedule_revocable(at, Event::Player { slot, generation });
            self.peers[slot as usize].player_event = Some(key);
        }
    }

    pub(super) fn player_event(&mut self, slot: Slot, generation: u32) {
        let peer = self.peer(slot);
        if peer.present && peer.player_generation == generation {
            self.observe_player(slot);
        }
    }
}
