//! A life table: of those who began a stage of their stay, how many left within it.
//!
//! Those who are still in a stage count by half, as actuaries have it (Cutler, Ederer 1958): who is present
//! tells something too, and without it a database a few minutes old would know short stays only.

use super::downloads::Ending;
use crate::units::Span;

/// Stages of a stay: each ends at twice the age at which it begins, the last one never.
pub(super) const STAGES: usize = 13;

/// The ages at which the second and the later stages begin (assumption: hazards of viewers fall by
/// magnitudes within minutes, so stages of equal ratio).
pub(crate) const AGES: [Span; STAGES - 1] = {
    let mut ages = [Span::from_secs(15); STAGES - 1];
    let mut stage = 1;
    while stage < ages.len() {
        ages[stage] = Span::from_secs(15 << stage);
        stage += 1;
    }
    ages
};

/// The stage in which a stay of this length is.
pub(crate) fn stage_of(age: Span) -> usize {
    AGES.partition_point(|begins| *begins <= age)
}

/// From which age to which a stage goes; the last as far again as it has begun.
pub(super) fn bounds(stage: usize) -> (Span, Span) {
    let from = if stage == 0 { Span::ZERO } else { AGES[stage - 1] };
    (from, AGES.get(stage).copied().unwrap_or(from * 2))
}

/// Stays by stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LifeTable {
    entered: [u32; STAGES],
    left: [u32; STAGES],
    /// Of those who left, without a word.
    silent: u32,
}

impl LifeTable {
    pub(super) fn enters(&mut self, stage: usize) {
        self.entered[stage] = self.entered[stage].saturating_add(1);
    }

    pub(super) fn ends(&mut self, stage: usize, ending: Ending) {
        self.left[stage] = self.left[stage].saturating_add(1);
        self.silent = self.silent.saturating_add(u32::from(ending == Ending::Silence));
    }

    /// How many were at risk of leaving in a stage, and how many did.
    pub(super) fn risk(&self, stage: usize) -> (f64, f64) {
        let (entered, left) = (self.entered[stage], self.left[stage]);
        let passed = self.entered.get(stage + 1).copied().unwrap_or(0);
        let present = entered.saturating_sub(left).saturating_sub(passed);
        // A forgotten class that is known again has seen some leave whom it has not seen come.
        let at_risk = f64::from(entered) - f64::from(present) / 2.0;
        (at_risk.max(f64::from(left)), f64::from(left))
    }

    /// How many left, and how many of them without a word.
    pub(super) fn endings(&self) -> (f64, f64) {
        let left: u64 = self.left.iter().map(|left| u64::from(*left)).sum();
        (left as f64, f64::from(self.silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_double() {
        let ends: Vec<u64> = AGES.iter().map(|age| age.as_nanos() / 1_000_000_000).collect();
        let expected = [15, 30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 30_720];
        assert_eq!(ends, expected);
        let stages = [0, 14, 15, 29, 30, 3839, 3840, 99_999];
        assert_eq!(stages.map(|s| stage_of(Span::from_secs(s))), [0, 0, 1, 1, 2, 8, 9, 12]);
        assert_eq!(bounds(0), (Span::ZERO, Span::from_secs(15)));
        assert_eq!(bounds(12), (Span::from_secs(30_720), Span::from_secs(61_440)));
    }

    #[test]
    fn who_is_still_in_a_stage_counts_by_half() {
        let mut table = LifeTable::default();
        for _ in 0..10 {
            table.enters(0);
        }
        table.ends(0, Ending::GoodBye);
        table.ends(0, Ending::Silence);
        for _ in 0..4 {
            table.enters(1);
        }
        table.ends(1, Ending::Silence);
        // Ten came: two left, four went on, four are in the first stage.
        assert_eq!(table.risk(0), (8.0, 2.0));
        assert_eq!(table.risk(1), (2.5, 1.0));
        assert_eq!(table.endings(), (3.0, 2.0));
    }

    #[test]
    fn nobody_leaves_who_was_not_at_risk() {
        let mut table = LifeTable::default();
        table.ends(3, Ending::GoodBye);
        assert_eq!(table.risk(3), (1.0, 1.0));
    }
}
