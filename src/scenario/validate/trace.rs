//! A trace of sessions: CSV with columns `join_s`, `leave_s`, and if wanted `class` and `isp`.

use super::audience::World;
use super::context::Check;
use crate::scenario::diagnostics::{Rule, nearest};
use crate::scenario::load::unpacked;
use crate::scenario::model::TraceSession;
use crate::scenario::raw::At;
use crate::scenario::source::Place;
use crate::units::{AsNumber, SimTime, Span};
use csv::StringRecord;

/// Malformed rows of one file that are shown; the rest is likely to be wrong in the same way.
const MOST_ERRORS: usize = 20;

/// Where the columns are.
struct Columns {
    join: usize,
    leave: usize,
    class: Option<usize>,
    isp: Option<usize>,
}

/// What is wrong with a row: what stands there, and what was expected.
type Refusal = (String, String);

/// The sessions of the trace file that is named at `named`, in the order of the file.
pub(super) fn sessions(
    check: &mut Check<'_>,
    named: &At<String>,
    world: &World<'_>,
) -> Vec<TraceSession> {
    let bytes = check.reader()(&named.value).and_then(|bytes| unpacked(&named.value, bytes));
    let bytes = bytes.unwrap_or_else(|why| {
        let expected = format!("a file that can be read: {why}");
        check.report(Rule::UnreadableFile, &named.span, expected);
        Vec::new()
    });
    let (mut sessions, mut refused) = (Vec::new(), Vec::new());
    for (line, row) in rows(&bytes, world) {
        match row {
            Ok(session) => sessions.push(session),
            Err((found, expected)) => refused.push((line, found, expected)),
        }
    }
    if sessions.is_empty() && refused.is_empty() && !bytes.is_empty() {
        refused.push((1, String::new(), "at least one session".to_string()));
    }
    for (line, found, expected) in refused.iter().take(MOST_ERRORS) {
        let text = line_of(&bytes, *line);
        let place = Place::of_line(&named.value, *line as usize, column_of(found, &text), &text);
        check.report_in_file(&named.span, place, found, expected);
    }
    sessions
}

/// Every row with its line; a header that is not understood comes alone.
fn rows(bytes: &[u8], world: &World<'_>) -> Vec<(u64, Result<TraceSession, Refusal>)> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).trim(csv::Trim::All).from_reader(bytes);
    if bytes.is_empty() {
        return Vec::new();
    }
    let columns = match reader.headers().map_err(malformed).and_then(Columns::find) {
        Ok(columns) => columns,
        Err(refusal) => return vec![(1, Err(refusal))],
    };
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(match record {
            Ok(record) => {
                (record.position().map_or(1, csv::Position::line), columns.session(&record, world))
            }
            Err(error) => (error.position().map_or(1, csv::Position::line), Err(malformed(error))),
        });
    }
    rows
}

fn malformed(error: csv::Error) -> Refusal {
    (String::new(), format!("comma-separated text in UTF-8 ({error})"))
}

/// Where the cell that is to blame begins, counted in characters from 1.
fn column_of(found: &str, line: &str) -> Option<usize> {
    let before = line.split(',').position(|cell| cell.trim() == found.trim())?;
    let cells: Vec<&str> = line.split(',').take(before).collect();
    let start = cells.iter().map(|cell| cell.chars().count() + 1).sum::<usize>();
    (!found.is_empty()).then_some(start + 1)
}

fn line_of(bytes: &[u8], line: u64) -> String {
    let before = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let text = bytes.split(|byte| *byte == b'\n').nth(before).unwrap_or_default();
    String::from_utf8_lossy(text).trim_end().to_string()
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, Refusal> {
        let all = ["join_s", "leave_s", "class", "isp"];
        let found = || header.iter().collect::<Vec<_>>().join(",");
        let at = |name| header.iter().position(|column| column == name);
        let refuse = |expected: &str| (found(), expected.to_string());
        if let Some(stranger) = header.iter().find(|column| !all.contains(column)) {
            return Err((stranger.to_string(), format!("columns among {}", all.join(", "))));
        }
        Ok(Self {
            join: at("join_s").ok_or_else(|| refuse("a column join_s"))?,
            leave: at("leave_s").ok_or_else(|| refuse("a column leave_s"))?,
            class: at("class"),
            isp: at("isp"),
        })
    }

    fn session(&self, row: &StringRecord, world: &World<'_>) -> Result<TraceSession, Refusal> {
        let join = seconds(row, self.join, "join_s")?;
        let leave = seconds(row, self.leave, "leave_s")?;
        if leave <= join {
            let found = row.get(self.leave).unwrap_or_default().to_string();
            return Err((found, "leave_s after join_s".to_string()));
        }
        Ok(TraceSession {
            join,
            leave,
            access: self.class(row, world)?,
            isp: self.isp(row, world)?,
        })
    }

    fn class(&self, row: &StringRecord, world: &World<'_>) -> Result<Option<usize>, Refusal> {
        let Some(name) = filled(row, self.class) else { return Ok(None) };
        let known = world.access.iter().position(|class| class.name == name);
        let names: Vec<&str> = world.access.iter().map(|class| class.name.as_str()).collect();
        known.map(Some).ok_or_else(|| unknown(name, "an access class", &names))
    }

    fn isp(&self, row: &StringRecord, world: &World<'_>) -> Result<Option<usize>, Refusal> {
        let Some(text) = filled(row, self.isp) else { return Ok(None) };
        if world.topology.graph.is_empty() {
            return Ok(None); // after an error in the networks
        }
        let number = text.parse().ok().map(AsNumber::new);
        let network = number.and_then(|number| world.topology.graph.index_of(number));
        let isps = world.isps();
        let known = isps.iter().position(|isp| Some(isp.network) == network || isp.name == text);
        let names: Vec<&str> = isps.iter().map(|isp| isp.name.as_str()).collect();
        known
            .map(Some)
            .ok_or_else(|| unknown(text, "the name or AS number of an access ISP", &names))
    }
}

/// A name that nothing has, with those that there are and the nearest.
fn unknown(found: &str, what: &str, names: &[&str]) -> Refusal {
    let hint = nearest(found, names.iter().copied());
    let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    (found.to_string(), format!("{what}, one of {}{hint}", names.join(", ")))
}

fn filled(row: &StringRecord, column: Option<usize>) -> Option<&str> {
    row.get(column?).filter(|text| !text.is_empty())
}

fn seconds(row: &StringRecord, column: usize, name: &str) -> Result<SimTime, Refusal> {
    let text = row.get(column).unwrap_or_default();
    let seconds = text.parse().ok().filter(|s: &f64| (0.0..=1e9).contains(s));
    let seconds = seconds.ok_or_else(|| {
        (text.to_string(), format!("{name}: seconds from the start of the run, 0 or above"))
    })?;
    Ok(SimTime::ZERO + Span::from_secs_f64(seconds))
}
