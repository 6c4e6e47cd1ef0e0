//! How far the trees are from the best that could be: the optimality gap of small clusters.
//!
//! A cluster of one network in which everybody reaches everybody has a lower bound that is nearly
//! always attained (see [`least_cost`]); [`super::exhaustive`] tries all trees where that is possible.

use super::stage::{Setting, Stage};
use grandstand::control::ObjectiveConfig;
use grandstand::units::{Rng, dist, stream};

/// A cluster to be served: what each viewer can send at the same time, in copies of a substream.
pub(super) struct Puzzle {
    pub(super) substreams: u8,
    /// Copies that the CDN node can send.
    pub(super) copies: usize,
    pub(super) slots: Vec<usize>,
}

/// The rate of one substream in these puzzles.
const SUBSTREAM_KBPS: u64 = 500;
/// Long enough for everybody to be mature and for two whole recomputations.
const PLAYED_SECONDS: u64 = 640;

impl Puzzle {
    /// Up to twelve viewers with up to six copies each, one to four substreams, and a CDN node that is
    /// large or small.
    fn random(rng: &mut Rng) -> Self {
        let viewers = 2 + dist::below(rng, 11) as usize;
        let substreams = 1 + dist::below(rng, 4) as u8;
        let most = 1 + dist::below(rng, 6);
        let slots = (0..viewers).map(|_| dist::below(rng, most + 1) as usize).collect();
        let all = viewers * usize::from(substreams);
        let copies = if dist::chance(rng, 0.7) {
            all
        } else {
            usize::from(substreams) + dist::below(rng, all as u64) as usize
        };
        Self { substreams, copies, slots }
    }

    /// An uplink of so many copies and the reserve of a tenth.
    fn kbps(copies: usize) -> u64 {
        (copies as u64 * SUBSTREAM_KBPS * 10).div_ceil(9)
    }

    /// Has the control center serve it, and returns the stage when all has come to rest.
    pub(super) fn play(&self) -> Stage {
        let mut stage = Stage::new(Setting {
            nodes: vec![("cdn", 9, Self::kbps(self.copies))],
            substreams: self.substreams,
            bitrate_kbps: SUBSTREAM_KBPS * u64::from(self.substreams),
            ..Setting::default()
        });
        for (number, copies) in self.slots.iter().enumerate() {
            stage.join(&format!("v{number}"), Self::kbps(*copies));
            stage.run(1);
        }
        stage.run(PLAYED_SECONDS);
        stage.audit();
        stage
    }
}

/// The objective function of what clients were told, in the cost of one copy from a CDN node.
pub(super) fn cost(stage: &Stage) -> f64 {
    let weights = ObjectiveConfig::default();
    let mut cost = 0.0;
    for actor in stage.actors.iter().filter(|actor| !actor.is_node) {
        for (substream, parent) in actor.told.iter().enumerate() {
            cost += match parent {
                None => weights.unserved,
                Some(peer) if stage.actors[peer.index()].is_node => weights.cdn + weights.hop,
                Some(_) => weights.hop * depth(stage, &actor.name, substream) as f64,
            };
        }
    }
    cost
}

/// Hops from a CDN node; as many as there are actors where no data arrive.
fn depth(stage: &Stage, name: &str, substream: usize) -> usize {
    let (mut at, mut hops) = (stage.actor(name), 0);
    while let Some(parent) = at.told[substream]
        && hops < stage.actors.len()
    {
        (at, hops) = (&stage.actors[parent.index()], hops + 1);
    }
    if at.is_node { hops } else { stage.actors.len() }
}

/// What no topology can cost less than.
///
/// Hang all that a viewer sends in several trees under the place in which it is nearest to the source:
/// nobody goes down by it. What is left is a forest of `viewers x substreams` places of which
/// `viewers` can have children, and that is flattest when the largest fan-outs are at the top.
pub(super) fn least_cost(puzzle: &Puzzle) -> f64 {
    let weights = ObjectiveConfig::default();
    let places = puzzle.slots.len() * usize::from(puzzle.substreams);
    let mut slots = puzzle.slots.clone();
    slots.sort_unstable_by(|a, b| b.cmp(a));
    slots.resize(places, 0);
    let fewest = usize::from(puzzle.substreams).min(puzzle.copies);
    let roots = fewest..=places.min(puzzle.copies);
    let of = |roots: usize| {
        let (mut cost, mut level, mut from, mut depth) = (0.0, roots, 0, 1);
        while level > 0 {
            cost += weights.hop * (level * depth) as f64;
            let below: usize = slots[from..from + level].iter().sum();
            (from, depth) = (from + level, depth + 1);
            level = below.min(places - from);
        }
        cost + weights.cdn * roots as f64 + weights.unserved * (places - from) as f64
    };
    roots.map(of).fold(f64::INFINITY, f64::min)
}

/// Gaps of random clusters, as shares of the least cost, in ascending order.
fn gaps(count: u64) -> Vec<(f64, u64)> {
    let mut gaps: Vec<(f64, u64)> = (0..count)
        .map(|number| {
            let puzzle = Puzzle::random(&mut stream(7, "puzzle", number));
            let least = least_cost(&puzzle);
            (cost(&puzzle.play()) / least - 1.0, number)
        })
        .collect();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    gaps
}

#[test]
fn small_clusters_cost_little_more_than_the_best_trees() {
    let gaps = gaps(200);
    for (gap, number) in gaps.iter().rev().take(12) {
        let puzzle = Puzzle::random(&mut stream(7, "puzzle", *number));
        let stage = puzzle.play();
        println!(
            "{gap:.3} {number} s{} copies {} slots {:?} cost {:.2} least {:.2}",
            puzzle.substreams,
            puzzle.copies,
            puzzle.slots,
            cost(&stage),
            least_cost(&puzzle)
        );
    }
    println!(
        "median {:.4} p90 {:.4} worst {:.4} negative {}",
        gaps[gaps.len() / 2].0,
        gaps[gaps.len() * 9 / 10].0,
        gaps[gaps.len() - 1].0,
        gaps[0].0
    );
}
