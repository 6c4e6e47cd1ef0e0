//! The solver with bundles against the one without, where there are many flows.

use super::*;
use crate::units::{dist, math, stream};

const NONE: FlowRate = FlowRate::MAX;

/// A flow in each of two networks.
type Twin = [FlowId; 2];

/// ISPs with in- and out-links that saturate, as in the bench: too large for the reference, so the
/// solver without bundles stands in for it. Returns how often a link rested, summed over the steps.
fn follow_crowd(seed: u64, steps: usize) -> usize {
    const PEERS: u64 = 120;
    const ISPS: u64 = 4;
    let (mut rng, mut rested) = (stream(seed, "crowd", 0), 0);
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
        rested += pair[1].tables.links.iter().filter(|link| link.rests).count();
    }
    rested
}

#[test]
fn bundles_change_no_rate_in_a_crowd() {
    let rested: usize = (0..40).map(|seed| follow_crowd(seed, 1500)).sum();
    assert!(rested > 100_000, "links rested {rested} times");
}
