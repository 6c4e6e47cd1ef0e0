//! A figure to the bytes of a file.

use super::canvas::{self, Canvas};
use super::draw;
use super::figure::Figure;
use super::layout::{HEIGHT, WIDTH};
use super::png;
use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::drawing::IntoDrawingArea;
use std::fmt;

/// Lines and letters are drawn this many times larger than they are shown in a PNG, and averaged.
const OVERSAMPLING: u32 = 3;

/// The kind of file a chart becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable vector graphics, 1200 by 750 units.
    Svg,
    /// Pixels, 1200 by 750.
    Png,
}

impl Format {
    /// The ending of its file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

/// Why a chart could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartError(String);

impl ChartError {
    pub(super) fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chart: {}", self.0)
    }
}

impl std::error::Error for ChartError {}

pub(super) fn render(figure: &Figure, format: Format) -> Result<Vec<u8>, ChartError> {
    canvas::register()?;
    match format {
        Format::Svg => svg(figure),
        Format::Png => bitmap(figure),
    }
}

fn svg(figure: &Figure) -> Result<Vec<u8>, ChartError> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (WIDTH, HEIGHT)).into_drawing_area();
        area.fill(&plotters::style::WHITE).map_err(ChartError::new)?;
        draw::figure(&Canvas::new(&area, 1.0), figure)?;
        area.present().map_err(ChartError::new)?;
    }
    Ok(text.into_bytes())
}

fn bitmap(figure: &Figure) -> Result<Vec<u8>, ChartError> {
    let size = (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING);
    let mut pixels = vec![0; size.0 as usize * size.1 as usize * 3];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        area.fill(&plotters::style::WHITE).map_err(ChartError::new)?;
        draw::figure(&Canvas::new(&area, f64::from(OVERSAMPLING)), figure)?;
        area.present().map_err(ChartError::new)?;
    }
    let shown = png::averaged(&pixels, WIDTH as usize, OVERSAMPLING as usize);
    png::encode(&shown, WIDTH, HEIGHT).map_err(ChartError::new)
}
