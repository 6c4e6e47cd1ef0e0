//! Values from one end to another, with their unit: `"5 Mbps"` to `"50 Mbps"`.
//!
//! Not here: which keys of a scenario take such values.

use super::math;

/// A number and what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// The number.
    pub number: f64,
    /// The unit, empty when there is none.
    pub unit: String,
    /// Whether the number is written as a whole one.
    pub whole: bool,
}

/// How values are spread between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// At equal distances.
    Linear,
    /// At equal ratios.
    Logarithmic,
}

impl Amount {
    /// The amount in a text: a number, perhaps with an exponent, and its unit; none when it does not
    /// begin with a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, unit) = text.split_at(number_end(text));
        let plain = number.replace('_', "");
        let parsed = plain.parse::<f64>().ok().filter(|number| number.is_finite())?;
        let whole = plain.parse::<i64>().is_ok();
        Some(Self { number: parsed, unit: unit.trim().to_string(), whole })
    }

    /// The same number in the same unit, of `number`: rounded to twelve digits, and whole when both
    /// `self` and `other` are and there is no unit.
    #[must_use]
    pub fn like(&self, other: &Self, number: f64) -> String {
        let whole = self.whole && other.whole && self.unit.is_empty();
        let text = if whole { format!("{}", number.round()) } else { rounded(number) };
        format!("{text} {}", self.unit).trim_end().to_string()
    }
}

/// Where the number at the beginning of a text ends.
fn number_end(text: &str) -> usize {
    let is_part = |c: char| c.is_ascii_digit() || ".-+_".contains(c);
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let exponent = text[end..].strip_prefix(['e', 'E']).map(|rest| {
        let digits = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        let count = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        if count == 0 { 0 } else { 1 + rest.len() - digits.len() + count }
    });
    end + exponent.unwrap_or(0)
}

/// `count` values from the first to the last, both among them; both above 0 for a logarithmic spread.
#[must_use]
pub fn range(first: &Amount, last: &Amount, count: u32, spread: Spread) -> Vec<String> {
    (0..count).map(|step| first.like(last, between(first, last, step, count, spread))).collect()
}

fn between(first: &Amount, last: &Amount, step: u32, count: u32, spread: Spread) -> f64 {
    let part = f64::from(step) / f64::from(count.saturating_sub(1).max(1));
    match spread {
        _ if step == 0 => first.number,
        _ if step + 1 == count => last.number,
        Spread::Logarithmic => {
            first.number * math::exp(part * math::ln(last.number / first.number))
        }
        Spread::Linear => first.number + part * (last.number - first.number),
    }
}

fn rounded(number: f64) -> String {
    let short = format!("{number:.11e}").parse::<f64>();
    short.unwrap_or(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(from: &str, to: &str, count: u32, spread: Spread) -> Vec<String> {
        range(&Amount::parse(from).unwrap(), &Amount::parse(to).unwrap(), count, spread)
    }

    #[test]
    fn ranges_keep_their_unit_and_their_ends() {
        assert_eq!(values("1 Mbps", "2 Mbps", 3, Spread::Linear), ["1 Mbps", "1.5 Mbps", "2 Mbps"]);
        let decades = values("1_000", "1e6", 4, Spread::Logarithmic);
        assert_eq!(decades, ["1000", "10000", "100000", "1000000"]);
        assert_eq!(values("5 %", "0 %", 2, Spread::Linear), ["5 %", "0 %"]);
        assert_eq!(values("7", "9", 1, Spread::Linear), ["7"]);
    }

    #[test]
    fn an_exponent_belongs_to_the_number_and_a_unit_does_not() {
        let amount = |text: &str| Amount::parse(text).map(|a| (a.number, a.unit, a.whole));
        assert_eq!(amount("1.5e-3 s"), Some((0.0015, "s".into(), false)));
        assert_eq!(amount("2E3"), Some((2000.0, String::new(), false)));
        assert_eq!(amount("3 eggs"), Some((3.0, "eggs".into(), true)));
        assert_eq!(amount("3e"), Some((3.0, "e".into(), true)));
        assert_eq!(amount("-4 dB"), Some((-4.0, "dB".into(), true)));
        assert_eq!((amount("few"), amount(""), amount("1e999")), (None, None, None));
    }
}
