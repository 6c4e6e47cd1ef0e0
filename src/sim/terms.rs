//! Whether the terms that clients have stated are kept, judged by the bytes that were really sent.

use super::edges::EdgeId;
use super::peers::Slot;
use super::recorder::Term;
use super::world::World;
use crate::proto::Terms;
use crate::units::{SimTime, Span};

/// What it may take until nobody sends any more after its hours have begun (assumption: a look of the
/// control center, two heartbeats until a lost assignment is sent again, one connection that times out).
const REPAIR: Span = Span::from_secs(10);

impl World<'_> {
    /// Enters bytes from the first to the second of `ends` that the sender's terms forbid.
    pub(super) fn judge(&mut self, id: EdgeId, ends: (Slot, Slot), bytes: u64) {
        let [Some(sender), Some(receiver)] = [ends.0, ends.1].map(|slot| self.terms_of(slot))
        else {
            return;
        };
        let since = self.booked_since(id);
        let resting = sender
            .no_serving
            .iter()
            .any(|hours| hours.from + REPAIR <= since && self.now <= hours.until);
        let kept_out = !sender.befriend(receiver.group());
        let outside = sender.lan_only && !self.on_one_lan(ends.0, ends.1);
        let peer = self.peer(ends.0).id;
        let terms =
            [(Term::NoServing, resting), (Term::Friends, kept_out), (Term::LanOnly, outside)];
        for (term, broken) in terms {
            if broken && bytes > 0 {
                self.recorder.broke_its_terms(term, peer);
            }
        }
    }

    /// The terms of a viewer's line; none for a CDN node.
    fn terms_of(&self, slot: Slot) -> Option<&Terms> {
        let session = &self.sessions[self.peer(slot).session? as usize];
        Some(&self.scenario.access[usize::from(session.access)].terms)
    }

    /// Since when the bytes that are entered now have moved: at every sample all are entered, and when
    /// an edge changes hands its own.
    fn booked_since(&self, id: EdgeId) -> SimTime {
        let sample = self.now.back(self.recorder.since_sample(self.now));
        sample.max(self.edges.detail(id).began.0)
    }
}
