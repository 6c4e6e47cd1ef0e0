//! What happened to a viewer, line by line in the order of time.

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words::{self, counted, lasting, size};
use super::stayed;
use crate::metrics::{EventKind, EventRow, PeerRow, TransferRow};
use crate::proto::{Decision, Trigger};
use crate::units::{PeerId, SimTime};

/// One line. Lines of one instant are in the order in which one leads to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) time: SimTime,
    order: u8,
    pub(super) text: String,
}

fn line(time: SimTime, order: u8, text: impl Into<String>) -> Line {
    Line { time, order, text: text.into() }
}

/// All lines.
pub(super) fn lines(
    run: &RunTables,
    facts: &Facts,
    peer: PeerId,
    session: Option<&PeerRow>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    lines.extend(session.into_iter().flat_map(|session| coming_and_going(run, facts, session)));
    let decided = run.decisions.iter().filter(|row| row.child == peer);
    lines.extend(decided.map(|row| line(row.time, 3, decision(row, facts))));
    if !run.decisions.iter().any(|row| row.child == peer) {
        let fed = run.transfers.iter().filter(|row| row.destination == peer);
        lines.extend(fed.flat_map(|row| transfer(row, facts)));
    }
    let own = run.events.iter().filter(|row| row.peer == Some(peer));
    lines.extend(own.flat_map(|row| event(row, facts)));
    let faults = run.events.iter().filter(|row| row.peer.is_none());
    let there = |row: &&EventRow| {
        session.is_none_or(|session| session.join <= row.time && row.time <= session.leave)
    };
    lines.extend(faults.filter(there).map(fault));
    lines.sort();
    lines
}

fn coming_and_going(run: &RunTables, facts: &Facts, session: &PeerRow) -> Vec<Line> {
    let network = facts.network(session.network.get());
    let joined = format!("joins from {network}, access {}, NAT {}", session.access, session.nat);
    let mut lines = vec![line(session.join, 1, joined)];
    if let Some(delay) = session.startup_delay {
        let text = format!("first picture, {} after joining", lasting(delay));
        lines.push(line(session.join + delay, 7, text));
    }
    if let Some(took) = session.fetched {
        let text = format!("has all of the file, {} after joining", lasting(took));
        lines.push(line(session.join + took, 7, text));
    }
    let gone = if stayed(run, facts, session) {
        "is still there when the run ends".to_string()
    } else if session.silent {
        format!("leaves without a word{}", swept_away(run, session))
    } else {
        "says good-bye and leaves".to_string()
    };
    lines.push(line(session.leave, 9, gone));
    lines
}

/// Whether a fault made it vanish.
fn swept_away(run: &RunTables, session: &PeerRow) -> &'static str {
    let fits = |row: &&EventRow| {
        row.event == EventKind::FaultBegins
            && row.time == session.leave
            && row.detail.starts_with("peers_vanish")
    };
    if run.events.iter().any(|row| fits(&row)) { ", in the fault of this moment" } else { "" }
}

/// A decision with its reason.
fn decision(row: &Decision, facts: &Facts) -> String {
    let told = match row.new_parent {
        Some(parent) => format!("is told to take it from {}", facts.name(parent)),
        None => "is told to take it from nobody".to_string(),
    };
    let before = match row.old_parent {
        Some(old) if row.trigger != Trigger::Join => format!(" (before: {})", facts.name(old)),
        _ => String::new(),
    };
    format!(
        "substream {}: {told}, because {}{before}; chosen: {}{}",
        row.substream,
        words::trigger(row.trigger),
        words::rule(row.rule),
        left_out(row)
    )
}

/// What was left out before the choice.
fn left_out(row: &Decision) -> String {
    if row.feasible == 0 {
        return String::new();
    }
    let reasons = [
        (row.pruned_uplink, "without uplink"),
        (row.pruned_policy, "by policy"),
        (row.pruned_nat, "by NAT"),
        (row.pruned_congestion, "by congestion"),
        (row.pruned_history, "by history"),
    ];
    let parts: Vec<String> = reasons
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{count} {why}"))
        .collect();
    let out =
        if parts.is_empty() { String::new() } else { format!(", left out: {}", parts.join(", ")) };
    format!(
        " ({} had it{out}, {} looked at)",
        counted(u64::from(row.feasible), "peer", "peers"),
        row.considered
    )
}

/// A source, where no decision tells why it was chosen.
fn transfer(row: &TransferRow, facts: &Facts) -> [Line; 2] {
    let source = facts.name(row.source);
    let amount = size(row.bytes.get());
    [
        line(row.start, 5, format!("a substream begins to come from {source}")),
        line(row.end, 4, format!("a substream from {source} ends, after {amount}")),
    ]
}

fn event(row: &EventRow, facts: &Facts) -> Vec<Line> {
    match row.event {
        EventKind::Loss => loss(row, facts),
        EventKind::Refusal => {
            vec![line(row.time, 6, format!("is refused: {}", words::refusal(&row.detail)))]
        }
        EventKind::Stall => {
            let lasted =
                row.lasted.map_or(String::new(), |lasted| format!(", for {}", lasting(lasted)));
            let again =
                row.lasted.map(|lasted| line(row.time + lasted, 8, "the picture moves again"));
            let still = line(row.time, 7, format!("the picture stands still{lasted}"));
            [still].into_iter().chain(again).collect()
        }
        EventKind::FaultBegins | EventKind::FaultEnds => vec![fault(row)],
        EventKind::LinkDeclared | EventKind::LinkCleared => {
            vec![line(row.time, 3, words::link(&row.detail))]
        }
        EventKind::UplinkMeasured => vec![line(row.time, 3, words::uplink(&row.detail))],
        EventKind::RelayCalled | EventKind::RelayEnds => {
            vec![line(row.time, 3, words::relay(&row.detail))]
        }
    }
}

fn fault(row: &EventRow) -> Line {
    let begins = row.event == EventKind::FaultBegins;
    let (order, word) = if begins { (0, "fault") } else { (8, "fault over") };
    line(row.time, order, format!("{word}: {}", words::fault(&row.detail)))
}

/// A parent is lost, somebody acts on it, data come again.
fn loss(row: &EventRow, facts: &Facts) -> Vec<Line> {
    let substream = row.substream.map_or(String::new(), |number| format!("substream {number}: "));
    let parent = row.other.map_or("its parent".to_string(), |other| facts.name(other));
    let lost = format!("{substream}{parent} {}: no more data", words::loss(&row.detail));
    let mut lines = vec![line(row.time, 2, lost)];
    if let Some(noticed) = row.noticed {
        let blamed = match row.blamed {
            Some(blamed) => format!("{} is blamed", facts.name(blamed)),
            None => "nobody is blamed".to_string(),
        };
        let text = format!("{substream}{blamed}, {} after the data stopped", lasting(noticed));
        lines.push(line(row.time + noticed, 2, text));
    }
    if let Some(lasted) = row.lasted {
        let text = format!("{substream}data come again, after {}", lasting(lasted));
        lines.push(line(row.time + lasted, 6, text));
    }
    lines
}
