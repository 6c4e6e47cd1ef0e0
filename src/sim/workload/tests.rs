//! Who comes again, and that nobody notices where nobody does.

use super::*;
use crate::scenario::load;
use std::collections::BTreeMap;

const TOWN: &str = r#"duration = "30 min"
[[isp]]
as = 64500
country = "DE"
[[content]]
name = "match"
bitrate = "1 Mbps"
[[cdn]]
name = "origin"
as = 64500
country = "DE"
capacity = "1 Gbps"
[[access]]
name = "home"
share = 0.5
downlink = "10 Mbps"
uplink = "1 Mbps"
rtt = "10 ms"
silent_leave = 0
[[access]]
name = "mobile"
share = 0.5
downlink = "10 Mbps"
uplink = "1 Mbps"
rtt = "10 ms"
silent_leave = 1
session = [{ name = "glance", share = 0.5, median = "20 s", sigma = 0.1 }, { name = "look", share = 0.5, median = "90 s", sigma = 0.1 }]
[audience]
session = [{ name = "all", share = 1, median = "10 min", sigma = 0.1 }]
"#;

const RATE: &str = "arrivals = \"30 /min\"\n";
const CURVE: &str = "peak = 100\ninitial = 0.5\n";

fn drawn(audience: &str) -> Vec<Session> {
    let text = TOWN.replace("[audience]\n", &format!("[audience]\n{audience}"));
    let none = |_: &str| Err("no file".to_string());
    sessions(&load(&text, "town.toml", &[], &none).unwrap(), 7)
}

#[test]
fn who_returns_is_the_same_but_for_when_and_how_it_leaves() {
    for audience in [RATE, CURVE] {
        let sessions = drawn(&format!("{audience}returning = 0.6\n"));
        let mut visits: BTreeMap<HostId, Vec<&Session>> = BTreeMap::new();
        for session in &sessions {
            visits.entry(session.device).or_default().push(session);
        }
        let again = sessions.len() - visits.len();
        let share = again as f64 / sessions.len() as f64;
        // In the first minutes there is nobody yet who could return.
        assert!((0.4..0.62).contains(&share), "{share} of {}", sessions.len());
        for own in visits.values() {
            for pair in own.windows(2) {
                let [before, after] = [pair[0], pair[1]];
                assert!(before.leave <= after.join, "twice there at once");
                let line = |s: &Session| (s.isp, s.access, s.metro, s.nat, s.lent, s.downlink);
                assert_eq!(line(before), line(after));
                let length = |s: &Session| s.leave.since(s.join).as_secs_f64();
                // Each kind lies within 1.6 times its median, so a habit shows.
                let changes = length(before) / length(after);
                assert!((0.4..2.5).contains(&changes) || audience == CURVE, "{changes}");
            }
        }
    }
}

#[test]
fn classes_stay_and_leave_as_they_are_told() {
    let sessions = drawn(RATE);
    let clients: std::collections::BTreeSet<HostId> = sessions.iter().map(|s| s.device).collect();
    assert_eq!(clients.len(), sessions.len(), "nobody returns");
    for session in &sessions {
        let secs = session.leave.since(session.join).as_secs_f64();
        let (mobile, fits) = match session.access {
            0 => (false, (350.0..1000.0).contains(&secs)),
            _ => (true, (12.0..150.0).contains(&secs)),
        };
        assert!(fits && session.silent == mobile, "{session:?}");
    }
}
