//! Whole runs against closed forms: where theory has a number, a run must meet it.
//!
//! Worlds are as plain as the theory's, seeds are fixed, and each tolerance says where it comes from.

use grandstand::metrics::closed_forms::{
    detection_time_mean, deterministic_wait_mean, erlang_b, poisson_wait,
};
use grandstand::scenario::{CoordinatorKind, load};
use grandstand::sim::{Outcome, RunSpec, run};
use grandstand::units::Span;

/// What all worlds have in common: every pair of viewers can connect, and lines are as advertised.
const PLAIN: &str = r#"
title = "As plain as a closed form"
nat = { fixed = { open = 1 } }
network = { nat_success = 1 }
"#;
/// A CDN node and the coordinator in a network of their own.
const NODE: &str = r#"cdn = [{ name = "node", as = 64502, country = "DE", capacity = "1 Gbps" }]"#;
/// Of the network of viewers to that of the CDN node: 15 ms and twice 3 ms, and the line's 10 ms.
const ROUND_TRIP: f64 = 0.031;

/// So many networks of viewers in Germany that peer with that of the CDN node, at 3 ms one way.
fn networks(count: u32) -> String {
    let isp = |n| format!("{{ as = {n}, metros = 1, weight = 1, country = \"DE\" }}, ");
    let link =
        |n| format!("{{ from = {n}, to = 64502, kind = \"peering\", latency = \"3 ms\" }}, ");
    let isps: String = (1..=count).map(isp).collect();
    let links: String = (1..=count).map(link).collect();
    let hosting = "{ as = 64502, access = false, country = \"DE\" }";
    format!("isp = [{isps}{hosting}]\nlink = [{links}]\n")
}

/// Lines of viewers, who lend so many bitrates.
fn lines(bitrates: f64) -> String {
    format!(
        "access = [{{ name = \"line\", share = 1, downlink = \"20 Mbps\", uplink = \"5 Mbps\", \
         rtt = \"10 ms\", variation = 0, lends = {{ share = 1, bitrates = {bitrates} }} }}]\n"
    )
}

/// Plays a world, all invariants checked.
fn played(parts: &[&str], coordinator: CoordinatorKind) -> Outcome {
    let text = format!("{PLAIN}{}", parts.join("\n"));
    let scenario = load(&text, "plain", &[], &|file| Err(format!("no file {file}")));
    let scenario = scenario.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    let spec = RunSpec { scenario: &scenario, coordinator, seed: 1, until: None, check: true };
    let outcome = run(&spec, &mut |_| true).expect("nobody interrupts");
    assert_eq!(outcome.violations, Vec::<String>::new());
    outcome
}

fn figure(outcome: &Outcome, metric: &str) -> f64 {
    let row = outcome.records.summary.iter().find(|row| row.metric == metric);
    row.and_then(|row| row.value).unwrap_or_else(|| panic!("no {metric}"))
}

fn bound(outcome: &Outcome, quantity: &str, part: &str) -> f64 {
    let mut rows = outcome.records.bounds.iter().filter(|row| row.scope == "run");
    let row = rows.find(|row| row.quantity == quantity && row.part == part);
    row.and_then(|row| row.value).unwrap_or_else(|| panic!("no {part} of {quantity}"))
}

fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let off = found - expected;
    assert!(off.abs() <= tolerance, "{what}: {found}, expected {expected}, off by {off}");
}

/// Medians of sessions whose mean is 4 s, with their sigma: constant, and log-normal.
const SESSIONS: [(&str, u32); 2] = [("4 s", 0), ("2.4261226 s", 1)];
/// The CDN node has room for so many, and so many erlangs are offered.
const PLACES: (u32, f64) = (10, 8.0);

/// Half a million Poisson arrivals at one CDN node with room for ten; eight are there on average.
fn crowd(admission: &str, (median, sigma): (&str, u32)) -> Outcome {
    let particulars = format!(
        r#"duration = "250000 s"
content = [{{ name = "show", kind = "live", bitrate = "1 Mbps", substreams = 1 }}]
cdn = [{{ name = "node", as = 64502, country = "DE", capacity = "10 Mbps" }}]
client = {{ heartbeat = "60 s" }}
cdn_only = {{ admission = "{admission}", catch_up_reserve = 0 }}
output = {{ sample = "10 min", peers = "none", assignments = "none", transfers = "none" }}
[audience]
arrivals = "2 /s"
silent_leave = 0
session = [{{ name = "any", share = 1, median = "{median}", sigma = {sigma} }}]
"#
    );
    played(&[&networks(1), &lines(0.0), &particulars], CoordinatorKind::CdnOnly)
}

#[test]
fn as_many_are_refused_as_erlang_b_says_whatever_the_sessions() {
    for session in SESSIONS {
        let crowd = crowd("reject", session);
        let refused = figure(&crowd, "admission_refused") / figure(&crowd, "sessions");
        // Three standard errors: refusals come in bursts of about a session, so that half a million
        // arrivals tell as much as 40,000 independent ones.
        near("refused", refused, erlang_b(PLACES.0, PLACES.1), 0.005);
        assert_eq!(figure(&crowd, "admission_waited"), 0.0);
    }
}

#[test]
fn as_many_wait_as_find_all_places_taken_whatever_the_sessions() {
    // Not Erlang C: whoever waits here leaves when it would have left anyway.
    for session in SESSIONS {
        let crowd = crowd("queue", session);
        let waited = figure(&crowd, "admission_waited") / figure(&crowd, "sessions");
        // Three standard errors, as above.
        near("waited", waited, poisson_wait(PLACES.0, PLACES.1), 0.008);
    }
}

/// Two viewers on average in each of twenty networks, who go without a word. Nobody can feed more than
/// one other, so that a death leaves one orphan, and seldom one whose former parent is dead too.
fn deaths(heartbeat: Span, coordinator: CoordinatorKind) -> Outcome {
    let particulars = format!(
        r#"duration = "24 h"
content = [{{ name = "show", kind = "live", bitrate = "1 Mbps", substreams = 1 }}]
client = {{ heartbeat = "{heartbeat}" }}
tracker = {{ external = 0 }}
output = {{ sample = "1 min", peers = "none", assignments = "none", transfers = "none" }}
[audience]
arrivals = "4 /min"
silent_leave = 1
session = [{{ name = "any", share = 1, median = "10 min", sigma = 0 }}]
"#
    );
    played(&[&networks(20), NODE, &lines(1.2), &particulars], coordinator)
}

/// Three standard errors of the mean over some thousand deaths, and as much again for what the
/// model names: one death in 32 waits for the next second, some come on top of another.
const OF_DETECTION: f64 = 0.015;

#[test]
fn a_death_is_detected_when_the_closed_form_says() {
    for heartbeat in [Span::from_secs(2), Span::from_secs(4)] {
        let run = deaths(heartbeat, CoordinatorKind::ControlCenter);
        assert!(figure(&run, "time_to_detect.count") > 4000.0);
        // One silent interval is enough: the parent's own report is missing too.
        let expected = detection_time_mean(heartbeat, 1).as_secs_f64() + ROUND_TRIP / 2.0;
        let found = figure(&run, "time_to_detect.mean");
        near("time to detect", found, expected, expected * OF_DETECTION);
    }
}

#[test]
fn under_a_tracker_a_death_is_detected_when_the_closed_form_says() {
    let run = deaths(Span::from_secs(2), CoordinatorKind::TrackerLocal);
    assert!(figure(&run, "time_to_detect.count") > 2000.0);
    // The child looks by itself, and gives its parent up after two looks without data.
    let expected = detection_time_mean(Span::from_secs(2), 2).as_secs_f64();
    let found = figure(&run, "time_to_detect.mean");
    near("time to detect", found, expected, expected * OF_DETECTION);
}

/// Poisson arrivals at a control center that takes a tenth of a second for each, at this load.
fn queue(load: f64) -> Outcome {
    let particulars = format!(
        r#"duration = "40 min"
content = [{{ name = "show", kind = "live", bitrate = "1 Mbps", substreams = 1 }}]
control = {{ service = {{ join = "100 ms" }} }}
output = {{ sample = "1 min", peers = "none", assignments = "none", transfers = "none" }}
[audience]
arrivals = "{} /s"
session = [{{ name = "any", share = 1, median = "5 s", sigma = 0 }}]
"#,
        load * 10.0
    );
    played(&[&networks(1), NODE, &lines(1.0), &particulars], CoordinatorKind::ControlCenter)
}

#[test]
fn whoever_asks_a_busy_machine_waits_as_long_as_the_closed_form_says() {
    for load in [0.5, 0.8] {
        let run = queue(load);
        // M/D/1: load / (2 (1 - load)) services in line, and one's own.
        let expected = deterministic_wait_mean(Span::from_millis(100), load).as_secs_f64() + 0.1;
        let found = figure(&run, "decision_time.mean");
        // Three standard errors: at load 0.8 a busy spell holds 5 joins on average, and some hundred at
        // the most, so that 19,000 joins tell as much as some 800 independent ones.
        near("decision time", found, expected, 0.06 * expected);
    }
}

/// Two hundred viewers who are there from the beginning to the end and lend so many bitrates each.
fn ideal(bitrates: f64) -> Outcome {
    let particulars = r#"duration = "60 min"
content = [{ name = "show", kind = "live", bitrate = "1 Mbps", substreams = 4 }]
control = { feeds = 1, catch_up_reserve = 0 }
output = { sample = "10 s", peers = "none", assignments = "none", transfers = "none" }
[audience]
peak = 200
initial = 1
phase = [{ name = "all", until = "60 min", level = 1 }]
session = [{ name = "all", share = 1, median = "1000 h", sigma = 0 }]
"#;
    let parts = [&networks(1), NODE, &lines(bitrates), particulars];
    played(&parts, CoordinatorKind::ControlCenter)
}

#[test]
fn without_churn_viewers_with_uplink_to_spare_take_one_copy_from_the_cdn() {
    let run = ideal(2.0);
    let most = 1.0 - 1.0 / 200.0;
    near("bound", bound(&run, "peer_offload", "bound"), most, 1e-9);
    // The first seconds, in which the feed itself is joined, are all that is lost.
    near("offload", figure(&run, "peer_offload"), most, 1e-5);
    let [least, depth] = ["bound", "achieved"].map(|part| bound(&run, "tree_depth", part));
    // Eight slots each: levels of 1, 8, 64 and 127. Whoever came first stays where it is, because
    // a change costs more than a hop.
    near("least depth", least, (1.0 + 16.0 + 192.0 + 508.0) / 200.0, 1e-9);
    near("depth", depth, least, 0.5);
}

#[test]
fn without_churn_viewers_with_half_the_uplink_they_need_give_all_of_it() {
    let run = ideal(0.5);
    near("bound", bound(&run, "peer_offload", "bound"), 0.5, 1e-9);
    // Nothing is kept back for catching up: a few substreams go to the CDN until they have.
    near("offload", figure(&run, "peer_offload"), 0.5, 0.002);
    let [least, depth] = ["bound", "achieved"].map(|part| bound(&run, "tree_depth", part));
    // Uplink is spread over the substreams: half of each tree hangs from the CDN, the rest below it.
    near("depth", depth, least, 0.05);
}

#[test]
fn a_lone_viewer_sees_a_picture_when_worked_by_hand() {
    let particulars = r#"duration = "5 min"
content = [{ name = "show", kind = "live", bitrate = "1 Mbps", substreams = 4 }]
[audience]
peak = 1
initial = 0
phase = [{ name = "nobody", until = "1 min", level = 0 }, { name = "one", until = "5 min", level = 1 }]
session = [{ name = "all", share = 1, median = "1000 h", sigma = 0 }]
"#;
    // Ask and be told: one round trip. Connect and get the first byte: two and a half. Two seconds
    // of media at twice the rate: one second.
    let expected = ROUND_TRIP * (1.0 + 2.5) + 2.0 / 2.0;
    for coordinator in [CoordinatorKind::ControlCenter, CoordinatorKind::CdnOnly] {
        let run = played(&[&networks(1), NODE, &lines(1.0), particulars], coordinator);
        let [viewer] = run.records.peers.as_slice() else { panic!("{:?}", run.records.peers) };
        let delay = viewer.startup_delay.expect("a picture").as_secs_f64();
        near("startup delay", delay, expected, 1e-9);
    }
}
