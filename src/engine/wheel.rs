//! The ring of buckets of the calendar: lists of entries in chunks of one shared table.
//!
//! The heads are small and dense, so that filing an entry reads nothing that is not in the cache;
//! the entries of a bucket lie side by side, so that opening it waits for memory once.

use super::calendar::Entry;

/// Entries in a chunk: 192 bytes, three cache lines.
const CHUNK: usize = 16;
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Head {
    chunk: u32,
    /// Entries in the first chunk of the list; all others are full.
    used: u32,
}

const EMPTY: Head = Head { chunk: NONE, used: CHUNK as u32 };

/// A ring of buckets, a power of two of them.
#[derive(Clone, Debug)]
pub(super) struct Wheel {
    heads: Vec<Head>,
    /// One bit a bucket: is there anything in it?
    occupied: Vec<u64>,
    entries: Vec<Entry>,
    next: Vec<u32>,
    free: u32,
}

impl Wheel {
    /// `buckets` must be a power of two and at least 64.
    pub(super) fn new(buckets: usize) -> Self {
        Self {
            heads: vec![EMPTY; buckets],
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
    pub(super) fn push(&mut self, bucket: u64, entry: Entry) {
        let index = bucket as usize & (self.heads.len() - 1);
        if self.heads[index].used as usize == CHUNK {
            self.extend(index);
        }
        let head = &mut self.heads[index];
        self.entries[head.chunk as usize * CHUNK + head.used as usize] = entry;
        head.used += 1;
    }

    fn extend(&mut self, index: usize) {
        let chunk = if self.free == NONE {
            self.entries.resize(self.entries.len() + CHUNK, Entry::default());
            self.next.push(NONE);
            (self.next.len() - 1) as u32
        } else {
            let recycled = self.free;
            self.free = self.next[recycled as usize];
            recycled
        };
        self.next[chunk as usize] = self.heads[index].chunk;
        self.heads[index] = Head { chunk, used: 0 };
        self.occupied[index / 64] |= 1 << (index % 64);
    }

    /// Empties a bucket and hands out its entries, the one filed last first.
    pub(super) fn drain(&mut self, bucket: u64, mut take: impl FnMut(Entry)) {
        let index = bucket as usize & (self.heads.len() - 1);
        let Head { mut chunk, used } = std::mem::replace(&mut self.heads[index], EMPTY);
        self.occupied[index / 64] &= !(1 << (index % 64));
        let mut used = used as usize;
        while chunk != NONE {
            let start = chunk as usize * CHUNK;
            self.entries[start..start + used].iter().rev().for_each(|entry| take(*entry));
            let next = std::mem::replace(&mut self.next[chunk as usize], self.free);
            self.free = chunk;
            (chunk, used) = (next, CHUNK);
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
