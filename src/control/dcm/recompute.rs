//! The periodic recomputation, of the whole topology or of the part that changed (rows R1, R10).
//!
//! A plan is made from nothing, and only what of it gains more than the switches cost is taken over.

use super::deal::Change;
use super::plan::{self, Known, Move};
use super::{Costs, Dcm, Step, deal, moves};
use crate::units::{SimTime, Span, Substream};

/// Between two recomputations of a part (assumption).
const PART_AT_MOST_EVERY: Span = Span::from_secs(10);

/// When to recompute, and what.
#[derive(Debug)]
pub(super) struct Schedule {
    whole_at: SimTime,
    part_from: SimTime,
    /// What the cluster cost when the last one of the whole found something: another may find more, if that
    /// has come to anything.
    found: Option<f64>,
    /// Slots that came or went since the last recomputation, by the substream in which they serve.
    changed: Vec<u64>,
}

impl Schedule {
    pub(super) fn new(whole_at: SimTime, substreams: u8) -> Self {
        let changed = vec![0; usize::from(substreams)];
        Self { whole_at, part_from: SimTime::ZERO, found: None, changed }
    }

    /// Notes that these slots came or went.
    pub(super) fn note(&mut self, home: Substream, slots: u16) {
        self.changed[home.index()] += u64::from(slots);
    }
}

impl Dcm {
    /// Recomputes all when it is time, and the substreams of which much has changed before that.
    pub(super) fn recompute_if_due(&mut self, step: &mut Step<'_, '_>) {
        let now = step.with.now;
        let config = step.with.config;
        let changed: u64 = self.recomputing.changed.iter().sum();
        let much = self.slots > 0
            && config.recompute_whole_above.get() < 1.0
            && changed as f64 > config.recompute_whole_above.get() * self.slots as f64;
        let rested = now >= self.recomputing.part_from;
        let due = now >= self.recomputing.whole_at || (much && rested);
        // While nothing else changes, until nothing is left to be found.
        let calm = changed == 0 && !self.has_moves() && rested;
        let again = calm && self.has_gained(step);
        let whole = due || again;
        let threshold =
            config.recompute_above.get() * self.slots as f64 / f64::from(self.view.substreams);
        let part: Vec<Substream> = self
            .view
            .all_substreams()
            .filter(|substream| {
                whole || self.recomputing.changed[substream.index()] as f64 > threshold
            })
            .collect();
        if part.is_empty() || (!whole && !rested) {
            return;
        }
        if due {
            self.recomputing.whole_at = now + step.with.config.recompute;
            self.counts.whole += 1;
            self.retired = self.view.len() == 0;
        } else {
            let count = if again { &mut self.counts.again } else { &mut self.counts.part };
            *count += 1;
        }
        self.recomputing.part_from = now + PART_AT_MOST_EVERY;
        for substream in &part {
            self.recomputing.changed[substream.index()] = 0;
        }
        let before = self.objective(step);
        let (moves, gain) = self.better_topology(&part, step);
        self.recomputing.found = (whole && !moves.is_empty()).then_some(before);
        self.decide_on(moves);
        self.go_on_moving(step);
        let due = step.with.rate * u64::from(self.view.substreams) * self.view.len() as u64;
        let demand = due.as_f64() / 1e6;
        self.counts.recomputed(Costs { before, after: before - gain, demand });
    }

    /// Whether the moves of the last recomputation of the whole, all made or given up, were for the better.
    fn has_gained(&mut self, step: &Step<'_, '_>) -> bool {
        let before = self.recomputing.found.take();
        before.is_some_and(|before| self.objective(step) < before)
    }

    /// The objective function over the whole cluster.
    pub(crate) fn objective(&self, step: &Step<'_, '_>) -> f64 {
        let known = self.known(step);
        self.view.all_substreams().map(|substream| plan::tree_cost(known, substream)).sum()
    }

    pub(super) fn known<'a>(&'a self, step: &'a Step<'_, '_>) -> Known<'a> {
        // CDN nodes are for clusters that nobody else feeds.
        let fed_from_above =
            self.view.all_substreams().all(|substream| self.view.count_from_above(substream) > 0);
        let feeds = if fed_from_above { 0 } else { self.wanted_feeds(step) };
        let (servers, with, rising) = (&*step.servers, step.with, &self.rising[..]);
        let (view, pairs) = (&self.view, &self.history);
        Known { view, pairs, servers, with, feeds, rising, helping: true }
    }

    /// Moves that make these trees better by more than the switches cost, and by how much; homes are dealt
    /// anew if that pays.
    pub(super) fn better_topology(
        &self,
        part: &[Substream],
        step: &Step<'_, '_>,
    ) -> (Vec<Move>, f64) {
        let known = self.known(step);
        let whole = part.len() == usize::from(self.view.substreams);
        let changes = if whole { deal::changes(known) } else { Vec::new() };
        let switch = step.with.config.objective.switch;
        let net = |(moves, gain): &(Vec<Move>, f64)| gain - switch * moves.len() as f64;
        let ways = if known.is_small() && whole { &[true, false][..] } else { &[true] };
        let plans = shares(changes.len(), known.is_small()).flat_map(|count| {
            let changes = &changes[..count];
            ways.iter()
                .map(move |helping| moves_to(Known { helping: *helping, ..known }, part, changes))
        });
        let mut plans = plans.filter(|plan| net(plan) > 0.0);
        let best = if known.is_small() {
            plans.max_by(|a, b| net(a).total_cmp(&net(b)))
        } else {
            plans.next()
        };
        best.unwrap_or_default()
    }
}

/// How many of the changes of homes are tried: all of them, half of them, and so on, and none; any number of
/// them if that is not too much.
fn shares(changes: usize, each: bool) -> impl Iterator<Item = usize> {
    let next = move |count: &usize| {
        let next = if each { count.saturating_sub(1) } else { count / 2 };
        (*count > 0).then_some(next)
    };
    std::iter::successors(Some(changes), next)
}

/// The moves of a plan with these changes of homes, and what they gain.
fn moves_to(known: Known<'_>, part: &[Substream], changes: &[Change]) -> (Vec<Move>, f64) {
    let mut homes = deal::homes_today(known.view);
    changes.iter().for_each(|change| change.make(&mut homes));
    let moves = moves::in_valid_order(known, plan::plan(known, part, &homes));
    let gain = -moves::cost_of(known, &moves);
    (moves, gain)
}
