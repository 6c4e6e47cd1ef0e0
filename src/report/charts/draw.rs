//! A figure onto a canvas, whichever backend is behind it.

use super::canvas::{Canvas, Point, TextFormat, text_width};
use super::figure::{Anchor, Figure, Key, Layer, Panel, Sample, marked};
use super::layout::{
    CAPTION_EM, Frame, LABEL_EM, Layout, MARGIN, SAMPLE_GAP, TICK_GAP, TITLE_EM, sample_width,
};
use super::render::ChartError;
use super::style::{FRAME, GRID_LINE, INK, MUTED, Stroke};
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

type Drawn = Result<(), ChartError>;

pub(super) fn figure<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, figure: &Figure) -> Drawn {
    let layout = Layout::of(figure);
    canvas.text(&figure.title, layout.title, TextFormat::new(TITLE_EM, INK, HPos::Left))?;
    let right = TextFormat::new(CAPTION_EM, MUTED, HPos::Right);
    canvas.text(&figure.caption, layout.caption, right)?;
    for (entry, at) in figure.legend.iter().zip(&layout.legend) {
        key(canvas, entry, *at)?;
    }
    for ((_, name), at) in figure.marks.iter().zip(&layout.marks) {
        if let Some(at) = at {
            canvas.text(name, *at, TextFormat::new(CAPTION_EM, MUTED, HPos::Center))?;
        }
    }
    let last = figure.panels.len().saturating_sub(1);
    for (index, (content, frame)) in figure.panels.iter().zip(&layout.panels).enumerate() {
        panel(canvas, content, *frame, index == last)?;
    }
    Ok(())
}

fn key<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, key: &Key, (x, y): Point) -> Drawn {
    let end = x + sample_width(key.sample);
    match key.sample {
        Sample::Line(stroke) => {
            canvas.line(&[(x, y), (end, y)], stroke)?;
            if let Some(marker) = stroke.marker {
                canvas.marker(((x + end) / 2.0, y), marker, stroke.color)?;
            }
        }
        Sample::Fill(color) => canvas.rectangle((x, y - 10.0), (end, y + 10.0), color)?,
    }
    canvas.text(&key.name, (end + SAMPLE_GAP, y), TextFormat::new(LABEL_EM, INK, HPos::Left))
}

fn panel<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    panel: &Panel,
    frame: Frame,
    is_last: bool,
) -> Drawn {
    grid(canvas, panel, frame)?;
    if panel.is_empty() {
        let middle = ((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0);
        canvas.text("no data", middle, TextFormat::new(TITLE_EM, MUTED, HPos::Center))?;
    } else {
        panel.layers.iter().try_for_each(|content| layer(canvas, panel, frame, content))?;
    }
    let (left, right) = ((frame.left, frame.top), (frame.right, frame.bottom));
    canvas.line(&[left, (left.0, right.1), right], FRAME)?;
    horizontal_axis(canvas, panel, frame, is_last)?;
    vertical_axis(canvas, panel, frame)
}

fn grid<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, panel: &Panel, frame: Frame) -> Drawn {
    let has_lines = !panel.y.is_names && !panel.is_empty();
    let lines = panel.y.ticks.iter().filter(|_| has_lines);
    for tick in lines {
        let y = height(panel, frame, tick.at);
        canvas.line(&[(frame.left, y), (frame.right, y)], GRID_LINE)?;
    }
    Ok(())
}

fn horizontal_axis<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    panel: &Panel,
    frame: Frame,
    is_labelled: bool,
) -> Drawn {
    let format = TextFormat::new(LABEL_EM, INK, HPos::Center);
    for tick in &panel.x.ticks {
        let x = frame.left + panel.x.place(tick.at) * (frame.right - frame.left);
        canvas.line(&[(x, frame.bottom), (x, frame.bottom + 6.0)], FRAME)?;
        if is_labelled {
            canvas.text(&tick.text, (x, frame.bottom + 24.0), format)?;
        }
    }
    if is_labelled {
        let middle = ((frame.left + frame.right) / 2.0, frame.bottom + 58.0);
        canvas.text(&panel.x.label, middle, format)?;
    }
    Ok(())
}

fn vertical_axis<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    panel: &Panel,
    frame: Frame,
) -> Drawn {
    for tick in &panel.y.ticks {
        let at = (frame.left - TICK_GAP, height(panel, frame, tick.at));
        canvas.text(&tick.text, at, TextFormat::new(LABEL_EM, INK, HPos::Right))?;
    }
    let middle = (MARGIN + LABEL_EM / 2.0, (frame.top + frame.bottom) / 2.0);
    let room = frame.bottom - frame.top + 24.0;
    let em = fitting_em(&panel.y.label, room);
    let format = TextFormat { is_upright: true, ..TextFormat::new(em, INK, HPos::Center) };
    canvas.text(&panel.y.label, middle, format)
}

/// The size of labels, or less where the text would be longer than `room`.
fn fitting_em(text: &str, room: f64) -> f64 {
    LABEL_EM * (room / text_width(text, LABEL_EM).max(1.0)).min(1.0)
}

fn height(panel: &Panel, frame: Frame, value: f64) -> f64 {
    frame.bottom - panel.y.place(value) * (frame.bottom - frame.top)
}

fn layer<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    panel: &Panel,
    frame: Frame,
    layer: &Layer,
) -> Drawn {
    let at = |(x, y): (f64, f64)| {
        (frame.left + panel.x.place(x) * (frame.right - frame.left), height(panel, frame, y))
    };
    match layer {
        Layer::Curve { points, stroke } => {
            let shown: Vec<Point> = within(panel, points).into_iter().map(at).collect();
            curve(canvas, &shown, *stroke)
        }
        Layer::Band { points, color, opacity } => {
            let upper = points.iter().map(|(x, _, high)| at((*x, *high)));
            let lower = points.iter().rev().map(|(x, low, _)| at((*x, *low)));
            canvas.polygon(&upper.chain(lower).collect::<Vec<_>>(), *color, *opacity)
        }
        Layer::Bar { from, to, color } => canvas.rectangle(at(*from), at(*to), *color),
        Layer::Vertical { at: x, stroke } if panel.x.contains(*x) => {
            let x = at((*x, 0.0)).0;
            canvas.line(&[(x, frame.bottom), (x, frame.top)], *stroke)
        }
        Layer::Vertical { .. } => Ok(()),
        Layer::Label { at: place, text, anchor, color } => {
            let anchor = match anchor {
                Anchor::Left => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::Right => HPos::Right,
            };
            let em = fitting_em(text, frame.right - frame.left - TICK_GAP);
            canvas.text(text, at(*place), TextFormat::new(em, *color, anchor))
        }
    }
}

fn curve<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, points: &[Point], stroke: Stroke) -> Drawn {
    canvas.line(&thinned(points), stroke)?;
    if let Some(marker) = stroke.marker {
        for index in marked(points.len(), stroke.marker) {
            canvas.marker(points[index], marker, stroke.color)?;
        }
    }
    Ok(())
}

/// A curve with at most four points a column of pixels: the first, the extremes and the last.
fn thinned(points: &[Point]) -> Vec<Point> {
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.round() == b.0.round()) {
        let by_height = |(_, a): &(usize, &Point), (_, b): &(usize, &Point)| a.1.total_cmp(&b.1);
        let highest = column.iter().enumerate().min_by(by_height).map_or(0, |(index, _)| index);
        let lowest = column.iter().enumerate().max_by(by_height).map_or(0, |(index, _)| index);
        let mut shown = [0, highest, lowest, column.len() - 1];
        shown.sort_unstable();
        let distinct = shown.chunk_by(|a, b| a == b).map(|same| column[same[0]]);
        kept.extend(distinct);
    }
    kept
}

/// The part of a curve, whose points go from left to right, that lies on the horizontal axis, cut
/// at the end of the axis.
fn within(panel: &Panel, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let end = panel.x.max;
    let count = points.iter().take_while(|(x, _)| *x <= end).count();
    let mut shown = points[..count].to_vec();
    if let (Some((x0, y0)), Some((x1, y1))) = (shown.last().copied(), points.get(count)) {
        shown.push((end, y0 + (y1 - y0) * (end - x0) / (x1 - x0)));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::axis::Axis;

    #[test]
    fn a_column_of_pixels_keeps_its_ends_and_extremes() {
        let dense: Vec<Point> = [5.0, 9.0, 4.0, 1.0, 6.0, 3.0].iter().map(|y| (10.0, *y)).collect();
        assert_eq!(thinned(&dense), [(10.0, 5.0), (10.0, 9.0), (10.0, 1.0), (10.0, 3.0)]);
        let sparse = [(1.0, 2.0), (2.0, 2.0), (3.0, 9.0)];
        assert_eq!(thinned(&sparse), sparse);
        assert_eq!(thinned(&[]), []);
    }

    #[test]
    fn a_curve_is_cut_at_the_end_of_the_axis() {
        let x = Axis::linear("x", 0.0, 10.0);
        let panel = Panel { x: x.clone(), y: x, layers: Vec::new() };
        let cut = within(&panel, &[(0.0, 0.0), (8.0, 8.0), (16.0, 0.0), (20.0, 0.0)]);
        assert_eq!(cut, [(0.0, 0.0), (8.0, 8.0), (10.0, 6.0)]);
        assert_eq!(within(&panel, &[(3.0, 1.0)]), [(3.0, 1.0)]);
        assert_eq!(within(&panel, &[]), []);
    }
}
