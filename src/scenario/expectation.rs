//! What an expectation allows, and how it reads.

use super::diagnostics::did_you_mean;
use super::limit;
use super::model::{CoordinatorKind, Expectation, Over};
use crate::metrics::{metric_names, unit};

impl Expectation {
    /// The expectation in a line, as in `startup_delay.p95 <= 4 s`; `continuity.p05` is short for
    /// `continuity_per_session.p05`.
    ///
    /// # Errors
    /// When it is not a figure of `summary.csv`, `>=` or `<=`, and a value in the figure's unit: what was
    /// expected.
    pub fn parse(text: &str, over: Over) -> Result<Self, String> {
        let operators = [(">=", true), ("<=", false)];
        let split = operators.into_iter().find_map(|(operator, is_low)| {
            text.split_once(operator).map(|(metric, value)| (metric.trim(), value.trim(), is_low))
        });
        let Some((name, value, is_low)) = split else {
            return Err("a figure, `>=` or `<=`, and a value, as in continuity >= 0.99".to_string());
        };
        let long = name.split_once('.').map(|(name, part)| format!("{name}_per_session.{part}"));
        let known = [Some(name.to_string()), long].into_iter().flatten();
        let found = known.filter_map(|name| unit(&name).map(|unit| (name, unit))).next();
        let (metric, unit) = found.ok_or_else(|| {
            let names: Vec<String> = metric_names().collect();
            let hint = did_you_mean(name, names.iter().map(String::as_str));
            let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
            format!("the name of a figure of summary.csv instead of `{name}`{hint}")
        })?;
        let value = limit::parse(value, unit)?;
        let (low, high) = if is_low { (Some(value), None) } else { (None, Some(value)) };
        Ok(Self { metric, unit, low, high, over, coordinators: Vec::new(), group: None })
    }

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
    fn a_line_is_a_figure_an_operator_and_a_value() {
        let parsed = |text: &str| Expectation::parse(text, Over::EverySeed);
        let low = parsed("continuity.p05 >= 99 %").unwrap();
        assert_eq!(low.metric, "continuity_per_session.p05");
        assert_eq!((low.low, low.high), (Some(0.99), None));
        let high = parsed("startup_delay.p95<=4 s").unwrap();
        assert_eq!((high.high, high.unit), (Some(4.0), "s"));
        assert!(parsed("continuity > 1").unwrap_err().starts_with("a figure, `>=`"));
        assert!(parsed("continuty >= 1").unwrap_err().contains("did you mean `continuity`?"));
        assert!(parsed("lag.p95 <= 4").unwrap_err().contains("a span of time"));
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
