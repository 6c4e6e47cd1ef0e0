//! Three levels of viewers, and who is where (row C9).

use super::stage::{Setting, Stage};
use grandstand::control::{ControlConfig, LevelsConfig};
use grandstand::proto::{Rule, Trigger};
use grandstand::units::{NatKind, Span};
use std::collections::BTreeSet;

const STRONG: [&str; 4] = ["anna", "bob", "carl", "dora"];
const OTHERS: [&str; 8] = ["e", "f", "g", "h", "i", "j", "k", "l"];

/// Four who lend four times the stream and eight who lend nothing, of one network; one at the top.
fn stage() -> Stage {
    let levels = LevelsConfig { top_members: 1, ..LevelsConfig::default() };
    let config = ControlConfig {
        levels: Some(levels),
        maturity: Span::from_secs(20),
        ..ControlConfig::default()
    };
    let nodes = vec![("cdn", 9, 20_000)];
    let mut stage = Stage::new(Setting {
        config,
        nodes,
        substreams: 2,
        bitrate_kbps: 500,
        ..Setting::default()
    });
    for name in STRONG {
        stage.join(name, 2500);
        stage.step();
    }
    for name in OTHERS {
        stage.join(name, 0);
        stage.step();
    }
    stage
}

/// Everybody from whom a viewer takes something.
fn parents(stage: &Stage, name: &str) -> BTreeSet<String> {
    [0, 1].map(|substream| stage.parent_in(name, substream).to_string()).into()
}

fn population(stage: &Stage) -> [f64; 3] {
    ["top", "second", "bottom"].map(|level| stage.figure(&format!("level_{level}_at_end")))
}

#[test]
fn the_strong_rise_when_they_are_old_enough_and_feed_the_others() {
    let mut stage = stage();
    stage.run(15);
    assert_eq!(population(&stage), [0.0, 0.0, 12.0], "nobody has earned anything yet");
    stage.run(120);
    assert_eq!(population(&stage), [1.0, 3.0, 8.0]);
    assert_eq!(stage.figure("level_rises"), 5.0, "four to the second level, and one of them again");
    for name in OTHERS {
        let parents = parents(&stage, name);
        let strong = parents.iter().filter(|parent| STRONG.contains(&parent.as_str())).count();
        assert_eq!(strong, parents.len(), "{name} takes from {parents:?}");
    }
    // Whose parent rises keeps it; where another one is needed, the level above has been asked.
    assert!(stage.decisions.iter().any(|row| row.rule == Rule::FromLevelAbove));
    for name in STRONG {
        let parents = parents(&stage, name);
        let below = parents.iter().any(|parent| OTHERS.contains(&parent.as_str()));
        assert!(!below, "{name} takes from below: {parents:?}");
    }
    stage.audit();
}

#[test]
fn when_one_of_the_strong_dies_those_below_are_fed_again() {
    let mut stage = stage();
    stage.run(135);
    let relay = STRONG
        .into_iter()
        .find(|name| stage.children(name).iter().any(|child| OTHERS.contains(child)));
    let relay = relay.expect("somebody feeds the others");
    let orphans: Vec<String> = stage.children(relay).iter().map(|name| (*name).into()).collect();
    stage.kill(relay);
    let died = stage.now;
    // Two heartbeats, and a second for the word between two DCMs.
    stage.run(5);
    for orphan in &orphans {
        assert!(!parents(&stage, orphan).contains(relay), "{orphan} waits for the dead");
        let triggers = stage.triggers_since(died, orphan);
        assert!(triggers.contains(&Trigger::ParentSilent), "{orphan}: {triggers:?}");
    }
    stage.run(10);
    assert!(orphans.iter().all(|orphan| stage.is_fed(orphan)));
    stage.audit();
}

#[test]
fn the_place_of_one_who_leaves_the_top_is_filled() {
    let mut stage = stage();
    stage.run(135);
    let risen = |stage: &Stage| -> BTreeSet<String> {
        let rises = stage.decisions.iter().filter(|row| row.trigger == Trigger::LevelChange);
        rises.map(|row| stage.name(row.child).to_string()).collect()
    };
    assert!(risen(&stage).iter().all(|name| STRONG.contains(&name.as_str())));
    // All four leave one after the other: the top is never empty for long while somebody strong is there.
    for (number, name) in STRONG.into_iter().enumerate() {
        assert_eq!(population(&stage)[0], 1.0, "before {name} leaves");
        stage.leave(name);
        stage.run(30);
        assert_eq!(population(&stage).iter().sum::<f64>(), 11.0 - number as f64);
    }
    assert_eq!(population(&stage), [0.0, 0.0, 8.0]);
    assert!(OTHERS.iter().all(|name| stage.is_fed(name)), "by the CDN node, which has room");
    stage.audit();
}

#[test]
fn who_cannot_be_reached_or_lends_too_little_stays_at_the_bottom() {
    let mut stage = stage();
    // Exactly the stream, less what is kept for catching up, is not above it.
    stage.join("exact", 500);
    stage.join_behind("hidden", 9000, NatKind::Symmetric);
    stage.run(135);
    assert_eq!(population(&stage), [1.0, 3.0, 10.0]);
    stage.audit();
}
