//! The ring of buckets of the calendar: lists of entries in chunks of one shared table.
//!
//! The heads are small and dense, so that filing an entry reads nothing that is not in the cache;
//! the entries of a bucket lie side by side, so that opening it waits for memory once.

use super::entry::Entry;

/// Entries in a chunk: eight cache lines.
const CHUNK: u32 = 16;
const NONE: u32 = u32::MAX;

/// Where the next entry of a bucket goes: behind the one filed last. Every chunk of a bucket but the
/// one filled last is full. Zero is an empty bucket.
type Head = u32;

/// A ring of buckets, a power of two of them.
#[derive(Clone, Debug)]
pub(super) struct Wheel<E> {
    heads: Vec<Head>,
    /// One bit a bucket: is there anything in it?
    occupied: Vec<u64>,
    entries: Vec<Entry<E>>,
    next: Vec<u32>,
    free: u32,
}

impl<E: Copy> Wheel<E> {
    /// `buckets` must be a power of two and at least 64.
    pub(super) fn new(buckets: usize) -> Self {
        Self {
            heads: vec![0; buckets],
            occupied: vec![0; buckets / 64],
            entries: Vec::new(),
            next: Vec::new(),
            free: NONE,
        }
    }

    pub(super) const fn buckets(&self) -> usize {
        self.heads.len()
    }

    /// Files an entry under a bucket number, which is taken modulo the number of buckets.
    #[inline]
    pub(super) fn push(&mut self, bucket: u64, entry: Entry<E>) {
        let index = bucket as usize & (self.heads.len() - 1);
        if self.heads[index].is_multiple_of(CHUNK) {
            self.extend(index, entry);
        }
        let head = &mut self.heads[index];
        self.entries[*head as usize] = entry;
        *head += 1;
    }

    /// Adds a chunk, filled with this entry for want of others.
    fn extend(&mut self, index: usize, entry: Entry<E>) {
        let chunk = if self.free == NONE {
            self.entries.resize(self.entries.len() + CHUNK as usize, entry);
            self.next.push(NONE);
            (self.next.len() - 1) as u32
        } else {
            let recycled = self.free;
            self.free = self.next[recycled as usize];
            recycled
        };
        self.next[chunk as usize] = last_chunk(self.heads[index]);
        self.heads[index] = chunk * CHUNK;
        self.occupied[index / 64] |= 1 << (index % 64);
    }

    /// Empties a bucket and hands out its entries, the one filed last first.
    pub(super) fn drain(&mut self, bucket: u64, mut take: impl FnMut(Entry<E>)) {
        let index = bucket as usize & (self.heads.len() - 1);
        let mut end = std::mem::take(&mut self.heads[index]) as usize;
        self.occupied[index / 64] &= !(1 << (index % 64));
        let mut chunk = last_chunk(end as u32);
        while chunk != NONE {
            let start = (chunk * CHUNK) as usize;
            self.entries[start..end].iter().rev().for_each(|entry| take(*entry));
            let next = std::mem::replace(&mut self.next[chunk as usize], self.free);
            self.free = chunk;
            chunk = next;
            end = (chunk.wrapping_add(1).wrapping_mul(CHUNK)) as usize;
        }
    }

    /// The first bucket number of `from..end` with anything in it; they must span at most one turn.
    pub(super) fn next_occupied(&self, from: u64, end: u64) -> Option<u64> {
        let mask = self.heads.len() - 1;
        let mut bucket = from;
        while bucket < end {
            let index = bucket as usize & mask;
            let word = self.occupied[index / 64] >> (index % 64);
            if word != 0 {
                let found = bucket + u64::from(word.trailing_zeros());
                return (found < end).then_some(found);
            }
            bucket += 64 - (index % 64) as u64;
        }
        None
    }
}

/// The chunk of the entry filed last.
const fn last_chunk(head: Head) -> u32 {
    if head == 0 { NONE } else { (head - 1) / CHUNK }
}
