//! Events that are scheduled in the order in which they will come, as the timers of one period are:
//! a line in which nobody overtakes. Nothing is filed and nothing sorted.

use std::collections::VecDeque;

/// One event in the line.
#[derive(Clone, Copy, Debug)]
struct Turn<E> {
    time: u64,
    order: u64,
    event: E,
}

/// The line.
#[derive(Clone, Debug)]
pub(super) struct Turns<E> {
    line: VecDeque<Turn<E>>,
}

impl<E> Turns<E> {
    pub(super) const fn new() -> Self {
        Self { line: VecDeque::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.line.len()
    }

    /// Whether an event at this time may stand behind all others.
    pub(super) fn is_in_order(&self, time: u64, order: u64) -> bool {
        self.line.back().is_none_or(|last| (last.time, last.order) < (time, order))
    }

    pub(super) fn push(&mut self, time: u64, order: u64, event: E) {
        self.line.push_back(Turn { time, order, event });
    }

    /// Time, class and sequence of the first.
    pub(super) fn first(&self) -> Option<(u64, u64)> {
        self.line.front().map(|turn| (turn.time, turn.order))
    }

    pub(super) fn pop(&mut self) -> Option<(u64, E)> {
        self.line.pop_front().map(|turn| (turn.time, turn.event))
    }

    /// Those that come next, the first one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &E> {
        self.line.iter().map(|turn| &turn.event)
    }
}
