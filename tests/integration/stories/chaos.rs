//! Anybody does anything at any time.

use super::stage::{Setting, Stage};
use grandstand::control::{ClusterConfig, ControlConfig, LevelsConfig, RegionRule};
use grandstand::units::{NatKind, Span};
use proptest::prelude::*;

const MOST_CLIENTS: usize = 60;

#[derive(Clone, Debug)]
enum Act {
    Join {
        uplink_kbps: u64,
        nat: NatKind,
        network: u32,
    },
    Leave(usize),
    Kill(usize),
    /// The path from its parent fails.
    Cut(usize),
    Throttle(usize),
    /// Its uplink carries only one substream.
    Narrow(usize),
    /// Its heartbeats get lost.
    Silence(usize),
    HearAll,
    /// Its next assignment gets lost.
    Deafen(usize),
    CannotConnect(usize),
    KillNode,
    ReviveNode,
    Steps(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let join = (prop::sample::select(vec![0, 400, 700, 1500, 4000]), 0_usize..6, 1_u32..3);
    let who = || any::<prop::sample::Index>().prop_map(|index| index.index(MOST_CLIENTS));
    prop_oneof![
        12 => join.prop_map(|(uplink_kbps, nat, network)| Act::Join {
            uplink_kbps,
            nat: NatKind::ALL[nat],
            network,
        }),
        3 => who().prop_map(Act::Leave),
        2 => who().prop_map(Act::Kill),
        2 => who().prop_map(Act::Cut),
        1 => who().prop_map(Act::Throttle),
        1 => who().prop_map(Act::Narrow),
        1 => who().prop_map(Act::Silence),
        1 => Just(Act::HearAll),
        3 => who().prop_map(Act::Deafen),
        2 => who().prop_map(Act::CannotConnect),
        1 => Just(Act::KillNode),
        1 => Just(Act::ReviveNode),
        12 => (1_usize..40).prop_map(Act::Steps),
    ]
}

fn region() -> impl Strategy<Value = RegionRule> {
    prop::sample::select(vec![RegionRule::Isp, RegionRule::World])
}

/// None is split, or all with more than ten.
fn clusters() -> impl Strategy<Value = ClusterConfig> {
    let small = ClusterConfig { split_above: 10, merge_below: 5 };
    prop::sample::select(vec![ClusterConfig::default(), small])
}

/// One level for all, or three through which viewers rise after ten seconds.
fn levels() -> impl Strategy<Value = Option<LevelsConfig>> {
    let three = LevelsConfig { top_members: 1, ..LevelsConfig::default() };
    prop::sample::select(vec![None, Some(three)])
}

/// About 350 kbps a substream.
fn stage(
    (region, clusters, levels): (RegionRule, ClusterConfig, Option<LevelsConfig>),
    substreams: u8,
    nodes: Vec<(&'static str, u32, u64)>,
) -> Stage {
    let maturity = Span::from_secs(if levels.is_some() { 10 } else { 60 });
    let config = ControlConfig { region, clusters, levels, maturity, ..ControlConfig::default() };
    Stage::new(Setting {
        config,
        nodes,
        substreams,
        bitrate_kbps: 350 * u64::from(substreams),
        ..Setting::default()
    })
}

/// Does it, if there is anybody to do it; most acts need somebody who lives.
fn perform(stage: &mut Stage, act: &Act) {
    let living = |stage: &Stage, who: usize| -> Option<String> {
        let clients: Vec<_> =
            stage.actors.iter().filter(|actor| !actor.is_node && actor.alive).collect();
        (!clients.is_empty()).then(|| clients[who % clients.len()].name.clone())
    };
    let with_parent = |stage: &Stage, who: usize| {
        let child = living(stage, who)?;
        let parent = stage.parent(&child).to_string();
        (parent != "nobody").then_some((parent, child))
    };
    match *act {
        Act::Join { uplink_kbps, nat, network } => {
            let name = format!("v{}", stage.actors.len());
            if stage.actors.len() < MOST_CLIENTS {
                stage.join_from(&name, uplink_kbps, nat, network);
            }
        }
        Act::Leave(who) => living(stage, who).iter().for_each(|name| stage.leave(name)),
        Act::Kill(who) => living(stage, who).iter().for_each(|name| stage.kill(name)),
        Act::Silence(who) => living(stage, who).iter().for_each(|name| stage.silence(name)),
        Act::HearAll => stage.hear_all(),
        Act::Deafen(who) => living(stage, who).iter().for_each(|name| stage.deafen(name)),
        Act::Cut(who) => with_parent(stage, who).iter().for_each(|(a, b)| stage.cut(a, b)),
        Act::Narrow(who) => {
            living(stage, who).iter().for_each(|name| stage.narrow(name, 1.0));
        }
        Act::Throttle(who) => {
            with_parent(stage, who).iter().for_each(|(a, b)| stage.throttle(a, b, 0.5));
        }
        Act::CannotConnect(who) => {
            with_parent(stage, who).iter().for_each(|(a, b)| stage.connect_failed(b, a));
        }
        Act::KillNode => stage.kill("near"),
        Act::ReviveNode => stage.revive("near"),
        Act::Steps(steps) => (0..steps).for_each(|_| stage.step()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// No cycle, no oversubscribed parent or node, nobody assigned to the gone, no pair that
    /// cannot connect: after every step of any story.
    #[test]
    fn whatever_happens_no_assignment_is_wrong(
        rules in (region(), clusters(), levels()),
        substreams in 1_u8..5,
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let nodes = vec![("near", 1, 4_000), ("far", 5, 6_000)];
        let mut stage = stage(rules, substreams, nodes);
        let steps = acts.iter().flat_map(|act| match act {
            Act::Steps(count) => vec![Act::Steps(1); *count],
            other => vec![other.clone()],
        });
        for act in steps {
            perform(&mut stage, &act);
            let faults = stage.faults();
            prop_assert!(faults.is_empty(), "after {act:?} at {}: {faults:#?}", stage.now);
        }
    }

    /// When everything works again, everybody whom there is room for is served again.
    #[test]
    fn when_peace_returns_everybody_is_served(
        rules in (region(), clusters(), levels()),
        substreams in 1_u8..5,
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let mut stage = stage(rules, substreams, vec![("near", 1, 60_000)]);
        acts.iter().for_each(|act| perform(&mut stage, act));
        stage.make_peace();
        stage.run(240);
        for actor in stage.actors.iter().filter(|actor| !actor.is_node && actor.alive) {
            prop_assert!(stage.is_fed(&actor.name), "{} is not served", actor.name);
        }
    }
}

/// A child has heard of a parent, not reported it yet, and does not hear that it is to have another one. Found by
/// chance, and as short as chance has made it.
fn a_word_that_is_lost() -> Vec<Act> {
    let join = |uplink_kbps, nat, network| Act::Join { uplink_kbps, nat, network };
    vec![
        join(0, NatKind::UdpBlocked, 1),
        Act::Steps(25),
        join(0, NatKind::Open, 1),
        Act::Steps(31),
        Act::Steps(3),
        join(0, NatKind::Open, 1),
        join(0, NatKind::Open, 1),
        Act::Steps(14),
        Act::Steps(5),
        Act::Steps(12),
        Act::Leave(5),
        Act::Steps(2),
        Act::Leave(28),
        join(0, NatKind::Open, 1),
        Act::Leave(13),
        join(0, NatKind::Open, 1),
        Act::Leave(1),
        Act::Leave(15),
        Act::Steps(35),
        join(0, NatKind::Open, 1),
        Act::Steps(23),
        Act::Throttle(29),
        Act::Leave(57),
        join(4000, NatKind::AddressRestricted, 1),
        Act::Steps(6),
        join(700, NatKind::UdpBlocked, 1),
        Act::Leave(50),
        join(400, NatKind::Symmetric, 2),
        join(700, NatKind::AddressRestricted, 1),
        Act::Steps(25),
        Act::CannotConnect(5),
        join(4000, NatKind::FullCone, 2),
        join(0, NatKind::AddressRestricted, 1),
        join(1500, NatKind::UdpBlocked, 2),
        Act::Kill(57),
        join(0, NatKind::AddressRestricted, 2),
        join(700, NatKind::AddressRestricted, 1),
        Act::Cut(5),
        join(4000, NatKind::Symmetric, 2),
        Act::Steps(7),
        join(0, NatKind::AddressRestricted, 2),
        Act::CannotConnect(49),
        Act::Steps(6),
        join(0, NatKind::Open, 1),
        Act::KillNode,
        Act::Leave(15),
        Act::Leave(45),
        Act::Kill(43),
        join(400, NatKind::AddressRestricted, 2),
        Act::Steps(22),
        join(400, NatKind::AddressRestricted, 1),
        Act::Steps(5),
        join(0, NatKind::UdpBlocked, 2),
        Act::Deafen(51),
        join(4000, NatKind::AddressRestricted, 2),
        Act::Steps(13),
    ]
}

#[test]
fn what_was_told_stays_reserved_though_the_next_word_is_lost() {
    let small = ClusterConfig { split_above: 10, merge_below: 5 };
    let nodes = vec![("near", 1, 4_000), ("far", 5, 6_000)];
    let mut stage = stage((RegionRule::World, small, None), 3, nodes);
    for act in &a_word_that_is_lost() {
        let (act, times) = match act {
            Act::Steps(steps) => (&Act::Steps(1), *steps),
            other => (other, 1),
        };
        for _ in 0..times {
            perform(&mut stage, act);
            stage.audit();
        }
    }
}
