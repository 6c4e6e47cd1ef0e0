//! A queue of keys that only rise: a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, JACM 37(2), 1990).
//!
//! Most keys of a settlement are far above the levels that it reaches. Here they cost one push, and
//! are thrown away unsorted.

/// Keys with a tag each; no key may be below the one popped last.
#[derive(Clone, Debug)]
pub(super) struct Radix {
    /// Bucket 0 has the keys equal to `last`, bucket k those that differ from it first in bit k - 1.
    buckets: Vec<Vec<(u64, u64)>>,
    /// One bit for each bucket above 0 that is not empty.
    occupied: u64,
    last: u64,
}

impl Default for Radix {
    fn default() -> Self {
        Self { buckets: vec![Vec::new(); 65], occupied: 0, last: 0 }
    }
}

impl Radix {
    pub(super) fn push(&mut self, key: u64, tag: u64) {
        let bucket = 64 - (key ^ self.last).leading_zeros();
        self.buckets[bucket as usize].push((key, tag));
        self.occupied |= ((1_u128 << bucket) >> 1) as u64;
    }

    /// A tag whose key is the one popped or reached last, if there is one.
    pub(super) fn pop(&mut self) -> Option<u64> {
        self.buckets[0].pop().map(|(_, tag)| tag)
    }

    /// Goes on to the lowest key when no key equals the last one; `None` when there is none at all.
    pub(super) fn advance(&mut self) -> Option<u64> {
        let bucket = self.occupied.checked_ilog2().map(|_| self.occupied.trailing_zeros())?;
        self.occupied &= self.occupied - 1;
        let mut entries = std::mem::take(&mut self.buckets[bucket as usize + 1]);
        self.last = entries.iter().map(|(key, _)| *key).min().unwrap_or(self.last);
        for (key, tag) in entries.drain(..) {
            self.push(key, tag);
        }
        self.buckets[bucket as usize + 1] = entries;
        Some(self.last)
    }

    /// Empties the queue and begins again at key 0.
    pub(super) fn clear(&mut self) {
        self.buckets[0].clear();
        while self.occupied != 0 {
            self.buckets[self.occupied.trailing_zeros() as usize + 1].clear();
            self.occupied &= self.occupied - 1;
        }
        self.last = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_rising_order_with_pushes_between() {
        let mut radix = Radix::default();
        for key in [7, 0, 1 << 63, 5, 7, u64::MAX, 6] {
            radix.push(key, key ^ 1);
        }
        assert_eq!((radix.pop(), radix.pop()), (Some(1), None));
        assert_eq!((radix.advance(), radix.pop(), radix.pop()), (Some(5), Some(4), None));
        radix.push(6, 9);
        assert_eq!(radix.advance(), Some(6));
        assert_eq!(radix.pop().into_iter().chain(radix.pop()).sum::<u64>(), 9 + 7);
        assert_eq!((radix.advance(), radix.pop(), radix.pop()), (Some(7), Some(6), Some(6)));
        assert_eq!((radix.advance(), radix.pop()), (Some(1 << 63), Some(1 << 63 | 1)));
        radix.clear();
        assert_eq!((radix.pop(), radix.advance()), (None, None));
        radix.push(3, 3);
        assert_eq!((radix.advance(), radix.pop(), radix.advance()), (Some(3), Some(3), None));
    }
}
