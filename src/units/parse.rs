//! Values with their unit: `"1.5 Mbps"`, `"90 min"`, `"2 GB"`, `"30 %"`.
//!
//! Magnitude, optional space, unit, case-sensitive. A bare number is refused, and so is a value
//! that is not a whole number of the smallest unit: nothing is rounded behind the reader's back.

use super::{BitRate, Bytes, Ratio, Span};
use std::fmt;

/// Why a value with a unit was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What stands there.
    pub found: String,
    /// What was expected, ending in the accepted units.
    pub expected: String,
    /// What to write instead, when that can be told.
    pub hint: Option<String>,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: expected {}", self.found, self.expected)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

impl std::error::Error for ParseError {}

type Units = [(&'static str, u64)];

const TIME: &Units = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];
const RATE: &Units = &[
    ("bps", 1),
    ("kbps", 1_000),
    ("Mbps", 1_000_000),
    ("Gbps", 1_000_000_000),
    ("Tbps", 1_000_000_000_000),
];
const SIZE: &Units = &[
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// A span of time, as in `"90 min"`.
///
/// # Errors
/// When there is no unit, the unit is unknown, or the value is not a whole number of nanoseconds.
pub fn span(text: &str) -> Result<Span, ParseError> {
    quantity(text, "a span of time, a number and one of", TIME).map(Span::from_nanos)
}

/// A bit rate, as in `"2.5 Mbps"`.
///
/// # Errors
/// When there is no unit, the unit is unknown, or the value is not a whole number of bits per second.
pub fn bit_rate(text: &str) -> Result<BitRate, ParseError> {
    quantity(text, "a bit rate, a number and one of", RATE).map(BitRate::from_bps)
}

/// A count of bytes, as in `"2 GB"`.
///
/// # Errors
/// When there is no unit, the unit is unknown, or the value is not a whole number of bytes.
pub fn bytes(text: &str) -> Result<Bytes, ParseError> {
    quantity(text, "a size, a number and one of", SIZE).map(Bytes::new)
}

/// A share, as in `"30 %"` or `"0.3"`.
///
/// # Errors
/// When it is not a number between 0 and 1, or between 0 % and 100 %.
pub fn ratio(text: &str) -> Result<Ratio, ParseError> {
    let trimmed = text.trim();
    let value = trimmed.strip_suffix('%').map_or_else(
        || trimmed.parse::<f64>().ok(),
        |percent| percent.trim_end().parse::<f64>().ok().map(|p| p / 100.0),
    );
    value.and_then(Ratio::new).ok_or_else(|| ParseError {
        found: text.to_string(),
        expected: "a share between 0 and 1, or between 0 % and 100 %".to_string(),
        hint: None,
    })
}

fn quantity(text: &str, what: &str, units: &Units) -> Result<u64, ParseError> {
    let names: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
    let error = |hint: Option<String>| ParseError {
        found: text.to_string(),
        expected: format!("{what} {}", names.join(", ")),
        hint,
    };
    let trimmed = text.trim();
    let split = trimmed
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .unwrap_or(trimmed.len());
    let (number, unit) = (trimmed[..split].replace('_', ""), trimmed[split..].trim_start());
    if number.is_empty() {
        return Err(error(None));
    }
    let Some((_, size)) = units.iter().find(|(name, _)| *name == unit) else {
        return Err(error(nearest_unit(&number, unit, &names)));
    };
    scale(&number, *size)
        .ok_or_else(|| error(Some("not a whole number of the smallest unit".to_string())))
}

fn nearest_unit(number: &str, unit: &str, names: &[&str]) -> Option<String> {
    if unit.is_empty() {
        return Some("the unit is missing".to_string());
    }
    let name = names.iter().find(|name| name.eq_ignore_ascii_case(unit)).or_else(|| {
        names
            .iter()
            .filter(|name| strsim::damerau_levenshtein(name, unit) <= 2)
            .min_by_key(|name| strsim::damerau_levenshtein(name, unit))
    });
    name.map(|name| format!("did you mean `{number} {name}`?"))
}

/// `number` (digits with at most one point) times `size`, when the product is whole and fits.
fn scale(number: &str, size: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction = fraction.trim_end_matches('0');
    let places = u32::try_from(fraction.len()).ok()?;
    let parts: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let (product, unit) = (parts.checked_mul(u128::from(size))?, 10_u128.checked_pow(places)?);
    if !product.is_multiple_of(unit) {
        return None;
    }
    whole.checked_mul(size)?.checked_add(u64::try_from(product / unit).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_a_number_with_a_unit() {
        assert_eq!(span("90 min"), Ok(Span::from_secs(5400)));
        assert_eq!(span("1.5s"), Ok(Span::from_millis(1500)));
        assert_eq!(bit_rate("2.5 Mbps"), Ok(BitRate::from_kbps(2500)));
        assert_eq!(bytes("1 GiB"), Ok(Bytes::new(1 << 30)));
        assert_eq!(ratio("30 %").map(Ratio::get), Ok(0.3));
        assert_eq!(ratio("0.25").map(Ratio::get), Ok(0.25));
    }

    #[test]
    fn refuses_what_it_would_have_to_guess() {
        for bad in
            ["", "90", "min", "-5 s", "1.2.3 s", "0.0000000001 s", "5 parsecs", "99999999999999 d"]
        {
            assert!(span(bad).is_err(), "{bad} was accepted");
        }
        for bad in ["", "101 %", "-0.1", "half"] {
            assert!(ratio(bad).is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn says_the_nearest_unit() {
        let hint = |text| bit_rate(text).unwrap_err().hint.unwrap_or_default();
        assert_eq!(hint("2.5 mbps"), "did you mean `2.5 Mbps`?");
        assert_eq!(hint("2.5"), "the unit is missing");
        assert_eq!(hint("0.5 bps"), "not a whole number of the smallest unit");
    }

    #[test]
    fn what_is_printed_parses_back() {
        for ns in [0, 1, 999, 1_500_000, 60_000_000_000, 5_400_000_000_000] {
            assert_eq!(span(&Span::from_nanos(ns).to_string()), Ok(Span::from_nanos(ns)));
        }
        for bps in [1, 999, 2_500_000, 1_234_567, 400_000_000_000] {
            assert_eq!(bit_rate(&BitRate::from_bps(bps).to_string()), Ok(BitRate::from_bps(bps)));
        }
    }
}
