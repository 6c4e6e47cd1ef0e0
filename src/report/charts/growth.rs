//! What a run costs as the audience grows, from measured runs.

use super::axis::Axis;
use super::figure::{Figure, Key, Layer, Panel};
use super::render::{self, ChartError, Format};
use super::style::{BOUND, stroke_of};

/// One measured run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrowthRow {
    /// Viewers at the peak.
    pub viewers: f64,
    /// Processor time in seconds.
    pub cpu_s: f64,
    /// The most memory in use at one time, in megabytes.
    pub memory_mb: f64,
    /// Events handled, in millions.
    pub events_m: f64,
}

/// One kind of cost: its name with the unit, and where it stands in a row.
type Cost = (&'static str, fn(&GrowthRow) -> f64);

const COSTS: [Cost; 3] = [
    ("CPU time (s)", |row| row.cpu_s),
    ("memory (MB)", |row| row.memory_mb),
    ("events (million)", |row| row.events_m),
];

/// The chart of runs with growing audiences, as the bytes of a file. The dashed lines go on from the
/// run with `reference` viewers in proportion to the audience.
///
/// # Errors
/// When the backend cannot draw.
pub fn growth(
    rows: &[GrowthRow],
    reference: f64,
    caption: &str,
    format: Format,
) -> Result<Vec<u8>, ChartError> {
    render::render(&figure(rows, reference, caption), format)
}

fn figure(rows: &[GrowthRow], reference: f64, caption: &str) -> Figure {
    let legend = vec![
        Key::line("measured", stroke_of(0)),
        Key::line(&format!("in proportion to {reference} viewers"), BOUND),
    ];
    Figure {
        title: "What a run costs as the audience grows".to_string(),
        caption: caption.to_string(),
        legend,
        panels: COSTS.iter().map(|cost| panel(rows, reference, *cost)).collect(),
        marks: Vec::new(),
    }
}

fn panel(rows: &[GrowthRow], reference: f64, (label, cost): Cost) -> Panel {
    let points: Vec<(f64, f64)> = rows.iter().map(|row| (row.viewers, cost(row))).collect();
    let at = points.iter().find(|(viewers, _)| *viewers >= reference).copied();
    let proportional: Vec<(f64, f64)> = at.map_or_else(Vec::new, |(viewers, value)| {
        points.iter().map(|(other, _)| (*other, value * other / viewers)).collect()
    });
    let all = || points.iter().chain(&proportional);
    let span = |values: &dyn Fn(&(f64, f64)) -> f64| {
        let low = all().map(values).fold(f64::INFINITY, f64::min);
        (low, all().map(values).fold(0.0, f64::max))
    };
    let (x, y) = (span(&|point| point.0), span(&|point| point.1));
    Panel {
        x: Axis::logarithmic("viewers at the peak (log)", x.0, x.1),
        y: Axis::logarithmic(label, y.0, y.1),
        layers: vec![
            Layer::Curve { points: proportional, stroke: BOUND },
            Layer::Curve { points, stroke: stroke_of(0) },
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashed_line_goes_through_the_reference_in_proportion() {
        let row = |viewers, cpu_s| GrowthRow { viewers, cpu_s, memory_mb: 10.0, events_m: 1.0 };
        let rows = [row(1e3, 0.2), row(1e4, 3.0), row(1e5, 50.0)];
        let figure = figure(&rows, 1e4, "");
        let Layer::Curve { points, .. } = &figure.panels[0].layers[0] else {
            panic!("the reference is a curve")
        };
        assert_eq!(points, &[(1e3, 0.3), (1e4, 3.0), (1e5, 30.0)]);
        let y = &figure.panels[0].y;
        assert_eq!((y.min, y.max, figure.panels.len()), (0.1, 100.0, 3));
    }
}
