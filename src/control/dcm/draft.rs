//! A draft of one tree (row R1).
//!
//! Those who will feed others first, level by level, then leaves. Each gets the place nearest to the source that
//! is left, or keeps its parent where another would gain less than a switch costs. Who may feed whom is what it
//! is on the fast path: shelves, NAT, failed pairs, sound paths.

use super::choose;
use super::deal;
use super::member::{MemberId, NOBODY, Source};
use super::plan::{self, Known, Move, cost};
use super::shelves::{Listed, Seeker, Shelf, Tier};
use super::slots::{Placement, SlotIndex};
use crate::control::objective::lift_gain;
use crate::control::servers::Wanted;
use crate::units::{NatKind, Substream};
use std::cmp::Reverse;

/// Candidates with room that are looked at for one place, and such as are passed over (assumption).
const LOOKED_AT: usize = 8;
const PASSED_OVER: usize = 64;
/// Where a member that leaves its CDN node stands in the order of those who feed others.
const AFTER_THE_FIRST: u8 = 3;

/// Who comes first of those who will feed others.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Order {
    /// Who stands nearest to the source today: little is moved.
    AsToday,
    /// Whose fan-out is largest: the least depth.
    LargestFirst,
}

/// One tree in the making; tables are by member.
pub(super) struct Draft<'a> {
    known: Known<'a>,
    substream: Substream,
    homes: &'a [Substream],
    order: Order,
    /// Slots that no tree has used so far.
    pub(super) left: Vec<u16>,
    /// Hops from the CDN node; 0 for those who have no place yet.
    depths: Vec<u8>,
    shelves: Listed,
    /// Members that CDN nodes may feed beside those whom they feed today.
    more: usize,
    pub(super) cost: f64,
    pub(super) moves: Vec<Move>,
}

impl<'a> Draft<'a> {
    /// The tree of a substream; nothing if somebody who has a peer today would find none.
    pub(super) fn of(
        known: Known<'a>,
        substream: Substream,
        homes: &'a [Substream],
        order: Order,
        left: &[u16],
    ) -> Option<Self> {
        let mut draft = Draft {
            known,
            substream,
            homes,
            order,
            left: left.to_vec(),
            depths: vec![0; left.len()],
            shelves: Listed::new(left.len()),
            more: 0,
            cost: 0.0,
            moves: Vec::new(),
        };
        draft.place_roots();
        let (interior, leaves) = draft.in_turn();
        let placed = interior.into_iter().all(|id| draft.place(id) || draft.is_sent_by_node(id));
        (placed && draft.place_leaves(leaves)).then_some(draft)
    }

    /// Those who stay with their CDN nodes, and those who are no matter of this plan.
    fn place_roots(&mut self) {
        let view = self.known.view;
        for (id, _) in view.members() {
            let edge = view.edge(id, self.substream);
            if edge.depth == 0 {
                self.cost += cost(self.known, id, edge.parent, edge.depth);
                if let Source::Member(parent) = edge.parent {
                    self.left[parent as usize] = self.left[parent as usize].saturating_sub(1);
                }
            } else if self.is_fixed(id) {
                self.settle(id, edge.depth);
            }
        }
        let mut fed = view.server_fed[self.substream.index()].clone();
        fed.sort_by_key(|id| {
            let (room, open) = (self.room(*id), self.is_open(*id));
            (Reverse(room.min(2)), Reverse(open), view.member(*id).standing, Reverse(room), *id)
        });
        let wanted = deal::short(self.known, self.homes, self.substream).max(0) as usize;
        if self.known.is_small() {
            self.more = (self.known.feeds + wanted).saturating_sub(fed.len());
        }
        fed.truncate(self.known.feeds + wanted);
        if fed.first().is_some_and(|id| self.room(*id) == 0) {
            self.place_strongest(&mut fed);
        }
        fed.into_iter().for_each(|id| self.settle(id, 1));
    }

    /// Nobody whom a CDN node feeds serves in this tree: the strongest of those who do takes the place of one.
    fn place_strongest(&mut self, fed: &mut Vec<MemberId>) {
        let view = self.known.view;
        let serving = view.members().filter(|(id, member)| {
            let open = view.edge(*id, self.substream).depth > 0 && self.depths[*id as usize] == 0;
            open && self.room(*id) > 0 && member.nat != NatKind::UdpBlocked
        });
        let strongest = serving.min_by_key(|(id, member)| {
            let (room, closed) = (self.room(*id), !self.is_open(*id));
            (room < 2, closed, member.standing, Reverse(room), *id)
        });
        let Some((id, _)) = strongest else { return };
        let Some(last) = fed.pop() else { return };
        self.rise(id, view.edge(last, self.substream).parent);
    }

    /// A CDN node is to feed a member that takes from a peer today.
    fn rise(&mut self, id: MemberId, to: Source) {
        let from = self.known.view.edge(id, self.substream).parent;
        self.moves.push(Move { child: id, substream: self.substream, from, to });
        self.cost += cost(self.known, id, to, 1);
        self.depths[id as usize] = 1;
        self.list(id);
    }

    /// Whether no peer here can feed it or is to, or one of another cluster does.
    fn is_fixed(&self, id: MemberId) -> bool {
        let edge = self.known.view.edge(id, self.substream);
        let blocked = self.known.view.member(id).nat == NatKind::UdpBlocked;
        let rises = self.known.rising.contains(&self.known.view.stay(id));
        blocked || rises || matches!(edge.parent, Source::Outside(_))
    }

    /// Slots with which it serves in this tree.
    fn room(&self, id: MemberId) -> u16 {
        let member = self.known.view.member(id);
        if self.serves(id) && !member.resting { member.slots } else { 0 }
    }

    /// Whether it serves everybody alike: strangers of the others would be left for the last places.
    fn is_open(&self, id: MemberId) -> bool {
        Shelf::of(self.known.view.member(id)) == Shelf::Everybody
    }

    fn serves(&self, id: MemberId) -> bool {
        let (home, view) = (self.homes[id as usize], self.known.view);
        home == self.substream
            || (home == view.member(id).home
                && self.helps(id)
                && view.serves_in(id, self.substream))
    }

    /// Whether it may serve outside its home.
    fn helps(&self, id: MemberId) -> bool {
        self.known.helping || self.known.view.member(id).serves_everywhere()
    }

    /// Those without a place, in the order in which they get one: who will feed others, and who will not.
    fn in_turn(&self) -> (Vec<MemberId>, Vec<MemberId>) {
        let view = self.known.view;
        let mut interior = Vec::new();
        let mut leaves = Vec::new();
        for (id, member) in view.members() {
            let edge = view.edge(id, self.substream);
            if edge.depth == 0 || self.depths[id as usize] > 0 {
                continue;
            }
            let from_node = self.is_from_node(id);
            let depth = if from_node { AFTER_THE_FIRST } else { edge.depth };
            let room = self.room(id);
            let (many, size) = match self.order {
                Order::AsToday => (2, 0),
                Order::LargestFirst if self.is_open(id) => (1, room.max(1).ilog2()),
                // Those who serve some only stay above these.
                Order::LargestFirst => (1, 0),
            };
            let feeds_others = edge.first_child != NOBODY && room > 0;
            if (feeds_others || room >= many) && !member.is_fleeting() {
                let first = (member.priority, self.is_open(id), size);
                interior.push((Reverse(first), depth, id));
            } else {
                leaves.push((depth, id));
            }
        }
        interior.sort_unstable();
        leaves.sort_unstable();
        let interior = interior.into_iter().map(|(.., id)| id).collect();
        (interior, leaves.into_iter().map(|(.., id)| id).collect())
    }

    /// Leaves stay where they are if there is still room, and then the others find a place.
    fn place_leaves(&mut self, mut leaves: Vec<MemberId>) -> bool {
        let view = self.known.view;
        leaves.retain(|id| {
            let last = plan::serves_last(view, *id, view.edge(*id, self.substream).parent);
            let kept = self.parent_kept(*id).filter(|_| !last);
            kept.into_iter().for_each(|parent| self.attach(*id, parent));
            kept.is_none()
        });
        leaves.sort_by_key(|id| (Reverse(self.room(*id)), self.is_from_node(*id)));
        leaves.into_iter().all(|id| self.place(id) || self.is_sent_by_node(id))
    }

    /// Gives a member the parent that it keeps, or else the best that there is.
    fn place(&mut self, id: MemberId) -> bool {
        let parent = match self.parent_kept(id) {
            Some(kept) => self.better_than(id, kept).or(Some(kept)),
            None => self.nearest(id),
        };
        parent.into_iter().for_each(|parent| self.attach(id, parent));
        parent.is_some()
    }

    /// Today's parent, if it has a place and room.
    fn parent_kept(&self, id: MemberId) -> Option<MemberId> {
        match self.known.view.edge(id, self.substream).parent {
            Source::Member(parent)
                if self.depths[parent as usize] > 0
                    && self.left[parent as usize] > 0
                    && self.serves(parent)
                    && !self.known.view.member(parent).resting =>
            {
                Some(parent)
            }
            _ => None,
        }
    }

    /// A parent that is better than `kept` by more than a switch costs, and serves the child as gladly: nobody
    /// leaves a friend for a place nearer to the source.
    fn better_than(&self, id: MemberId, kept: MemberId) -> Option<MemberId> {
        let Known { view, with, .. } = self.known;
        let weights = &with.config.objective;
        let depth = self.depths[kept as usize];
        let best = self.shelves.all.shallowest(Seeker::of(view.member(id)))?;
        let gain = |to: u8| {
            let below = view.subtree_size(id, self.substream) - 1;
            let to_come = match self.order {
                Order::AsToday => 0,
                Order::LargestFirst => usize::from(self.left[id as usize]),
            };
            let hops = i16::from(depth) - i16::from(to);
            lift_gain(weights, with.rate, below + to_come, hops)
        };
        let most = weights.hop * with.rate.as_f64() / 1e6 * f64::from(depth.saturating_sub(best));
        let last = plan::serves_last(view, id, Source::Member(kept));
        if !last && (depth <= best || gain(best) + most <= weights.switch) {
            return None;
        }
        let glad = |parent: MemberId| Tier::of(view.member(parent), view.member(id));
        let other = self.nearest(id).filter(|other| glad(*other) <= glad(kept))?;
        let to = self.depths[other as usize];
        let edge = |parent, depth: u8| cost(self.known, id, Source::Member(parent), depth + 1);
        (edge(kept, depth) - edge(other, to) + gain(to) > weights.switch).then_some(other)
    }

    /// The cheapest of the first who have room and will do, and of equals the nearest.
    fn nearest(&self, id: MemberId) -> Option<MemberId> {
        let Known { view, pairs, with, .. } = self.known;
        let member = view.member(id);
        let hopeless = pairs.hopeless(with.now, member.peer);
        let rank = |parent: MemberId| {
            let depth = self.depths[parent as usize];
            let place = view.member(parent).place;
            let cost = cost(self.known, id, Source::Member(parent), depth + 1);
            (cost, choose::distance(place, member.place, with))
        };
        Tier::ALL.into_iter().find_map(|tier| {
            let order = self.shelves.all.in_order(tier, Seeker::of(member), Placement::Interior);
            let will_do = order.take(PASSED_OVER).filter(|parent| {
                !hopeless.contains(&view.member(*parent).peer)
                    && choose::suits(view, *parent, id, self.substream, with)
                    && choose::is_sound(view, *parent, id, with)
            });
            let ranked = will_do.take(LOOKED_AT).map(|parent| (rank(parent), parent));
            let least =
                ranked.min_by(|((a, near), _), ((b, far), _)| a.total_cmp(b).then(near.cmp(far)));
            least.map(|(_, parent)| parent)
        })
    }

    fn attach(&mut self, id: MemberId, parent: MemberId) {
        let from = self.known.view.edge(id, self.substream).parent;
        if from != Source::Member(parent) {
            let to = Source::Member(parent);
            self.moves.push(Move { child: id, substream: self.substream, from, to });
        }
        let depth = self.depths[parent as usize].saturating_add(1);
        self.cost += cost(self.known, id, Source::Member(parent), depth);
        self.left[parent as usize] -= 1;
        self.list(parent);
        self.depths[id as usize] = depth;
        self.list(id);
    }

    /// A CDN node goes on feeding a member for whom no peer has room, or begins to where the tree is short.
    fn is_sent_by_node(&mut self, id: MemberId) -> bool {
        if self.is_from_node(id) {
            self.settle(id, 1);
            return true;
        }
        let node = if self.more > 0 { self.node_for(id) } else { None };
        if let Some(node) = node {
            self.more -= 1;
            self.rise(id, Source::Server(node));
        }
        node.is_some()
    }

    /// The nearest node; one that feeds this tree may have room when the plan is followed.
    fn node_for(&self, id: MemberId) -> Option<u16> {
        let Known { view, servers, with, .. } = self.known;
        let fed = view.server_fed[self.substream.index()].first();
        let held = fed.and_then(|id| match view.edge(*id, self.substream).parent {
            Source::Server(number) => Some(number),
            Source::None | Source::Member(_) | Source::Outside(_) => None,
        });
        let wanted = Wanted { to: view.member(id).place, rate: with.rate, held };
        servers.nearest(with.now, wanted, with.network)
    }

    fn is_from_node(&self, id: MemberId) -> bool {
        matches!(self.known.view.edge(id, self.substream).parent, Source::Server(_))
    }

    fn settle(&mut self, id: MemberId, depth: u8) {
        let parent = self.known.view.edge(id, self.substream).parent;
        self.cost += cost(self.known, id, parent, depth);
        self.depths[id as usize] = depth;
        self.list(id);
    }

    /// Puts a member on the shelf where it belongs now.
    fn list(&mut self, id: MemberId) {
        if !self.serves(id) {
            return;
        }
        let member = self.known.view.member(id);
        let (depth, free) = (self.depths[id as usize], self.left[id as usize]);
        let key = SlotIndex::key(member.nat_as_parent(), member.standing, depth, free)
            .filter(|_| free > 0);
        self.shelves.put(id, member, key, free);
    }
}
