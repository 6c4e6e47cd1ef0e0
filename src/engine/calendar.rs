//! A calendar queue of entries (R. Brown, "Calendar queues", CACM 31(10), 1988) that adapts by
//! counting, never by the wall clock.
//!
//! Four places, by nearness in time: the *open* bucket, sorted into the total order; the *near*
//! heap, for what is scheduled at or before the open bucket; the *wheel* of unsorted buckets for
//! the current and the next half turn; and the *far* half turns after those. An entry moves at
//! most twice, from far to wheel to open.

use super::rank::sort_bucket;
use super::wheel::Wheel;
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// What the calendar orders: 24 bytes, the payload is elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Nanoseconds.
    pub(super) time: u64,
    /// Class in the top byte, sequence number below it.
    pub(super) order: u64,
    pub(super) slot: u32,
    pub(super) generation: u32,
}

impl Entry {
    /// Time, class and sequence as one number.
    pub(super) const fn key(&self) -> u128 {
        (self.time as u128) << 64 | self.order as u128
    }
}

/// Entries a bucket should hold when it is opened, on average, between this and its half.
const PER_BUCKET: u64 = 32;
/// Pending entries for one bucket of the wheel: half a turn then spans twice the mean delay of
/// exponentially distributed delays.
const PENDING_PER_BUCKET: usize = 8;
const FEWEST_BUCKETS: usize = 64;
/// Entries scheduled between two reviews of the calendar's shape.
const REVIEW_EVERY: u32 = 4096;
/// Bucket widths are powers of two nanoseconds; these bounds keep bucket numbers from overflowing.
const SHIFTS: std::ops::RangeInclusive<u32> = 2..=56;

/// What was popped since the bucket width was last looked at.
#[derive(Clone, Copy, Debug)]
struct Pace {
    since: u64,
    pops: u64,
}

/// Entries in the total order (time, class, sequence).
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// The open bucket, the next entry last.
    open: Vec<Entry>,
    /// What is being opened, kept to reuse the memory.
    opened: Vec<Entry>,
    near: BinaryHeap<Reverse<Entry>>,
    wheel: Wheel,
    /// Entries by half turn, beyond the next one.
    far: BTreeMap<u64, Vec<Entry>>,
    /// The number of the bucket opened last.
    current: u64,
    /// A bucket is `2^shift` nanoseconds wide.
    shift: u32,
    /// Half a turn is `2^half_shift` buckets.
    half_shift: u32,
    entries: usize,
    /// Entries filed again by rebuilding.
    #[cfg(test)]
    moved: usize,
    review_in: u32,
    pace: Pace,
}

impl Calendar {
    pub(super) fn new() -> Self {
        Self {
            open: Vec::new(),
            opened: Vec::new(),
            near: BinaryHeap::new(),
            wheel: Wheel::new(FEWEST_BUCKETS),
            far: BTreeMap::new(),
            current: 0,
            shift: 20,
            half_shift: FEWEST_BUCKETS.ilog2() - 1,
            entries: 0,
            #[cfg(test)]
            moved: 0,
            review_in: REVIEW_EVERY,
            pace: Pace { since: 0, pops: 0 },
        }
    }

    /// Entries held, those of cancelled events included.
    #[cfg(test)]
    pub(super) const fn entries(&self) -> usize {
        self.entries
    }

    /// Entries filed again because the calendar was rebuilt.
    #[cfg(test)]
    pub(super) const fn moved(&self) -> usize {
        self.moved
    }

    /// Files an entry; true when it is time for [`Self::review`].
    #[inline]
    pub(super) fn push(&mut self, entry: Entry) -> bool {
        self.entries += 1;
        self.file(entry);
        self.review_in -= 1;
        self.review_in == 0
    }

    /// Buckets count from 1, so that even the first can be ahead.
    const fn bucket(&self, time: u64) -> u64 {
        (time >> self.shift) + 1
    }

    #[inline]
    fn file(&mut self, entry: Entry) {
        let bucket = self.bucket(entry.time);
        let half = bucket >> self.half_shift;
        if bucket <= self.current {
            self.near.push(Reverse(entry));
        } else if half <= (self.current >> self.half_shift) + 1 {
            self.wheel.push(bucket, entry);
        } else {
            self.far.entry(half).or_default().push(entry);
        }
    }

    /// The next entry, which stays; entries that are not `alive` are skipped if that is cheap.
    pub(super) fn peek(&mut self, alive: impl Fn(&Entry) -> bool) -> Option<Entry> {
        if self.open.is_empty() && self.near.is_empty() && !self.open_next(alive) {
            return None;
        }
        let (open, near) = (self.open.last(), self.near.peek());
        match (open, near) {
            (Some(open), Some(Reverse(near))) => Some(*open.min(near)),
            (open, near) => open.or(near.map(|Reverse(entry)| entry)).copied(),
        }
    }

    /// The number of the bucket opened last, and what is left of it, the next entry last.
    pub(super) fn open(&self) -> (u64, &[Entry]) {
        (self.current, &self.open)
    }

    /// Takes the next entry out.
    pub(super) fn pop(&mut self, alive: impl Fn(&Entry) -> bool) -> Option<Entry> {
        if self.open.is_empty() && self.near.is_empty() && !self.open_next(alive) {
            return None;
        }
        self.entries -= 1;
        self.pace.pops += 1;
        match (self.open.last(), self.near.peek()) {
            (Some(open), Some(Reverse(near))) if near < open => self.pop_near(),
            (None, _) => self.pop_near(),
            _ => self.open.pop(),
        }
    }

    fn pop_near(&mut self) -> Option<Entry> {
        self.near.pop().map(|Reverse(entry)| entry)
    }

    /// Opens the next bucket that has live entries; false when nothing is left.
    fn open_next(&mut self, alive: impl Fn(&Entry) -> bool) -> bool {
        while let Some(bucket) = self.next_bucket() {
            let half = bucket >> self.half_shift;
            if half != self.current >> self.half_shift {
                self.admit(half + 1);
            }
            self.current = bucket;
            self.open_bucket(bucket, &alive);
            if !self.open.is_empty() {
                return true;
            }
        }
        false
    }

    fn open_bucket(&mut self, bucket: u64, alive: impl Fn(&Entry) -> bool) {
        let (opened, mut dead) = (&mut self.opened, 0);
        opened.clear();
        // Asking all payloads at once lets their cache misses overlap; the pops that follow find
        // them in the cache.
        self.wheel.drain(
            bucket,
            |entry| {
                if alive(&entry) { opened.push(entry) } else { dead += 1 }
            },
        );
        self.entries -= dead;
        sort_bucket(&mut self.opened, self.shift, &mut self.open);
    }

    /// The next occupied bucket of the wheel, turning the wheel to the far entries if need be.
    fn next_bucket(&mut self) -> Option<u64> {
        loop {
            let end = ((self.current >> self.half_shift) + 2) << self.half_shift;
            if let Some(bucket) = self.wheel.next_occupied(self.current + 1, end) {
                return Some(bucket);
            }
            let half = *self.far.first_key_value()?.0;
            self.current = (half << self.half_shift) - 1;
            self.admit(half);
        }
    }

    /// Moves a half turn from far to the wheel.
    fn admit(&mut self, half: u64) {
        for entry in self.far.remove(&half).unwrap_or_default() {
            self.wheel.push(self.bucket(entry.time), entry);
        }
    }

    /// Gives the calendar a new shape if its content has outgrown the old one, and drops entries
    /// that are not `alive` with it. `live` counts those that are.
    ///
    /// Every reason to rebuild needs a number of operations in proportion to the entries moved.
    pub(super) fn review(&mut self, now: SimTime, live: usize, alive: impl Fn(&Entry) -> bool) {
        self.review_in = REVIEW_EVERY;
        let (buckets, wanted) = (self.wheel.buckets(), buckets_for(live));
        let crowded = self.near.len() > REVIEW_EVERY as usize / 8 + live / 4;
        let stale = self.entries > 2 * live + REVIEW_EVERY as usize;
        if wanted > buckets || wanted * 8 < buckets || crowded || stale || self.is_off_pace(now) {
            self.rebuild(now, wanted, alive);
        }
    }

    /// Whether buckets have become four times too wide or too narrow.
    fn is_off_pace(&mut self, now: SimTime) -> bool {
        if self.pace.pops < u64::from(REVIEW_EVERY).max(self.entries as u64 / 4) {
            return false;
        }
        let off = self.paced_shift(now).is_some_and(|shift| shift.abs_diff(self.shift) >= 2);
        if !off {
            self.pace = Pace { since: now.as_nanos(), pops: 0 };
        }
        off
    }

    /// The bucket width that the pops since the last look ask for.
    fn paced_shift(&self, now: SimTime) -> Option<u32> {
        let elapsed = now.as_nanos() - self.pace.since;
        let enough = self.pace.pops >= u64::from(REVIEW_EVERY) / 4 && elapsed > 0;
        enough.then(|| shift_for(elapsed, self.pace.pops))
    }

    fn rebuild(&mut self, now: SimTime, buckets: usize, alive: impl Fn(&Entry) -> bool) {
        let mut entries = self.take_all();
        entries.retain(alive);
        self.shift =
            self.paced_shift(now).or_else(|| pending_shift(&mut entries)).unwrap_or(self.shift);
        self.half_shift = buckets.ilog2() - 1;
        self.wheel = Wheel::new(buckets);
        self.current = self.bucket(now.as_nanos()) - 1;
        self.entries = entries.len();
        #[cfg(test)]
        {
            self.moved += entries.len();
        }
        self.pace = Pace { since: now.as_nanos(), pops: 0 };
        for entry in entries {
            self.file(entry);
        }
    }

    fn take_all(&mut self) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(self.entries);
        entries.append(&mut self.open);
        entries.extend(self.near.drain().map(|Reverse(entry)| entry));
        for bucket in 0..self.wheel.buckets() {
            self.wheel.drain(bucket as u64, |entry| entries.push(entry));
        }
        entries.extend(std::mem::take(&mut self.far).into_values().flatten());
        entries
    }
}

fn buckets_for(live: usize) -> usize {
    (live / PENDING_PER_BUCKET).next_power_of_two().max(FEWEST_BUCKETS)
}

/// The width at which `count` entries spread over `elapsed` put about [`PER_BUCKET`] in a bucket.
fn shift_for(elapsed: u64, count: u64) -> u32 {
    let width = u128::from(elapsed) * u128::from(PER_BUCKET) / u128::from(count);
    width.max(1).ilog2().clamp(*SHIFTS.start(), *SHIFTS.end())
}

/// The width for the nearer half of the pending entries, for want of anything popped yet.
fn pending_shift(entries: &mut [Entry]) -> Option<u32> {
    let middle = entries.len() / 2;
    let first = entries.iter().map(|entry| entry.time).min()?;
    let (_, median, _) = entries.select_nth_unstable_by_key(middle, |entry| entry.time);
    let elapsed = median.time - first;
    (elapsed > 0).then(|| shift_for(elapsed, middle as u64))
}
