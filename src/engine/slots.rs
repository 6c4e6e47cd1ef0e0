//! Payloads of pending events in one table, recycled.

use super::calendar::Entry;

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

/// Payloads by slot number and generation.
#[derive(Clone, Debug)]
pub(super) struct Slots<E> {
    slots: Vec<Slot<E>>,
    free: u32,
}

impl<E> Slots<E> {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: NONE }
    }

    /// Stores a payload; the slot emptied last is filled first, because it is still in the cache.
    pub(super) fn insert(&mut self, event: E) -> (u32, u32) {
        let state = State::Pending(event);
        if let Some(slot) = self.slots.get_mut(self.free as usize) {
            let number = self.free;
            if let State::Free { next } = slot.state {
                self.free = next;
            }
            slot.state = state;
            return (number, slot.generation);
        }
        let number = u32::try_from(self.slots.len()).expect("fewer than 2^32 pending events");
        self.slots.push(Slot { generation: 0, state });
        (number, 0)
    }

    /// Takes the payload out; `None` when it is no longer there.
    pub(super) fn take(&mut self, number: u32, generation: u32) -> Option<E> {
        let slot = self.slots.get_mut(number as usize)?;
        if slot.generation != generation || matches!(slot.state, State::Free { .. }) {
            return None;
        }
        slot.generation = slot.generation.wrapping_add(1);
        match std::mem::replace(&mut slot.state, State::Free { next: self.free }) {
            State::Pending(event) => {
                self.free = number;
                Some(event)
            }
            State::Free { .. } => None,
        }
    }

    /// The payload of an entry, if it is still pending.
    pub(super) fn get(&self, slot: u32, generation: u32) -> Option<&E> {
        let held = self.slots.get(slot as usize)?;
        match &held.state {
            State::Pending(event) if held.generation == generation => Some(event),
            State::Pending(_) | State::Free { .. } => None,
        }
    }

    /// Whether the entry's payload is still there.
    pub(super) fn is_pending(&self, entry: &Entry) -> bool {
        self.slots[entry.slot as usize].generation == entry.generation
    }
}
