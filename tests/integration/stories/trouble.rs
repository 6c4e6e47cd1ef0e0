//! Paths that fail, messages that get lost, and who is to blame.

use super::stage::{Setting, Stage};
use grandstand::control::ControlConfig;
use grandstand::proto::{ToClient, Trigger};
use grandstand::units::NatKind;
use std::collections::BTreeSet;

/// Anna and berta under the CDN node, and viewers that live below them.
fn two_roots() -> Stage {
    let config = ControlConfig { feeds: 2, ..ControlConfig::default() };
    let mut stage = Stage::new(Setting { config, ..Setting::default() });
    for number in 0..60 {
        let uplink = if number % 6 == 0 { 6000 } else { 1200 };
        stage.join(&format!("v{number}"), uplink);
    }
    stage.run(90);
    assert_eq!(stage.children("cdn").len(), 2);
    stage
}

/// Somebody with at least two children, whose parent is a client.
fn parent_of_two(stage: &Stage) -> String {
    let all = stage.actors.iter().filter(|actor| !actor.is_node && actor.alive);
    let found = all
        .map(|actor| actor.name.as_str())
        .find(|name| stage.parent(name) != "cdn" && stage.children(name).len() >= 2);
    found.expect("a tree of sixty has an interior").to_string()
}

/// The same crowd, each time a step later, with a parent of two in it.
fn at_ten_instants() -> impl Iterator<Item = (Stage, String)> {
    (0..10).map(|delay| {
        let mut stage = two_roots();
        (0..delay).for_each(|_| stage.step());
        let parent = parent_of_two(&stage);
        (stage, parent)
    })
}

#[test]
fn when_a_path_fails_the_child_is_moved_and_the_parent_keeps_the_others() {
    for (mut stage, parent) in at_ten_instants() {
        let child = stage.children(&parent).first().expect("a child").to_string();
        let time = stage.now;
        stage.cut(&parent, &child);
        // Two silent heartbeats, the first of which may have seen some data.
        stage.run(7);
        assert_eq!(stage.told_since(time), BTreeSet::from([child.as_str()]));
        assert_eq!(stage.triggers_since(time, &child), [Trigger::PathFailed]);
        assert_ne!(stage.parent(&child), parent);
        stage.run(50);
        assert_ne!(stage.parent(&child), parent, "the same path would fail again");
        assert!(stage.is_fed(&child));
    }
}

#[test]
fn a_path_that_failed_is_not_tried_again_soon_even_by_way_of_the_cdn() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 6000);
    stage.join("bob", 0);
    stage.run(10);
    let time = stage.now;
    stage.cut("anna", "bob");
    stage.run(50);
    assert_eq!(stage.parent("bob"), "cdn");
    assert_eq!(stage.triggers_since(time, "bob"), [Trigger::PathFailed]);
}

#[test]
fn a_victim_is_left_alone() {
    for (mut stage, parent) in at_ten_instants() {
        let grandparent = stage.parent(&parent).to_string();
        let time = stage.now;
        stage.cut(&grandparent, &parent);
        stage.run(12);
        assert_eq!(stage.told_since(time), BTreeSet::from([parent.as_str()]), "cut at {time}");
        assert!(stage.is_fed(&parent));
    }
}

#[test]
fn when_a_victim_cannot_be_helped_its_children_help_themselves() {
    let nodes = vec![("cdn", 9, 600)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    stage.join("anna", 1200);
    stage.join_behind("sym", 600, NatKind::Symmetric);
    stage.join_behind("porter", 600, NatKind::PortRestricted);
    stage.join("kid", 0);
    stage.run(10);
    let parent = stage.parent("kid").to_string();
    let other = if parent == "sym" { "porter" } else { "sym" };
    let time = stage.now;
    // The parent can reach neither the full node nor the other one.
    stage.cut("anna", &parent);
    stage.run(8);
    assert!(stage.told_since(time).is_empty());
    stage.run(8);
    assert_eq!((stage.parent(&parent), stage.parent("kid")), ("anna", other));
    assert_eq!(stage.told_since(time), BTreeSet::from(["kid"]));
    stage.audit();
}

#[test]
fn a_path_that_is_too_slow_is_left_once() {
    for (mut stage, parent) in at_ten_instants() {
        let child = stage.children(&parent).first().expect("a child").to_string();
        let time = stage.now;
        stage.throttle(&parent, &child, 0.7);
        stage.run(4);
        assert!(stage.told_since(time).is_empty(), "two heartbeats are not enough");
        stage.run(16);
        assert_eq!(stage.told_since(time), BTreeSet::from([child.as_str()]));
        assert_eq!(stage.triggers_since(time, &child), [Trigger::Congestion]);
        assert!(stage.is_fed(&child), "it has caught up from the new parent");
    }
}

#[test]
fn a_slow_path_is_better_than_none() {
    // The only node is full, and nobody can send anything.
    let nodes = vec![("cdn", 9, 1200)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    stage.join("anna", 0);
    stage.join("bob", 0);
    stage.run(10);
    let time = stage.now;
    stage.throttle("cdn", "anna", 0.7);
    stage.run(30);
    assert_eq!(stage.parent("anna"), "cdn");
    assert!(stage.told_since(time).is_empty(), "there is nothing to tell");
    stage.cut("cdn", "bob");
    stage.run(30);
    assert_eq!(stage.parent("bob"), "cdn", "the path may heal; no other node has room");
}

#[test]
fn a_parent_that_cannot_be_reached_is_not_named_again() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 1200);
    stage.join("bob", 6000);
    stage.join("carl", 0);
    let (first, other) =
        if stage.parent("carl") == "anna" { ("anna", "bob") } else { ("bob", "anna") };
    stage.connect_failed("carl", first);
    assert_eq!(stage.parent("carl"), other);
    assert_eq!(stage.why("carl").trigger, Trigger::ConnectFailed);
    // A failure that is long past changes nothing.
    let time = stage.now;
    stage.connect_failed("carl", first);
    assert_eq!((stage.parent("carl"), stage.triggers_since(time, "carl").len()), (other, 2));
}

#[test]
fn an_assignment_that_got_lost_is_sent_again() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 1200);
    stage.join("bob", 1200);
    stage.run(10);
    let bob = stage.peer("bob");
    stage.deafen("bob");
    let time = stage.now;
    stage.leave("anna");
    assert_eq!(stage.parent("bob"), "cdn");
    // The second heartbeat that names the former parent says that the assignment was lost.
    stage.run(5);
    let told = stage.messages.iter().filter(|(at, to, message)| {
        *at >= time && *to == bob && matches!(message, ToClient::Assign(_))
    });
    assert_eq!(told.count(), 2);
    stage.run(20);
    assert!(stage.is_fed("bob"));
    assert_eq!(stage.triggers_since(time, "bob"), [Trigger::ParentLeft], "decided once");
}

#[test]
fn a_null_assignment_that_got_lost_is_told_again() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 0);
    stage.run(10);
    assert_eq!(stage.parent("anna"), "cdn");
    let anna = stage.peer("anna");
    stage.deafen("anna");
    let time = stage.now;
    stage.withdraw("cdn");
    stage.run(6);
    let told: Vec<_> = stage
        .messages
        .iter()
        .filter_map(|(at, to, message)| match message {
            ToClient::Assign(assignment) if *at >= time && *to == anna => Some(assignment),
            _ => None,
        })
        .collect();
    assert!(told.len() >= 2, "told {} times", told.len());
    let is_null =
        told.iter().all(|assignment| assignment.parents.iter().all(|p| p.parent.is_none()));
    assert!(is_null, "{told:?}");
}
