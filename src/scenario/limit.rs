//! A limit of a figure as text, in the unit that tables have: `"4 s"`, `"99 %"`, `3`.

use crate::units::{BitRate, Bytes, Span, parse};

/// The number that a text means in the unit of a figure; what was expected when it means none.
///
/// # Errors
/// When it is not a number with a unit of that kind, or not a plain number where the figure has none.
pub(super) fn parse(text: &str, unit: &str) -> Result<f64, String> {
    let expected = |error: parse::ParseError| error.expected;
    match unit {
        "s" => parse::span(text).map(Span::as_secs_f64).map_err(expected),
        "ms" => parse::span(text).map(|span| span.as_secs_f64() * 1e3).map_err(expected),
        "bps" => parse::bit_rate(text).map(BitRate::as_f64).map_err(expected),
        "Mbps" => parse::bit_rate(text).map(|rate| rate.as_f64() / 1e6).map_err(expected),
        "B" => parse::bytes(text).map(|bytes| bytes.get() as f64).map_err(expected),
        "ratio" | "share" => {
            number(text).ok_or_else(|| "a number or a percentage, as in 0.99 or 99 %".to_string())
        }
        _ => plain(text).ok_or_else(|| format!("a number, in {unit}")),
    }
}

/// The text that means a value in the unit of a figure; whole in the smallest unit that texts have.
pub(super) fn print(value: f64, unit: &str) -> String {
    match unit {
        "s" => Span::from_secs_f64(value).to_string(),
        "ms" => Span::from_secs_f64(value / 1e3).to_string(),
        "bps" => BitRate::from_bps(value as u64).to_string(),
        "Mbps" => BitRate::from_bps((value * 1e6) as u64).to_string(),
        "B" => Bytes::new(value as u64).to_string(),
        _ => value.to_string(),
    }
}

fn plain(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

fn number(text: &str) -> Option<f64> {
    match text.trim().strip_suffix('%') {
        Some(percent) => plain(percent).map(|percent| percent / 100.0),
        None => plain(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_in_the_unit_of_their_figure() {
        assert_eq!(parse("4 s", "s"), Ok(4.0));
        assert_eq!(parse("250 ms", "ms"), Ok(250.0));
        assert_eq!(parse("2.5 Mbps", "bps"), Ok(2.5e6));
        assert_eq!(parse("2 Gbps", "Mbps"), Ok(2e3));
        assert_eq!(parse("3 GB", "B"), Ok(3e9));
        assert_eq!(parse("99.5 %", "ratio"), Ok(0.995));
        assert_eq!(parse("1.2", "ratio"), Ok(1.2));
        assert_eq!(parse("17", "hops"), Ok(17.0));
        assert_eq!(parse("-2", "count"), Ok(-2.0));
    }

    #[test]
    fn a_wrong_unit_is_answered_with_the_right_ones() {
        assert!(parse("4", "s").unwrap_err().contains("ns, us, ms, s, min"));
        assert!(parse("4 s", "bps").unwrap_err().contains("kbps"));
        assert_eq!(parse("4 s", "hops"), Err("a number, in hops".to_string()));
        assert!(parse("nan", "ratio").is_err() && parse("inf", "count").is_err());
    }

    #[test]
    fn what_is_printed_means_the_same() {
        for (text, unit) in [
            ("4 s", "s"),
            ("40 ms", "ms"),
            ("3 Mbps", "bps"),
            ("3 Mbps", "Mbps"),
            ("7 MB", "B"),
            ("0.1", "ratio"),
        ] {
            let value = parse(text, unit).unwrap();
            assert_eq!(parse(&print(value, unit), unit), Ok(value), "{text}");
        }
    }
}
