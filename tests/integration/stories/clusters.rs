//! Clusters split and merge, and what clients notice of it (rows C3, C11).

use super::stage::{Setting, Stage};
use grandstand::control::{ClusterConfig, ControlConfig, RegionRule, ServiceConfig};
use grandstand::proto::{Refusal, Rule, ToClient, Trigger};
use grandstand::units::{NatKind, Span};

/// One cluster of all, which is split above twenty.
fn world(service: ServiceConfig) -> Stage {
    let clusters = ClusterConfig { split_above: 20, merge_below: 10 };
    let config =
        ControlConfig { region: RegionRule::World, clusters, service, ..ControlConfig::default() };
    let nodes = vec![("cdn", 9, 50_000)];
    Stage::new(Setting { config, nodes, ..Setting::default() })
}

fn moves(stage: &Stage, name: &str) -> Vec<u32> {
    let to_it = stage.messages.iter().filter(|(_, to, _)| *to == stage.peer(name));
    let moves = to_it.filter_map(|(_, _, message)| match message {
        ToClient::Moved { dcm } => Some(*dcm),
        _ => None,
    });
    moves.collect()
}

#[test]
fn the_largest_carrier_and_the_rest_part_and_who_is_moved_hears_it_once() {
    let mut stage = world(ServiceConfig::default());
    // Networks of two countries; network 1 has more than half.
    for number in 0..20 {
        let network = [1, 1, 1, 2, 11][number % 5];
        stage.join_from(&format!("v{number}"), 3000, NatKind::Open, network);
        stage.step();
    }
    assert!(stage.regroupings.is_empty(), "twenty are not too many");
    let before: Vec<_> = stage.actors.iter().map(|actor| actor.told.clone()).collect();
    stage.join_from("v20", 3000, NatKind::Open, 1);
    assert_eq!(stage.regroupings.len(), 1);
    let split = stage.regroupings[0].clone();
    assert_eq!((split.by.as_deref(), split.inside.as_deref()), (Some("network"), Some("1")));
    assert_eq!((split.clients, split.moved, split.dcm, split.other), (21, 8, 0, 1));
    let now: Vec<_> = stage.actors.iter().map(|actor| actor.told.clone()).collect();
    assert_eq!(now[..before.len()], before, "nobody has got another parent by the split itself");
    stage.run(10);
    for number in 0..21 {
        let name = format!("v{number}");
        let moved = stage.actor(&name).network != 1;
        assert_eq!(moves(&stage, &name), if moved { vec![1] } else { vec![] }, "{name}");
    }
    // By now everybody takes from its own side, or from the CDN node.
    for actor in stage.actors.iter().filter(|actor| !actor.is_node) {
        let parent = actor.told[0].map(|parent| &stage.actors[parent.index()]);
        let own = |above: &super::stage::Actor| (above.network == 1) == (actor.network == 1);
        assert!(parent.is_some_and(|above| above.is_node || own(above)), "{}", actor.name);
    }
    // One of them is the new cluster's feed from now on.
    let home = stage.decisions.iter().filter(|decision| {
        let came_home = decision.trigger == Trigger::OtherCluster;
        came_home || (decision.time > split.time && decision.rule == Rule::ClusterFeed)
    });
    assert_eq!(home.count(), split.edges as usize, "each cut edge, once");
    assert_eq!(stage.figure("cluster_edges_cut_at_end"), 0.0);
    // Whoever comes now is sent to the right one.
    stage.join_from("late", 3000, NatKind::Open, 2);
    stage.join_from("later", 3000, NatKind::Open, 1);
    assert_eq!(["late", "later"].map(|name| stage.why(name).dcm), [Some(1), Some(0)]);
    stage.audit();
}

#[test]
fn where_nothing_tells_viewers_apart_chance_does() {
    let mut stage = world(ServiceConfig::default());
    for number in 0..60 {
        stage.join(&format!("v{number}"), 3000);
        stage.step();
    }
    assert!(stage.regroupings.iter().all(|split| split.by.as_deref() == Some("chance")));
    assert!(stage.figure("control_dcms_at_end") >= 4.0);
    assert!(stage.figure("cluster_size.max") <= 21.0);
    stage.run(20);
    assert!((0..60).all(|number| stage.is_fed(&format!("v{number}"))));
    stage.audit();
}

#[test]
fn what_has_become_small_is_one_again() {
    let mut stage = world(ServiceConfig::default());
    for number in 0..21 {
        stage.join_from(&format!("v{number}"), 3000, NatKind::Open, 1 + number % 2);
        stage.step();
    }
    assert_eq!(stage.regroupings.len(), 1);
    (0..10).for_each(|number| stage.leave(&format!("v{number}")));
    stage.run(10);
    assert_eq!(stage.regroupings.len(), 1, "eleven are too many to be put together");
    stage.leave("v10");
    stage.run(2);
    let merge = stage.regroupings[1].clone();
    assert_eq!((merge.split, merge.clients, merge.moved), (false, 10, 5));
    assert_eq!(stage.figure("control_dcms_at_end"), 1.0);
    stage.run(10);
    assert!((11..21).all(|number| stage.is_fed(&format!("v{number}"))));
    // There is one again for all, so a newcomer takes from whoever is nearest of all.
    stage.join_from("late", 0, NatKind::Open, 2);
    assert_eq!(stage.why("late").dcm, Some(merge.dcm));
    stage.audit();
}

#[test]
fn the_death_of_a_parent_in_another_cluster_is_noticed_as_soon_as_any() {
    // Only one can feed anybody, so that its children of the other network cannot come home.
    let mut stage = world(ServiceConfig::default());
    stage.join_from("porter", 50_000, NatKind::Open, 1);
    for number in 0..20 {
        stage.join_from(&format!("v{number}"), 0, NatKind::Open, 1 + number % 2);
    }
    stage.run(20);
    assert_eq!((stage.regroupings.len(), stage.parent("v1")), (1, "porter"));
    assert!(stage.figure("cluster_edges_cut_at_end") > 0.0);
    stage.kill("porter");
    stage.run(5);
    assert!((0..20).all(|number| stage.parent(&format!("v{number}")) == "cdn"));
    assert_eq!(stage.why("v1").trigger, Trigger::ParentSilent);
    stage.audit();
}

#[test]
fn whoever_asks_while_the_machine_is_busy_waits_its_turn_and_no_longer() {
    let service = ServiceConfig { join: Span::from_secs(1), ..ServiceConfig::default() };
    let mut stage = world(service);
    for name in ["anna", "bob", "carl"] {
        stage.join(name, 3000);
    }
    let bob = stage.peer("bob");
    // Asking again does not count twice, and whoever leaves the line is not served for long.
    stage.ask(bob);
    stage.leave("carl");
    let answered = |stage: &Stage, name: &str| {
        let to_it = stage.messages.iter().filter(|(_, to, _)| *to == stage.peer(name));
        to_it.filter(|(_, _, message)| matches!(message, ToClient::Assign(_))).count()
    };
    assert_eq!(["anna", "bob"].map(|name| answered(&stage, name)), [0, 0]);
    stage.run(1);
    assert_eq!(["anna", "bob"].map(|name| answered(&stage, name)), [1, 0]);
    stage.run(1);
    assert_eq!(["anna", "bob"].map(|name| answered(&stage, name)), [1, 1]);
    stage.run(3);
    assert_eq!(answered(&stage, "bob"), 1);
    assert_eq!(stage.figure("control_clients_at_end"), 2.0);
    let longest = stage.figure("control_line.max");
    assert_eq!(longest, 6.0, "three joins, a good-bye, a look, and a report of one who waits");
    let refused = |message: &ToClient| matches!(message, ToClient::Refuse(Refusal::NoCapacity));
    assert!(!stage.messages.iter().any(|(_, _, message)| refused(message)));
}
