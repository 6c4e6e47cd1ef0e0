//! Who comes, and what it gets.

use super::stage::{Setting, Stage};
use grandstand::control::{ControlConfig, RegionRule};
use grandstand::proto::{Rule, ToClient};
use grandstand::units::{NatKind, Ratio, Substream};

#[test]
fn the_first_viewer_is_fed_by_the_cdn_and_the_second_by_the_first() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 1200);
    stage.join("bob", 1200);
    assert_eq!((stage.parent("anna"), stage.parent("bob")), ("cdn", "anna"));
    assert_eq!(stage.why("anna").rule, Rule::NoPeerHasRoom);
    assert_eq!(stage.why("bob").rule, Rule::NearestOfCandidates);
    stage.run(4);
    assert!(stage.is_fed("bob"));
}

#[test]
fn three_hundred_kbps_with_half_of_it_allocated_offer_one_hundred_and_fifty() {
    let config = ControlConfig { catch_up_reserve: Ratio::ZERO, ..ControlConfig::default() };
    let mut stage = Stage::new(Setting { config, bitrate_kbps: 150, ..Setting::default() });
    stage.join("anna", 300);
    stage.join("bob", 0);
    stage.join("carl", 0);
    stage.join("dora", 0);
    assert_eq!(["bob", "carl", "dora"].map(|name| stage.parent(name)), ["anna", "anna", "cdn"]);
    assert_eq!(stage.why("dora").pruned_uplink, 3, "anna, bob and carl have nothing left");
}

#[test]
fn a_parent_keeps_something_back_so_that_children_can_catch_up() {
    let mut stage = Stage::new(Setting { bitrate_kbps: 150, ..Setting::default() });
    stage.join("anna", 300);
    stage.join("bob", 0);
    stage.join("carl", 0);
    assert_eq!(["bob", "carl"].map(|name| stage.parent(name)), ["anna", "cdn"]);
}

#[test]
fn whoever_no_datagram_reaches_is_fed_by_the_cdn() {
    let mut stage = Stage::new(Setting { substreams: 4, ..Setting::default() });
    stage.join("anna", 5000);
    stage.join_behind("bob", 5000, NatKind::UdpBlocked);
    stage.join("carl", 0);
    stage.run(90);
    for substream in 0..4 {
        assert_eq!(stage.parent_in("bob", substream), "cdn");
    }
    assert_eq!(stage.why("bob").rule, Rule::NotReachable);
    assert!(stage.children("bob").is_empty());
}

#[test]
fn symmetric_children_never_get_port_restricted_parents() {
    let mut stage = Stage::new(Setting::default());
    stage.join_behind("porter", 20_000, NatKind::PortRestricted);
    for number in 0..6 {
        stage.join_behind(&format!("sym{number}"), 0, NatKind::Symmetric);
    }
    assert!(stage.children("porter").is_empty());
    assert_eq!(stage.why("sym5").rule, Rule::NotReachable);
    stage.join_behind("coney", 3000, NatKind::FullCone);
    stage.run(30);
    assert_eq!(stage.parent("coney"), "porter");
    assert!(stage.children("coney").iter().all(|child| child.starts_with("sym")));
    assert!(stage.children("coney").len() >= 4, "they were freed from the CDN node");
    stage.audit();
}

#[test]
fn whoever_asks_twice_is_told_the_same_twice() {
    let mut stage = Stage::new(Setting { substreams: 4, ..Setting::default() });
    stage.join("anna", 3000);
    stage.join("bob", 3000);
    let bob = stage.peer("bob");
    stage.ask(bob);
    let told: Vec<&ToClient> = stage
        .messages
        .iter()
        .filter(|(_, to, message)| *to == bob && matches!(message, ToClient::Assign(_)))
        .map(|(_, _, message)| message)
        .collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
    assert!((stage.figure("control_clients_at_end") - 2.0).abs() < 1e-9);
}

#[test]
fn two_networks_are_two_clusters_without_an_edge_between() {
    let mut stage = Stage::new(Setting { substreams: 4, ..Setting::default() });
    for number in 0..40 {
        stage.join_from(&format!("v{number}"), 1500, NatKind::Open, 1 + number % 2);
    }
    stage.run(60);
    assert!((stage.figure("control_dcms") - 2.0).abs() < 1e-9);
    for actor in stage.actors.iter().filter(|actor| !actor.is_node) {
        let parents = actor.told.iter().flatten().map(|parent| &stage.actors[parent.index()]);
        assert!(parents.into_iter().all(|above| above.is_node || above.network == actor.network));
    }
}

#[test]
fn a_country_is_one_cluster_where_the_rule_says_so() {
    let config = ControlConfig { region: RegionRule::Country, ..ControlConfig::default() };
    let mut stage = Stage::new(Setting { config, ..Setting::default() });
    stage.join_from("anna", 3000, NatKind::Open, 1);
    stage.join_from("bob", 0, NatKind::Open, 2);
    stage.join_from("carl", 0, NatKind::Open, 11);
    assert_eq!((stage.parent("bob"), stage.parent("carl")), ("anna", "cdn"));
    assert!((stage.figure("control_dcms") - 2.0).abs() < 1e-9);
}

#[test]
fn a_node_in_the_viewers_own_network_is_nearest_whenever_the_address_table_comes() {
    let nodes = vec![("far", 5, 10_000), ("own", 1, 10_000), ("near", 2, 10_000)];
    let mut stage = Stage::new(Setting { nodes, ..Setting::default() });
    stage.join("anna", 0);
    assert_eq!(stage.parent("anna"), "own");
}

#[test]
fn a_thousand_viewers_of_one_network_take_a_handful_of_copies_across_its_border() {
    let nodes = vec![("cdn", 9, 400_000)];
    let mut stage =
        Stage::new(Setting { substreams: 4, bitrate_kbps: 1000, nodes, ..Setting::default() });
    for second in 0..20 {
        for number in 0..50 {
            // Half of them can send more than they take, the others less; two thirds sit behind a NAT.
            let uplink = [3000, 600, 1500, 250][number % 4];
            let nat = [NatKind::Open, NatKind::PortRestricted, NatKind::AddressRestricted];
            stage.join_behind(&format!("v{second}-{number}"), uplink, nat[number % 3]);
        }
        stage.run(1);
    }
    stage.run(60);
    stage.audit();
    let cdn = Some(stage.peer("cdn"));
    for substream in Substream::all(4) {
        let fed = stage.actors.iter().filter(|actor| actor.told[substream.index()] == cdn);
        let copies = fed.count();
        assert!((1..=5).contains(&copies), "{copies} copies of substream {substream}");
    }
    assert!(stage.actors.iter().all(|actor| actor.is_node || stage.is_fed(&actor.name)));
}
