//! What uplinks carry, whatever clients say (rows C5, C9, A7).

use super::stage::{Setting, Stage};
use grandstand::control::{ControlConfig, LevelsConfig, RegionRule};
use grandstand::proto::{ToClient, Trigger, UplinkEvidence};
use grandstand::units::{BitRate, NatKind, Span};

const OTHERS: [&str; 6] = ["bob", "carl", "dora", "emil", "fay", "gus"];

/// Anna says that she lends eight times the stream, which is seven copies and the reserve; six others lend
/// nothing, and each but one takes what she sends.
fn stage(config: ControlConfig, network: u32) -> Stage {
    let mut stage = Stage::new(Setting { config, ..Setting::default() });
    stage.join("anna", 4000);
    stage.run(4);
    for name in OTHERS {
        stage.join_from(name, 0, NatKind::Open, network);
        stage.step();
    }
    stage.run(10);
    assert_eq!(stage.children("anna").len(), 6);
    stage
}

#[test]
fn what_all_children_get_together_is_what_their_parents_line_carries() {
    let mut stage = stage(ControlConfig::default(), 1);
    stage.narrow("anna", 3.0);
    let began = stage.now;
    stage.run(6);
    let found = *stage.measured.first().expect("her children have shown it");
    assert_eq!((found.peer, found.by), (stage.peer("anna"), UplinkEvidence::Children));
    assert!(found.time.since(began) <= Span::from_secs(6), "within three heartbeats");
    // Three copies of 500 kbps and the packets of the interval in which it began.
    let carries = found.carries.as_f64() / 1e3;
    assert!((1400.0..2000.0).contains(&carries), "{carries} kbps");
    assert_eq!(found.counted, BitRate::from_kbps(3500));
    // A probe tells exactly: 1,500 kbps less a tenth are two copies.
    stage.run(15);
    let last = *stage.measured.last().expect("the same");
    assert_eq!(last.counts, BitRate::from_kbps(1000), "{last:?}");
    assert_eq!(stage.children("anna").len(), 2);
    assert!(OTHERS.iter().all(|name| stage.is_fed(name)), "the CDN node has room for the others");
    let moved = OTHERS.iter().flat_map(|name| stage.triggers_since(began, name));
    let moved: Vec<Trigger> = moved.collect();
    assert_eq!(moved.iter().filter(|trigger| **trigger == Trigger::UplinkNarrow).count(), 4);
    stage.audit();
}

#[test]
fn a_line_that_is_free_again_counts_again() {
    let remeasure = Span::from_secs(20);
    let mut stage = stage(ControlConfig { remeasure, ..ControlConfig::default() }, 1);
    stage.narrow("anna", 2.0);
    stage.run(20);
    assert!(stage.children("anna").len() < 2);
    stage.narrow("anna", 100.0);
    stage.run(30);
    let last = *stage.measured.last().expect("it was found before");
    assert_eq!(last.by, UplinkEvidence::Probe);
    assert_eq!(last.counts, BitRate::from_kbps(3500), "all that she said at first");
    stage.run(20);
    assert_eq!(stage.children("anna").len(), 6);
    stage.audit();
}

#[test]
fn one_slow_child_says_nothing_about_its_parents_line() {
    let mut stage = stage(ControlConfig::default(), 1);
    stage.throttle("anna", "bob", 0.5);
    stage.run(20);
    assert!(stage.measured.is_empty(), "{:?}", stage.measured);
    assert_ne!(stage.parent("bob"), "anna");
}

#[test]
fn children_behind_one_link_say_nothing_about_their_parents_line() {
    let config = ControlConfig { region: RegionRule::World, ..ControlConfig::default() };
    let mut stage = stage(config, 2);
    for name in OTHERS {
        stage.throttle("anna", name, 0.5);
    }
    stage.run(20);
    assert!(stage.measured.is_empty(), "{:?}", stage.measured);
}

#[test]
fn an_only_child_may_be_slow_itself() {
    // Only a colleague takes all substreams from one parent.
    let mut stage = Stage::new(Setting { substreams: 2, ..Setting::default() });
    stage.join_at_work("anna", 4000, 0);
    stage.run(4);
    stage.join_at_work("bob", 0, 0);
    stage.run(10);
    assert_eq!([0, 1].map(|substream| stage.parent_in("bob", substream)), ["anna"; 2]);
    stage.throttle("anna", "bob", 0.5);
    stage.run(20);
    assert!(stage.measured.is_empty(), "{:?}", stage.measured);
}

#[test]
fn who_is_believed_is_never_measured() {
    let config = ControlConfig { measure_uplinks: false, ..ControlConfig::default() };
    let mut stage = stage(config, 1);
    stage.narrow("anna", 3.0);
    stage.run(60);
    assert!(stage.measured.is_empty());
    let asked = |(_, _, message): &&(_, _, ToClient)| matches!(message, ToClient::Probe { .. });
    assert_eq!(stage.messages.iter().filter(asked).count(), 0);
}

/// Four who say that they lend five times the stream, of whom one does not, and eight who lend nothing.
fn levels() -> Stage {
    let levels = LevelsConfig { top_members: 1, ..LevelsConfig::default() };
    let maturity = Span::from_secs(20);
    let config = ControlConfig { levels: Some(levels), maturity, ..ControlConfig::default() };
    let nodes = vec![("cdn", 9, 20_000)];
    let mut stage = Stage::new(Setting { config, nodes, substreams: 2, ..Setting::default() });
    for name in ["anna", "bob", "carl", "dora"] {
        stage.join(name, 2500);
        stage.step();
    }
    for name in ["e", "f", "g", "h", "i", "j", "k", "l"] {
        stage.join(name, 0);
        stage.step();
    }
    stage
}

#[test]
fn whoever_is_to_rise_measures_first_and_does_not_if_it_carries_too_little() {
    let mut stage = levels();
    stage.narrow("anna", 2.0);
    stage.run(135);
    assert_eq!(stage.figure("level_second_at_end"), 2.0, "bob, carl and dora but for one");
    assert_eq!(stage.figure("level_top_at_end"), 1.0);
    let risen = stage.decisions.iter().filter(|row| row.trigger == Trigger::LevelChange);
    assert!(
        risen.clone().count() > 0 && risen.into_iter().all(|row| row.child != stage.peer("anna"))
    );
    let asked = |name: &str| {
        let peer = stage.peer(name);
        let is_one = |(_, to, message): &&(_, _, ToClient)| {
            *to == peer && matches!(message, ToClient::Probe { .. })
        };
        stage.messages.iter().filter(is_one).count()
    };
    assert_eq!(["bob", "carl", "dora"].map(asked), [1; 3], "once, and it was true");
    assert_eq!(asked("e"), 0, "who would not rise is left alone");
    stage.audit();
}

#[test]
fn those_who_never_measure_keep_nobody_from_rising() {
    let mut stage = levels();
    // More than are asked at a time, and all of them came before her.
    let mute: Vec<String> = (0..40).map(|number| format!("mute{number}")).collect();
    for name in &mute {
        stage.join(name, 2500);
        stage.never_measures(name);
    }
    stage.run(10);
    stage.join("zoe", 2500);
    stage.run(100);
    let risen = |name: &str| {
        let peer = stage.peer(name);
        let mut rises = stage.decisions.iter().filter(|row| row.trigger == Trigger::LevelChange);
        rises.any(|row| row.child == peer)
    };
    assert!(risen("zoe"));
    assert!(!mute.iter().any(|name| risen(name)), "nobody knows what they carry");
    stage.audit();
}

#[test]
fn children_below_tell_on_a_parent_above_which_falls() {
    let mut stage = levels();
    stage.run(135);
    assert_eq!(stage.figure("level_bottom_at_end"), 8.0);
    let feeds_others = |name: &&str| stage.children(name).iter().any(|child| child.len() == 1);
    let relay = ["anna", "bob", "carl", "dora"].into_iter().find(feeds_others).expect("one does");
    stage.narrow(relay, 1.0);
    stage.run(20);
    let found = stage
        .measured
        .iter()
        .any(|found| found.peer == stage.peer(relay) && found.by == UplinkEvidence::Children);
    assert!(found, "{relay}: {:?}", stage.measured);
    assert_eq!(stage.figure("level_bottom_at_end"), 9.0, "it is not strong any more");
    stage.run(20);
    assert!(["e", "f", "g", "h", "i", "j", "k", "l"].iter().all(|name| stage.is_fed(name)));
    stage.audit();
}
