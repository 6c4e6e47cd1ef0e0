//! The two tables, read and checked.

use super::error::{File, Problem, ReplayError};
use crate::net::fluid::FlowRate;
use crate::units::{LinkId, SimTime, Span};
use csv::StringRecord;
use std::collections::BTreeMap;

/// A link.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkRow {
    pub(super) capacity: FlowRate,
    pub(super) latency: Span,
}

/// A flow, with its latency already in the start.
#[derive(Clone, Debug)]
pub(super) struct FlowRow {
    pub(super) id: String,
    pub(super) line: u64,
    /// When data begins to move.
    pub(super) start: SimTime,
    /// [`SimTime::NEVER`] when it goes on until it is done.
    pub(super) stop: SimTime,
    /// Infinite when unbounded.
    pub(super) bytes: f64,
    pub(super) cap: FlowRate,
    pub(super) links: Vec<LinkId>,
}

/// All links, in the order of the file, and their numbers by name.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) rows: Vec<LinkRow>,
    lines: Vec<u64>,
    numbers: BTreeMap<String, LinkId>,
}

type Result<T> = std::result::Result<T, ReplayError>;

const LINK_COLUMNS: &[&str] = &["name", "capacity_bps", "latency_s"];
const FLOW_COLUMNS: &[&str] = &["id", "start_s", "bytes", "rate_cap_bps", "links", "stop_s"];
/// The only column that may be missing.
const OPTIONAL: &str = "stop_s";

/// An inclusive range of numbers, in words.
struct Range(f64, &'static str);

const SECONDS: Range = Range(1e9, "a number of seconds between 0 and 1e9");
const CAPACITY: Range = Range(9e12, "a number of bits per second between 0 and 9e12");
const CAP: Range = Range(f64::MAX, "a number of bits per second, 0 or more, or nothing");
const BYTES: Range = Range(1e18, "a number of bytes between 0 and 1e18, or nothing");

/// A table with a header, read row by row.
struct Table<'a> {
    file: File,
    reader: csv::Reader<&'a [u8]>,
    row: StringRecord,
    known: &'static [&'static str],
    /// Where each known column stands.
    places: Vec<Option<usize>>,
}

impl<'a> Table<'a> {
    fn new(file: File, text: &'a str, known: &'static [&'static str]) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| malformed(file, &error))?.clone();
        let error = |column: &str, found: &str, problem| {
            let (column, found) = (column.to_string(), found.to_string());
            ReplayError { file, line: 1, column, found, problem }
        };
        if let Some(name) = header.iter().find(|name| !known.contains(&name.trim())) {
            return Err(error("", name, Problem::UnknownColumn(known)));
        }
        let twice = |(index, name): &(usize, &str)| {
            header.iter().take(*index).any(|earlier| earlier.trim() == name.trim())
        };
        if let Some((_, name)) = header.iter().enumerate().find(twice) {
            return Err(error("", name, Problem::ColumnTwice));
        }
        let place = |name: &str| header.iter().position(|column| column.trim() == name);
        let places: Vec<_> = known.iter().map(|name| place(name)).collect();
        for (name, _) in known.iter().zip(&places).filter(|(_, place)| place.is_none()) {
            if *name != OPTIONAL {
                let found: Vec<&str> = header.iter().collect();
                return Err(error(name, &found.join(","), Problem::MissingColumn));
            }
        }
        Ok(Self { file, reader, row: StringRecord::new(), known, places })
    }

    fn next(&mut self) -> Result<bool> {
        self.reader.read_record(&mut self.row).map_err(|error| malformed(self.file, &error))
    }

    fn line(&self) -> u64 {
        self.row.position().map_or(1, csv::Position::line)
    }

    /// The field of a column, empty when the column is missing.
    fn field(&self, column: &'static str) -> &str {
        let place = self.known.iter().position(|name| *name == column);
        let place = place.and_then(|place| self.places[place]);
        place.and_then(|place| self.row.get(place)).unwrap_or_default().trim()
    }

    fn error(&self, column: &str, found: &str, problem: Problem) -> ReplayError {
        let (column, found) = (column.to_string(), found.to_string());
        ReplayError { file: self.file, line: self.line(), column, found, problem }
    }

    fn filled(&self, column: &'static str) -> Result<&str> {
        match self.field(column) {
            "" => Err(self.error(column, "", Problem::Empty)),
            field => Ok(field),
        }
    }

    /// A number within a range; `None` when the field is empty.
    fn number(&self, column: &'static str, range: &Range) -> Result<Option<f64>> {
        let field = self.field(column);
        if field.is_empty() {
            return Ok(None);
        }
        let number = field.parse().ok().filter(|number| (0.0..=range.0).contains(number));
        let problem = Problem::Number { expected: range.1 };
        number.map(Some).ok_or_else(|| self.error(column, field, problem))
    }

    fn required(&self, column: &'static str, range: &Range) -> Result<f64> {
        self.number(column, range)?.ok_or_else(|| self.error(column, "", Problem::Empty))
    }
}

fn malformed(file: File, error: &csv::Error) -> ReplayError {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::Length { found: *len, expected: *expected_len }
        }
        _ => Problem::Malformed(error.to_string()),
    };
    ReplayError { file, line, column: String::new(), found: String::new(), problem }
}

/// Micro-bits per second, rounded; what does not fit is no limit.
fn flow_rate(bps: f64) -> FlowRate {
    FlowRate((bps * 1e6 + 0.5) as u64)
}

fn instant(seconds: f64) -> SimTime {
    SimTime::ZERO + Span::from_secs_f64(seconds)
}

pub(super) fn links(text: &str) -> Result<Links> {
    let mut table = Table::new(File::Links, text, LINK_COLUMNS)?;
    let mut links = Links::default();
    while table.next()? {
        let name = table.filled("name")?;
        if name.contains(';') {
            return Err(table.error("name", name, Problem::Separator));
        }
        let number = LinkId::from_index(links.rows.len());
        if let Some(first) = links.numbers.insert(name.to_string(), number) {
            let first = links.lines[first.index()];
            return Err(table.error("name", name, Problem::Duplicate { first }));
        }
        let capacity = flow_rate(table.required("capacity_bps", &CAPACITY)?);
        let latency = table.number("latency_s", &SECONDS)?.unwrap_or(0.0);
        links.rows.push(LinkRow { capacity, latency: Span::from_secs_f64(latency) });
        links.lines.push(table.line());
    }
    Ok(links)
}

pub(super) fn flows(text: &str, links: &Links) -> Result<Vec<FlowRow>> {
    let mut table = Table::new(File::Flows, text, FLOW_COLUMNS)?;
    let (mut flows, mut lines) = (Vec::new(), BTreeMap::new());
    while table.next()? {
        let flow = flow(&table, links)?;
        if let Some(first) = lines.insert(flow.id.clone(), flow.line) {
            return Err(table.error("id", &flow.id, Problem::Duplicate { first }));
        }
        flows.push(flow);
    }
    Ok(flows)
}

fn flow(table: &Table<'_>, links: &Links) -> Result<FlowRow> {
    let id = table.filled("id")?.to_string();
    let path = path(table, links)?;
    let latency = path.iter().map(|link| links.rows[link.index()].latency);
    let latency = latency.fold(Span::ZERO, |sum, latency| sum + latency);
    let bytes = table.number("bytes", &BYTES)?;
    let stop = table.number("stop_s", &SECONDS)?;
    if bytes.is_none() && stop.is_none() {
        return Err(table.error("stop_s", "", Problem::MissingStop));
    }
    Ok(FlowRow {
        id,
        line: table.line(),
        start: instant(table.required("start_s", &SECONDS)?) + latency,
        stop: stop.map_or(SimTime::NEVER, instant),
        bytes: bytes.unwrap_or(f64::INFINITY),
        cap: table.number("rate_cap_bps", &CAP)?.map_or(FlowRate::MAX, flow_rate),
        links: path,
    })
}

fn path(table: &Table<'_>, links: &Links) -> Result<Vec<LinkId>> {
    let mut path = Vec::new();
    for name in table.filled("links")?.split(';').map(str::trim) {
        let Some(link) = links.numbers.get(name) else {
            let nearest = nearest(name, links);
            return Err(table.error("links", name, Problem::UnknownLink { nearest }));
        };
        if path.contains(link) {
            return Err(table.error("links", name, Problem::CrossedTwice));
        }
        if path.len() == usize::from(u16::MAX) {
            return Err(table.error("links", name, Problem::PathTooLong));
        }
        path.push(*link);
    }
    Ok(path)
}

/// The most similar name, when at most two letters differ and one is the same.
fn nearest(name: &str, links: &Links) -> Option<String> {
    let distances = links.numbers.keys().map(|other| {
        let distance = strsim::damerau_levenshtein(name, other);
        (distance, other)
    });
    distances
        .min()
        .filter(|(distance, _)| *distance <= 2 && *distance < name.chars().count())
        .map(|(_, other)| other.clone())
}
