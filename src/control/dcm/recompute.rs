//! The periodic recomputation, of the whole topology or of the part that changed (rows R1, R10).
//!
//! Never from nothing: a local search from today's topology that accepts a move only when the
//! objective function gains more than the switch costs.

use super::choose;
use super::member::{MemberId, Source};
use super::shelves::Seeker;
use super::{Costs, Dcm, Step};
use crate::control::objective::{EdgeKind, edge_cost};
use crate::proto::Trigger;
use crate::units::{SimTime, Span, Substream};
use std::cmp::Reverse;

/// Between two recomputations of a part (assumption).
const PART_AT_MOST_EVERY: Span = Span::from_secs(10);
/// Share of a cluster that one recomputation may move (assumption).
const MOVED_AT_MOST: f64 = 0.1;

/// When to recompute, and what.
#[derive(Debug)]
pub(super) struct Schedule {
    whole_at: SimTime,
    part_from: SimTime,
    /// Slots that came or went since the last recomputation, by the substream in which they serve.
    changed: Vec<u64>,
}

impl Schedule {
    pub(super) fn new(whole_at: SimTime, substreams: u8) -> Self {
        Self { whole_at, part_from: SimTime::ZERO, changed: vec![0; usize::from(substreams)] }
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
        let whole = now >= self.recomputing.whole_at || (much && rested);
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
        if whole {
            self.recomputing.whole_at = now + step.with.config.recompute;
            self.counts.whole += 1;
            self.retired = self.view.len() == 0;
        } else {
            self.counts.part += 1;
        }
        self.recomputing.part_from = now + PART_AT_MOST_EVERY;
        let before = self.objective(step);
        for substream in part {
            self.recomputing.changed[substream.index()] = 0;
            self.flatten(substream, step);
        }
        let due = step.with.rate * u64::from(self.view.substreams) * self.view.len() as u64;
        let demand = due.as_f64() / 1e6;
        self.counts.recomputed(Costs { before, after: self.objective(step), demand });
    }

    /// The objective function over the whole cluster.
    pub(crate) fn objective(&self, step: &Step<'_, '_>) -> f64 {
        let (weights, rate) = (&step.with.config.objective, step.with.rate);
        let mut cost = 0.0;
        for (id, _) in self.view.members() {
            for substream in self.view.all_substreams() {
                let edge = self.view.edge(id, substream);
                let kind = match edge.parent {
                    Source::None => EdgeKind::Unserved,
                    Source::Server(_) => EdgeKind::Cdn,
                    Source::Member(parent) => self.kind_of(id, parent, edge.depth),
                    Source::Outside(_) => EdgeKind::CrossIsp(edge.depth),
                };
                cost += edge_cost(weights, rate, kind);
            }
        }
        cost
    }

    /// Brings members with a subtree nearer to the source where there is room for them, those of higher
    /// priority first.
    fn flatten(&mut self, substream: Substream, step: &mut Step<'_, '_>) {
        let mut interior: Vec<(Reverse<u8>, u8, MemberId)> = self
            .view
            .members()
            .map(|(id, member)| (member.priority, self.view.edge(id, substream).depth, id))
            .filter(|(_, depth, _)| *depth > 2)
            .filter(|(.., id)| self.view.children(*id, substream).next().is_some())
            .map(|(priority, depth, id)| (Reverse(priority), depth, id))
            .collect();
        interior.sort_unstable();
        let mut left = (self.view.len() as f64 * MOVED_AT_MOST) as usize;
        for (.., id) in interior {
            if left == 0 {
                return;
            }
            left -= usize::from(self.lift(id, substream, step));
        }
    }

    fn lift(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) -> bool {
        let depth = self.view.edge(id, substream).depth;
        let seeker = Seeker::of(self.view.member(id));
        let settled = self.view.report(id, substream).confirmed;
        let hopeful = self.view.index[substream.index()]
            .shallowest(seeker)
            .is_some_and(|best| best + 1 < depth);
        if !settled || !hopeful || !self.may_change(step) {
            return false;
        }
        let choice = choose::among_peers((&self.view, &self.history), id, substream, step.with);
        let Source::Member(parent) = choice.source else { return false };
        let worth_it = self.is_worth_it(id, substream, parent, step);
        if worth_it {
            self.counts.moves += 1;
            self.allowance.spend(1);
            self.reassign(id, substream, choice, Trigger::Recomputation, step);
        }
        worth_it
    }
}
