//! Axes: which values they span, where their marks stand and what these say.

use crate::units::math;

/// A labelled mark of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) text: String,
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// What it measures, with the unit.
    pub(super) label: String,
    pub(super) min: f64,
    pub(super) max: f64,
    /// Whether equal distances are equal factors.
    pub(super) is_log: bool,
    /// Whether its marks are names, not values.
    pub(super) is_names: bool,
    pub(super) ticks: Vec<Tick>,
}

/// Steps between marks, times a power of ten, and how many steps are wanted.
struct Steps {
    factors: &'static [f64],
    wanted: f64,
}

const USUAL: Steps = Steps { factors: &[1.0, 2.0, 2.5, 5.0], wanted: 5.0 };
/// Quarters of a hundred minutes or seconds read badly.
const OF_TIME: Steps = Steps { factors: &[1.0, 2.0, 5.0], wanted: 8.0 };

impl Axis {
    /// A linear axis from `min` to `max`, widened to whole marks; a single value gets room around it.
    pub(super) fn linear(label: &str, min: f64, max: f64) -> Self {
        Self::stepped(label, min, max, &USUAL)
    }

    fn stepped(label: &str, min: f64, max: f64, steps: &Steps) -> Self {
        let (min, max) = spread(min, max);
        let step = nice_step((max - min) / steps.wanted, steps.factors);
        let (first, last) = ((min / step + 1e-9).floor(), (max / step - 1e-9).ceil());
        let steps = (last - first) as u32;
        let at = |k: u32| (first + f64::from(k)) * step;
        let ticks = (0..=steps).map(|k| Tick { at: at(k), text: number(at(k), step) }).collect();
        Self {
            label: label.to_string(),
            min: at(0),
            max: at(steps),
            is_log: false,
            is_names: false,
            ticks,
        }
    }

    /// An axis of time that ends where the data end, its marks at whole steps within.
    pub(super) fn of_time(label: &str, min: f64, max: f64) -> Self {
        let (min, max) = spread(min, max);
        let mut axis = Self::stepped(label, min, max, &OF_TIME);
        axis.ticks.retain(|tick| tick.at >= min - 1e-9 && tick.at <= max + 1e-9);
        Self { min, max, ..axis }
    }

    /// A logarithmic axis over whole decades that cover `min` to `max`, both above zero.
    pub(super) fn logarithmic(label: &str, min: f64, max: f64) -> Self {
        let low = (decades(min) + 1e-9).floor() as i32;
        let high = ((decades(max) - 1e-9).ceil() as i32).max(low + 1);
        let at = |exponent: i32| math::pow(10.0, f64::from(exponent));
        let ticks = (low..=high).map(|e| Tick { at: at(e), text: number(at(e), at(e)) }).collect();
        Self {
            label: label.to_string(),
            min: at(low),
            max: at(high),
            is_log: true,
            is_names: false,
            ticks,
        }
    }

    /// A logarithmic axis from `min` to `max`, both above zero, with marks at 1, 2 and 5 times powers
    /// of ten, the first not above `min` and the last not below `max`.
    pub(super) fn of_factors(label: &str, min: f64, max: f64) -> Self {
        let usable = min.is_finite() && max.is_finite() && min > 0.0;
        let (min, max) = if usable { (min, max.max(min)) } else { (1.0, 10.0) };
        let lowest = (decades(min) - 1e-9).floor() as i32;
        let marks = (0..).map(|k: i32| {
            let base = math::pow(10.0, f64::from(lowest + k.div_euclid(3)));
            base * [1.0, 2.0, 5.0][k.rem_euclid(3) as usize]
        });
        let marks: Vec<f64> = marks.take_while(|at| *at < max * 10.0).collect();
        let first = marks.iter().rposition(|at| *at <= min * (1.0 + 1e-9)).unwrap_or(0);
        let last = marks.iter().position(|at| *at > min && *at >= max * (1.0 - 1e-9));
        let last = last.unwrap_or(marks.len() - 1);
        let ticks: Vec<Tick> =
            marks[first..=last].iter().map(|at| Tick { at: *at, text: number(*at, *at) }).collect();
        let label = label.to_string();
        let (min, max) = (marks[first], marks[last]);
        Self { label, min, max, is_log: true, is_names: false, ticks }
    }

    /// An axis of names, the k-th one at k.
    pub(super) fn names(label: &str, names: &[String]) -> Self {
        let tick = |(at, text): (usize, &String)| Tick { at: at as f64, text: text.clone() };
        let ticks: Vec<Tick> = names.iter().enumerate().map(tick).collect();
        let max = ticks.len().max(1) as f64 - 0.5;
        Self { label: label.to_string(), min: -0.5, max, is_log: false, is_names: true, ticks }
    }

    /// Where `value` stands between the beginning (0) and the end (1) of the axis, kept within.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = if self.is_log {
            let (low, high) = (decades(self.min), decades(self.max));
            (decades(value.max(self.min)) - low) / (high - low)
        } else {
            (value - self.min) / (self.max - self.min)
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// Whether `value` lies on the axis.
    pub(super) fn contains(&self, value: f64) -> bool {
        (self.min..=self.max).contains(&value)
    }
}

fn decades(value: f64) -> f64 {
    math::ln(value) / std::f64::consts::LN_10
}

/// An interval with an extent, whatever comes in.
fn spread(min: f64, max: f64) -> (f64, f64) {
    match (min.is_finite() && max.is_finite(), min < max) {
        (false, _) => (0.0, 1.0),
        (true, true) => (min, max),
        (true, false) if min == 0.0 => (0.0, 1.0),
        (true, false) if min > 0.0 => (0.0, min * 1.25),
        (true, false) => (min * 1.25, 0.0),
    }
}

/// The least of `factors` and 10, times a power of ten, that is not below `step`.
fn nice_step(step: f64, factors: &[f64]) -> f64 {
    let base = math::pow(10.0, decades(step).floor());
    let nice = factors.iter().find(|factor| step <= *factor * base * (1.0 + 1e-9));
    base * nice.unwrap_or(&10.0)
}

/// A mark's number, with as many decimals as its step needs: `250k`, `1.5M`, `0.25`.
fn number(value: f64, step: f64) -> String {
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let fits = |size: &&(f64, &str)| value.abs() >= size.0 && step >= size.0 / 1000.0;
    let (size, unit) = units.iter().find(fits).copied().unwrap_or((1.0, ""));
    let scaled = value / size;
    let decimals = (0..9_usize).find(|d| is_whole(step / size * math::pow(10.0, *d as f64)));
    let text = format!("{scaled:.*}", decimals.unwrap_or(9));
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{}{unit}", if text == "-0" { "0" } else { text })
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 && value.round() >= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn marks_stand_at_round_numbers_that_cover_the_data() {
        let axis = Axis::linear("viewers", 0.0, 1_050_000.0);
        assert_eq!(texts(&axis), ["0", "250k", "500k", "750k", "1M", "1.25M"]);
        assert_eq!(texts(&Axis::linear("s", 0.0, 1.2)), ["0", "0.25", "0.5", "0.75", "1", "1.25"]);
        assert_eq!(texts(&Axis::linear("%", 98.7, 100.0)), ["98.5", "99", "99.5", "100"]);
    }

    #[test]
    fn a_logarithmic_axis_covers_whole_decades() {
        let axis = Axis::logarithmic("Gbps", 0.3, 4_200.0);
        assert_eq!(texts(&axis), ["0.1", "1", "10", "100", "1k", "10k"]);
        assert!((axis.place(10.0) - 0.4).abs() < 1e-12);
        assert_eq!(axis.place(0.0), 0.0);
        assert_eq!(Axis::logarithmic("x", 1.0, 1.0).ticks.len(), 2);
    }

    #[test]
    fn an_axis_of_factors_begins_and_ends_near_its_data() {
        let axis = Axis::of_factors("s", 1.05, 430.0);
        assert_eq!(texts(&axis), ["1", "2", "5", "10", "20", "50", "100", "200", "500"]);
        assert_eq!((axis.min, axis.max), (1.0, 500.0));
        assert_eq!(texts(&Axis::of_factors("s", 0.3, 4.0)), ["0.2", "0.5", "1", "2", "5"]);
        assert_eq!(texts(&Axis::of_factors("hops", 1.0, 36.0)), ["1", "2", "5", "10", "20", "50"]);
        for (min, max) in [(3.0, 3.0), (1.0, 1.0), (0.0, 5.0), (f64::NAN, 1.0), (2.0, 1.0)] {
            let axis = Axis::of_factors("x", min, max);
            assert!(axis.min < axis.max && axis.ticks.len() > 1, "{min} {max}: {axis:?}");
        }
    }

    #[test]
    fn constant_and_missing_data_still_give_an_axis() {
        for (min, max) in [
            (5.0, 5.0),
            (0.0, 0.0),
            (-3.0, -3.0),
            (f64::INFINITY, f64::NEG_INFINITY),
            (f64::NAN, 1.0),
        ] {
            let axis = Axis::linear("x", min, max);
            assert!(axis.min < axis.max && axis.ticks.len() > 1, "{min} {max}: {axis:?}");
        }
    }

    #[test]
    fn an_axis_of_time_ends_with_its_data() {
        let axis = Axis::of_time("min", 0.0, 127.0);
        assert_eq!((axis.min, axis.max), (0.0, 127.0));
        assert_eq!(texts(&axis), ["0", "20", "40", "60", "80", "100", "120"]);
    }

    #[test]
    fn values_beyond_the_axis_are_kept_at_its_ends() {
        let axis = Axis::linear("x", 0.0, 10.0);
        assert_eq!((axis.place(-5.0), axis.place(99.0), axis.place(f64::NAN)), (0.0, 1.0, 0.0));
        assert!(axis.contains(10.0) && !axis.contains(10.1));
    }

    #[test]
    fn names_stand_in_the_middle_of_their_places() {
        let axis = Axis::names("", &["a".to_string(), "b".to_string()]);
        assert_eq!((axis.place(0.0), axis.place(1.0)), (0.25, 0.75));
    }
}
