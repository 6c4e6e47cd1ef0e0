//! Who goes, with a word or without one.

use super::stage::{Setting, Stage};
use grandstand::proto::{Rule, Trigger};
use std::collections::BTreeSet;

/// Anna under the CDN node, bob and carl under anna, two each under bob and carl, one each below.
fn family() -> Stage {
    let mut stage = Stage::new(Setting::default());
    for name in ["anna", "bob", "carl", "dora", "emil", "finn", "gina", "hugo", "ida"] {
        stage.join(name, 1200);
    }
    stage.run(20);
    assert_eq!(stage.parent("anna"), "cdn");
    assert_eq!(stage.children("anna"), BTreeSet::from(["bob", "carl"]));
    stage
}

fn owned(names: &BTreeSet<&str>) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn the_children_of_a_dead_parent_are_moved_and_nobody_else() {
    for delay in 0..10 {
        for victim in ["anna", "bob", "carl"] {
            let mut stage = family();
            (0..delay).for_each(|_| stage.step());
            let (children, time) = (owned(&stage.children(victim)), stage.now);
            stage.kill(victim);
            // Two heartbeats and a tick.
            stage.run(5);
            assert_eq!(owned(&stage.told_since(time)), children, "{victim} died at {time}");
            stage.run(3);
            assert_eq!(owned(&stage.told_since(time)), children, "{victim} died at {time}");
            for child in &children {
                assert!(stage.parent(child) != victim && stage.is_fed(child), "{child}");
                assert_eq!(stage.triggers_since(time, child), [Trigger::ParentSilent]);
                assert_eq!(stage.why(child).old_parent, Some(stage.peer(victim)));
            }
            stage.audit();
        }
    }
}

#[test]
fn the_children_of_a_parent_that_says_good_bye_are_moved_at_once() {
    let mut stage = family();
    let (children, time) = (owned(&stage.children("bob")), stage.now);
    stage.leave("bob");
    assert_eq!(owned(&stage.told_since(time)), children);
    for child in &children {
        assert_eq!(stage.triggers_since(time, child), [Trigger::ParentLeft]);
        assert_eq!(stage.why(child).old_parent, Some(stage.peer("bob")));
    }
    stage.audit();
}

#[test]
fn a_dead_nodes_children_go_elsewhere_and_come_back_when_it_is_heard() {
    let nodes = vec![("near", 1, 3_000), ("far", 5, 3_000)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    for name in ["anna", "bob", "carl"] {
        stage.join(name, 0);
    }
    assert_eq!(stage.children("near").len(), 3);
    stage.run(10);
    stage.kill("near");
    stage.run(5);
    assert_eq!(stage.children("far").len(), 3);
    assert_eq!(stage.why("anna").trigger, Trigger::ParentSilent);
    stage.join("dora", 0);
    assert_eq!(stage.parent("dora"), "far");
    stage.revive("near");
    stage.run(2);
    stage.join("emil", 0);
    assert_eq!(stage.parent("emil"), "near");
    stage.audit();
}

#[test]
fn a_node_that_its_owner_gave_up_serves_nobody_any_more() {
    let nodes = vec![("near", 1, 3_000), ("far", 5, 3_000)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    stage.join("anna", 0);
    stage.run(10);
    stage.withdraw("near");
    stage.run(3);
    stage.join("bob", 0);
    assert_eq!(["anna", "bob"].map(|name| stage.parent(name)), ["far", "far"]);
    stage.audit();
}

#[test]
fn a_dead_nodes_children_are_fed_by_peers_where_these_have_room() {
    // The near node has room for one feed, so that the other comes from the far one.
    let nodes = vec![("near", 1, 600), ("far", 5, 10_000)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    (0..60).for_each(|number| stage.join(&format!("v{number}"), 1700));
    stage.run(90);
    let fed_by_near = owned(&stage.children("near"));
    assert_eq!((fed_by_near.len(), stage.children("far").len()), (1, 1));
    let root = fed_by_near.first().expect("one").clone();
    let time = stage.now;
    stage.kill("near");
    stage.run(5);
    assert_eq!(stage.triggers_since(time, &root), [Trigger::ParentSilent]);
    assert_eq!(stage.why(&root).rule, Rule::NearestOfCandidates);
    // Its subtree stays below it; the cluster takes another second feed instead of the lost one.
    let told = owned(&stage.told_since(time));
    let others: Vec<&String> = told.difference(&fed_by_near).collect();
    assert_eq!(others.len(), 1);
    assert_eq!((stage.parent(others[0]), stage.why(others[0]).rule), ("far", Rule::ClusterFeed));
    stage.run(5);
    assert!(stage.is_fed(&root), "it has caught up");
    stage.audit();
}

#[test]
fn when_the_only_node_dies_its_tree_waits_for_it() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 1200);
    stage.join("bob", 3000);
    stage.join("carl", 3000);
    stage.run(10);
    assert_eq!(stage.children("cdn"), BTreeSet::from(["anna"]));
    stage.kill("cdn");
    stage.run(10);
    assert_eq!(stage.parent("anna"), "nobody", "everybody else stands below her");
    stage.revive("cdn");
    // What was missed comes at twice the rate.
    stage.run(20);
    assert_eq!(stage.children("cdn").len(), 1, "one of them is the root again");
    assert!(["anna", "bob", "carl"].iter().all(|name| stage.is_fed(name)));
}

#[test]
fn when_the_whole_cluster_falls_silent_at_once_nobody_is_moved() {
    let mut stage = Stage::new(Setting::default());
    let names: Vec<String> = (0..30).map(|number| format!("v{number}")).collect();
    names.iter().for_each(|name| stage.join(name, 1200));
    stage.run(60);
    let time = stage.now;
    names.iter().for_each(|name| stage.silence(name));
    stage.run(30);
    assert!(stage.told_since(time).is_empty());
    assert!((stage.figure("control_cuts_concluded") - 1.0).abs() < 1e-9);
    stage.hear_all();
    stage.run(10);
    assert!(stage.told_since(time).is_empty(), "all go on as if nothing had been");
    assert!(stage.figure("control_deaths_concluded").abs() < 1e-9);
}

#[test]
fn when_a_few_fall_silent_at_once_they_are_dead() {
    let mut stage = Stage::new(Setting::default());
    (0..30).for_each(|number| stage.join(&format!("v{number}"), 1200));
    stage.run(60);
    (20..25).for_each(|number| stage.kill(&format!("v{number}")));
    stage.run(9);
    assert!((stage.figure("control_deaths_concluded") - 5.0).abs() < 1e-9);
    assert!((stage.figure("control_clients_at_end") - 25.0).abs() < 1e-9);
    stage.audit();
}

#[test]
fn a_client_that_is_not_known_any_more_is_asked_to_join_again() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 1200);
    stage.join("bob", 1200);
    stage.run(10);
    stage.silence("bob");
    stage.run(9);
    assert!((stage.figure("control_clients_at_end") - 1.0).abs() < 1e-9);
    stage.hear_all();
    stage.run(4);
    assert!((stage.figure("control_rejoins_asked") - 1.0).abs() < 1e-9);
    assert_eq!(stage.parent("bob"), "anna");
    assert!(stage.is_fed("bob"));
}

#[test]
fn whoever_died_long_ago_holds_nothing_even_if_many_died_at_once() {
    let mut stage = Stage::new(Setting::default());
    (0..20).for_each(|number| stage.join(&format!("v{number}"), 0));
    stage.join("late", 0);
    stage.run(10);
    assert_eq!(stage.parent("late"), "cdn");
    (0..20).for_each(|number| stage.kill(&format!("v{number}")));
    stage.run(70);
    assert!((stage.figure("control_clients_at_end") - 1.0).abs() < 1e-9);
}
