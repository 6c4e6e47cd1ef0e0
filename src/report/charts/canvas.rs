//! Lines, areas, markers and texts on either backend, in the pixels of the finished picture.

use super::render::ChartError;
use super::style::{Marker, Stroke};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::prelude::{DrawingBackend, IntoFont, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle, register_font,
};
use std::sync::OnceLock;

/// A point in the pixels of the finished picture, from its upper left corner.
pub(super) type Point = (f64, f64);

/// The name of the carried font and what to use where a viewer of the SVG does not have it.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
static FONT: &[u8] = include_bytes!("../../../assets/DejaVuSans.ttf");
/// The height of a font over its em in plotters.
const SIZE_PER_EM: f64 = 1.24;

/// How a text is set.
#[derive(Clone, Copy)]
pub(super) struct TextFormat {
    /// The em in pixels.
    pub(super) em: f64,
    pub(super) color: RGBColor,
    /// Which point of the text stands at the point given; the vertical middle always does.
    pub(super) anchor: HPos,
    /// Whether it runs upwards.
    pub(super) is_upright: bool,
}

impl TextFormat {
    pub(super) const fn new(em: f64, color: RGBColor, anchor: HPos) -> Self {
        Self { em, color, anchor, is_upright: false }
    }
}

/// Registers the carried font under its name; the first call does it, later ones give its answer.
pub(super) fn register() -> Result<(), ChartError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered =
        *REGISTERED.get_or_init(|| register_font(FAMILY, FontStyle::Normal, FONT).is_ok());
    if registered { Ok(()) } else { Err(ChartError::new("the carried font cannot be read")) }
}

fn font(em: f64, resolution: f64) -> FontDesc<'static> {
    (FAMILY, em * SIZE_PER_EM * resolution).into_font()
}

/// The width of `text` in pixels, as the wider of the backends sets it.
pub(super) fn text_width(text: &str, em: f64) -> f64 {
    const FINER: f64 = 8.0;
    font(em, FINER).box_size(text).map_or(0.0, |(width, _)| f64::from(width) / FINER)
}

/// A drawing area with its resolution.
pub(super) struct Canvas<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    /// Pixels of the backend in one pixel of the finished picture.
    resolution: f64,
}

impl<'a, DB: DrawingBackend> Canvas<'a, DB> {
    pub(super) const fn new(area: &'a DrawingArea<DB, Shift>, resolution: f64) -> Self {
        Self { area, resolution }
    }

    fn put<E>(&self, element: &E) -> Result<(), ChartError>
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: Drawable<DB>,
    {
        let refused = |error: DrawingAreaErrorKind<DB::ErrorType>| ChartError::new(error);
        self.area.draw(element).map_err(refused)
    }

    fn pixel(&self, (x, y): Point) -> (i32, i32) {
        ((x * self.resolution).round() as i32, (y * self.resolution).round() as i32)
    }

    fn shape(&self, color: RGBColor, width: f64) -> ShapeStyle {
        let width = (width * self.resolution).round().max(1.0) as u32;
        ShapeStyle { color: color.to_rgba(), filled: true, stroke_width: width }
    }

    /// A line through all points, dashed as the stroke says.
    pub(super) fn line(&self, points: &[Point], stroke: Stroke) -> Result<(), ChartError> {
        if stroke.dash.is_empty() {
            return self.solid(points, stroke);
        }
        dashes(points, stroke.dash).iter().try_for_each(|part| self.solid(part, stroke))
    }

    fn solid(&self, points: &[Point], stroke: Stroke) -> Result<(), ChartError> {
        let mut pixels: Vec<(i32, i32)> = points.iter().map(|point| self.pixel(*point)).collect();
        pixels.dedup();
        let style = self.shape(stroke.color, stroke.width);
        if self.resolution <= 1.0 || pixels.len() < 2 {
            return self.put(&PathElement::new(pixels, style));
        }
        // The bitmap backend fills the outline of a whole path, which fails at sharp bends: each
        // segment is drawn by itself, and a disc covers the joint.
        let radius = style.stroke_width as i32 / 2;
        for joint in &pixels[1..pixels.len() - 1] {
            self.put(&Circle::new(*joint, radius, style))?;
        }
        pixels.windows(2).try_for_each(|ends| self.put(&PathElement::new(ends, style)))
    }

    /// A filled rectangle between two opposite corners.
    pub(super) fn rectangle(
        &self,
        from: Point,
        to: Point,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        let upper_left = self.pixel((from.0.min(to.0), from.1.min(to.1)));
        let lower_right = self.pixel((from.0.max(to.0), from.1.max(to.1)));
        self.put(&Rectangle::new([upper_left, lower_right], color.filled()))
    }

    /// A filled polygon.
    pub(super) fn polygon(
        &self,
        points: &[Point],
        color: RGBColor,
        opacity: f64,
    ) -> Result<(), ChartError> {
        let pixels: Vec<(i32, i32)> = points.iter().map(|point| self.pixel(*point)).collect();
        self.put(&Polygon::new(pixels, color.mix(opacity)))
    }

    /// A marker around a point.
    pub(super) fn marker(
        &self,
        (x, y): Point,
        marker: Marker,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        const RADIUS: f64 = 6.0;
        let corners = |offsets: &[(f64, f64)]| -> Vec<Point> {
            offsets.iter().map(|(dx, dy)| (x + dx * RADIUS, y + dy * RADIUS)).collect()
        };
        match marker {
            Marker::Circle => {
                let radius = (RADIUS * self.resolution).round() as i32;
                self.put(&Circle::new(self.pixel((x, y)), radius, color.filled()))
            }
            Marker::Square => self.polygon(
                &corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
                color,
                1.0,
            ),
            Marker::Triangle => {
                self.polygon(&corners(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)]), color, 1.0)
            }
            Marker::Diamond => self.polygon(
                &corners(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
                color,
                1.0,
            ),
        }
    }

    /// A text at a point.
    pub(super) fn text(&self, text: &str, at: Point, format: TextFormat) -> Result<(), ChartError> {
        // Both backends set texts above the middle, by their own amount; this centers the digits.
        let shift = format.em * if self.resolution > 1.0 { 0.27 } else { 0.09 };
        let (turn, at) = if format.is_upright {
            (FontTransform::Rotate270, (at.0 + shift, at.1))
        } else {
            (FontTransform::None, (at.0, at.1 + shift))
        };
        let style = TextStyle::from(font(format.em, self.resolution).transform(turn))
            .color(&format.color)
            .pos(Pos::new(format.anchor, VPos::Center));
        self.put(&Text::new(text.to_string(), self.pixel(at), style))
    }
}

/// A line cut into its strokes: the lengths in `pattern` are strokes and gaps in turn.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    let (mut phase, mut left) = (0, pattern[0]);
    let Some((mut from, rest)) = points.split_first().map(|(first, rest)| (*first, rest)) else {
        return parts;
    };
    parts.push(vec![from]);
    for to in rest {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let mut length = (dx * dx + dy * dy).sqrt();
        while length > left {
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            length -= left;
            extend(&mut parts, phase, from);
            phase = (phase + 1) % pattern.len();
            left = pattern[phase];
            if phase.is_multiple_of(2) {
                parts.push(vec![from]);
            }
        }
        left -= length;
        from = *to;
        extend(&mut parts, phase, from);
    }
    parts.retain(|part| part.len() > 1);
    parts
}

/// Draws on to `to` when the pattern is at a stroke.
fn extend(parts: &mut [Vec<Point>], phase: usize, to: Point) {
    if let Some(part) = parts.last_mut().filter(|_| phase.is_multiple_of(2)) {
        part.push(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_on_round_a_corner() {
        let parts = dashes(&[(0.0, 0.0), (6.0, 0.0), (6.0, 6.0)], &[4.0, 1.0]);
        let expected: [&[Point]; 3] = [
            &[(0.0, 0.0), (4.0, 0.0)],
            &[(5.0, 0.0), (6.0, 0.0), (6.0, 3.0)],
            &[(6.0, 4.0), (6.0, 6.0)],
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn a_single_point_has_no_dash() {
        assert!(dashes(&[(1.0, 1.0)], &[4.0, 1.0]).is_empty());
        assert!(dashes(&[], &[4.0, 1.0]).is_empty());
    }

    #[test]
    fn longer_texts_are_wider() {
        register().unwrap();
        let (short, long) = (text_width("CDN", 22.0), text_width("CDN rate", 22.0));
        assert!(short > 30.0 && long > short && long < 150.0, "{short} {long}");
    }
}
