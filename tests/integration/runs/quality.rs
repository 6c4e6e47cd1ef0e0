//! How good the topology is and how parts of the audience fare (rows R13, S8), worked out again from
//! the other tables of a run.

use super::*;
use grandstand::metrics::{GroupBy, TopologyRow};
use grandstand::units::BitRate;

/// Every sixth sample is a look at the trees: in `tiny`, every six seconds.
fn looked_at() -> &'static (Scenario, Outcome) {
    static RUN: OnceLock<(Scenario, Outcome)> = OnceLock::new();
    RUN.get_or_init(|| {
        let instants: Vec<String> = (1..=50).map(|n| format!("\"{} s\"", n * 6)).collect();
        let at = format!("output.topology_at=[{}]", instants.join(","));
        let scenario = scenario("tiny", &[&at]);
        let outcome = checked(&scenario, CoordinatorKind::ControlCenter);
        (scenario, outcome)
    })
}

type Place = (PeerId, Substream);

/// Who feeds whom, instant by instant.
fn trees(outcome: &Outcome) -> BTreeMap<SimTime, BTreeMap<Place, PeerId>> {
    let mut trees: BTreeMap<SimTime, BTreeMap<Place, PeerId>> = BTreeMap::new();
    for TopologyRow { time, child, substream, parent, .. } in &outcome.records.topology {
        trees.entry(*time).or_default().insert((*child, *substream), *parent);
    }
    trees
}

/// The viewers between a place and the one CDN node, peer 0; none when the chain is broken.
fn above(tree: &BTreeMap<Place, PeerId>, (child, substream): Place) -> Option<Vec<PeerId>> {
    let mut above = Vec::new();
    let mut at = *tree.get(&(child, substream))?;
    while at != PeerId::new(0) {
        above.push(at);
        at = *tree.get(&(at, substream))?;
    }
    Some(above)
}

#[test]
fn the_worst_loss_is_that_of_the_peer_above_most_others() {
    let (_, outcome) = looked_at();
    let mut harms = Vec::new();
    for tree in trees(outcome).values() {
        let (mut below, mut fed) = (BTreeMap::<PeerId, u32>::new(), 0_u32);
        for place in tree.keys() {
            let Some(above) = above(tree, *place) else { continue };
            fed += 1;
            above.into_iter().for_each(|peer| *below.entry(peer).or_default() += 1);
        }
        let worst = below.values().max().copied().unwrap_or(0);
        harms.push(f64::from(worst) / f64::from(fed));
    }
    let mean = harms.iter().sum::<f64>() / harms.len() as f64;
    assert!(mean > 0.05, "{mean}: nobody stands above anybody");
    assert!((figure(outcome, "worst_loss_harm.mean") - mean).abs() < 1e-12);
    let most = harms.into_iter().fold(0.0, f64::max);
    assert_eq!(figure(outcome, "worst_loss_harm.max"), most);
}

#[test]
fn disjointness_is_the_share_of_those_who_feed_others_in_one_substream_only() {
    let (_, outcome) = looked_at();
    let (mut interior, mut disjoint) = (0_u32, 0_u32);
    for tree in trees(outcome).values() {
        let mut substreams: BTreeMap<PeerId, BTreeSet<Substream>> = BTreeMap::new();
        for ((_, substream), parent) in tree.iter().filter(|(_, parent)| parent.get() > 0) {
            substreams.entry(*parent).or_default().insert(*substream);
        }
        interior += substreams.len() as u32;
        disjoint += substreams.values().filter(|of| of.len() == 1).count() as u32;
    }
    assert!(interior > 100, "only {interior} interior nodes");
    let share = f64::from(disjoint) / f64::from(interior);
    assert!((figure(outcome, "interior_disjointness") - share).abs() < 1e-12);
}

#[test]
fn the_residual_uplink_is_what_is_lent_and_feeds_nobody() {
    let (scenario, outcome) = looked_at();
    let lent = |name: &str| {
        let class = scenario.access.iter().find(|class| class.name == name).unwrap();
        let most = scenario.contents[0].bitrate.as_f64() * class.lends.bitrates;
        class.uplink.scaled(class.lends.share).min(BitRate::from_bps(most as u64)).as_f64()
    };
    let of_substream = scenario.contents[0].bitrate.as_f64() / 4.0;
    let (mut all, mut used) = (0.0, 0.0);
    let trees = trees(outcome);
    // Whoever has just come may lend and have no parent yet: such an instant has no rows.
    for time in (1..=50).map(|n| SimTime::from_secs(n * 6)) {
        // Those who are there at the end leave then, after the last look.
        let end = SimTime::from_secs(300);
        let is_there = |row: &&PeerRow| {
            row.join <= time && (time < row.leave || time == end && row.leave == end)
        };
        let there = outcome.records.peers.iter().filter(is_there);
        all += there.map(|row| lent(&row.access)).sum::<f64>();
        let edges = trees.get(&time).into_iter().flat_map(BTreeMap::values);
        used += edges.filter(|parent| parent.get() > 0).count() as f64 * of_substream;
    }
    let spare = 1.0 - used / all;
    assert!((0.1..0.9).contains(&spare), "{spare} of the uplink is spare");
    let told = figure(outcome, "residual_uplink_share");
    assert!((told - spare).abs() < 1e-9, "{told} is not {spare}");
}

#[test]
fn figures_of_the_bound_are_what_was_achieved_over_what_is_possible() {
    let (_, outcome) = looked_at();
    let [least, depth] = ["bound", "achieved"].map(|part| bound(outcome, "tree_depth", part));
    assert_eq!(figure(outcome, "tree_depth_of_bound"), depth / least);
    let offload = figure(outcome, "peer_offload") / figure(outcome, "peer_offload_bound");
    assert_eq!(figure(outcome, "peer_offload_of_bound"), offload);
}

#[test]
fn parts_of_the_audience_have_the_figures_of_their_sessions() {
    let (scenario, outcome) = looked_at();
    let group = |by: GroupBy, group: &str, metric: &str| {
        let mut rows = outcome.records.groups.iter();
        let row = rows.find(|row| row.by == by && row.group == group && row.metric == metric);
        row.unwrap_or_else(|| panic!("no {metric} of {group}")).value
    };
    for class in &scenario.access {
        let own = || outcome.records.peers.iter().filter(|row| row.access == class.name);
        let sum = |of: &dyn Fn(&PeerRow) -> f64| own().map(of).sum::<f64>();
        let sessions = group(GroupBy::Class, &class.name, "sessions");
        assert_eq!(sessions, Some(own().count() as f64));
        let continuity = sum(&|row| row.on_time.as_secs_f64()) / sum(&|row| row.due.as_secs_f64());
        let told = group(GroupBy::Class, &class.name, "continuity").unwrap();
        assert!((told - continuity).abs() < 1e-9, "{}: {told} is not {continuity}", class.name);
        let stalls = sum(&|row| f64::from(row.stalls)) * 3600.0;
        let hourly = stalls / sum(&|row| row.on_time.as_secs_f64());
        let told = group(GroupBy::Class, &class.name, "stalls_per_hour").unwrap();
        assert!((told - hourly).abs() < 1e-9 * hourly.max(1.0), "{told} is not {hourly}");
    }
    let whole = group(GroupBy::Content, "match", "continuity").unwrap();
    assert!((whole - figure(outcome, "continuity")).abs() < 1e-12);
    for row in &outcome.records.isps {
        assert_eq!(group(GroupBy::Isp, &row.name, "sessions"), Some(row.sessions as f64));
        assert_eq!(group(GroupBy::Isp, &row.name, "border_copies.mean"), row.border_copies);
    }
}

/// Where there is not enough for all, a bound that asks for everything is none on what was delivered.
#[test]
fn nobody_is_nearer_to_what_is_possible_than_the_bound_allows() {
    for name in ["tiny", "control/scarce", "control/priority", "control/geo_block"] {
        let scenario = scenario(name, &[]);
        for coordinator in &scenario.coordinators {
            let outcome = checked(&scenario, *coordinator);
            let place = format!("{name} under {}", coordinator.name());
            let offload = figure(&outcome, "peer_offload_of_bound");
            assert!(offload <= 1.0, "{place}: {offload} of the most that peers can send");
            let depth = figure(&outcome, "tree_depth_of_bound");
            assert!(depth >= 1.0 - 1e-9, "{place}: {depth} of the least depth");
            // A sample in which viewers come or go counts as a whole.
            let copies = figure(&outcome, "border_copies_of_bound");
            assert!(copies >= 0.99, "{place}: {copies} of the least copies");
        }
    }
}
