//! Instants of a run as people write them on the command line.

use crate::units::{SimTime, parse};

/// An instant as `hh:mm:ss`, or a span since the beginning as `31 min 20 s`.
pub(super) fn instant(text: &str) -> Result<SimTime, String> {
    let found = if text.contains(':') { clock(text) } else { spans(text) };
    found.ok_or_else(|| format!("`{text}`: expected hh:mm:ss or a span, as in \"31 min 20 s\""))
}

fn clock(text: &str) -> Option<SimTime> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let [hours, minutes, seconds] = parts.as_slice() else { return None };
    let whole = |part: &str| part.parse::<u64>().ok().filter(|_| part.len() <= 4);
    let (minutes, seconds) = (whole(minutes)?, parse::span(&format!("{seconds} s")).ok()?);
    let all = parse::span(&format!("{} min", whole(hours)? * 60 + minutes)).ok()?;
    let fits = minutes < 60 && seconds.as_nanos() < 60_000_000_000;
    fits.then(|| SimTime::ZERO + all + seconds)
}

/// The sum of spans that follow each other.
fn spans(text: &str) -> Option<SimTime> {
    let mut parts = vec![String::new()];
    let mut after_unit = false;
    for c in text.trim().chars() {
        if c.is_ascii_digit() && after_unit {
            parts.push(String::new());
        }
        after_unit = c.is_ascii_alphabetic() || (after_unit && c == ' ');
        parts.last_mut()?.push(c);
    }
    let spans = parts.iter().map(|part| parse::span(part).ok());
    let sum =
        spans.collect::<Option<Vec<_>>>()?.into_iter().fold(SimTime::ZERO, |at, span| at + span);
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_both_ways() {
        let seconds = |text: &str| instant(text).map(|at| at.as_secs_f64());
        assert_eq!(seconds("00:31:20"), Ok(1880.0));
        assert_eq!(seconds("1:00:00.5"), Ok(3600.5));
        assert_eq!(seconds("31 min 20 s"), Ok(1880.0));
        assert_eq!(seconds("1h5min"), Ok(3900.0));
        assert_eq!(seconds("90 s"), Ok(90.0));
        for wrong in ["", "90", "1:2", "0:60:00", "0:00:61", "-1:00:00", "5 s 3", "a:b:c", "min"] {
            assert!(instant(wrong).is_err(), "{wrong}");
        }
    }
}
