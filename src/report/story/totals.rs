//! What a session came to in the end.

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words::{counted, lasting, size};
use super::stayed;
use crate::metrics::{EventKind, PeerRow};
use crate::units::PeerId;

/// The totals, one a line.
pub(super) fn totals(
    run: &RunTables,
    facts: &Facts,
    (peer, session): (PeerId, Option<&PeerRow>),
) -> String {
    let Some(session) = session else {
        let kept = facts.kept("peers");
        return format!("No totals: peers.csv has no row of it (output.peers is {kept}).\n");
    };
    let mut text = "In all\n".to_string();
    let mut put = |name: &str, value: String| text.push_str(&format!("  {name:<13}{value}\n"));
    put("there", there(run, facts, session));
    if facts.fetches(session) {
        put("file", file(session));
    } else {
        put("picture", picture(session));
        put("on time", on_time(session));
    }
    put("received", received(session));
    put("sent", size(session.sent.get()));
    put("parents", counted(u64::from(session.parent_changes), "change", "changes"));
    let losses =
        run.events.iter().filter(|row| row.peer == Some(peer) && row.event == EventKind::Loss);
    let (mended, open): (Vec<_>, Vec<_>) = losses.partition(|row| row.lasted.is_some());
    let none = mended.is_empty() && open.is_empty();
    let open = if open.is_empty() { String::new() } else { format!(", {} more never", open.len()) };
    let mended = counted(mended.len() as u64, "was made good", "were made good");
    put("losses", if none { "none".to_string() } else { format!("{mended}{open}") });
    text
}

fn there(run: &RunTables, facts: &Facts, session: &PeerRow) -> String {
    let lasted = lasting(session.leave.since(session.join));
    let end = if stayed(run, facts, session) { ", until the run ended" } else { "" };
    format!("{lasted}{end}")
}

fn file(session: &PeerRow) -> String {
    let took = session.fetched.map(lasting);
    took.map_or("never all of it".to_string(), |took| format!("all of it after {took}"))
}

fn picture(session: &PeerRow) -> String {
    let Some(delay) = session.startup_delay else { return "never any".to_string() };
    let stalls = match session.stalls {
        0 => "never stood still".to_string(),
        count => {
            let times = counted(u64::from(count), "time", "times");
            format!("stood still {times}, {} in all", lasting(session.stalled))
        }
    };
    let lag = session
        .lag
        .map_or(String::new(), |lag| format!(", {} behind the live edge on average", lasting(lag)));
    format!("first after {}, {stalls}{lag}", lasting(delay))
}

fn on_time(session: &PeerRow) -> String {
    let (on_time, due) = (session.on_time.as_secs_f64(), session.due.as_secs_f64());
    if due == 0.0 {
        return "nothing was due".to_string();
    }
    format!("{:.2} % of what was due", 100.0 * on_time / due)
}

fn received(session: &PeerRow) -> String {
    let (cdn, peers) = (session.from_cdn.get(), session.from_peers.get());
    let share = 100.0 * peers as f64 / (cdn + peers).max(1) as f64;
    format!("{} from CDN nodes, {} from peers ({share:.1} %)", size(cdn), size(peers))
}
