//! The story of one session in plain sentences, from the tables of its run.
//!
//! Not here: what is not in the tables. Where a table has no row of the viewer, the story says so.

mod lines;
mod state;
#[cfg(test)]
mod tests;
mod totals;

use super::facts::Facts;
use super::tables::RunTables;
use super::words;
use crate::metrics::PeerRow;
use crate::units::{PeerId, SimTime, Span};
use lines::Line;
use std::collections::BTreeSet;
use std::fmt;

/// Lines this close to the instant asked for are marked.
const AROUND: Span = Span::from_secs(30);

/// Whose story, and what of it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    /// The run.
    pub run: &'a RunTables,
    /// Who.
    pub peer: PeerId,
    /// The instant whose state is told first, if any.
    pub at: Option<SimTime>,
}

/// Why there is no story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoryError {
    /// The number is that of a CDN node or a waypoint server: what it is, and its name.
    IsNode(PeerId, String),
    /// No table has a row of this viewer.
    Unknown {
        /// Who was asked for.
        peer: PeerId,
        /// The nearest numbers that tables have, from below and from above.
        nearest: Vec<PeerId>,
        /// How rows about viewers were kept, as `1/20`.
        kept: String,
    },
}

impl fmt::Display for StoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IsNode(peer, name) => {
                write!(f, "{peer} is the {name}; expected the number of a viewer")
            }
            Self::Unknown { peer, nearest, kept } => {
                write!(f, "no table has a row of viewer {peer}")?;
                match kept.strip_prefix("1/") {
                    Some(n) => write!(f, "; rows were kept of one viewer in {n} (output.peers)")?,
                    None if kept == "none" => f.write_str("; no rows were kept (output.peers)")?,
                    None => {}
                }
                let nearest: Vec<String> = nearest.iter().map(ToString::to_string).collect();
                if nearest.is_empty() {
                    return f.write_str(": run again with --set 'output.peers=\"all\"'");
                }
                write!(f, "; the nearest that are there: {}", nearest.join(", "))
            }
        }
    }
}

impl std::error::Error for StoryError {}

/// The story as text, lines ending in newlines.
///
/// # Errors
/// When the number is no viewer's, or no table has a row of it.
pub fn story(asked: &Story<'_>) -> Result<String, StoryError> {
    let Story { run, peer, at } = *asked;
    let facts = Facts::of(&run.manifest.scenario);
    if let Some(node) = facts.node(peer) {
        return Err(StoryError::IsNode(peer, format!("{} {}", node.kind(), node.name)));
    }
    let session = run.peers.iter().find(|row| row.peer == peer);
    let known = known(run);
    if !known.contains(&peer) {
        let below = known.range(..peer).next_back();
        let above = known.range(peer..).next();
        let nearest = below.into_iter().chain(above).copied().collect();
        return Err(StoryError::Unknown { peer, nearest, kept: facts.kept("peers").to_string() });
    }
    let lines = lines::lines(run, &facts, peer, session);
    let manifest = &run.manifest;
    let mut text = format!(
        "Viewer {peer} of {}, under {}, seed {}\n",
        manifest.name, manifest.coordinator, manifest.seed
    );
    if let Some(at) = at {
        text.push('\n');
        text.push_str(&state::state(run, &facts, (peer, session), at));
    }
    text.push('\n');
    text.push_str(&told(&lines, at));
    text.push('\n');
    text.push_str(&totals::totals(run, &facts, (peer, session)));
    Ok(text)
}

/// Every viewer that some table has rows of.
fn known(run: &RunTables) -> BTreeSet<PeerId> {
    let sessions = run.peers.iter().map(|row| row.peer);
    let decided = run.decisions.iter().map(|row| row.child);
    let struck = run.events.iter().filter_map(|row| row.peer);
    let fed = run.transfers.iter().map(|row| row.destination);
    sessions.chain(decided).chain(struck).chain(fed).collect()
}

/// The lines in order; those around `at` are marked, and a rule stands at the instant itself.
fn told(lines: &[Line], at: Option<SimTime>) -> String {
    let mut text = String::new();
    let mut rule = at;
    for line in lines {
        if let Some(at) = rule
            && line.time > at
        {
            text.push_str(&ruled(at));
            rule = None;
        }
        let near =
            at.is_some_and(|at| line.time.since(at) <= AROUND && at.since(line.time) <= AROUND);
        let mark = if near { '>' } else { ' ' };
        text.push_str(&format!("{mark} {}  {}\n", words::clock(line.time), line.text));
    }
    if let Some(at) = rule {
        text.push_str(&ruled(at));
    }
    text
}

fn ruled(at: SimTime) -> String {
    format!("--{}{}\n", words::clock(at), "-".repeat(40))
}

/// Whether a session was over when the run ended, as far as can be told.
fn stayed(run: &RunTables, facts: &Facts, session: &PeerRow) -> bool {
    !session.silent
        && facts.end(run.manifest.until.as_deref()).is_some_and(|end| session.leave >= end)
}
