//! Colours, dashes and markers that stay apart for colour-blind readers and in print.

use plotters::style::{RGBColor, WHITE};

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const MUTED: RGBColor = RGBColor(0x66, 0x66, 0x66);
pub(super) const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

/// Okabe and Ito's palette ("Color Universal Design", 2008), without the yellow that white
/// swallows and the black that bounds have; the last is Tol's wine.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x88, 0x22, 0x55),
];

const SOLID: &[f64] = &[];
/// Lengths of strokes and gaps in turn, in pixels.
const DASHES: [&[f64]; 4] = [SOLID, &[14.0, 7.0], &[4.0, 5.0], &[16.0, 5.0, 4.0, 5.0]];

/// The shape of the points on a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
}

const MARKERS: [Marker; 4] = [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond];

/// A lighter variant of `color`.
pub(super) fn pale(color: RGBColor) -> RGBColor {
    let lighter = |channel: u8| channel + (255 - channel) / 5 * 3;
    RGBColor(lighter(color.0), lighter(color.1), lighter(color.2))
}

/// Ink or white, whichever can be read on `color`.
pub(super) fn readable_on(color: RGBColor) -> RGBColor {
    let lightness = 299 * u32::from(color.0) + 587 * u32::from(color.1) + 114 * u32::from(color.2);
    if lightness > 140_000 { INK } else { WHITE }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) color: RGBColor,
    /// In pixels.
    pub(super) width: f64,
    /// Lengths of strokes and gaps in turn; empty for a solid line.
    pub(super) dash: &'static [f64],
    /// Points set on the line at intervals.
    pub(super) marker: Option<Marker>,
}

/// The colour of the coordinator at `index`.
pub(super) fn color_of(index: usize) -> RGBColor {
    PALETTE[index % PALETTE.len()]
}

/// The line of the coordinator at `index`.
pub(super) fn stroke_of(index: usize) -> Stroke {
    Stroke {
        color: color_of(index),
        width: 2.6,
        dash: DASHES[index % DASHES.len()],
        marker: Some(MARKERS[index % MARKERS.len()]),
    }
}

/// The line of a theoretical bound.
pub(super) const BOUND: Stroke = Stroke { color: INK, width: 2.5, dash: &[9.0, 6.0], marker: None };
/// The line of something that happened or was set.
pub(super) const MARK: Stroke =
    Stroke { color: MUTED, width: 1.5, dash: &[5.0, 4.0], marker: None };
/// The end of something that happened.
pub(super) const MARK_END: Stroke =
    Stroke { color: MUTED, width: 1.5, dash: &[2.0, 5.0], marker: None };
/// The line around a panel.
pub(super) const FRAME: Stroke = Stroke { color: INK, width: 1.5, dash: SOLID, marker: None };
/// A line of the grid.
pub(super) const GRID_LINE: Stroke = Stroke { color: GRID, width: 1.0, dash: SOLID, marker: None };
