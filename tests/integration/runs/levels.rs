//! Three levels of viewers against one cluster for each ISP, on the same viewers (row C9).

use super::*;
use grandstand::proto::Rule;

/// With levels, and without.
fn both() -> &'static [Outcome; 2] {
    static RUNS: OnceLock<[Outcome; 2]> = OnceLock::new();
    RUNS.get_or_init(|| {
        [&[][..], &["control.levels.enabled=false"]]
            .map(|overrides| controlled("control/levels", overrides))
    })
}

/// The rows of those who are there at the end.
fn present(run: &Outcome) -> BTreeMap<PeerId, &PeerRow> {
    let last = run.records.peers.iter().map(|row| row.leave).max().expect("viewers");
    let rows = run.records.peers.iter().filter(|row| row.leave == last);
    rows.map(|row| (row.peer, row)).collect()
}

/// The parent that each of those present was told last, by substream.
fn parents(run: &Outcome) -> BTreeMap<(PeerId, Substream), PeerId> {
    let here = present(run);
    let mut parents = BTreeMap::new();
    for row in run.decisions.iter().filter(|row| here.contains_key(&row.child)) {
        match row.new_parent {
            Some(parent) => parents.insert((row.child, row.substream), parent),
            None => parents.remove(&(row.child, row.substream)),
        };
    }
    parents
}

#[test]
fn who_rises_lends_much_and_has_been_there_for_long() {
    let [run, _] = both();
    let rows: BTreeMap<PeerId, &PeerRow> =
        run.records.peers.iter().map(|row| (row.peer, row)).collect();
    let mut risen = BTreeSet::new();
    for change in triggered(run, Trigger::LevelChange) {
        let row = rows[&change.child];
        // Who is called up takes its copies from outside its cluster first.
        assert!(matches!(change.rule, Rule::FromLevelAbove | Rule::ClusterFeed), "{change:?}");
        assert_eq!(row.access, "fibre", "{row:?}");
        let age = change.time.since(row.join);
        assert!(age >= Span::from_secs(60), "{age} old");
        risen.insert(change.child);
    }
    assert!(risen.len() > 100, "{}", risen.len());
    let at = |level: &str| figure(run, &format!("level_{level}_at_end"));
    assert_eq!(at("top"), 9.0, "three of each ISP");
    assert!(at("second") > 80.0 && at("bottom") > 300.0);
    let all = at("top") + at("second") + at("bottom");
    assert_eq!(all, figure(run, "control_clients_at_end"));
}

#[test]
fn nothing_flows_upward_and_every_cluster_at_the_bottom_has_several_feeds() {
    let [run, _] = both();
    let (here, parents) = (present(run), parents(run));
    // Everybody begins at the DCM of an ISP at the bottom; whoever knows of another one has risen.
    let bottom: BTreeSet<u32> =
        triggered(run, Trigger::Join).map(|row| row.dcm.expect("a DCM decides")).collect();
    let is_risen = |peer: &PeerId| {
        here.get(peer).is_some_and(|row| row.dcm.is_some_and(|dcm| !bottom.contains(&dcm)))
    };
    assert_eq!(bottom.len(), 3);
    let mut feeds: BTreeMap<(u64, Substream), BTreeSet<PeerId>> = BTreeMap::new();
    let mut within = 0;
    for ((child, substream), parent) in &parents {
        let Some(sender) = here.get(parent) else { continue };
        match (is_risen(child), is_risen(parent)) {
            (true, false) => panic!("{child} is fed from below by {parent} in {substream}"),
            (false, true) => {
                let network = here[child].network.get();
                assert_eq!(sender.network, here[child].network, "feeds are of the same ISP");
                feeds.entry((u64::from(network), *substream)).or_default().insert(*parent);
            }
            (true, true) | (false, false) => within += 1,
        }
    }
    assert!(within > 500);
    assert_eq!(feeds.len(), 3 * 4, "three ISPs and four substreams");
    for (cluster, feeds) in feeds {
        assert!(feeds.len() >= 2, "{cluster:?} has {} feeds", feeds.len());
    }
}

#[test]
fn levels_cost_some_hops_and_hardly_any_picture() {
    let [run, flat] = both();
    let pair = |metric: &str| [run, flat].map(|run| figure(run, metric));
    let [with, without] = pair("continuity");
    assert!(with > without - 0.001, "{with} against {without}");
    let [with, without] = pair("peer_offload_of_bound");
    assert!(with > without - 0.03, "{with} against {without}");
    let [with, without] = pair("tree_depth.mean");
    assert!(with > without && with < without + 2.5, "{with} hops against {without}");
    assert_eq!(pair("sessions")[0], pair("sessions")[1], "the same viewers");
}
