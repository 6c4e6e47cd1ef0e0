//! Not enough for everybody: who may be a parent, and who is served first (rows A1, R13).

use super::*;
use grandstand::proto::Rule;

/// What the decisions so far say: from whom everybody takes each substream.
#[derive(Default)]
struct Known {
    parents: BTreeMap<(PeerId, Substream), PeerId>,
}

impl Known {
    fn note(&mut self, decision: &Decision) {
        let key = (decision.child, decision.substream);
        match decision.new_parent {
            Some(parent) => self.parents.insert(key, parent),
            None => self.parents.remove(&key),
        };
    }

    /// Whether a substream reaches somebody: the way up, without the child, ends at a CDN node.
    fn holds(&self, who: PeerId, child: PeerId, substream: Substream, cdn: PeerId) -> bool {
        let above = |at: &PeerId| {
            let free = |parent: &PeerId| *parent != child && *at != cdn;
            self.parents.get(&(*at, substream)).copied().filter(free)
        };
        std::iter::successors(Some(who), above).last() == Some(cdn)
    }
}

fn scarce() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/scarce", &[]))
}

#[test]
fn nobody_is_sent_to_a_viewer_who_has_nothing_to_give() {
    let cdn = PeerId::new(0);
    let viewers: BTreeSet<PeerId> = viewers(scarce()).into_keys().collect();
    let (mut known, mut among_peers) = (Known::default(), 0);
    for decision in &scarce().decisions {
        let Decision { child, substream, .. } = *decision;
        let others = viewers.iter().filter(|other| **other != child);
        let holders: BTreeSet<PeerId> =
            others.copied().filter(|other| known.holds(*other, *other, substream, cdn)).collect();
        assert_eq!(decision.feasible as usize, holders.len(), "{decision:?}");
        if let Some(parent) = decision.new_parent.filter(|parent| *parent != cdn) {
            assert!(holders.contains(&parent), "who feeds {parent:?}? {decision:?}");
            assert!(known.holds(parent, child, substream, cdn), "a circle: {decision:?}");
            among_peers += 1;
        }
        known.note(decision);
    }
    assert!(among_peers > 80, "{among_peers} assignments among peers");
}

#[test]
fn an_uplink_is_free_where_nothing_can_be_sent_and_counts_for_nothing() {
    let run = scarce();
    let in_vain: Vec<&Decision> =
        run.decisions.iter().filter(|decision| decision.rule == Rule::NothingHasRoom).collect();
    assert!(in_vain.len() > 40, "{} had to wait", in_vain.len());
    for decision in in_vain {
        let Decision { feasible, pruned_uplink, pruned_nat, considered, .. } = *decision;
        assert_eq!((pruned_uplink, pruned_nat, considered), (feasible, 0, 0), "{decision:?}");
    }
    // Those who wait could feed others: at the end they lend more than the others want.
    let tree = trees(run).into_values().last().expect("an instant");
    let idle = viewers(run).into_keys().filter(|peer| !tree.values().any(|from| from == peer));
    let waiting = idle.filter(|peer| !tree.keys().any(|(child, _)| child == peer)).count();
    assert!(waiting > 5, "{waiting} viewers have nothing and feed nobody");
}
