//! Whether parents stayed as the control center's history said they would.
//!
//! Each decision that names the chance of its new parent to be there in a minute is a forecast; a minute
//! later the world knows better. Nothing here reaches the control center.

use crate::metrics::SummaryRow;
use crate::proto::Decision;
use crate::units::{PeerId, SimTime, Span};
use std::collections::{BTreeMap, VecDeque};

/// How far forecasts look.
const AHEAD: Span = Span::from_secs(60);
/// Equal parts of the chances from 0 to 1, within which forecasts are compared with what came.
const PARTS: usize = 10;

/// Forecasts and what came of them.
#[derive(Debug, Default)]
pub(super) struct Forecasts {
    /// Not yet due, the oldest first: when, of whom, which chance.
    open: VecDeque<(SimTime, PeerId, f64)>,
    /// When viewers left, since there are forecasts.
    left: BTreeMap<PeerId, SimTime>,
    parts: [Part; PARTS],
    squares: f64,
}

/// Forecasts of similar chances.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    forecasts: f64,
    chances: f64,
    stayed: f64,
}

impl Forecasts {
    /// A decision may be a forecast.
    pub(super) fn decided(&mut self, decision: &Decision) {
        if let (Some(parent), Some(outlook)) = (decision.new_parent, decision.outlook) {
            self.settle(decision.time);
            self.open.push_back((decision.time + AHEAD, parent, outlook.get()));
        }
    }

    /// A viewer has left.
    pub(super) fn left(&mut self, now: SimTime, peer: PeerId) {
        if !self.open.is_empty() {
            self.left.insert(peer, now);
        }
    }

    /// Forecasts that are due by now are compared with what came.
    fn settle(&mut self, now: SimTime) {
        while let Some((due, parent, chance)) = self.open.front().copied()
            && due <= now
        {
            self.open.pop_front();
            let stayed = self.left.get(&parent).is_none_or(|left| *left > due);
            let stayed = f64::from(u8::from(stayed));
            let part = &mut self.parts[((chance * PARTS as f64) as usize).min(PARTS - 1)];
            part.forecasts += 1.0;
            part.chances += chance;
            part.stayed += stayed;
            self.squares += (chance - stayed) * (chance - stayed);
        }
    }

    /// The figures; none where nothing was foretold. Forecasts that reach beyond the end do not count.
    pub(super) fn figures(&mut self, end: SimTime) -> Vec<SummaryRow> {
        self.settle(end);
        let sum = |of: fn(&Part) -> f64| self.parts.iter().map(of).sum::<f64>();
        let count = sum(|part| part.forecasts);
        if count == 0.0 {
            return Vec::new();
        }
        let off = sum(|part| (part.chances - part.stayed).abs());
        let row = |metric: &str, unit: &'static str, value: f64| SummaryRow {
            metric: metric.to_string(),
            unit: unit.into(),
            value: Some(value),
        };
        vec![
            row("forecasts", "count", count),
            row("forecast_stays", "ratio", sum(|part| part.chances) / count),
            row("forecast_stayed", "ratio", sum(|part| part.stayed) / count),
            row("forecast_brier", "ratio", self.squares / count),
            row("forecast_calibration_error", "ratio", off / count),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Rule, Trigger};
    use crate::units::{Ratio, Substream};

    fn forecast(secs: u64, parent: u32, chance: f64) -> Decision {
        Decision {
            time: SimTime::from_secs(secs),
            child: PeerId::new(1),
            substream: Substream(0),
            dcm: None,
            trigger: Trigger::Join,
            old_parent: None,
            new_parent: Some(PeerId::new(parent)),
            rule: Rule::NearestOfCandidates,
            feasible: 1,
            pruned_uplink: 0,
            pruned_policy: 0,
            pruned_nat: 0,
            pruned_congestion: 0,
            pruned_history: 0,
            considered: 1,
            outlook: Ratio::new(chance),
        }
    }

    #[test]
    fn chances_are_compared_with_who_stayed() {
        let mut forecasts = Forecasts::default();
        forecasts.decided(&forecast(10, 7, 0.9));
        forecasts.decided(&forecast(10, 8, 0.9));
        forecasts.decided(&forecast(20, 9, 0.2));
        // A CDN node is no forecast, and the last one is not due before the end.
        forecasts.decided(&Decision { outlook: None, ..forecast(30, 0, 0.0) });
        // At 70 s seven and eight are there; eight has left by the time at which that is looked at.
        forecasts.left(SimTime::from_secs(71), PeerId::new(8));
        forecasts.left(SimTime::from_secs(79), PeerId::new(9));
        forecasts.decided(&forecast(100, 7, 0.5));
        let figures = forecasts.figures(SimTime::from_secs(120));
        let values: Vec<f64> = figures.iter().filter_map(|row| row.value).collect();
        let expected = [3.0, 2.0 / 3.0, 2.0 / 3.0, 0.06 / 3.0, (0.2 + 0.2) / 3.0];
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-12, "{values:?}");
        }
        assert_eq!(Forecasts::default().figures(SimTime::from_secs(9)), []);
    }
}
