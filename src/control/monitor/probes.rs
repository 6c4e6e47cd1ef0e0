//! Paths as clients have measured them (row C1): what no feed knows, somebody may have seen.

use crate::proto::MeasuredPath;
use crate::units::AsNumber;
use std::collections::BTreeMap;

/// Round trips between networks, measured at handshakes.
#[derive(Debug, Default)]
pub(super) struct Probes {
    seen: BTreeMap<(AsNumber, AsNumber), Measured>,
    all: Measured,
}

/// So many measurements of so many milliseconds in all.
#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    count: u64,
    total_ms: f64,
}

impl Measured {
    fn note(&mut self, ms: f64) {
        self.count += 1;
        self.total_ms += ms;
    }

    fn mean_ms(self) -> Option<f64> {
        (self.count > 0).then(|| self.total_ms / self.count as f64)
    }
}

impl Probes {
    /// Notes a measurement by a client in network `to` of the path from a parent in network `from`.
    pub(super) fn note(&mut self, from: AsNumber, to: AsNumber, path: MeasuredPath) {
        let ms = path.rtt.as_secs_f64() * 1e3;
        self.seen.entry((from, to)).or_default().note(ms);
        self.all.note(ms);
    }

    /// The mean round trip in whole milliseconds; none when nobody has measured it.
    pub(super) fn rtt_ms(&self, from: AsNumber, to: AsNumber) -> Option<u32> {
        self.seen.get(&(from, to)).and_then(|seen| seen.mean_ms()).map(|mean| mean as u32)
    }

    /// Measurements so far, and their mean in milliseconds.
    pub(super) fn summary(&self) -> (u64, Option<f64>) {
        (self.all.count, self.all.mean_ms())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{PeerId, Span};

    #[test]
    fn the_mean_of_what_was_measured_is_known_in_its_direction_only() {
        let mut probes = Probes::default();
        let [a, b] = [1, 2].map(AsNumber::new);
        for ms in [30, 41] {
            let rtt = Span::from_millis(ms);
            probes.note(a, b, MeasuredPath { parent: PeerId::new(7), rtt });
        }
        assert_eq!((probes.rtt_ms(a, b), probes.rtt_ms(b, a)), (Some(35), None));
        assert_eq!(probes.summary(), (2, Some(35.5)));
    }
}
