//! A topology as it would be made from nothing, to be compared with today's (row R1).
//!
//! Every tree is drafted twice ([`super::draft`]), and the cheaper draft is taken if it is worth its switches.
//! Pure functions from the view; what is done about a plan is in [`super::moves`].

use super::choose::Surroundings;
use super::draft::{Draft, Order};
use super::member::{MemberId, Source, Stay};
use super::shelves::Tier;
use super::view::View;
use crate::control::history::FailedPairs;
use crate::control::objective::{EdgeKind, edge_cost};
use crate::control::servers::Servers;
use crate::units::Substream;

/// What it costs to be served by somebody who would rather serve friends, in switches: more than one, so that
/// such a place is left for another as good (assumption).
const RELUCTANCE: f64 = 2.0;

/// Members up to which a plan is looked for at more length (assumption). About as many share one feed of each tree,
/// with few slots to spare: a copy too many is much of what such a cluster costs.
const SMALL: usize = 50;

/// What a plan is made of.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) view: &'a View,
    pub(super) pairs: &'a FailedPairs,
    pub(super) servers: &'a Servers,
    pub(super) with: &'a Surroundings<'a>,
    /// Members that CDN nodes feed, for each substream, if there is uplink enough for the others.
    pub(super) feeds: usize,
    /// Members that are to take everything from outside the cluster.
    pub(super) rising: &'a [Stay],
    /// Whether members that serve outside their homes today may go on doing so.
    pub(super) helping: bool,
}

impl Known<'_> {
    /// Whether the cluster is so small that more than the nearest is tried.
    pub(super) fn is_small(&self) -> bool {
        self.view.len() <= SMALL
    }
}

/// A child of one tree gets this parent instead of that one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Move {
    pub(super) child: MemberId,
    pub(super) substream: Substream,
    pub(super) from: Source,
    pub(super) to: Source,
}

/// The changes from today's topology to that which is planned, in an order from the source down. Homes as
/// they are dealt anew, if that is asked for.
pub(super) fn plan(known: Known<'_>, part: &[Substream], homes: &[Substream]) -> Vec<Move> {
    let mut left = slots_left(known.view, part);
    let mut moves = Vec::new();
    for substream in part {
        match better_tree(known, *substream, homes, &left) {
            Some(draft) => {
                moves.extend(draft.moves);
                left = draft.left;
            }
            None => keep_tree(known.view, *substream, &mut left),
        }
    }
    moves
}

/// The best draft of a tree, if it is worth its switches or members go to other homes.
fn better_tree<'a>(
    known: Known<'a>,
    substream: Substream,
    homes: &'a [Substream],
    left: &[u16],
) -> Option<Draft<'a>> {
    // Whether what this tree loses may be another's gain.
    let dealt = !known.helping
        || known.view.members().any(|(id, member)| {
            let home = homes[id as usize];
            home != member.home && (home == substream || member.home == substream)
        });
    let price = |draft: &Draft<'_>| {
        draft.cost + known.with.config.objective.switch * draft.moves.len() as f64
    };
    let orders = [Order::AsToday, Order::LargestFirst].into_iter();
    let drafts = orders.filter_map(|order| Draft::of(known, substream, homes, order, left));
    let best = drafts.min_by(|a, b| price(a).total_cmp(&price(b)))?;
    (dealt || price(&best) < tree_cost(known, substream)).then_some(best)
}

/// What the tree of a substream costs today.
pub(super) fn tree_cost(known: Known<'_>, substream: Substream) -> f64 {
    let costs = known.view.members().map(|(id, _)| {
        let edge = known.view.edge(id, substream);
        cost(known, id, edge.parent, edge.depth)
    });
    costs.sum()
}

/// What an edge costs in the objective function, and that somebody serves a stranger who would rather not.
pub(super) fn cost(known: Known<'_>, id: MemberId, parent: Source, depth: u8) -> f64 {
    let weights = &known.with.config.objective;
    let own = edge_cost(weights, known.with.rate, kind(known.view, id, parent, depth));
    own + if serves_last(known.view, id, parent) { RELUCTANCE * weights.switch } else { 0.0 }
}

/// Whether a parent serves this child because nobody else had room.
pub(super) fn serves_last(view: &View, id: MemberId, parent: Source) -> bool {
    let Source::Member(parent) = parent else { return false };
    Tier::of(view.member(parent), view.member(id)) == Tier::Last
}

/// How an edge looks to the objective function.
pub(super) fn kind(view: &View, id: MemberId, parent: Source, depth: u8) -> EdgeKind {
    match parent {
        Source::None => EdgeKind::Unserved,
        Source::Server(_) => EdgeKind::Cdn,
        // Whose network it is, is not known here.
        Source::Outside(_) => EdgeKind::CrossIsp(depth),
        Source::Member(parent) => {
            let same = view.member(id).place.network == view.member(parent).place.network;
            if same { EdgeKind::OnNet(depth) } else { EdgeKind::CrossIsp(depth) }
        }
    }
}

/// Slots that only these substreams use.
fn slots_left(view: &View, part: &[Substream]) -> Vec<u16> {
    let mut left = vec![0; view.numbers()];
    view.members().for_each(|(id, member)| left[id as usize] = member.slots);
    let others: Vec<Substream> =
        view.all_substreams().filter(|other| !part.contains(other)).collect();
    others.into_iter().for_each(|other| keep_tree(view, other, &mut left));
    left
}

/// Takes the slots that a tree uses today.
fn keep_tree(view: &View, substream: Substream, left: &mut [u16]) {
    for (id, _) in view.members() {
        if let Source::Member(parent) = view.edge(id, substream).parent {
            left[parent as usize] = left[parent as usize].saturating_sub(1);
        }
    }
}
