//! Lines and marks of a drawing as SVG text.
//!
//! Not here: what is drawn where.

use super::super::escape::escaped;
use std::fmt::Write;

/// The class of CDN nodes; those below it are of viewers.
pub(super) const NODE: usize = 9;
/// Width of every drawing in its own unit.
pub(super) const WIDTH: f64 = 1000.0;
/// Left of the drawing, for the names of levels.
pub(super) const GUTTER: f64 = 84.0;
const MARGIN: f64 = 24.0;

/// A drawing that grows.
#[derive(Debug)]
pub(super) struct Canvas {
    height: f64,
    body: String,
}

impl Canvas {
    pub(super) fn new(height: f64) -> Self {
        Self { height, body: String::new() }
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.body.write_fmt(text).expect("a string takes all text");
    }

    /// The name of a level, in the gutter.
    pub(super) fn level(&mut self, y: f64, name: &str) {
        let (y, name) = (y + 5.0, escaped(name));
        self.put(format_args!("<text class=\"lv\" x=\"4\" y=\"{y:.0}\">{name}</text>"));
    }

    pub(super) fn label(&mut self, (x, y): (f64, f64), text: &str) {
        let text = escaped(text);
        self.put(format_args!("<text class=\"lb\" x=\"{x:.0}\" y=\"{y:.0}\">{text}</text>"));
    }

    /// Many lines of one class and width in one stroke.
    pub(super) fn lines(&mut self, class: &str, width: f64, ends: &[[f64; 4]]) {
        if ends.is_empty() {
            return;
        }
        self.put(format_args!("<path class=\"{class}\" stroke-width=\"{width:.1}\" d=\""));
        for [x1, y1, x2, y2] in ends {
            self.put(format_args!("M{x1:.0} {y1:.0}L{x2:.0} {y2:.0}"));
        }
        self.put(format_args!("\"/>"));
    }

    /// A mark of the shape that belongs to a class; `data` is attributes, `title` what it says.
    pub(super) fn mark(
        &mut self,
        class: usize,
        hollow: bool,
        [x, y, r]: [f64; 3],
        data: std::fmt::Arguments<'_>,
        title: &str,
    ) {
        let hollow = if hollow { " dry" } else { "" };
        let (outline, title) = (outline(class, [x, y, r]), escaped(title));
        self.put(format_args!(
            "<path class=\"n{class}{hollow}\"{data} d=\"{outline}\"><title>{title}</title></path>"
        ));
    }

    pub(super) fn finish(self, description: &str) -> String {
        let (height, body, description) = (self.height, self.body, escaped(description));
        format!(
            "<svg viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\" aria-label=\"{description}\" \
             xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>"
        )
    }
}

/// Where something stands that is `share` of the way from left to right.
pub(super) fn across(share: f64) -> f64 {
    GUTTER + MARGIN + share * (WIDTH - GUTTER - 2.0 * MARGIN)
}

/// The outline of a mark: shapes differ as well as colours, for readers who cannot tell the colours.
pub(super) fn outline(class: usize, [x, y, r]: [f64; 3]) -> String {
    if class == NODE {
        let (half, low) = (r * 1.5, r * 0.85);
        let (x, y) = (x - half, y - low);
        return format!("M{x:.1} {y:.1}h{0:.1}v{1:.1}h-{0:.1}z", 2.0 * half, 2.0 * low);
    }
    match class % 4 {
        0 => format!(
            "M{:.1} {y:.1}a{r:.1} {r:.1} 0 1 0 {:.1} 0a{r:.1} {r:.1} 0 1 0 -{:.1} 0z",
            x - r,
            2.0 * r,
            2.0 * r
        ),
        1 => {
            let side = r * 1.77;
            let (x, y) = (x - side / 2.0, y - side / 2.0);
            format!("M{x:.1} {y:.1}h{side:.1}v{side:.1}h-{side:.1}z")
        }
        2 => {
            let (half, high) = (r * 1.3, r * 2.1);
            let top = y - r * 1.2;
            format!("M{x:.1} {top:.1}l{half:.1} {high:.1}h-{:.1}z", 2.0 * half)
        }
        _ => {
            let d = r * 1.3;
            format!("M{x:.1} {:.1}l{d:.1} {d:.1}l-{d:.1} {d:.1}l-{d:.1} -{d:.1}z", y - d)
        }
    }
}
