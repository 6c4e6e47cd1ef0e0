//! From today's topology to a planned one, a few members at a time (rows R1, R10).
//!
//! A child goes to its new parent when that has a slot free and is fed, not by way of the child; its old parent's
//! slot is free when the child has said that it has gone. So no uplink is overbooked and no circle arises on the
//! way. Where all wait for each other, a CDN node feeds one of them for a moment; what cannot be reached even like
//! this is not begun.

use super::choose::{self, Choice};
use super::member::{MemberId, Source, Stay};
use super::plan::{self, Known, Move};
use super::shelves::Tier;
use super::{Dcm, Step};
use crate::control::servers::Wanted;
use crate::proto::{Rule, Trigger};
use crate::units::Substream;
use std::collections::BTreeMap;

/// Share of a cluster that is moved at once (assumption).
const MOVED_AT_MOST: f64 = 0.1;
/// Members that a CDN node feeds for a moment on the way to one plan of a large cluster, at most (assumption).
const PARKED_AT_MOST: usize = 8;
/// Looks without a move after which a plan is given up (assumption).
const PATIENCE: u32 = 5;

/// Moves that are decided and not made yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    moves: Vec<(Move, Stay, Option<Stay>)>,
    idle: u32,
}

/// Parents that are changed, by substream and child.
type Parents = BTreeMap<(Substream, MemberId), Source>;

/// Today's topology on its way to a plan: what is changed of it.
struct Rehearsal<'a> {
    known: Known<'a>,
    parents: Parents,
    used: Vec<u16>,
    /// Homes of those who serve another tree now.
    homes: BTreeMap<MemberId, Substream>,
    /// Members that CDN nodes could still feed, and such as they have fed for a moment.
    copies: usize,
    parked: usize,
}

/// Those of the moves that can be made one after the other, in the order in which they can.
pub(super) fn in_valid_order(known: Known<'_>, mut moves: Vec<Move>) -> Vec<Move> {
    let mut used = vec![0; known.view.numbers()];
    known.view.members().for_each(|(id, member)| used[id as usize] = member.used);
    let (parents, homes) = (Parents::new(), BTreeMap::new());
    let copies = known.servers.free_copies(known.with.rate) as usize;
    let mut rehearsal = Rehearsal { known, parents, used, homes, copies, parked: 0 };
    let mut made = Vec::with_capacity(moves.len());
    loop {
        let before = made.len();
        moves.retain(|change| {
            let can = rehearsal.can(change);
            if can {
                rehearsal.make(change);
                made.push(*change);
            }
            !can
        });
        if made.len() == before {
            made.extend(rehearsal.park(&mut moves));
        }
        if made.len() == before {
            return made;
        }
        // Children have said by the next look that they have gone.
        for change in &made[before..] {
            if let Source::Member(parent) = change.from {
                rehearsal.used[parent as usize] = rehearsal.used[parent as usize].saturating_sub(1);
            }
        }
    }
}

/// What trees cost after these moves less what they cost today.
pub(super) fn cost_of(known: Known<'_>, moves: &[Move]) -> f64 {
    let mut parents = Parents::new();
    for change in moves {
        parents.insert((change.substream, change.child), change.to);
    }
    let mut trees: Vec<Substream> = moves.iter().map(|change| change.substream).collect();
    trees.sort_unstable();
    trees.dedup();
    let costs = trees.into_iter().map(|substream| {
        let mut depths = vec![0; known.view.numbers()];
        let costs = known.view.members().map(|(id, _)| {
            let depth = depth_after(known, &parents, substream, id, &mut depths);
            let moved = parents.get(&(substream, id)).copied();
            let parent = moved.unwrap_or(known.view.edge(id, substream).parent);
            plan::cost(known, id, parent, depth)
        });
        costs.sum::<f64>() - plan::tree_cost(known, substream)
    });
    costs.sum()
}

/// Hops to a member after the moves; those of others are noted on the way.
fn depth_after(
    known: Known<'_>,
    parents: &Parents,
    substream: Substream,
    id: MemberId,
    depths: &mut [u8],
) -> u8 {
    let mut path = Vec::new();
    let mut at = id;
    let mut depth = loop {
        if depths[at as usize] > 0 {
            break depths[at as usize];
        }
        let edge = known.view.edge(at, substream);
        match parents.get(&(substream, at)).copied().unwrap_or(edge.parent) {
            Source::Member(above) => {
                path.push(at);
                at = above;
            }
            Source::Server(_) => break 1,
            Source::None | Source::Outside(_) => break edge.depth,
        }
    };
    while let Some(below) = path.pop() {
        depth = if depth == 0 { 0 } else { depth.saturating_add(1) };
        depths[below as usize] = depth;
    }
    depth
}

impl Rehearsal<'_> {
    fn can(&self, change: &Move) -> bool {
        let Move { child, substream, to, .. } = *change;
        let Source::Member(to) = to else { return self.copies > 0 };
        let member = self.known.view.member(to);
        self.serves(to, substream)
            && self.used[to as usize] < member.slots
            && self.is_fed_without(to, child, substream)
    }

    fn make(&mut self, change: &Move) {
        self.parents.insert((change.substream, change.child), change.to);
        self.copies += usize::from(matches!(change.from, Source::Server(_)));
        let Source::Member(to) = change.to else {
            self.copies = self.copies.saturating_sub(1);
            return;
        };
        self.used[to as usize] += 1;
        if !self.known.view.serves_in(to, change.substream) {
            self.homes.insert(to, change.substream);
        }
    }

    /// Has a CDN node feed one of those who wait, so that its parent's slot is free for another.
    fn park(&mut self, moves: &mut [Move]) -> Option<Move> {
        let Known { view, servers, with, .. } = self.known;
        let many = self.parked >= PARKED_AT_MOST && !self.known.is_small();
        if many || self.copies == 0 {
            return None;
        }
        let first = self.first_in_the_way(moves)?;
        let first = &mut moves[first];
        let wanted = Wanted { to: view.member(first.child).place, rate: with.rate, held: None };
        let server = servers.nearest(with.now, wanted, with.network)?;
        let parked = Move { to: Source::Server(server), ..*first };
        first.from = parked.to;
        self.make(&parked);
        self.parked += 1;
        Some(parked)
    }

    /// Whoever waits below a parent for whom others wait, where the fewest such are in the way.
    fn first_in_the_way(&self, moves: &[Move]) -> Option<usize> {
        let mut below: BTreeMap<MemberId, usize> = BTreeMap::new();
        for (place, change) in moves.iter().enumerate() {
            if let Source::Member(from) = change.from {
                below.entry(from).or_insert(place);
            }
        }
        let in_the_way = |change: &Move| {
            let Source::Member(to) = change.to else { return None };
            let place = *below.get(&to)?;
            let used = self.used[to as usize];
            let needed = if self.serves(to, change.substream) { 1 } else { used };
            Some((needed, place))
        };
        let least = moves.iter().filter_map(in_the_way).min();
        least.map(|(_, place)| place).or_else(|| below.into_values().min())
    }

    /// Whether a member serves in a tree, or could because it serves nobody.
    fn serves(&self, id: MemberId, substream: Substream) -> bool {
        match self.homes.get(&id) {
            Some(home) => *home == substream,
            None => self.known.view.serves_in(id, substream) || self.used[id as usize] == 0,
        }
    }

    /// Whether data reach a member from a CDN node without passing `through`.
    fn is_fed_without(&self, id: MemberId, through: MemberId, substream: Substream) -> bool {
        let mut at = id;
        while at != through {
            let moved = self.parents.get(&(substream, at)).copied();
            at = match moved.unwrap_or(self.known.view.edge(at, substream).parent) {
                Source::Member(above) => above,
                Source::None | Source::Outside(_) => return false,
                Source::Server(_) => return true,
            };
        }
        false
    }
}

impl Dcm {
    /// Decides on moves, in this order; those decided before are given up.
    pub(super) fn decide_on(&mut self, moves: Vec<Move>) {
        let with_stays = moves.into_iter().map(|change| {
            let to = match change.to {
                Source::Member(to) => Some(self.view.stay(to)),
                Source::None | Source::Server(_) | Source::Outside(_) => None,
            };
            (change, self.view.stay(change.child), to)
        });
        self.pending = Pending { moves: with_stays.collect(), idle: 0 };
    }

    /// Whether some moves are still to be made.
    pub(super) fn has_moves(&self) -> bool {
        !self.pending.moves.is_empty()
    }

    /// Whether one of them is of this edge: it is left alone until then.
    pub(super) fn is_to_move(&self, child: MemberId, substream: Substream) -> bool {
        is_to_be_moved(&self.pending.moves, (child, substream))
    }

    /// Whether the slots that a member has free are for others by them: it serves in another tree then, or as
    /// many are to come to it in this.
    pub(super) fn is_promised(&self, id: MemberId, substream: Substream) -> bool {
        let moves = self.pending.moves.iter().map(|(change, ..)| change);
        let mut here = 0;
        for change in moves.filter(|change| change.to == Source::Member(id)) {
            if change.substream != substream {
                return true;
            }
            here += 1;
        }
        let member = self.view.member(id);
        here > 0 && here >= member.slots.saturating_sub(member.used)
    }

    /// How many of them are of this tree.
    pub(super) fn moves_in(&self, substream: Substream) -> usize {
        self.pending.moves.iter().filter(|(change, ..)| change.substream == substream).count()
    }

    /// Makes those moves that can be made now.
    pub(super) fn go_on_moving(&mut self, step: &mut Step<'_, '_>) {
        if self.pending.moves.is_empty() {
            return;
        }
        let most = ((self.view.len() as f64 * MOVED_AT_MOST) as usize).max(1);
        let (mut made, mut kept) = (0, Vec::new());
        for pending in std::mem::take(&mut self.pending.moves) {
            let (change, child, to) = pending;
            let edge = (change.child, change.substream);
            let lasts = self.view.lasts(child) && to.is_none_or(|to| self.view.lasts(to));
            let begins = self.view.lasts(child)
                && is_alike(self.view.edge(edge.0, edge.1).parent, change.from);
            // A child that is to be moved twice waits for its first move.
            if !lasts || !(begins || is_to_be_moved(&kept, edge)) {
                continue;
            }
            let done = begins && made < most && self.make(&change, step);
            made += usize::from(done);
            if !done {
                kept.push(pending);
            }
        }
        self.pending.idle = if made > 0 { 0 } else { self.pending.idle + 1 };
        if self.pending.idle <= PATIENCE {
            self.pending.moves = kept;
        }
    }

    /// Makes a move if that is possible now.
    fn make(&mut self, change: &Move, step: &mut Step<'_, '_>) -> bool {
        let Move { child, substream, to, .. } = *change;
        let settled = self.view.report(child, substream).confirmed
            && self.view.releasing(child, substream).is_none();
        if !settled || self.is_outranked(child, substream) {
            return false;
        }
        let source = match to {
            Source::Member(to) if self.can_take(to, child, substream, step) => {
                Some(Source::Member(to))
            }
            Source::Server(_) => self.node_for(child, step).map(Source::Server),
            Source::None | Source::Member(_) | Source::Outside(_) => None,
        };
        let Some(source) = source.filter(|_| self.may_change(step)) else { return false };
        if let Source::Member(to) = source
            && !self.view.serves_in(to, substream)
        {
            self.view.set_home(to, substream);
        }
        let rule = match source {
            Source::Member(to) => {
                let below = self.view.member(child);
                Tier::of(self.view.member(to), below).rule(below)
            }
            Source::None | Source::Server(_) | Source::Outside(_) => Rule::ClusterFeed,
        };
        let feasible = self.view.others_fed(child, substream);
        let choice = Choice::by_rule(source, rule, feasible);
        self.counts.moves += 1;
        self.allowance.spend(1);
        self.reassign(child, substream, choice, Trigger::Recomputation, step);
        true
    }

    /// Whether a planned parent has room and will do as things are now.
    fn can_take(
        &self,
        to: MemberId,
        child: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let parent = self.view.member(to);
        (self.view.serves_in(to, substream) || parent.used == 0)
            && parent.used < parent.slots
            && self.view.edge(to, substream).depth > 0
            && self.may_pair(to, child, step)
            && choose::fits(&self.view, to, child, substream, step.with)
            && choose::is_sound(&self.view, to, child, step.with)
    }

    fn node_for(&self, child: MemberId, step: &Step<'_, '_>) -> Option<u16> {
        let to = self.view.member(child).place;
        self.sound_server(Wanted { to, rate: step.with.rate, held: None }, step)
    }
}

/// Whether this edge is to be changed by one of the moves.
fn is_to_be_moved(moves: &[(Move, Stay, Option<Stay>)], edge: (MemberId, Substream)) -> bool {
    moves.iter().any(|(change, ..)| (change.child, change.substream) == edge)
}

/// Whether two are the same parent; all CDN nodes are alike.
fn is_alike(a: Source, b: Source) -> bool {
    a == b || matches!((a, b), (Source::Server(_), Source::Server(_)))
}
