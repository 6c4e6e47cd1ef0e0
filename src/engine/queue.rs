//! The event queue.

use super::calendar::Calendar;
use super::entry::{Entry, EventKey, Filed};
use super::slots::Slots;
use super::turns::Turns;
use crate::units::SimTime;

/// Pending events in the total order (time, class, order of scheduling), and the clock. Events are
/// small values: they are copied as they move nearer in time.
#[derive(Clone, Debug)]
pub struct Queue<E> {
    calendar: Calendar<E>,
    /// Events that can be taken back; the calendar has the others.
    slots: Slots<E>,
    turns: Turns<E>,
    now: SimTime,
    sequence: u64,
    live: usize,
    late: u64,
}

/// Sequence numbers share a word with the class: 2^56 events outlast any run.
const SEQUENCE_BITS: u32 = 56;

impl<E: Copy> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy> Queue<E> {
    /// An empty queue at the beginning of time.
    #[must_use]
    pub fn new() -> Self {
        Self {
            calendar: Calendar::new(),
            slots: Slots::new(),
            turns: Turns::new(),
            now: SimTime::ZERO,
            sequence: 0,
            live: 0,
            late: 0,
        }
    }

    /// Schedules an event that will come. At equal times the lower class comes first, and within a
    /// class what was scheduled first.
    ///
    /// A time before [`Self::now`] is taken as now, and counted in [`Self::late`].
    pub fn schedule(&mut self, time: SimTime, class: u8, event: E) {
        let (time, order) = self.place(time, class);
        self.file(Entry { time, order, event: Filed::Here(event) });
    }

    /// Schedules an event that can be taken back with the key; it costs more than one that cannot.
    pub fn schedule_revocable(&mut self, time: SimTime, class: u8, event: E) -> EventKey {
        let (time, order) = self.place(time, class);
        let key = self.slots.insert(event);
        self.file(Entry { time, order, event: Filed::Kept(key) });
        key
    }

    /// Schedules an event that does not come before those scheduled this way so far, as the timers
    /// of one period do. It comes in the same total order as all others and costs less. One that
    /// would come before them is scheduled the usual way.
    pub fn schedule_in_turn(&mut self, time: SimTime, class: u8, event: E) {
        let (time, order) = self.place(time, class);
        if self.turns.is_in_order(time, order) {
            self.turns.push(time, order, event);
        } else {
            self.file(Entry { time, order, event: Filed::Here(event) });
        }
    }

    /// The place of one more event in the total order.
    fn place(&mut self, time: SimTime, class: u8) -> (u64, u64) {
        self.late += u64::from(time < self.now);
        let order = u64::from(class) << SEQUENCE_BITS | self.sequence;
        self.sequence += 1;
        self.live += 1;
        (time.max(self.now).as_nanos(), order)
    }

    #[inline]
    fn file(&mut self, entry: Entry<E>) {
        if self.calendar.push(entry) {
            let (slots, filed) = (&self.slots, self.live - self.turns.len());
            self.calendar.review(self.now, filed, |entry| is_pending(slots, entry));
        }
    }

    /// Takes a pending event back; `None` when it has come or was cancelled before.
    pub fn cancel(&mut self, key: EventKey) -> Option<E> {
        let event = self.slots.take(key)?;
        self.live -= 1;
        Some(event)
    }

    /// The next event and its time, to which the clock moves.
    pub fn pop(&mut self) -> Option<(SimTime, E)> {
        loop {
            let (time, event) = if self.is_turn_next() {
                self.turns.pop().map(|(time, event)| (time, Some(event)))?
            } else {
                let slots = &self.slots;
                let entry = self.calendar.pop(|entry| is_pending(slots, entry))?;
                let event = match entry.event {
                    Filed::Here(event) => Some(event),
                    Filed::Kept(key) => self.slots.take(key),
                };
                (entry.time, event)
            };
            if let Some(event) = event {
                self.live -= 1;
                self.now = SimTime::from_nanos(time);
                return Some((self.now, event));
            }
        }
    }

    /// The time of the next event. Takes `&mut self` because cancelled events are dropped here.
    pub fn peek_time(&mut self) -> Option<SimTime> {
        let filed = self.peek_filed().map(|(time, _)| time);
        let first = self.turns.first().map(|(time, _)| time);
        first.into_iter().chain(filed).min().map(SimTime::from_nanos)
    }

    /// Whether the next event is the first of those scheduled in turn.
    fn is_turn_next(&mut self) -> bool {
        let Some(first) = self.turns.first() else { return false };
        let slots = &self.slots;
        // It may be cancelled: then it goes, and the question is asked again.
        let filed = self.calendar.peek(|entry| is_pending(slots, entry));
        filed.is_none_or(|entry| first < (entry.time, entry.order))
    }

    /// Time, class and sequence of the first event in the calendar; cancelled ones before it go.
    fn peek_filed(&mut self) -> Option<(u64, u64)> {
        loop {
            let slots = &self.slots;
            let entry = self.calendar.peek(|entry| is_pending(slots, entry))?;
            if is_pending(slots, &entry) {
                return Some((entry.time, entry.order));
            }
            self.calendar.pop(|entry| is_pending(slots, entry));
        }
    }

    /// A number that changes when the queue looks further ahead, for use with [`Self::soon`].
    #[must_use]
    pub fn horizon(&self) -> u64 {
        self.calendar.open().0
    }

    /// Most of the events that come next, some tens of them, but for those scheduled in turn, for
    /// reading ahead what they will need. In no promised order; looking changes nothing.
    pub fn soon(&self) -> impl Iterator<Item = &E> {
        let (_, entries) = self.calendar.open();
        entries.iter().filter_map(|entry| match &entry.event {
            Filed::Here(event) => Some(event),
            Filed::Kept(key) => self.slots.get(*key),
        })
    }

    /// The events scheduled in turn, in their order.
    pub fn in_turn(&self) -> impl Iterator<Item = &E> {
        self.turns.iter()
    }

    /// The time of the event popped last.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.now
    }

    /// Pending events.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.live
    }

    /// Whether nothing is pending.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Events that were scheduled for a time already past: 0 unless the caller has a bug.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }
}

/// Whether an entry's event has not been taken back.
fn is_pending<E>(slots: &Slots<E>, entry: &Entry<E>) -> bool {
    match entry.event {
        Filed::Here(_) => true,
        Filed::Kept(key) => slots.is_pending(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn at(ns: u64) -> SimTime {
        SimTime::from_nanos(ns)
    }

    fn drain<E: Copy>(queue: &mut Queue<E>) -> Vec<(u64, E)> {
        std::iter::from_fn(|| queue.pop().map(|(time, event)| (time.as_nanos(), event))).collect()
    }

    #[test]
    fn ties_go_by_class_and_then_first_come() {
        let mut queue = Queue::new();
        for (time, class, event) in
            [(5, 1, "c"), (5, 0, "a"), (5, 1, "d"), (5, 0, "b"), (4, 255, "first")]
        {
            queue.schedule(at(time), class, event);
        }
        assert_eq!(drain(&mut queue), [(4, "first"), (5, "a"), (5, "b"), (5, "c"), (5, "d")]);
    }

    #[test]
    fn a_cancelled_event_never_comes_and_its_key_goes_stale() {
        let mut queue = Queue::new();
        let key = queue.schedule_revocable(at(5), 0, 1);
        assert_eq!(queue.cancel(key), Some(1));
        let reused = queue.schedule_revocable(at(6), 0, 2);
        assert_eq!((queue.cancel(key), queue.len()), (None, 1));
        assert_eq!(queue.peek_time(), Some(at(6)));
        assert_eq!(queue.pop(), Some((at(6), 2)));
        assert_eq!((queue.cancel(reused), queue.pop(), queue.is_empty()), (None, None, true));
    }

    #[test]
    fn a_late_event_comes_now_and_is_counted() {
        let mut queue = Queue::new();
        queue.schedule(at(100), 0, "early");
        queue.pop();
        queue.schedule(at(100), 0, "on time");
        assert_eq!(queue.late(), 0);
        queue.schedule(at(99), 0, "late");
        assert_eq!((queue.late(), queue.now()), (1, at(100)));
        assert_eq!(drain(&mut queue), [(100, "on time"), (100, "late")]);
    }

    #[test]
    fn the_ends_of_time_are_in_order() {
        let mut queue = Queue::new();
        let times = [u64::MAX, 0, u64::MAX - 1, 1 << 40, u64::MAX / 2, 1];
        times.iter().for_each(|time| queue.schedule(at(*time), 0, *time));
        let popped: Vec<u64> = drain(&mut queue).into_iter().map(|(_, event)| event).collect();
        assert_eq!(popped, [0, 1, 1 << 40, u64::MAX / 2, u64::MAX - 1, u64::MAX]);
    }

    #[test]
    fn timeouts_that_are_always_renewed_leave_no_litter() {
        let mut queue = Queue::new();
        for step in 0..200_000 {
            let timeout = queue.schedule_revocable(at(step + 1_000_000_000), 0, ());
            queue.schedule(at(step), 1, ());
            queue.pop();
            queue.cancel(timeout);
        }
        assert_eq!(queue.len(), 0);
        assert!(queue.calendar.entries() < 20_000, "{} entries", queue.calendar.entries());
    }

    #[test]
    fn rebuilding_costs_a_few_moves_an_event_however_the_times_are_spread() {
        const COUNT: u64 = 100_000;
        type Spread = (&'static str, fn(u64) -> u64);
        let spreads: [Spread; 4] = [
            ("all at once", |_| 0),
            ("all within a microsecond", |n| n % 1000),
            ("evenly over a day", |n| n * 864_000_000),
            ("ever farther apart", |n| n * n * n),
        ];
        for (name, spread) in spreads {
            let mut queue = Queue::new();
            (0..COUNT).for_each(|n| queue.schedule(at(spread(n)), 0, false));
            while let Some((now, is_second)) = queue.pop() {
                if !is_second {
                    queue.schedule(now + Span::from_nanos(spread(17)), 0, true);
                }
            }
            let moved = queue.calendar.moved();
            assert!(moved < 5 * COUNT as usize, "{name}: {moved} moves");
        }
    }

    /// What the property test does to the queue and to an ordered map.
    #[derive(Clone, Debug)]
    enum Step {
        /// Schedules events this long after now.
        Burst {
            delay: u64,
            class: u8,
            count: u16,
        },
        /// Schedules events in turn, each this long after the one before.
        Turns {
            delay: u64,
            class: u8,
            count: u16,
        },
        Cancel {
            which: u16,
        },
        Pop {
            count: u16,
        },
        Peek,
    }

    fn delays() -> impl Strategy<Value = u64> {
        prop_oneof![
            3 => Just(0),
            3 => 0_u64..4,
            5 => 0_u64..1_000_000,
            5 => 0_u64..5_000_000_000,
            1 => (0_u32..64).prop_map(|bits| 1 << bits),
        ]
    }

    fn steps() -> impl Strategy<Value = Step> {
        prop_oneof![
            5 => (delays(), 0_u8..3, 1_u16..20)
                .prop_map(|(delay, class, count)| Step::Burst { delay, class, count }),
            1 => (delays(), 0_u8..3, 1_u16..3000)
                .prop_map(|(delay, class, count)| Step::Burst { delay, class, count }),
            3 => (delays(), 0_u8..3, 1_u16..20)
                .prop_map(|(delay, class, count)| Step::Turns { delay, class, count }),
            4 => any::<u16>().prop_map(|which| Step::Cancel { which }),
            4 => (1_u16..40).prop_map(|count| Step::Pop { count }),
            1 => (1_u16..3000).prop_map(|count| Step::Pop { count }),
            1 => Just(Step::Peek),
        ]
    }

    /// The queue beside an ordered map, which is right by construction.
    #[derive(Default)]
    struct Pair {
        queue: Queue<u64>,
        /// Those that can be taken back have a key.
        reference: BTreeMap<(u64, u8, u64), Option<EventKey>>,
        scheduled: u64,
    }

    impl Pair {
        fn take(&mut self, step: &Step) {
            match *step {
                Step::Burst { delay, class, count } => {
                    (0..count).for_each(|nth| self.schedule(delay, class, u64::from(nth)));
                }
                Step::Turns { delay, class, count } => {
                    (0..count).for_each(|nth| self.schedule_in_turn(delay, class, u64::from(nth)));
                }
                Step::Cancel { which } => self.cancel(usize::from(which)),
                Step::Pop { count } => (0..count).for_each(|_| self.pop()),
                Step::Peek => {
                    let first = self.reference.keys().next().map(|(time, _, _)| at(*time));
                    assert_eq!(self.queue.peek_time(), first);
                }
            }
            assert_eq!(self.queue.len(), self.reference.len());
        }

        fn schedule(&mut self, delay: u64, class: u8, nth: u64) {
            let spread = if delay.is_multiple_of(2) { nth.saturating_mul(delay / 7) } else { 0 };
            let time = self.queue.now().as_nanos().saturating_add(delay).saturating_add(spread);
            let key = if nth.is_multiple_of(3) {
                self.queue.schedule(at(time), class, self.scheduled);
                None
            } else {
                Some(self.queue.schedule_revocable(at(time), class, self.scheduled))
            };
            self.reference.insert((time, class, self.scheduled), key);
            self.scheduled += 1;
        }

        fn schedule_in_turn(&mut self, delay: u64, class: u8, nth: u64) {
            let delay = nth.saturating_mul(delay);
            let time = self.queue.now().as_nanos().saturating_add(delay);
            self.queue.schedule_in_turn(at(time), class, self.scheduled);
            self.reference.insert((time, class, self.scheduled), None);
            self.scheduled += 1;
        }

        fn cancel(&mut self, which: usize) {
            let keys = self.reference.iter().filter_map(|(order, key)| Some((*order, (*key)?)));
            let keys: Vec<_> = keys.collect();
            let Some(&(order, key)) = keys.get(which % keys.len().max(1)) else { return };
            self.reference.remove(&order);
            assert_eq!(self.queue.cancel(key), Some(order.2));
            assert_eq!(self.queue.cancel(key), None);
        }

        fn pop(&mut self) {
            let expected = self.reference.pop_first().map(|((time, _, id), _)| (at(time), id));
            assert_eq!(self.queue.pop(), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn equals_an_ordered_map(steps in prop::collection::vec(steps(), 1..80)) {
            let mut pair = Pair::default();
            steps.iter().for_each(|step| pair.take(step));
            (0..=pair.reference.len()).for_each(|_| pair.pop());
            prop_assert_eq!(pair.queue.late(), 0);
        }
    }
}
