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
    assert!(among_peers > 50, "{among_peers} assignments among peers");
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

/// Share of their time in which viewers of a kind of line saw the picture.
fn watched(outcome: &Outcome, access: &str) -> f64 {
    let rows = outcome.records.peers.iter().filter(|row| row.access == access);
    let (mut on_time, mut present) = (0.0, 0.0);
    for row in rows {
        on_time += row.on_time.as_secs_f64();
        present += row.leave.since(row.join).as_secs_f64();
    }
    on_time / present
}

#[test]
fn where_not_all_can_watch_those_of_higher_priority_do() {
    let ranked = controlled("control/priority", &[]);
    let equal = controlled("control/priority", &["access[1].priority=0"]);
    let [high, low] = ["premium", "basic"].map(|access| watched(&ranked, access));
    let [same, as_same] = ["premium", "basic"].map(|access| watched(&equal, access));
    assert!(high > 0.7 && low < 0.4, "{high} of the time of premium, {low} of basic");
    assert!((same - as_same).abs() < 0.15, "{same} and {as_same} where all are equal");
    assert!(high > same + 0.2, "{high} with priority, {same} without");
    assert!(equal.decisions.iter().all(|row| row.rule != Rule::HigherPriorityWaits));
}

#[test]
fn nobody_is_placed_while_a_higher_priority_waits_and_nobody_is_displaced() {
    let run = controlled("control/priority", &[]);
    let viewers = viewers(&run);
    let premium = |peer: &PeerId| viewers[peer].access == "premium";
    let mut waits: BTreeSet<(PeerId, Substream)> = BTreeSet::new();
    let (mut placed, mut passed_over, mut told_to_wait) = (0, 0, 0);
    for decision in &run.decisions {
        let key = (decision.child, decision.substream);
        if decision.new_parent.is_none() {
            waits.insert(key);
            // Who is fed loses its parent only when that goes.
            let displaced = decision.trigger == Trigger::Improvement
                || decision.trigger == Trigger::Recomputation;
            assert!(!displaced, "{decision:?}");
        }
        told_to_wait += u32::from(decision.rule == Rule::HigherPriorityWaits);
        if decision.new_parent.is_some() && waits.remove(&key) && !premium(&decision.child) {
            placed += 1;
            let mut waiting = waits.iter().filter(|(peer, substream)| {
                let there = viewers[peer].leave > decision.time;
                *substream == decision.substream && premium(peer) && there
            });
            passed_over += u32::from(waiting.next().is_some());
        }
    }
    // Who has been without data for long can be served by one that lags, a newcomer cannot.
    assert!(passed_over * 20 < placed, "{passed_over} of {placed} came before their time");
    assert!(placed > 20 && told_to_wait > 20, "{placed} placed, {told_to_wait} told to wait");
}
