//! What varies from place to place of a plan.

use super::super::exit::Failure;
use crate::units::range::{Amount, Spread, range};

/// Short for the path that planners ask for most.
const AUDIENCE: (&str, &str) = ("audience", "audience.peak");

/// A key and its values; neither without `--axis`.
#[derive(Clone, Debug, Default)]
pub(super) struct PlanAxis {
    /// The key's path; empty without an axis.
    pub(super) key: String,
    values: Vec<String>,
}

impl PlanAxis {
    /// As in `audience=5k..200k`, with so many steps at equal ratios, or `audience=5000,20000`.
    pub(super) fn parse(text: Option<&str>, steps: u32) -> Result<Self, Failure> {
        let Some(text) = text else { return Ok(Self::default()) };
        let refused = || {
            Failure::input(format_args!(
                "--axis {text}: expected a path, `=`, and two values above 0 with `..` or some with \
                 commas, as in audience=5k..200k"
            ))
        };
        let (key, values) = text.split_once('=').ok_or_else(refused)?;
        let key = if key.trim() == AUDIENCE.0 { AUDIENCE.1 } else { key.trim() }.to_string();
        let values: Vec<String> = match values.split_once("..") {
            None => values.split(',').map(|value| thousands(value.trim())).collect(),
            Some((from, to)) => {
                let ends = [from, to].map(|end| Amount::parse(&thousands(end.trim())));
                let [Some(from), Some(to)] = ends else { return Err(refused()) };
                if from.number <= 0.0 || to.number <= from.number || from.unit != to.unit {
                    return Err(refused());
                }
                range(&from, &to, steps.max(2), Spread::Logarithmic)
            }
        };
        if key.is_empty() || values.iter().any(String::is_empty) {
            return Err(refused());
        }
        Ok(Self { key, values: values.into_iter().map(short).collect() })
    }

    /// Every place: its label and what makes it, `path=value`.
    pub(super) fn places(&self) -> Vec<(String, Vec<String>)> {
        if self.key.is_empty() {
            return vec![(String::new(), Vec::new())];
        }
        let place = |value: &String| (value.clone(), vec![format!("{}={value}", self.key)]);
        self.values.iter().map(place).collect()
    }
}

/// `5k` as 5000, `2M` as 2000000; anything else as it is.
fn thousands(text: &str) -> String {
    let factors = [('k', 1e3), ('M', 1e6)];
    let scaled = factors.iter().find_map(|(suffix, factor)| {
        let number = text.strip_suffix(*suffix)?.parse::<f64>().ok()?;
        Some((number * factor).to_string())
    });
    scaled.unwrap_or_else(|| text.to_string())
}

/// A value between two ends with three significant digits.
fn short(text: String) -> String {
    let Some(amount) = Amount::parse(&text) else { return text };
    let rounded = format!("{:.2e}", amount.number).parse().unwrap_or(amount.number);
    amount.like(&amount, rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_and_ranges_are_read() {
        let labels = |text: &str, steps| {
            let axis = PlanAxis::parse(Some(text), steps).unwrap();
            axis.places().into_iter().map(|(label, _)| label).collect::<Vec<_>>()
        };
        assert_eq!(labels("audience=5k..200k", 3), ["5000", "31600", "200000"]);
        assert_eq!(labels("audience=1k,2.5k", 9), ["1000", "2500"]);
        assert_eq!(labels("access.dsl.uplink=1 Mbps..4 Mbps", 3), ["1 Mbps", "2 Mbps", "4 Mbps"]);
        let axis = PlanAxis::parse(Some("audience=5"), 2).unwrap();
        assert_eq!(axis.places()[0].1, ["audience.peak=5"]);
        assert_eq!(PlanAxis::parse(None, 5).unwrap().places().len(), 1);
    }

    #[test]
    fn what_is_no_axis_is_refused() {
        for text in ["audience", "=5", "audience=", "audience=9..5", "a=0..5", "a=1 s..2 min"] {
            assert!(PlanAxis::parse(Some(text), 3).is_err(), "{text}");
        }
    }
}
