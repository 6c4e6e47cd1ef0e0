//! A rolling hash of everything that happened, to compare two runs by one number.

/// An odd constant with well-spread bits (the fractional part of the golden ratio).
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// A rolling 64-bit hash of a sequence of events; depends on their order.
///
/// Not cryptographic: it tells runs that differ by accident apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

impl Digest {
    /// The digest of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(0x6772_616e_6473_7461)
    }

    /// Takes in one event: its time in nanoseconds, its class and the caller's fingerprint of it.
    pub const fn event(&mut self, time: u64, class: u8, fingerprint: u64) {
        self.word(time);
        self.word(fingerprint);
        self.word(class as u64);
    }

    /// Takes in one number.
    pub const fn word(&mut self, word: u64) {
        // For a given word this is a bijection of the state, so no difference is ever forgotten.
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER);
    }

    /// The hash so far, with its bits mixed (the finaliser of MurmurHash3).
    #[must_use]
    pub const fn value(self) -> u64 {
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        mixed ^ (mixed >> 33)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(events: &[(u64, u8, u64)]) -> u64 {
        let mut digest = Digest::new();
        for (time, class, fingerprint) in events {
            digest.event(*time, *class, *fingerprint);
        }
        digest.value()
    }

    #[test]
    fn the_digest_is_pinned() {
        assert_eq!(of(&[]), 8_077_975_537_128_274_592);
        assert_eq!(of(&[(5, 1, 7), (5, 1, 8), (9, 0, 7)]), 17_538_218_594_202_392_717);
    }

    #[test]
    fn order_time_class_and_fingerprint_all_count() {
        let base = of(&[(1, 0, 10), (2, 0, 20)]);
        for other in [
            [(2, 0, 20), (1, 0, 10)],
            [(1, 1, 10), (2, 0, 20)],
            [(1, 0, 11), (2, 0, 20)],
            [(1, 0, 10), (3, 0, 20)],
        ] {
            assert_ne!(of(&other), base);
        }
    }
}
