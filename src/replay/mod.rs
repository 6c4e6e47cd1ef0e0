//! Explicit flows over explicit links: the fluid model alone, to compare it with other simulators.
//!
//! Text in, text out. A flow starts to move data at `start_s` plus the sum of its links' latencies,
//! at its max-min fair share bounded by its cap, until its bytes are done or `stop_s` comes. Times
//! are whole nanoseconds, completions rounded up.
//!
//! Not here: files, and anything that decides what flows there are.

mod error;
mod input;
mod run;

pub use error::{File, Problem, ReplayError};

use crate::units::SimTime;
use input::FlowRow;
use run::Outcome;
use std::fmt::Write;

/// Replays flows over links.
///
/// `links_csv` has the columns `name,capacity_bps,latency_s` (no latency is none); `flows_csv` has
/// `id,start_s,bytes,rate_cap_bps,links` and optionally `stop_s`, where `links` are names joined by
/// `;`, `bytes` may be empty (unbounded, and then `stop_s` must not be), and so may the cap and
/// `stop_s`. Numbers may have fractions; rates are rounded to 10^-6 bps.
///
/// The result has the columns `id,finish_s,bytes_done,status` and the order of the flows; the status
/// is `done` or `stopped`. A flow whose `stop_s` is not after the instant at which data would begin
/// to move is stopped then, with 0 bytes.
///
/// # Errors
/// [`ReplayError`] with the place of the first problem; also when a flow can never finish.
pub fn replay(links_csv: &str, flows_csv: &str) -> Result<String, ReplayError> {
    let links = input::links(links_csv)?;
    let flows = input::flows(flows_csv, &links)?;
    let outcomes = run::run(&links.rows, &flows);
    let mut text = String::from("id,finish_s,bytes_done,status\n");
    for (flow, outcome) in flows.iter().zip(outcomes) {
        write_row(&mut text, &flow.id, &outcome.ok_or_else(|| never_finishes(flow))?);
    }
    Ok(text)
}

fn write_row(text: &mut String, id: &str, outcome: &Outcome) {
    let Outcome { finish, bytes, done } = *outcome;
    let status = if done { "done" } else { "stopped" };
    // Writing to a string cannot fail.
    _ = writeln!(text, "{},{},{bytes:.3},{status}", quoted(id), seconds(finish));
}

/// Seconds with nine decimals, exactly.
fn seconds(time: SimTime) -> String {
    format!("{}.{:09}", time.as_nanos() / 1_000_000_000, time.as_nanos() % 1_000_000_000)
}

/// A field as CSV wants it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field.to_string()
}

fn never_finishes(flow: &FlowRow) -> ReplayError {
    ReplayError {
        file: File::Flows,
        line: flow.line,
        column: "stop_s".to_string(),
        found: flow.id.clone(),
        problem: Problem::NeverFinishes,
    }
}

#[cfg(test)]
mod closed_forms;
#[cfg(test)]
mod crowd_tests;
#[cfg(test)]
mod tests;
