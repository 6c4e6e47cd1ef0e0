//! Pending events that can be taken back, in one table, recycled.

use super::entry::EventKey;

#[derive(Clone, Debug)]
enum State<E> {
    Pending(E),
    Free { next: u32 },
}

#[derive(Clone, Debug)]
struct Slot<E> {
    /// Moves on whenever the slot is emptied, so that old keys and old entries no longer match.
    generation: u32,
    state: State<E>,
}

const NONE: u32 = u32::MAX;

/// Events by slot number and generation.
#[derive(Clone, Debug)]
pub(super) struct Slots<E> {
    slots: Vec<Slot<E>>,
    free: u32,
}

impl<E> Slots<E> {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: NONE }
    }

    /// Stores an event; the slot emptied last is filled first, because it is still in the cache.
    pub(super) fn insert(&mut self, event: E) -> EventKey {
        let state = State::Pending(event);
        if let Some(held) = self.slots.get_mut(self.free as usize) {
            let slot = self.free;
            if let State::Free { next } = held.state {
                self.free = next;
            }
            held.state = state;
            return EventKey { slot, generation: held.generation };
        }
        let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 pending events");
        self.slots.push(Slot { generation: 0, state });
        EventKey { slot, generation: 0 }
    }

    /// Takes the event out; `None` when it is no longer there.
    pub(super) fn take(&mut self, key: EventKey) -> Option<E> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        if slot.generation != key.generation || matches!(slot.state, State::Free { .. }) {
            return None;
        }
        slot.generation = slot.generation.wrapping_add(1);
        match std::mem::replace(&mut slot.state, State::Free { next: self.free }) {
            State::Pending(event) => {
                self.free = key.slot;
                Some(event)
            }
            State::Free { .. } => None,
        }
    }

    /// The event of a key, if it is still pending.
    pub(super) fn get(&self, key: EventKey) -> Option<&E> {
        let held = self.slots.get(key.slot as usize)?;
        match &held.state {
            State::Pending(event) if held.generation == key.generation => Some(event),
            State::Pending(_) | State::Free { .. } => None,
        }
    }

    /// Whether the event of a key that was given out is still there.
    pub(super) fn is_pending(&self, key: EventKey) -> bool {
        self.slots[key.slot as usize].generation == key.generation
    }
}
