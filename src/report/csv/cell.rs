//! One value as the text of one cell, and back.

use crate::metrics::EventKind;
use crate::proto::{Rule, Trigger};
use crate::units::{
    AsNumber, BitRate, Bytes, ContentId, HostId, Metro, PeerId, Ratio, SimTime, Span, Substream,
};
use std::borrow::Cow;
use std::fmt::{Display, Write};

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A value that fills a cell.
pub(super) trait Cell {
    /// Appends the text to an empty `cell`; leaves it empty when there is no value.
    fn put(&self, cell: &mut String);
}

/// A value that a cell can be read as.
pub(super) trait FromCell: Sized {
    /// What was expected, in an error.
    const EXPECTED: &'static str;

    /// The value; `None` when the text is something else.
    fn from_cell(text: &str) -> Option<Self>;
}

fn put_shown(value: impl Display, cell: &mut String) {
    write!(cell, "{value}").expect("a string takes all text");
}

/// Nanoseconds as seconds with up to nine decimals, without a float between.
fn put_seconds(nanos: u64, cell: &mut String) {
    let (seconds, rest) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    put_shown(seconds, cell);
    if rest > 0 {
        let decimals = format!("{rest:09}");
        put_shown(format_args!(".{}", decimals.trim_end_matches('0')), cell);
    }
}

fn nanos_from_seconds(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 9 || !digits(whole) || !digits(decimals) {
        return None;
    }
    let rest: u64 = format!("{decimals:0<9}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(NANOS_PER_SECOND)?.checked_add(rest)
}

impl<T: Cell> Cell for Option<T> {
    fn put(&self, cell: &mut String) {
        if let Some(value) = self {
            value.put(cell);
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_cell(text: &str) -> Option<Self> {
        if text.is_empty() { Some(None) } else { T::from_cell(text).map(Some) }
    }
}

macro_rules! cells {
    ($($type:ty, $value:ident => $shown:expr, $text:ident => $parsed:expr, $expected:literal;)*) => {$(
        impl Cell for $type {
            fn put(&self, cell: &mut String) {
                let $value = self;
                put_shown($shown, cell);
            }
        }

        impl FromCell for $type {
            const EXPECTED: &'static str = $expected;

            fn from_cell($text: &str) -> Option<Self> {
                $parsed
            }
        }
    )*};
}

cells! {
    u32, v => v, text => text.parse().ok(), "a whole number";
    u64, v => v, text => text.parse().ok(), "a whole number";
    f64, v => v, text => text.parse().ok(), "a number";
    String, v => v, text => Some(text.to_string()), "text";
    Cow<'static, str>, v => v, text => Some(Self::Owned(text.to_string())), "text";
    BitRate, v => v.as_bps(), text => text.parse().ok().map(Self::from_bps), "whole bits per second";
    Bytes, v => v.get(), text => text.parse().ok().map(Self::new), "whole bytes";
    PeerId, v => v, text => text.parse().ok().map(Self::new), "a peer's number";
    AsNumber, v => v, text => text.parse().ok().map(Self::new), "an AS number";
    ContentId, v => v, text => text.parse().ok().map(Self::new), "a content's number";
    HostId, v => v, text => text.parse().ok().map(Self::new), "a host's number";
    Metro, v => v.get(), text => text.parse().ok().map(Self::new), "a city's number";
    Ratio, v => v.get(), text => text.parse().ok().and_then(Self::new), "a share from 0 to 1";
    Substream, v => v, text => text.parse().ok().map(Self), "a substream's number up to 255";
}

/// Values that are written by their names.
macro_rules! named_cells {
    ($($type:ty, $expected:literal;)*) => {$(
        impl Cell for $type {
            fn put(&self, cell: &mut String) {
                cell.push_str(self.name());
            }
        }

        impl FromCell for $type {
            const EXPECTED: &'static str = $expected;

            fn from_cell(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.name() == text)
            }
        }
    )*};
}

named_cells! {
    Trigger, "the name of a trigger, as `join`";
    Rule, "the name of a rule, as `nearest_of_candidates`";
    EventKind, "the name of an event, as `stall`";
}

impl Cell for &str {
    fn put(&self, cell: &mut String) {
        cell.push_str(self);
    }
}

impl Cell for bool {
    fn put(&self, cell: &mut String) {
        put_shown(self, cell);
    }
}

impl Cell for SimTime {
    fn put(&self, cell: &mut String) {
        put_seconds(self.as_nanos(), cell);
    }
}

impl Cell for Span {
    fn put(&self, cell: &mut String) {
        put_seconds(self.as_nanos(), cell);
    }
}

impl FromCell for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    fn from_cell(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromCell for Span {
    const EXPECTED: &'static str = SimTime::EXPECTED;

    fn from_cell(text: &str) -> Option<Self> {
        nanos_from_seconds(text).map(Self::from_nanos)
    }
}

impl FromCell for SimTime {
    const EXPECTED: &'static str = "seconds with at most nine decimals";

    fn from_cell(text: &str) -> Option<Self> {
        nanos_from_seconds(text).map(Self::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(value: impl Cell) -> String {
        let mut cell = String::new();
        value.put(&mut cell);
        cell
    }

    #[test]
    fn seconds_have_the_exact_decimals_of_their_nanoseconds() {
        assert_eq!(shown(SimTime::from_secs(12)), "12");
        assert_eq!(shown(Span::from_millis(1500)), "1.5");
        assert_eq!(shown(Span::from_nanos(1)), "0.000000001");
        assert_eq!(shown(SimTime::NEVER), "18446744073.709551615");
    }

    #[test]
    fn absent_is_empty_and_empty_is_absent() {
        assert_eq!(shown(None::<f64>), "");
        assert_eq!(Option::<f64>::from_cell(""), Some(None));
        assert_eq!(Option::<f64>::from_cell("x"), None);
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        for text in ["", "-1", "1.0000000001", "1e3", "1.+5", "99999999999999", "."] {
            assert_eq!(SimTime::from_cell(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_time_reads_back_to_the_nanosecond(nanos in any::<u64>()) {
            let time = SimTime::from_nanos(nanos);
            prop_assert_eq!(SimTime::from_cell(&shown(time)), Some(time));
        }

        #[test]
        fn a_number_reads_back_to_the_same_bits(value in prop::num::f64::NORMAL) {
            prop_assert_eq!(f64::from_cell(&shown(value)), Some(value));
        }
    }
}
