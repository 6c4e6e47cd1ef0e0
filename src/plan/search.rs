//! Bracketing, then bisection, on a logarithmic scale.

/// Above the answer these factors of it are tried too, to see whether more is ever worse.
const BEYOND: [f64; 3] = [1.25, 1.5, 2.0];

/// A value that was tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// The value of the knob, in its unit.
    pub value: f64,
    /// Whether the target was met.
    pub met: bool,
}

/// What the trials say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// The smallest value that was seen to do; one that is smaller by the precision does not.
    Found(f64),
    /// Even the least value that may be tried does.
    AtMost(f64),
    /// Not even the largest value that may be tried does.
    Beyond(f64),
}

/// A search for the smallest value that does, in the belief that more is never worse.
#[derive(Clone, Debug)]
pub struct Search {
    least: f64,
    most: f64,
    first: f64,
    precision: f64,
    trials: Vec<Trial>,
}

impl Search {
    /// Between `least` and `most`, both above 0, beginning at `first`; ends when a value that does is
    /// no more than `1 + precision` times one that does not.
    #[must_use]
    pub fn new(least: f64, most: f64, first: f64, precision: f64) -> Self {
        Self { least, most, first: first.clamp(least, most), precision, trials: Vec::new() }
    }

    /// The value to try next; none when the search has ended.
    #[must_use]
    pub fn next(&self) -> Option<f64> {
        match (self.failed(), self.met()) {
            (None, None) => Some(self.first),
            (Some(failed), None) => (failed < self.most).then(|| (failed * 2.0).min(self.most)),
            (None, Some(met)) if met > self.least => Some((met / 2.0).max(self.least)),
            (Some(failed), Some(met)) if met / failed > 1.0 + self.precision => {
                Some((met * failed).sqrt())
            }
            (_, Some(met)) => self.beyond(met),
        }
    }

    /// A value above the answer that was not tried yet.
    fn beyond(&self, met: f64) -> Option<f64> {
        let wanted = BEYOND.into_iter().map(|factor| met * factor).filter(|v| *v <= self.most);
        let is_near = |a: f64, b: f64| (a / b - 1.0).abs() < 0.08;
        let is_tried = |value: f64| self.trials.iter().any(|trial| is_near(trial.value, value));
        wanted.into_iter().find(|value| !is_tried(*value))
    }

    /// What came of a trial.
    pub fn record(&mut self, value: f64, met: bool) {
        self.trials.push(Trial { value, met });
    }

    /// The largest value below all that do, of those that do not.
    fn failed(&self) -> Option<f64> {
        let below = self.met().unwrap_or(f64::INFINITY);
        let failed = self.trials.iter().filter(|trial| !trial.met && trial.value < below);
        failed.map(|trial| trial.value).reduce(f64::max)
    }

    /// The smallest value that does.
    fn met(&self) -> Option<f64> {
        self.trials.iter().filter(|trial| trial.met).map(|trial| trial.value).reduce(f64::min)
    }

    /// The answer; none before the first trial.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        match (self.failed(), self.met()) {
            (_, Some(met)) if met <= self.least => Some(Answer::AtMost(met)),
            (_, Some(met)) => Some(Answer::Found(met)),
            (Some(failed), None) => Some(Answer::Beyond(failed)),
            (None, None) => None,
        }
    }

    /// All trials, by value.
    #[must_use]
    pub fn trials(&self) -> Vec<Trial> {
        let mut trials = self.trials.clone();
        trials.sort_by(|a, b| a.value.total_cmp(&b.value));
        trials
    }

    /// A value that does and a larger one that does not, when more was seen to be worse.
    #[must_use]
    pub fn not_monotone(&self) -> Option<(f64, f64)> {
        let met = self.met()?;
        let above = self.trials.iter().filter(|trial| !trial.met && trial.value > met);
        above.map(|trial| trial.value).reduce(f64::min).map(|failed| (met, failed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(mut search: Search, does: impl Fn(f64) -> bool) -> Search {
        while let Some(value) = search.next() {
            search.record(value, does(value));
            assert!(search.trials.len() < 100, "the search does not end");
        }
        search
    }

    proptest! {
        #[test]
        fn the_threshold_is_found_to_the_precision(
            threshold in 1.5_f64..900.0,
            first in 1.0_f64..1000.0,
            precision in 0.01_f64..0.3,
        ) {
            let found = run(Search::new(1.0, 1000.0, first, precision), |value| value >= threshold);
            let Some(Answer::Found(value)) = found.answer() else {
                panic!("{:?}", found.answer());
            };
            prop_assert!(value >= threshold && value <= threshold * (1.0 + precision) * 1.000_001);
            prop_assert!(found.trials.iter().all(|trial| (1.0..=1000.0).contains(&trial.value)));
            prop_assert_eq!(found.not_monotone(), None);
        }
    }

    #[test]
    fn thresholds_outside_of_what_may_be_tried_are_told() {
        let low = run(Search::new(2.0, 50.0, 10.0, 0.05), |_| true);
        assert_eq!(low.answer(), Some(Answer::AtMost(2.0)));
        let high = run(Search::new(2.0, 50.0, 10.0, 0.05), |_| false);
        assert_eq!(high.answer(), Some(Answer::Beyond(50.0)));
        assert_eq!(Search::new(2.0, 50.0, 10.0, 0.05).answer(), None);
    }

    #[test]
    fn more_that_is_worse_is_noticed_beyond_the_answer() {
        let gap = run(Search::new(1.0, 100.0, 6.0, 0.05), |value| {
            (5.0..6.5).contains(&value) || value > 9.0
        });
        let (met, failed) = gap.not_monotone().expect("6.5 to 9 does not do");
        assert!(met < 6.5 && (6.5..=9.0).contains(&failed), "{met}, {failed}");
    }
}
