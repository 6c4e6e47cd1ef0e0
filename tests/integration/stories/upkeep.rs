//! What is done when nothing is wrong.

use super::stage::{Setting, Stage};
use grandstand::control::{ControlConfig, RegionRule};
use grandstand::proto::{Input, Rule, Trigger};
use grandstand::units::{NatKind, SimTime};

fn crowd(config: ControlConfig, viewers: u32) -> Stage {
    let nodes = vec![("cdn", 9, 50_000)];
    let mut stage = Stage::new(Setting {
        config,
        nodes,
        substreams: 4,
        bitrate_kbps: 1000,
        ..Setting::default()
    });
    for number in 0..viewers {
        let uplink = [3000, 600, 1500, 300][number as usize % 4];
        stage.join_from(&format!("v{number}"), uplink, NatKind::Open, 1 + number % 3);
        stage.step();
    }
    stage
}

#[test]
fn whoever_got_nothing_is_served_when_capacity_returns() {
    let nodes = vec![("cdn", 9, 1200)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    for name in ["anna", "bob", "carl", "dora"] {
        stage.join(name, 0);
    }
    assert_eq!(["carl", "dora"].map(|name| stage.parent(name)), ["nobody", "nobody"]);
    assert_eq!(stage.why("dora").rule, Rule::NothingHasRoom);
    stage.run(5);
    stage.leave("anna");
    stage.run(1);
    assert_eq!(["carl", "dora"].map(|name| stage.parent(name)), ["cdn", "nobody"]);
    stage.join("emil", 3000);
    stage.run(2);
    assert_eq!((stage.parent("emil"), stage.why("emil").rule), ("cdn", Rule::TakesPlace));
    let given = ["bob", "carl"].into_iter().find(|name| stage.parent(name) == "emil");
    assert_eq!(stage.why(given.expect("whose place it was")).trigger, Trigger::Preemption);
    stage.run(15);
    let all = ["bob", "carl", "dora", "emil"];
    assert!(all.iter().all(|name| stage.is_fed(name)), "through emil, who feeds all others");
    stage.audit();
}

#[test]
fn room_is_made_in_a_starving_substream() {
    // Room for one viewer, who can feed two children and is interior in one substream.
    let nodes = vec![("cdn", 9, 1200)];
    let mut stage =
        Stage::new(Setting { nodes, substreams: 2, bitrate_kbps: 1000, ..Setting::default() });
    stage.join("anna", 1200);
    stage.join("bob", 1200);
    stage.run(5);
    let parents =
        |stage: &Stage| [0, 1].map(|substream| stage.parent_in("bob", substream).to_string());
    assert_eq!(parents(&stage), ["anna", "anna"], "she helps out where nobody else has room");
    stage.join("carl", 1200);
    stage.run(5);
    stage.audit();
}

#[test]
fn nothing_is_decided_twice_for_those_who_wait() {
    let nodes = vec![("cdn", 9, 600)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    stage.join("anna", 0);
    stage.join("bob", 0);
    stage.run(60);
    assert_eq!(stage.triggers_since(SimTime::ZERO, "bob"), [Trigger::Join]);
}

#[test]
fn the_periodic_recomputation_moves_nobody_when_nothing_changed() {
    let mut stage = crowd(ControlConfig::default(), 120);
    stage.run(320);
    let time = stage.now;
    stage.run(330);
    assert!(stage.told_since(time).is_empty(), "{:?}", stage.told_since(time));
    assert!(stage.figure("recomputations_whole") >= 6.0, "three clusters, two times");
}

#[test]
fn a_recomputation_never_makes_the_objective_worse() {
    for region in [RegionRule::Isp, RegionRule::Country, RegionRule::World] {
        let mut stage = crowd(ControlConfig { region, ..ControlConfig::default() }, 150);
        for number in 0..100 {
            stage.leave(&format!("v{number}"));
            stage.join_from(&format!("w{number}"), 900, NatKind::Open, 1 + number % 3);
            stage.run(2);
            let runs = stage.figure("recomputations_whole") + stage.figure("recomputations_part");
            if runs > 0.0 {
                let (before, after) = (stage.figure("objective_before"), stage.figure("objective"));
                assert!(after <= before + 1e-9, "{region:?} at {}: {before}, {after}", stage.now);
            }
        }
        assert!(stage.figure("recomputations_part") > 5.0);
        stage.audit();
    }
}

#[test]
fn a_hop_is_not_bought_with_a_border() {
    let config = ControlConfig { region: RegionRule::World, ..ControlConfig::default() };
    let mut stage = Stage::new(Setting { config, ..Setting::default() });
    // A foreigner with five children, of whom the last heads a chain of her countrymen.
    stage.join_from("foreigner", 2800, NatKind::Open, 2);
    (0..4).for_each(|n| stage.join_from(&format!("neighbour{n}"), 0, NatKind::Open, 2));
    let chain: Vec<String> = (0..6).map(|number| format!("v{number}")).collect();
    chain.iter().for_each(|name| stage.join(name, 600));
    stage.run(5);
    for (above, below) in chain.iter().zip(&chain[1..]) {
        assert_eq!(stage.parent(below), above);
    }
    stage.leave("neighbour0");
    let time = stage.now;
    stage.run(320);
    assert!(stage.told_since(time).is_empty(), "a hop for five is worth less than a border");
    assert!(stage.figure("recomputations_whole") >= 1.0);
}

#[test]
fn a_timeout_that_was_not_asked_for_changes_nothing() {
    let mut stage = crowd(ControlConfig::default(), 20);
    stage.run(5);
    let (due, messages) = (stage.due(), stage.messages.len());
    for _ in 0..3 {
        stage.input(Input::Timeout);
    }
    assert_eq!((stage.due(), stage.messages.len()), (due, messages));
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    let play = || {
        let mut stage = crowd(ControlConfig::default(), 80);
        (0..20).for_each(|number| stage.kill(&format!("v{}", number * 3)));
        stage.run(20);
        (stage.messages, stage.decisions)
    };
    assert_eq!(play(), play());
}
