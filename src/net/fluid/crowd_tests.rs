//! The solver with bundles against the one without, where there are many flows.

use super::*;
use crate::units::{dist, math, stream};

const NONE: FlowRate = FlowRate::MAX;

/// A flow in each of two networks.
type Twin = [FlowId; 2];

/// ISPs with in- and out-links that saturate, as in the bench: too large for the reference, so the
/// solver without bundles stands in for it.
fn follow_crowd(seed: u64, steps: usize) -> Seen {
    const PEERS: u64 = 120;
    const ISPS: u64 = 4;
    let (mut rng, mut seen) = (stream(seed, "crowd", 0), Seen::default());
    let mut pair = [Fluid::new(), Fluid::bundling_at(6)];
    for index in 0..2 * (PEERS + ISPS) {
        let factor = math::pow(40.0, dist::uniform(&mut rng));
        let kbps = [250.0 * factor, 1000.0 * factor, 7500.0][(index / PEERS) as usize];
        pair.iter_mut().for_each(|fluid| _ = fluid.add_link(BitRate::from_kbps(kbps as u64)));
    }
    let mut flows: Vec<Twin> = Vec::new();
    for _ in 0..steps {
        if flows.len() > 200 || (flows.len() > 20 && dist::chance(&mut rng, 0.45)) {
            let ids = flows.swap_remove(dist::below(&mut rng, flows.len() as u64) as usize);
            pair.iter_mut().zip(ids).for_each(|(fluid, id)| fluid.remove_flow(id));
        } else {
            let [from, to] = [(); 2].map(|()| dist::below(&mut rng, PEERS));
            let hubs = [2 * PEERS + from % ISPS, 2 * PEERS + ISPS + to % ISPS];
            let path = [from, PEERS + to, hubs[0], hubs[1]].map(|link| LinkId::new(link as u32));
            let count = if dist::chance(&mut rng, 0.4) { 2 } else { 4 };
            let path = path.into_iter().take(count);
            flows.push(pair.each_mut().map(|fluid| fluid.add_flow(path.clone(), NONE).unwrap()));
        }
        pair.iter_mut().for_each(|fluid| _ = fluid.settle());
        let differs = |[plain, other]: &&Twin| pair[0].rate(*plain) != pair[1].rate(*other);
        assert_eq!(flows.iter().find(differs), None, "seed {seed}");
        seen.look(&pair[1].tables);
    }
    seen
}

/// How often a crowd came to what is to be tested, summed over the steps.
#[derive(Default)]
struct Seen {
    rested: usize,
    /// Links at rest that take what another one leaves.
    chained: usize,
    /// Links at rest on which a hub's load hangs.
    feeding: usize,
}

impl Seen {
    fn look(&mut self, tables: &Tables) {
        for link in (0..tables.links.len() as u32).filter(|link| tables.links[*link as usize].rests)
        {
            let is_resting = |flow| tables.flows[flow as usize].state == State::Resting;
            self.rested += 1;
            self.chained += usize::from(tables.ahead_on(link).any(is_resting));
        }
        self.feeding += tables.bundles.list.iter().filter(|one| !one.watchers.is_empty()).count();
        let hubs = (0..tables.links.len()).filter(|link| tables.links[*link].is_hub);
        // What a hub is tested with, also where nobody had a reason to test it.
        hubs.for_each(|hub| assert_eq!(tables.links[hub].load, tables.load(hub as u32)));
    }
}

#[test]
fn bundles_change_no_rate_in_a_crowd() {
    let crowds: Vec<Seen> = (0..40).map(|seed| follow_crowd(seed, 1500)).collect();
    let sum = |count: fn(&Seen) -> usize| crowds.iter().map(count).sum::<usize>();
    let rested = sum(|crowd| crowd.rested);
    assert!(rested > 100_000, "links rested {rested} times");
    let (chained, feeding) = (sum(|crowd| crowd.chained), sum(|crowd| crowd.feeding));
    assert!(chained > 10_000, "links rested behind others {chained} times");
    assert!(feeding > 10_000, "links rested before a hub {feeding} times");
}
