//! A wish to stop is heard soon, however seldom samples are taken.
//!
//! That an interrupted program leaves nothing behind is tested with the command line.

use grandstand::scenario::{CoordinatorKind, builtin, load};
use grandstand::sim::{RunSpec, run};
use grandstand::units::{SimTime, Span};

#[test]
fn a_run_is_stopped_long_before_its_first_sample() {
    let crowd = "audience={arrivals=\"1 /s\", \
        session=[{name=\"any\", share=1, median=\"2 min\", sigma=0}]}";
    let changes = ["duration=\"2 h\"", "output.sample=\"1 h\"", "output.topology_at=[]", crowd];
    let changes = changes.map(str::to_string);
    let text = builtin::text("tiny").expect("a built-in scenario");
    let scenario = load(text, "tiny", &changes, &|file| Err(format!("no file {file}")));
    let scenario = scenario.expect("a valid scenario");
    let coordinator = CoordinatorKind::ControlCenter;
    let spec = RunSpec { scenario: &scenario, coordinator, seed: 1, until: None, check: false };

    let mut asked = Vec::new();
    let whole = run(&spec, &mut |time| {
        asked.push(time);
        true
    });
    let events = whole.expect("nobody interrupts").events;
    assert!(asked.len() as u64 >= events / 65_536, "{} for {events} events", asked.len());

    let mut stopped = None;
    let cut = run(&spec, &mut |time| {
        stopped = Some(time);
        false
    });
    assert!(cut.is_err(), "it went on");
    assert!(stopped.expect("it was asked") < SimTime::ZERO + Span::from_secs(1800));
}
