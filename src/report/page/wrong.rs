//! What went wrong and when, as a picture of the time and as rows that a script can search.

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words;
use super::sample::{Share, thin};
use super::timeline;
use crate::metrics::{EventKind, EventRow};
use serde::Serialize;

/// So many rows are in a page.
const MOST: usize = 3_000;
/// So many of them are seen before anything is searched.
const FIRST: usize = 30;

/// What went wrong in one run.
#[derive(Debug, Serialize)]
pub(super) struct Wrong {
    share: Share,
    counts: Vec<String>,
    timeline: String,
    first: Vec<[String; 4]>,
    data: Data,
}

/// What the script searches.
#[derive(Debug, Serialize)]
struct Data {
    every: u32,
    kinds: Vec<[&'static str; 2]>,
    rows: Vec<Row>,
}

/// Milliseconds, kind, whom it concerns besides the viewer, and the cells.
#[derive(Debug, Serialize)]
struct Row(u64, usize, Option<u32>, Option<u32>, String, String);

/// What went wrong; none when nothing did or no table tells.
pub(super) fn wrong(run: &RunTables, facts: &Facts) -> Option<Wrong> {
    let (shown, share) = thin(&run.events, MOST, |row| row.peer);
    shown.first()?;
    let ends = [EventKind::FaultEnds, EventKind::LinkCleared, EventKind::RelayEnds];
    let of = |kind| run.events.iter().filter(move |row| row.event == kind);
    // Of relays and uplinks nothing is said where none was called and none was measured.
    let rare =
        |kind: &EventKind| matches!(kind, EventKind::RelayCalled | EventKind::UplinkMeasured);
    let told = |kind: &EventKind| !rare(kind) || of(*kind).next().is_some();
    let counts = EventKind::ALL.into_iter().filter(|kind| !ends.contains(kind) && told(kind));
    let polite = of(EventKind::Loss).filter(|row| row.detail == "graceful").count();
    let count = |kind| (of(kind).count() as u64, polite);
    Some(Wrong {
        share,
        counts: counts.map(|kind| said(kind, count(kind))).collect(),
        timeline: timeline::draw(run, facts),
        first: shown.iter().take(FIRST).map(|row| cells(row, facts)).collect(),
        data: Data {
            every: share.every,
            kinds: EventKind::ALL.map(|kind| [kind.name(), words::event(kind)]).to_vec(),
            rows: shown.iter().map(|row| searched(row, facts)).collect(),
        },
    })
}

/// How often something happened; of losses also how many were announced.
fn said(kind: EventKind, (count, polite): (u64, usize)) -> String {
    match kind {
        EventKind::FaultBegins | EventKind::FaultEnds => words::counted(count, "fault", "faults"),
        EventKind::LinkDeclared | EventKind::LinkCleared => {
            words::counted(count, "link held to be in trouble", "links held to be in trouble")
        }
        EventKind::UplinkMeasured => {
            words::counted(count, "uplink found to be another", "uplinks found to be others")
        }
        EventKind::RelayCalled | EventKind::RelayEnds => {
            words::counted(count, "relay called", "relays called")
        }
        EventKind::Stall => words::counted(count, "standing picture", "standing pictures"),
        EventKind::Refusal => words::counted(count, "refusal", "refusals"),
        EventKind::Loss => {
            let losses = words::counted(count, "loss of a parent", "losses of parents");
            format!("{losses} ({polite} with a good-bye)")
        }
    }
}

fn searched(row: &EventRow, facts: &Facts) -> Row {
    let kind = EventKind::ALL.iter().position(|kind| *kind == row.event).unwrap_or_default();
    let [_, _, sentence, lasted] = cells(row, facts);
    let number = |peer: Option<crate::units::PeerId>| peer.map(crate::units::PeerId::get);
    Row(
        row.time.as_nanos() / 1_000_000,
        kind,
        number(row.peer),
        number(row.other.or(row.blamed)),
        sentence,
        lasted,
    )
}

/// Time, viewer, what happened, how long.
fn cells(row: &EventRow, facts: &Facts) -> [String; 4] {
    [
        words::clock(row.time),
        row.peer.map_or("–".to_string(), |peer| peer.to_string()),
        sentence(row, facts),
        row.lasted.map_or("–".to_string(), words::lasting),
    ]
}

/// An event in words.
fn sentence(row: &EventRow, facts: &Facts) -> String {
    match row.event {
        EventKind::FaultBegins => format!("Fault: {}.", words::fault(&row.detail)),
        EventKind::FaultEnds => format!("Over: {}.", words::fault(&row.detail)),
        EventKind::LinkDeclared | EventKind::LinkCleared => {
            format!("The control center: {}.", words::link(&row.detail))
        }
        EventKind::RelayCalled | EventKind::RelayEnds => {
            let who = row.peer.map_or(String::new(), |peer| facts.name(peer));
            format!("The control center: {who} {}.", words::relay(&row.detail))
        }
        EventKind::UplinkMeasured => {
            format!("The control center: {}.", words::uplink(&row.detail))
        }
        EventKind::Stall => "The picture stands still.".to_string(),
        EventKind::Refusal => format!("Refused: {}.", words::refusal(&row.detail)),
        EventKind::Loss => loss(row, facts),
    }
}

fn loss(row: &EventRow, facts: &Facts) -> String {
    let parent = row.other.map_or("its parent".to_string(), |other| facts.name(other));
    let substream = row.substream.map_or(String::new(), |number| format!("Substream {number}: "));
    let noticed = row.noticed.map_or("nobody acted on it".to_string(), |noticed| {
        format!("acted on after {}", words::lasting(noticed))
    });
    let blamed = match row.blamed {
        Some(blamed) if Some(blamed) != row.other => format!(", {} blamed", facts.name(blamed)),
        _ => String::new(),
    };
    let again = if row.lasted.is_some() { "" } else { "; no data came again" };
    format!("{substream}{parent} {}; {noticed}{blamed}{again}.", words::loss(&row.detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{PeerId, SimTime, Span, Substream};

    #[test]
    fn a_loss_is_told_with_its_cause_and_its_end() {
        let facts = Facts::of("[[cdn]]\nname = \"origin\"\n");
        let mut row = EventRow {
            time: SimTime::from_secs(180),
            event: EventKind::Loss,
            peer: Some(PeerId::new(4)),
            substream: Some(Substream(2)),
            other: Some(PeerId::new(7)),
            noticed: Some(Span::from_millis(2500)),
            blamed: Some(PeerId::new(7)),
            lasted: Some(Span::from_secs(3)),
            detail: "silent".into(),
        };
        let told = "Substream 2: viewer 7 went without a word; acted on after 2.50 s.";
        assert_eq!(cells(&row, &facts), ["00:03:00.000", "4", told, "3.00 s"]);
        row.blamed = Some(PeerId::new(0));
        row.lasted = None;
        let told = "Substream 2: viewer 7 went without a word; acted on after 2.50 s, CDN node origin \
                    blamed; no data came again.";
        assert_eq!(sentence(&row, &facts), told);
    }
}
