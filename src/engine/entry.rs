//! What is filed for an event: its place in the total order, and the event or where it is kept.

use std::cmp::Ordering;

/// A scheduled event, to cancel it with. A key of an event that is gone does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventKey {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

/// What the calendar orders, with its event: what is not taken back is read where it is sorted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<E> {
    /// Nanoseconds.
    pub(super) time: u64,
    /// Class in the top byte, sequence number below it.
    pub(super) order: u64,
    pub(super) event: Filed<E>,
}

/// An event, or where one is kept that can be taken back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Filed<E> {
    Here(E),
    Kept(EventKey),
}

impl<E> Entry<E> {
    /// Time, class and sequence as one number.
    pub(super) const fn key(&self) -> u128 {
        (self.time as u128) << 64 | self.order as u128
    }
}

/// The order is total without the event.
impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
