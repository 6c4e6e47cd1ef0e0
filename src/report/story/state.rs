//! Where a viewer stood at one instant.

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words::clock;
use crate::metrics::{EventKind, EventRow, PeerRow};
use crate::proto::Decision;
use crate::units::{PeerId, SimTime, Substream};
use std::collections::BTreeMap;

/// The state in a few lines.
pub(super) fn state(
    run: &RunTables,
    facts: &Facts,
    (peer, session): (PeerId, Option<&PeerRow>),
    at: SimTime,
) -> String {
    let when = clock(at);
    match session {
        Some(session) if at < session.join => {
            return format!("At {when} it had not come yet.\n");
        }
        Some(session) if at > session.leave => return format!("At {when} it had gone.\n"),
        _ => {}
    }
    let mut text = format!("At {when} {}.\n", picture(run, facts, (peer, session), at));
    let told = told(run, peer, at);
    let from = if told.is_empty() {
        fed(run, facts, peer, at)
    } else {
        assigned(run, facts, &told, (peer, at))
    };
    text.push_str(&from);
    text.push_str(&serving(run, peer, at));
    text
}

/// What the picture did.
fn picture(
    run: &RunTables,
    facts: &Facts,
    (peer, session): (PeerId, Option<&PeerRow>),
    at: SimTime,
) -> &'static str {
    let stalled = open(run, peer, at).any(|row| row.event == EventKind::Stall);
    let begun = session.and_then(|session| Some(session.join + session.startup_delay?));
    let fetched = session.and_then(|session| Some(session.join + session.fetched?));
    match begun {
        _ if fetched.is_some_and(|fetched| at >= fetched) => "it had all of the file",
        _ if session.is_some_and(|session| facts.fetches(session)) => "it fetched the file",
        _ if stalled => "its picture stood still",
        Some(begun) if at >= begun => "it was watching",
        _ if session.is_some() => "it waited for its first picture",
        _ => "it was there, as far as tables tell",
    }
}

/// What had begun for the viewer and was not over.
fn open(run: &RunTables, peer: PeerId, at: SimTime) -> impl Iterator<Item = &EventRow> {
    run.events.iter().filter(move |row| {
        let over = row.lasted.map(|lasted| row.time + lasted);
        row.peer == Some(peer) && row.time <= at && over.is_none_or(|over| at < over)
    })
}

/// The last word of the coordinator on each substream.
fn told(run: &RunTables, peer: PeerId, at: SimTime) -> BTreeMap<Substream, &Decision> {
    let own = run.decisions.iter().filter(|row| row.child == peer && row.time <= at);
    own.map(|row| (row.substream, row)).collect()
}

fn assigned(
    run: &RunTables,
    facts: &Facts,
    told: &BTreeMap<Substream, &Decision>,
    (peer, at): (PeerId, SimTime),
) -> String {
    let mut text = "Its parents, by the last word of the coordinator:\n".to_string();
    for (substream, row) in told {
        let parent = row.new_parent.map_or("nobody".to_string(), |parent| facts.name(parent));
        let lost = open(run, peer, at)
            .find(|event| event.event == EventKind::Loss && event.substream == Some(*substream));
        let lost =
            lost.map_or(String::new(), |event| format!("; no data since {}", clock(event.time)));
        let since = clock(row.time);
        text.push_str(&format!("  substream {substream}: {parent}, since {since}{lost}\n"));
    }
    text
}

/// From whom data came, where no decision tells.
fn fed(run: &RunTables, facts: &Facts, peer: PeerId, at: SimTime) -> String {
    let mut sources: BTreeMap<PeerId, u32> = BTreeMap::new();
    for row in &run.transfers {
        if row.destination == peer && row.start <= at && at < row.end {
            *sources.entry(row.source).or_default() += 1;
        }
    }
    if sources.is_empty() {
        return "No table tells from whom its data came then.\n".to_string();
    }
    let mut text = "Its data came from:\n".to_string();
    for (source, substreams) in sources {
        let substreams = super::words::counted(u64::from(substreams), "substream", "substreams");
        text.push_str(&format!("  {}: {substreams}\n", facts.name(source)));
    }
    text
}

/// Whom it sent to.
fn serving(run: &RunTables, peer: PeerId, at: SimTime) -> String {
    let own = run.transfers.iter();
    let own = own.filter(|row| row.source == peer && row.start <= at && at < row.end);
    let mut children: Vec<PeerId> = own.map(|row| row.destination).collect();
    children.sort_unstable();
    children.dedup();
    let named: Vec<String> = children.iter().map(ToString::to_string).collect();
    if named.is_empty() {
        String::new()
    } else {
        format!("It sent to viewers {}.\n", named.join(", "))
    }
}
