//! Multi-tree: one tree for each substream (row R13).

use super::*;

/// The path of a child to the first that has no parent itself; a circle ends the test.
fn root(
    tree: &BTreeMap<(PeerId, Substream), PeerId>,
    child: PeerId,
    substream: Substream,
) -> PeerId {
    let (mut at, mut hops) = (child, 0);
    while let Some(parent) = tree.get(&(at, substream)) {
        (at, hops) = (*parent, hops + 1);
        assert!(hops <= tree.len(), "{child:?} is in a circle of substream {substream:?}");
    }
    at
}

#[test]
fn each_substream_is_a_tree_that_a_cdn_node_feeds() {
    for run in [&small_match()[0], tiny()] {
        let viewers = viewers(run);
        let trees = trees(run);
        assert!(trees.len() >= 3, "{} instants", trees.len());
        let (mut edges, mut cut_off) = (0, 0);
        for tree in trees.values() {
            for (child, substream) in tree.keys() {
                edges += 1;
                cut_off += u32::from(viewers.contains_key(&root(tree, *child, *substream)));
            }
        }
        // Somebody whose parent has just gone is a root for some seconds.
        assert!(cut_off * 20 < edges, "{cut_off} of {edges} edges hang in the air");
    }
}

#[test]
fn a_viewer_feeds_others_in_one_substream_and_is_a_leaf_in_the_others() {
    let run = &small_match()[0];
    let viewers = viewers(run);
    let (mut interior, mut in_several, mut whole) = (0, 0, 0);
    for tree in trees(run).values() {
        let mut feeds: BTreeMap<PeerId, BTreeSet<Substream>> = BTreeMap::new();
        let mut takes: BTreeMap<PeerId, BTreeSet<PeerId>> = BTreeMap::new();
        for ((child, substream), parent) in tree {
            takes.entry(*child).or_default().insert(*parent);
            if viewers.contains_key(parent) {
                feeds.entry(*parent).or_default().insert(*substream);
            }
        }
        interior += feeds.len();
        in_several += feeds.values().filter(|substreams| substreams.len() > 1).count();
        whole += takes.values().filter(|parents| parents.len() >= 4).count();
    }
    assert!(interior > 2000, "{interior} viewers who feed others");
    assert!(in_several * 100 < interior, "{in_several} of {interior} feed in several substreams");
    // So a viewer's substreams come from as many parents, and one loss costs it one substream.
    assert!(whole > 1500, "{whole} viewers with four parents and more");
}
