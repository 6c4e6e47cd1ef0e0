//! A calendar queue of entries (R. Brown, "Calendar queues", CACM 31(10), 1988) that adapts by
//! counting, never by the wall clock.
//!
//! Four places, by nearness in time: the *open* bucket, sorted into the total order; the *near*
//! heap, for what is scheduled at or before the open bucket; the *wheel* of unsorted buckets for
//! the current and the next section, half a turn each; and the *far* sections after those. An entry
//! moves at most twice, from far to wheel to open.

use super::entry::Entry;
use super::rank::sort_bucket;
use super::wheel::Wheel;
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Entries a bucket should hold when it is opened, on average, between this and its half.
const PER_BUCKET: u64 = 64;
/// Pending entries for one bucket of the wheel, with which few are filed twice.
const PENDING_PER_BUCKET: usize = 16;
const FEWEST_BUCKETS: usize = 64;
/// Filing twice costs less than heads that do not stay in the cache: the far sections are few.
const MOST_BUCKETS: usize = 1 << 14;
/// A turn of the wheel has so many sections.
const SECTIONS: u64 = 2;
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
pub(super) struct Calendar<E> {
    /// The open bucket, the next entry last.
    open: Vec<Entry<E>>,
    /// What is being opened, kept to reuse the memory.
    opened: Vec<Entry<E>>,
    near: BinaryHeap<Reverse<Entry<E>>>,
    wheel: Wheel<E>,
    /// Entries by section, beyond those of the wheel.
    far: BTreeMap<u64, Vec<Entry<E>>>,
    /// The number of the bucket opened last.
    current: u64,
    /// A bucket is `2^shift` nanoseconds wide.
    shift: u32,
    /// A section is `2^section_shift` buckets.
    section_shift: u32,
    entries: usize,
    /// Entries filed again by rebuilding.
    #[cfg(test)]
    moved: usize,
    review_in: u32,
    pace: Pace,
}

impl<E: Copy> Calendar<E> {
    pub(super) fn new() -> Self {
        Self {
            open: Vec::new(),
            opened: Vec::new(),
            near: BinaryHeap::new(),
            wheel: Wheel::new(FEWEST_BUCKETS),
            far: BTreeMap::new(),
            current: 0,
            shift: 20,
            section_shift: section_shift(FEWEST_BUCKETS),
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
    pub(super) fn push(&mut self, entry: Entry<E>) -> bool {
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
    fn file(&mut self, entry: Entry<E>) {
        let bucket = self.bucket(entry.time);
        let section = bucket >> self.section_shift;
        if bucket <= self.current {
            self.near.push(Reverse(entry));
        } else if section < self.end_of_wheel() {
            self.wheel.push(bucket, entry);
        } else {
            self.far.entry(section).or_default().push(entry);
        }
    }

    /// The next entry, which stays; entries that are not `alive` are skipped if that is cheap.
    pub(super) fn peek(&mut self, alive: impl Fn(&Entry<E>) -> bool) -> Option<Entry<E>> {
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
    pub(super) fn open(&self) -> (u64, &[Entry<E>]) {
        (self.current, &self.open)
    }

    /// Takes the next entry out.
    pub(super) fn pop(&mut self, alive: impl Fn(&Entry<E>) -> bool) -> Option<Entry<E>> {
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

    fn pop_near(&mut self) -> Option<Entry<E>> {
        self.near.pop().map(|Reverse(entry)| entry)
    }

    /// Opens the next bucket that has live entries; false when nothing is left.
    fn open_next(&mut self, alive: impl Fn(&Entry<E>) -> bool) -> bool {
        while let Some(bucket) = self.next_bucket() {
            self.current = bucket;
            self.admit();
            self.open_bucket(bucket, &alive);
            if !self.open.is_empty() {
                return true;
            }
        }
        false
    }

    fn open_bucket(&mut self, bucket: u64, alive: impl Fn(&Entry<E>) -> bool) {
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
            let end = self.end_of_wheel() << self.section_shift;
            if let Some(bucket) = self.wheel.next_occupied(self.current + 1, end) {
                return Some(bucket);
            }
            let section = *self.far.first_key_value()?.0;
            self.current = (section << self.section_shift) - 1;
            self.admit();
        }
    }

    /// The first section that the wheel has no room for.
    const fn end_of_wheel(&self) -> u64 {
        (self.current >> self.section_shift) + SECTIONS
    }

    /// Moves sections for which there is room now from far to the wheel.
    fn admit(&mut self) {
        let end = self.end_of_wheel();
        while let Some(first) = self.far.first_entry().filter(|first| *first.key() < end) {
            for entry in first.remove() {
                self.wheel.push((entry.time >> self.shift) + 1, entry);
            }
        }
    }

    /// Gives the calendar a new shape if its content has outgrown the old one, and drops entries
    /// that are not `alive` with it. `live` counts those that are.
    ///
    /// Every reason to rebuild needs a number of operations in proportion to the entries moved.
    pub(super) fn review(&mut self, now: SimTime, live: usize, alive: impl Fn(&Entry<E>) -> bool) {
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

    fn rebuild(&mut self, now: SimTime, buckets: usize, alive: impl Fn(&Entry<E>) -> bool) {
        let mut entries = self.take_all();
        entries.retain(alive);
        self.shift =
            self.paced_shift(now).or_else(|| pending_shift(&mut entries)).unwrap_or(self.shift);
        self.section_shift = section_shift(buckets);
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

    fn take_all(&mut self) -> Vec<Entry<E>> {
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

const fn section_shift(buckets: usize) -> u32 {
    buckets.ilog2() - SECTIONS.ilog2()
}

fn buckets_for(live: usize) -> usize {
    let wanted = (live / PENDING_PER_BUCKET).next_power_of_two();
    wanted.clamp(FEWEST_BUCKETS, MOST_BUCKETS)
}

/// The width at which `count` entries spread over `elapsed` put about [`PER_BUCKET`] in a bucket.
fn shift_for(elapsed: u64, count: u64) -> u32 {
    let width = u128::from(elapsed) * u128::from(PER_BUCKET) / u128::from(count);
    width.max(1).ilog2().clamp(*SHIFTS.start(), *SHIFTS.end())
}

/// The width for the nearer half of the pending entries, for want of anything popped yet.
fn pending_shift<E>(entries: &mut [Entry<E>]) -> Option<u32> {
    let middle = entries.len() / 2;
    let first = entries.iter().map(|entry| entry.time).min()?;
    let (_, median, _) = entries.select_nth_unstable_by_key(middle, |entry| entry.time);
    let elapsed = median.time - first;
    (elapsed > 0).then(|| shift_for(elapsed, middle as u64))
}
