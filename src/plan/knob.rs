//! What is turned: any number of a scenario by its path, or the capacity of all CDN nodes together.

use crate::scenario::{Arrivals, Scenario, Server};
use crate::units::range::Amount;
use crate::units::{BitRate, parse};
use std::fmt;

/// The capacity of all CDN nodes together, which share it as the scenario has it.
const CDN: &str = "cdn.capacity";
/// Significant digits of the values that are tried.
const DIGITS: usize = 4;

/// A knob and between which values it may be turned.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    path: String,
    ends: Option<(Amount, Amount)>,
}

/// Why a text names no knob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnobError(String);

impl fmt::Display for KnobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for KnobError {}

impl Knob {
    /// The knob in a text: `cdn.capacity`, or a path with two values, as in
    /// `cdn.origin.capacity=1 Gbps..40 Gbps`.
    ///
    /// # Errors
    /// When there is neither, or the values are not two numbers above 0 with the same unit.
    pub fn parse(text: &str) -> Result<Self, KnobError> {
        let Some((path, values)) = text.split_once('=') else {
            let path = text.trim().to_string();
            return if path == CDN {
                Ok(Self { path, ends: None })
            } else {
                let example = format!("{text}=1 Mbps..50 Mbps");
                Err(KnobError(format!("{CDN}, or a path with two values, as in {example}")))
            };
        };
        let wrong =
            || KnobError("two numbers above 0 with `..` between, as in 1 Gbps..40 Gbps".into());
        let (from, to) = values.split_once("..").ok_or_else(wrong)?;
        let (from, to) = Amount::parse(from).zip(Amount::parse(to)).ok_or_else(wrong)?;
        if from.number <= 0.0 || to.number <= 0.0 {
            return Err(wrong());
        }
        if from.unit != to.unit || from.number > to.number {
            return Err(KnobError(
                "the smaller value first, and both in the same unit".to_string(),
            ));
        }
        Ok(Self { path: path.trim().to_string(), ends: Some((from, to)) })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The unit of its values.
    #[must_use]
    pub fn unit(&self) -> &str {
        self.ends.as_ref().map_or("Mbps", |(from, _)| from.unit.as_str())
    }

    fn is_cdn_capacity(&self) -> bool {
        self.path == CDN
    }

    /// A rate in the unit of a knob that is the capacity of the CDN, which theory has a minimum of; none
    /// for any other knob.
    #[must_use]
    pub fn of_bps(&self, bps: f64) -> Option<f64> {
        self.is_cdn_capacity().then(|| bps / self.unit_bps())
    }

    /// Bits per second in one unit.
    fn unit_bps(&self) -> f64 {
        let one = parse::bit_rate(&self.show(1.0));
        one.map_or(1e6, BitRate::as_f64)
    }

    /// The least and the largest value that may be tried. Of the CDN's capacity: from a tenth of one copy
    /// of each content to twice what all viewers at the peak watch together.
    #[must_use]
    pub fn ends(&self, scenario: &Scenario) -> (f64, f64) {
        if let Some((from, to)) = &self.ends {
            return (from.number, to.number);
        }
        let rate: BitRate = scenario.contents.iter().map(|content| content.bitrate).sum();
        let one = rate.as_f64() / 1e6;
        (one / 10.0, one * most_viewers(scenario).max(1.0) * 2.0)
    }

    /// A value as it is tried: four significant digits, whole where the ends are.
    #[must_use]
    pub fn rounded(&self, value: f64) -> f64 {
        let digits = DIGITS - 1;
        let short = format!("{value:.digits$e}").parse().unwrap_or(value);
        match &self.ends {
            Some((from, to)) if from.whole && to.whole && from.unit.is_empty() => {
                f64::round(short).max(1.0)
            }
            _ => short,
        }
    }

    /// A value with its unit.
    #[must_use]
    pub fn show(&self, value: f64) -> String {
        format!("{value} {}", self.unit()).trim_end().to_string()
    }

    /// What sets a scenario's knob to a value, each `path=value`.
    #[must_use]
    pub fn overrides(&self, scenario: &Scenario, value: f64) -> Vec<String> {
        if !self.is_cdn_capacity() {
            return vec![format!("{}={}", self.path, self.show(value))];
        }
        let all: BitRate = scenario.cdn.iter().map(|node| node.capacity).sum();
        let share = |node: &Server| match all.as_f64() {
            0.0 => 1.0 / scenario.cdn.len() as f64,
            all => node.capacity.as_f64() / all,
        };
        let bps = |node| (value * self.unit_bps() * share(node)).max(1.0) as u64;
        let nodes = scenario.cdn.iter().enumerate();
        nodes.map(|(number, node)| format!("cdn[{number}].capacity={} bps", bps(node))).collect()
    }
}

/// More viewers than can be there at once.
fn most_viewers(scenario: &Scenario) -> f64 {
    match &scenario.audience.arrivals {
        Arrivals::Curve { peak, .. } => *peak as f64,
        Arrivals::Poisson { per_second } => per_second * scenario.duration.as_secs_f64(),
        Arrivals::Trace(sessions) => sessions.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{builtin, load};

    fn tiny(overrides: &[String]) -> Scenario {
        load(builtin::text("tiny").unwrap(), "tiny", overrides, &|_| Err("no file".into())).unwrap()
    }

    #[test]
    fn the_capacity_of_the_cdn_is_dealt_out_as_it_was() {
        let two = "cdn=[{ name = \"a\", as = 64503, country = \"DE\", capacity = \"3 Mbps\" }, \
            { name = \"b\", as = 64503, country = \"DE\", capacity = \"1 Mbps\" }]";
        let scenario = tiny(&[two.to_string()]);
        let knob = Knob::parse("cdn.capacity").unwrap();
        let set = knob.overrides(&scenario, 10.0);
        assert_eq!(set, ["cdn[0].capacity=7500000 bps", "cdn[1].capacity=2500000 bps"]);
        let changed = tiny(&[&[two.to_string()], set.as_slice()].concat());
        assert_eq!(changed.cdn[0].capacity, BitRate::from_kbps(7_500));
        // Thirty viewers at 1 Mbps.
        assert_eq!(knob.ends(&scenario), (0.1, 60.0));
        assert_eq!(
            Knob::parse("cdn.capacity=1 Gbps..2 Gbps").unwrap().overrides(&scenario, 1.0)[1],
            "cdn[1].capacity=250000000 bps"
        );
    }

    #[test]
    fn another_knob_is_set_by_its_path() {
        let knob = Knob::parse("access.fibre.uplink=1 Mbps..50 Mbps").unwrap();
        assert_eq!(knob.overrides(&tiny(&[]), 2.5), ["access.fibre.uplink=2.5 Mbps"]);
        let whole = Knob::parse("content.match.substreams=1..16").unwrap();
        assert_eq!((whole.rounded(3.4), whole.show(3.0)), (3.0, "3".to_string()));
        assert_eq!(knob.rounded(1.234_56), 1.235);
    }

    #[test]
    fn what_is_no_knob_is_answered() {
        let refused = |text: &str| Knob::parse(text).unwrap_err().to_string();
        assert!(refused("audience.peak").contains("a path with two values"));
        assert!(refused("a=1").contains("two numbers above 0"));
        assert!(refused("a=0..4").contains("two numbers above 0"));
        assert!(refused("a=1 s..4 ms").contains("the same unit"));
        assert!(refused("a=4..1").contains("smaller value first"));
    }
}
