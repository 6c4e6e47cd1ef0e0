//! What clients say of their devices, and what is made of it.

use super::stage::{Setting, Stage};
use grandstand::proto::{Believed, Device, Heartbeat, MeasuredPath, News, ToCenter};
use grandstand::units::{BitRate, Bytes, Metro, NatKind, Ratio, Span};

/// A device that keeps so many seconds of the stage's 500 kbps.
fn keeps(seconds: u64) -> Device {
    Device { storage: Some(Bytes::new(62_500 * seconds)), ..Device::default() }
}

#[test]
fn no_more_is_reserved_than_the_processor_forwards() {
    let mut stage = Stage::new(Setting::default());
    let cpu = Some(BitRate::from_kbps(1200));
    stage.join_with("box", 10_000, Device { cpu, ..Device::default() });
    for name in ["anna", "bob", "carl"] {
        stage.join(name, 0);
    }
    // A tenth is kept free: 1080 kbps are two substreams.
    assert_eq!(["anna", "bob", "carl"].map(|name| stage.parent(name)), ["box", "box", "cdn"]);
    assert_eq!(stage.why("carl").pruned_uplink, 3, "the box, anna and bob");
}

#[test]
fn a_newcomer_is_fed_by_whoever_keeps_what_it_begins_with() {
    for (seconds, parent) in [(6, "cdn"), (20, "stick")] {
        let mut stage = Stage::new(Setting::default());
        stage.join_with("stick", 10_000, keeps(seconds));
        stage.run(4);
        stage.join("anna", 0);
        assert_eq!(stage.parent("anna"), parent, "eight seconds, of which {seconds} are kept");
    }
}

#[test]
fn who_has_caught_up_is_fed_by_whoever_keeps_little() {
    let mut stage = Stage::new(Setting { nodes: vec![("cdn", 9, 1200)], ..Setting::default() });
    stage.join("anna", 600);
    stage.join("bob", 0);
    stage.join_with("stick", 10_000, keeps(6));
    stage.run(10);
    assert_eq!((stage.parent("bob"), stage.parent("stick")), ("anna", "cdn"));
    stage.leave("anna");
    assert_eq!(stage.parent("bob"), "stick", "bob was at the live edge a moment ago");
    stage.run(10);
    assert!(stage.is_fed("bob"));
}

#[test]
fn where_somebody_is_the_feed_says_and_only_else_the_client() {
    let mut stage = Stage::new(Setting::default());
    let location = Some(Believed { country: *b"XX", metro: Metro::new(3) });
    stage.join_with("anna", 1200, Device { location, ..Device::default() });
    stage.join("bob", 0);
    assert_eq!(stage.parent("bob"), "anna", "network 1 is one cluster, whatever anna believes");
    assert_eq!(stage.figure("control_locations_disputed"), 1.0);
    assert_eq!(stage.figure("control_dcms"), 1.0);
}

#[test]
fn paths_and_load_that_clients_measure_are_known() {
    let mut stage = Stage::new(Setting::default());
    stage.join_from("anna", 1200, NatKind::Open, 1);
    let anna = stage.peer("anna");
    let path = MeasuredPath { parent: stage.peer("cdn"), rtt: Span::from_millis(42) };
    for (share, paths) in [(0.5, vec![path]), (0.25, vec![])] {
        let news = News { cpu_load: Ratio::new(share), paths, ..News::default() };
        let beat = Heartbeat { news: Some(Box::new(news)), ..Heartbeat::default() };
        stage.send(anna, &ToCenter::Heartbeat(beat));
    }
    assert_eq!(stage.figure("control_paths_measured"), 1.0);
    assert_eq!(stage.figure("control_path_rtt.mean"), 42.0);
    assert_eq!(stage.figure("control_cpu_load.max"), 0.5);
}
