//! What an expectation allows, and how it reads.

use super::model::{CoordinatorKind, Expectation, Over};

impl Expectation {
    /// Whether a value, in the figure's unit, is within the limits.
    #[must_use]
    pub fn allows(&self, value: f64) -> bool {
        self.low.is_none_or(|low| value >= low) && self.high.is_none_or(|high| value <= high)
    }

    /// Whether runs under this coordinator are meant.
    #[must_use]
    pub fn is_about(&self, coordinator: CoordinatorKind) -> bool {
        self.coordinators.is_empty() || self.coordinators.contains(&coordinator)
    }

    /// The figure and the part of the audience, as in `continuity of class dsl`.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.group {
            None => self.metric.clone(),
            Some((by, name)) => format!("{} of {} {name}", self.metric, by.name()),
        }
    }

    /// The limits, as in `at least 0.99`.
    #[must_use]
    pub fn limits(&self) -> String {
        let show = |value: f64| self.show(value);
        match (self.low, self.high) {
            (Some(low), Some(high)) => format!("{} to {}", show(low), show(high)),
            (Some(low), None) => format!("at least {}", show(low)),
            (None, Some(high)) => format!("at most {}", show(high)),
            (None, None) => "anything".to_string(),
        }
    }

    /// Over what it is judged, in words.
    #[must_use]
    pub const fn scope(&self) -> &'static str {
        match self.over {
            Over::EverySeed => "with every seed",
            Over::Mean => "in the mean",
        }
    }

    /// A value with its unit, to six significant digits: enough to tell it from a limit that it misses.
    #[must_use]
    pub fn show(&self, value: f64) -> String {
        let rounded = format!("{value:.5e}").parse().unwrap_or(value);
        // What rounds to a limit that it misses is shown in full.
        let shown = if self.allows(rounded) == self.allows(value) { rounded } else { value };
        match self.unit {
            "ratio" | "count" | "share" => format!("{shown}"),
            unit => format!("{shown} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(low: Option<f64>, high: Option<f64>, unit: &'static str) -> Expectation {
        Expectation {
            metric: "lag.p95".to_string(),
            unit,
            low,
            high,
            over: Over::Mean,
            coordinators: vec![CoordinatorKind::CdnOnly],
            group: None,
        }
    }

    #[test]
    fn limits_belong_to_what_is_allowed() {
        let both = expected(Some(1.0), Some(2.0), "s");
        assert!(both.allows(1.0) && both.allows(2.0) && !both.allows(0.9) && !both.allows(2.1));
        assert!(!both.allows(f64::NAN));
        assert_eq!((both.limits().as_str(), both.subject().as_str()), ("1 s to 2 s", "lag.p95"));
        assert!(both.is_about(CoordinatorKind::CdnOnly));
        assert!(!both.is_about(CoordinatorKind::ControlCenter));
    }

    #[test]
    fn a_value_that_just_misses_a_limit_is_not_shown_as_the_limit() {
        let most = expected(None, Some(0.3), "ratio");
        assert_eq!(most.show(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(most.show(0.123_456_789), "0.123457");
        assert_eq!(expected(Some(9.0), None, "hops").show(12.0), "12 hops");
    }
}
