//! Which slot of the table of those present a newcomer takes.
//!
//! Heartbeats are the bulk of all events and wait for memory. Whoever reports at about the same time
//! sits side by side, so that memory is read in its order. Where somebody sits changes nothing else.

use super::peers::Slot;
use crate::units::{SimTime, Span};

/// Slots that one word keeps account of.
const ROW: usize = 64;

/// The free seats.
#[derive(Debug)]
pub(super) struct Seats {
    /// One bit a seat, set where it is free.
    free: Vec<u64>,
    first: Slot,
    /// Between two reports of one viewer.
    period: Span,
}

impl Seats {
    /// Seats for this many at the same time, with some to spare, from slot `first` on.
    pub(super) fn new(first: usize, most: usize, period: Span) -> Self {
        let rows = (most + most / SPARE).div_ceil(ROW).max(1);
        Self { free: vec![u64::MAX; rows], first: first as Slot, period }
    }

    /// Seats, taken and free.
    pub(super) fn len(&self) -> usize {
        self.free.len() * ROW
    }

    /// Takes the free seat that is nearest after the place of those who report at this time.
    pub(super) fn take(&mut self, first_report: SimTime) -> Option<Slot> {
        let period = self.period.as_nanos().max(1);
        let phase = u128::from(first_report.as_nanos() % period);
        let wanted = (phase * self.free.len() as u128 / u128::from(period)) as usize;
        let (before, after) = self.free.split_at_mut(wanted);
        let mut rows = (wanted..).zip(after).chain((0..).zip(before));
        let (row, word) = rows.find(|(_, word)| **word != 0)?;
        let seat = word.trailing_zeros() as usize;
        *word &= *word - 1;
        Some(self.first + (row * ROW + seat) as Slot)
    }

    /// The seat is free again.
    pub(super) fn leave(&mut self, slot: Slot) {
        let seat = (slot - self.first) as usize;
        self.free[seat / ROW] |= 1 << (seat % ROW);
    }
}

/// One seat in so many is spare, so that a free one is near even in a full house.
const SPARE: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_report_one_after_the_other_and_every_seat_is_taken_once() {
        let mut seats = Seats::new(3, 1000, Span::from_secs(5));
        let at = |n: u64| SimTime::from_nanos(n * 5_000_000);
        let taken: Vec<Slot> = (0..1000).map(|n| seats.take(at(n + 4000)).unwrap()).collect();
        assert!(taken.is_sorted(), "seats are in the order of reports");
        assert_eq!((taken[0], seats.len()), (3, 1088));
        let rest: Vec<Slot> = std::iter::from_fn(|| seats.take(at(500))).collect();
        let mut all = [taken, rest].concat();
        all.sort_unstable();
        assert_eq!(all, (3..1091).collect::<Vec<Slot>>());
        seats.leave(700);
        assert_eq!((seats.take(at(0)), seats.take(at(0))), (Some(700), None));
    }
}
