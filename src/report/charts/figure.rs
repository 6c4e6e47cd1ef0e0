//! A chart as plain data: panels with axes and layers, a legend, a title and a caption.

use super::axis::Axis;
use super::style::{Marker, Stroke};
use plotters::style::RGBColor;

/// A whole chart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) title: String,
    /// What to know when reading it, scenario and seed.
    pub(super) caption: String,
    pub(super) legend: Vec<Key>,
    /// From top to bottom, sharing the horizontal axis of the last one.
    pub(super) panels: Vec<Panel>,
    /// Names above the first panel, at positions on the horizontal axis.
    pub(super) marks: Vec<(f64, String)>,
}

/// One entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) sample: Sample,
}

/// What stands before a name in the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sample {
    Line(Stroke),
    Fill(RGBColor),
}

/// One pair of axes and what is drawn in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Panel {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) layers: Vec<Layer>,
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// Something drawn, in the values of the axes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Layer {
    /// A line through points.
    Curve { points: Vec<(f64, f64)>, stroke: Stroke },
    /// The space between two lines, as (x, low, high), and how opaque it is.
    Band { points: Vec<(f64, f64, f64)>, color: RGBColor, opacity: f64 },
    /// A rectangle from one corner to the opposite one.
    Bar { from: (f64, f64), to: (f64, f64), color: RGBColor },
    /// A line across the panel at one horizontal position.
    Vertical { at: f64, stroke: Stroke },
    /// A text at a point.
    Label { at: (f64, f64), text: String, anchor: Anchor, color: RGBColor },
}

impl Layer {
    /// Whether this is data, as opposed to a reference line or a text.
    const fn is_data(&self) -> bool {
        match self {
            Self::Curve { points, .. } => !points.is_empty(),
            Self::Band { points, .. } => !points.is_empty(),
            Self::Bar { .. } => true,
            Self::Vertical { .. } | Self::Label { .. } => false,
        }
    }
}

impl Panel {
    /// Whether there is nothing to show but axes.
    pub(super) fn is_empty(&self) -> bool {
        !self.layers.iter().any(Layer::is_data)
    }
}

impl Key {
    pub(super) fn line(name: &str, stroke: Stroke) -> Self {
        Self { name: name.to_string(), sample: Sample::Line(stroke) }
    }

    pub(super) fn fill(name: &str, color: RGBColor) -> Self {
        Self { name: name.to_string(), sample: Sample::Fill(color) }
    }
}

/// Where markers stand on a curve of `count` points: about eight, evenly apart.
pub(super) fn marked(count: usize, marker: Option<Marker>) -> impl Iterator<Item = usize> {
    let step = (count / 8).max(1);
    (step / 2..count).step_by(step).filter(move |_| marker.is_some())
}
