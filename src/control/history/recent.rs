//! A table of limited size that forgets what has not been touched for longest.

use std::collections::BTreeMap;

/// Values by key, and when each was last touched.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    limit: usize,
    values: BTreeMap<K, (u64, V)>,
    /// Oldest first.
    order: BTreeMap<u64, K>,
    touches: u64,
    forgotten: u64,
}

impl<K: Ord + Copy, V: Default> Recent<K, V> {
    /// An empty table of at most `limit` values, at least one.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            values: BTreeMap::new(),
            order: BTreeMap::new(),
            touches: 0,
            forgotten: 0,
        }
    }

    /// The value of a key, as it is.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// The value of a key to be changed, an empty one if there was none; the oldest other may go for it.
    pub(super) fn touch(&mut self, key: K) -> &mut V {
        let now = self.touches;
        self.touches += 1;
        if let Some((before, _)) = self.values.get(&key) {
            self.order.remove(before);
        } else if self.values.len() >= self.limit {
            self.forget_oldest();
        }
        self.order.insert(now, key);
        let (at, value) = self.values.entry(key).or_default();
        *at = now;
        value
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.order.pop_first() {
            self.values.remove(&key);
            self.forgotten += 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// How many values had to go.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.values().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_has_not_been_seen_for_longest_is_forgotten() {
        let mut table: Recent<u32, u32> = Recent::new(2);
        *table.touch(1) += 10;
        *table.touch(2) += 20;
        *table.touch(1) += 1;
        *table.touch(3) += 30;
        assert_eq!((table.get(&1), table.get(&2), table.get(&3)), (Some(&11), None, Some(&30)));
        assert_eq!((table.len(), table.forgotten()), (2, 1));
        // A look is no touch.
        table.touch(2);
        assert_eq!((table.get(&1), table.get(&2)), (None, Some(&0)));
    }

    proptest! {
        #[test]
        fn those_touched_last_are_there(
            limit in 1_usize..8,
            touches in prop::collection::vec(0_u8..20, 0..200),
        ) {
            let mut table: Recent<u8, u32> = Recent::new(limit);
            for key in &touches {
                *table.touch(*key) += 1;
            }
            let mut last: Vec<u8> = Vec::new();
            for key in touches.iter().rev() {
                if !last.contains(key) && last.len() < limit {
                    last.push(*key);
                }
            }
            for key in 0..20 {
                prop_assert_eq!(table.get(&key).is_some(), last.contains(&key));
            }
            prop_assert_eq!(table.order.len(), table.values.len());
        }
    }
}
