//! Random streams named by purpose and entity.
//!
//! A stream depends on nothing but the run's seed, a purpose and an entity, so that one more draw
//! in one place leaves all other draws alone, and two coordinators meet the same viewers (common
//! random numbers).

use rand::SeedableRng;

/// The generator of every stream, pinned by name: Blackman and Vigna's xoshiro256++.
pub type Rng = rand::rngs::Xoshiro256PlusPlus;

/// The stream for `purpose` and `entity` in the run with this `seed`.
///
/// Its seed is the BLAKE3 digest of a version tag and the three, the purpose with its length.
#[must_use]
pub fn stream(seed: u64, purpose: &str, entity: u64) -> Rng {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"grandstand stream v1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(purpose.len() as u64).to_le_bytes());
    hasher.update(purpose.as_bytes());
    hasher.update(&entity.to_le_bytes());
    Rng::from_seed(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng as _;

    #[test]
    fn streams_are_pinned_and_differ_by_seed_purpose_and_entity() {
        let first = |seed, purpose, entity| stream(seed, purpose, entity).next_u64();
        let all = [
            first(1, "churn", 17),
            first(2, "churn", 17),
            first(1, "nat", 17),
            first(1, "churn", 18),
        ];
        assert_eq!(
            all,
            [8134342143049083481, 15877531088828394543, 17118969544778814211, 15263964016972638115]
        );
    }
}
