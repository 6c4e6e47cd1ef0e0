//! The loop that moves the world: one event after the other, and the network solved between instants.

use super::event::Event;
use super::world::World;
use super::{Interrupted, Outcome};
use crate::units::SimTime;

/// Events between two calls of the watcher when no sample comes before (assumption: tens of
/// milliseconds of the wall clock).
const EVENTS_A_LOOK: u64 = 1 << 16;

impl World<'_> {
    /// Runs to the end.
    pub(super) fn run(
        mut self,
        watch: &mut dyn FnMut(SimTime) -> bool,
    ) -> Result<Outcome, Interrupted> {
        loop {
            // What happens at one instant is applied together, then the network is solved once.
            if !self.is_settled() && self.queue.peek_time().is_none_or(|next| next > self.now) {
                self.settle();
            }
            let Some((time, event)) = self.queue.pop().filter(|(time, _)| *time <= self.end) else {
                break;
            };
            self.read_ahead();
            self.now = time;
            self.events += 1;
            self.digest.event(time.as_nanos(), event.class(), event.fingerprint());
            self.dispatch(event);
            let looks_up = event == Event::Sample || self.events.is_multiple_of(EVENTS_A_LOOK);
            if looks_up && !watch(time) {
                return Err(Interrupted);
            }
        }
        self.settle();
        self.now = self.end;
        Ok(self.finish())
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Fault { fault, begins } => self.fault(fault, begins),
            Event::Converge => self.converge(),
            Event::Routes => self.routes_arrive(),
            Event::Notices => self.notices_arrive(),
            Event::ContentTurns(content) => self.content_turns(content),
            Event::Level { edge, generation } => self.level(edge, generation),
            Event::Player { slot, generation } => self.player_event(slot, generation),
            Event::ToCenter(number) => self.deliver_to_center(number),
            Event::ToClient(number) => self.deliver_to_client(number),
            Event::Connected { edge, generation } => self.connected(edge, generation),
            Event::ConnectTimeout { edge, generation } => self.connect_timeout(edge, generation),
            Event::ParentGone { edge, generation } => self.parent_gone(edge, generation),
            Event::Arrive(session) => self.arrive(session),
            Event::Depart { slot, generation } if self.is_current(slot, generation) => {
                self.depart(slot)
            }
            Event::Beat { slot, generation } if self.is_current(slot, generation) => {
                self.beat(slot)
            }
            Event::JoinRetry { slot, generation } if self.is_current(slot, generation) => {
                self.join_retry(slot)
            }
            Event::Probed { slot, generation } if self.is_current(slot, generation) => {
                self.probed(slot)
            }
            Event::Depart { .. }
            | Event::Beat { .. }
            | Event::JoinRetry { .. }
            | Event::Probed { .. } => {}
            Event::Coordinator => self.coordinator_timeout(),
            Event::Sample => self.sample(),
        }
    }
}
