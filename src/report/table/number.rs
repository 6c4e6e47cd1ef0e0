//! Numbers with as many digits as they deserve, in a unit that fits the whole row.

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number.
    Count,
    /// Between 0 and 1, shown in per cent.
    Share,
    /// A time in seconds.
    Seconds,
    /// A number of bytes.
    Bytes,
    /// Bits per second.
    Rate,
    /// A number in the unit named.
    Number(&'static str),
}

/// How the values of one row are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    kind: Kind,
    /// The unit of all values in the row; empty for a plain number.
    pub(super) unit: &'static str,
    divisor: f64,
}

const BYTES: [(&str, f64); 6] =
    [("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)];
const RATES: [(&str, f64); 5] =
    [("Tbps", 1e12), ("Gbps", 1e9), ("Mbps", 1e6), ("kbps", 1e3), ("bps", 1.0)];
const TIMES: [(&str, f64); 2] = [("s", 1.0), ("ms", 1e-3)];

impl Scale {
    /// The scale that shows the largest of `values` with a number of at least 1 where it can.
    pub(super) fn of(kind: Kind, values: &[Option<f64>]) -> Self {
        let largest = values.iter().flatten().map(|value| value.abs()).fold(0.0, f64::max);
        let (unit, divisor) = match kind {
            Kind::Count => ("", 1.0),
            Kind::Number(unit) => (unit, 1.0),
            Kind::Share => ("%", 0.01),
            Kind::Seconds => fitting(&TIMES, largest),
            Kind::Bytes => fitting(&BYTES, largest),
            Kind::Rate => fitting(&RATES, largest),
        };
        Self { kind, unit, divisor }
    }

    pub(super) fn show(self, value: f64) -> String {
        let scaled = value / self.divisor;
        match self.kind {
            Kind::Count => grouped(scaled),
            Kind::Share if scaled > 99.99 && scaled < 100.0 => nearly_all(scaled),
            Kind::Share if scaled == 0.0 || scaled >= 0.01 => format!("{scaled:.2}"),
            _ => significant(scaled),
        }
    }
}

fn fitting(units: &[(&'static str, f64)], largest: f64) -> (&'static str, f64) {
    let smallest = *units.last().expect("a table of units is not empty");
    if largest == 0.0 {
        return units.iter().copied().find(|(_, size)| *size == 1.0).unwrap_or(smallest);
    }
    units.iter().copied().find(|(_, size)| largest >= *size).unwrap_or(smallest)
}

/// A per cent short of a hundred, so that nobody reads that nothing is missing.
fn nearly_all(percent: f64) -> String {
    const UNITS: [(usize, f64); 5] = [(2, 1e-2), (3, 1e-3), (4, 1e-4), (5, 1e-5), (6, 1e-6)];
    // A hair more, so that 0.001 counts as a thousandth whatever its last bit says.
    let short = (100.0 - percent) * (1.0 + 1e-9);
    let (digits, unit) = UNITS.into_iter().find(|(_, unit)| short >= *unit).unwrap_or(UNITS[4]);
    // What is short of a hundred is not rounded to it.
    let shown = (100.0 - short).min(100.0 - unit);
    format!("{shown:.digits$}")
}

/// Three significant digits; from a thousand on a whole number with its thousands apart.
fn significant(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_string();
    }
    if size >= 999.5 {
        return grouped(value);
    }
    if size < 1e-6 {
        return format!("{value:.2e}");
    }
    let decimals = [(99.95, 0), (9.995, 1), (0.9995, 2), (0.09995, 3), (0.009_995, 4)];
    let digits = decimals.iter().find(|(least, _)| size >= *least).map_or(6, |(_, digits)| *digits);
    format!("{value:.digits$}")
}

fn grouped(value: f64) -> String {
    let text = format!("{value:.0}");
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let mut shown = sign.to_string();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && digit.is_ascii_digit() {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: Kind, value: f64) -> String {
        let scale = Scale::of(kind, &[Some(value)]);
        format!("{} {}", scale.show(value), scale.unit)
    }

    #[test]
    fn the_unit_fits_the_value() {
        assert_eq!(shown(Kind::Seconds, 0.0123), "12.3 ms");
        assert_eq!(shown(Kind::Seconds, 75.04), "75.0 s");
        assert_eq!(shown(Kind::Bytes, 1.5e9), "1.50 GB");
        assert_eq!(shown(Kind::Bytes, 0.0), "0 B");
        assert_eq!(shown(Kind::Seconds, 0.0), "0 s");
        assert_eq!(shown(Kind::Rate, 2.5e12), "2.50 Tbps");
        assert_eq!(shown(Kind::Number("hops"), 5.4321), "5.43 hops");
    }

    #[test]
    fn shares_keep_two_decimals_of_a_per_cent() {
        assert_eq!(shown(Kind::Share, 0.998_74), "99.87 %");
        assert_eq!(shown(Kind::Share, 0.999_963_8), "99.996 %");
        assert_eq!(shown(Kind::Share, 0.999_999_999_9), "99.999999 %");
        assert_eq!(shown(Kind::Share, 1.0), "100.00 %");
        assert_eq!(shown(Kind::Share, 0.0), "0.00 %");
        assert_eq!(shown(Kind::Share, 0.000_004_56), "0.000456 %");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(1_234_567.4), "1,234,567");
        assert_eq!(grouped(-12_345.0), "-12,345");
        assert_eq!(grouped(999.0), "999");
    }

    #[test]
    fn three_digits_are_kept_over_all_sizes() {
        let values =
            [0.0, 1234.6, 999.4, 99.96, 9.996, 0.5, 0.051_24, 0.001_234, 1.2345e-9, -2.345];
        let texts = values.map(significant);
        let expected =
            ["0", "1,235", "999", "100", "10.0", "0.500", "0.0512", "0.001234", "1.23e-9", "-2.35"];
        assert_eq!(texts, expected);
    }
}
