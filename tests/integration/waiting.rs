//! Viewers for whom the CDN has no room yet: what they see once they are served.

use grandstand::scenario::{CoordinatorKind, builtin, load};
use grandstand::sim::{RunSpec, run};
use grandstand::units::Span;

#[test]
fn whoever_has_waited_begins_near_the_live_edge() {
    // Room for eleven of thirty, who come within a minute.
    let changes = ["cdn.origin.capacity=\"12 Mbps\"", "fault=[]"].map(str::to_string);
    let text = builtin::text("tiny").expect("a built-in scenario");
    let scenario = load(text, "tiny", &changes, &|file| Err(format!("no file {file}")));
    let scenario = scenario.expect("a valid scenario");
    let coordinator = CoordinatorKind::CdnOnly;
    let spec = RunSpec { scenario: &scenario, coordinator, seed: 1, until: None, check: true };
    let outcome = run(&spec, &mut |_| true).expect("nobody interrupts");
    assert_eq!(outcome.violations, Vec::<String>::new());

    let rows = outcome.records.peers.iter();
    let late =
        rows.filter(|row| row.startup_delay.is_some_and(|delay| delay > Span::from_secs(20)));
    let lags: Vec<Span> = late.filter_map(|row| row.lag).collect();
    assert!(lags.len() >= 5, "only {} have waited", lags.len());
    // Eight seconds behind when served, and a little more than one to connect and fill the buffer;
    // later stalls are made up for within the buffer.
    let most = lags.iter().max().expect("some");
    assert!(*most < Span::from_secs(15), "{most} behind the live edge");
}
