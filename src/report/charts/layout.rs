//! Where title, legend, panels, labels and caption stand, so that none covers another.

use super::canvas::{Point, text_width};
use super::figure::{Figure, Key, Panel, Sample};

/// Of a chart, in pixels.
pub(super) const WIDTH: u32 = 1200;
/// Of a chart, in pixels.
pub(super) const HEIGHT: u32 = 750;

/// The em of texts in pixels.
pub(super) const TITLE_EM: f64 = 28.0;
pub(super) const LABEL_EM: f64 = 22.0;
pub(super) const CAPTION_EM: f64 = 18.0;

/// Distance from the edges of the picture.
pub(super) const MARGIN: f64 = 24.0;
/// Height of a line of labels.
const LINE: f64 = 32.0;
const TITLE_LINE: f64 = 46.0;
/// Between the panels.
const PANEL_GAP: f64 = 30.0;
/// Between an axis and the numbers at its marks.
pub(super) const TICK_GAP: f64 = 8.0;
/// Between a sample in the legend and its name.
pub(super) const SAMPLE_GAP: f64 = 10.0;
const KEY_GAP: f64 = 30.0;
/// Between the names of two marks.
const MARK_GAP: f64 = 8.0;

/// A rectangle of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// Where everything of one figure stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) title: Point,
    pub(super) caption: Point,
    /// The left end of each entry of the legend.
    pub(super) legend: Vec<Point>,
    /// The middle of each mark's name; none where there is no room for it.
    pub(super) marks: Vec<Option<Point>>,
    pub(super) panels: Vec<Frame>,
}

impl Layout {
    pub(super) fn of(figure: &Figure) -> Self {
        let title = (MARGIN, MARGIN + TITLE_EM / 2.0);
        let caption = (f64::from(WIDTH) - MARGIN, f64::from(HEIGHT) - MARGIN + 4.0);
        let (legend, below_legend) = legend(&figure.legend, MARGIN + TITLE_LINE);
        let (left, right) = sides(&figure.panels);
        let (marks, top) = marks(figure, left, right, below_legend);
        let bottom = f64::from(HEIGHT) - MARGIN - LINE - 2.0 * LINE;
        let panels = stacked(figure.panels.len(), Frame { left, top, right, bottom });
        Self { title, caption, legend, marks, panels }
    }
}

/// The width of a sample in the legend.
pub(super) const fn sample_width(sample: Sample) -> f64 {
    match sample {
        Sample::Line(_) => 54.0,
        Sample::Fill(_) => 28.0,
    }
}

/// Entries from left to right, on a new line where the next one does not fit.
fn legend(keys: &[Key], top: f64) -> (Vec<Point>, f64) {
    let (mut x, mut y) = (MARGIN, top + LINE / 2.0);
    let mut places = Vec::new();
    for key in keys {
        let width = sample_width(key.sample) + SAMPLE_GAP + text_width(&key.name, LABEL_EM);
        if x > MARGIN && x + width > f64::from(WIDTH) - MARGIN {
            (x, y) = (MARGIN, y + LINE);
        }
        places.push((x, y));
        x += width + KEY_GAP;
    }
    let bottom = if keys.is_empty() { top } else { y + LINE / 2.0 };
    (places, bottom + 14.0)
}

/// The left and right edge of all panels: room for the widest number, and for the last one.
fn sides(panels: &[Panel]) -> (f64, f64) {
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| text_width(text, LABEL_EM)).fold(0.0, f64::max)
    };
    let ticks = |panel: &Panel| widest(&mut panel.y.ticks.iter().map(|tick| &tick.text));
    let numbers = panels.iter().map(ticks).fold(0.0, f64::max);
    let has_label = panels.iter().any(|panel| !panel.y.label.is_empty());
    let label = if has_label { LINE + 4.0 } else { 0.0 };
    let last = panels.iter().filter_map(|panel| panel.x.ticks.last());
    let half = widest(&mut last.map(|tick| &tick.text)) / 2.0;
    (MARGIN + label + numbers + TICK_GAP, f64::from(WIDTH) - MARGIN - half.max(4.0))
}

/// The names of the marks on one line, or on two where neighbours would touch.
fn marks(figure: &Figure, left: f64, right: f64, top: f64) -> (Vec<Option<Point>>, f64) {
    let Some(axis) = figure.panels.first().map(|panel| &panel.x) else {
        return (Vec::new(), top);
    };
    let mut ends = [f64::NEG_INFINITY; 2];
    let mut lines = Vec::new();
    for (at, name) in &figure.marks {
        let half = text_width(name, CAPTION_EM) / 2.0;
        let middle = left + axis.place(*at) * (right - left);
        let middle = middle.min(right - half).max(left + half);
        let line = ends.iter().position(|end| middle - half > end + MARK_GAP);
        if let Some(line) = line {
            ends[line] = middle + half;
        }
        lines.push(line.map(|line| (middle, line)));
    }
    let used = lines.iter().flatten().map(|(_, line)| line + 1).max().unwrap_or(0);
    // The first line stands nearest to the panel.
    let y = |line: usize| top + (used - line) as f64 * (LINE - 6.0) - (LINE - 6.0) / 2.0;
    let places = lines.into_iter().map(|place| place.map(|(x, line)| (x, y(line)))).collect();
    (places, top + used as f64 * (LINE - 6.0) + 4.0)
}

fn stacked(count: usize, all: Frame) -> Vec<Frame> {
    let gaps = PANEL_GAP * count.saturating_sub(1) as f64;
    let height = (all.bottom - all.top - gaps) / count.max(1) as f64;
    let panel = |index: usize| {
        let top = all.top + index as f64 * (height + PANEL_GAP);
        Frame { top, bottom: top + height, ..all }
    };
    (0..count).map(panel).collect()
}
