//! Sorting a bucket of few entries without branches: each entry's place is the number of entries
//! that come after it, which the processor counts several at a time.

use super::entry::Entry;
use std::cmp::Reverse;

/// More entries than this are sorted the usual way.
const FEW: usize = 64;
const FEW_BITS: u32 = 6;
/// Bits of an entry's place in its bucket's time span: with the bits of its index, a positive `i32`.
const TIME_BITS: u32 = 31 - FEW_BITS;

/// Appends `entries`, all of one bucket `2^shift` nanoseconds wide and the newest first, to the empty
/// `sorted`, the last in the total order first.
pub(super) fn sort_bucket<E: Copy>(
    entries: &mut Vec<Entry<E>>,
    shift: u32,
    sorted: &mut Vec<Entry<E>>,
) {
    if entries.len() > FEW {
        sorted.append(entries);
    } else {
        place(entries, shift, sorted);
    }
    // Ranks see neither classes nor the last bits of a long time span.
    if !sorted.is_sorted_by_key(|entry| Reverse(entry.key())) {
        sorted.sort_unstable_by_key(|entry| Reverse(entry.key()));
    }
}

fn place<E: Copy>(entries: &[Entry<E>], shift: u32, sorted: &mut Vec<Entry<E>>) {
    let Some(&any) = entries.first() else { return };
    // Ranks are all different: at equal times the older entry, with the higher index, is lower.
    let mut ranks = [i32::MIN; FEW];
    let (mask, excess) = ((1 << shift) - 1, shift.saturating_sub(TIME_BITS));
    for (index, entry) in entries.iter().enumerate() {
        let time = (entry.time & mask) >> excess;
        ranks[index] = (time << FEW_BITS) as i32 | (FEW - 1 - index) as i32;
    }
    let counted = &ranks[..entries.len().next_multiple_of(8)];
    sorted.resize(entries.len(), any);
    for (entry, rank) in entries.iter().zip(&ranks) {
        let after: i32 = counted.iter().map(|other| i32::from(other > rank)).sum();
        sorted[after as usize] = *entry;
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Filed;
    use super::*;
    use crate::units::{dist, stream};

    #[test]
    fn buckets_of_any_size_and_width_come_out_in_order() {
        let mut rng = stream(1, "rank", 0);
        for (count, shift) in [(0, 20), (1, 20), (7, 2), (64, 10), (65, 10), (40, 56), (300, 30)] {
            let mut entries: Vec<Entry<()>> = (0..count)
                .rev()
                .map(|number| Entry {
                    time: dist::below(&mut rng, 1 << shift) + (5 << shift),
                    order: dist::below(&mut rng, 2) << 56 | number,
                    event: Filed::Here(()),
                })
                .collect();
            let mut expected = entries.clone();
            expected.sort_by_key(|entry| Reverse(entry.key()));
            let mut sorted = Vec::new();
            sort_bucket(&mut entries, shift, &mut sorted);
            assert_eq!(sorted, expected, "{count} entries of 2^{shift} ns");
        }
    }
}
