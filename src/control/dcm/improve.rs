//! Second by second: newcomers grow up, stopgaps are replaced, feeds are kept at their number (rows R1, R9).

use super::choose::Choice;
use super::member::{MemberId, Source};
use super::{Dcm, Step};
use crate::control::history::Standing;
use crate::control::objective::{EdgeKind, edge_cost, lift_gain};
use crate::control::servers::Wanted;
use crate::proto::{Rule, Trigger};
use crate::units::{NatKind, Substream};
use std::cmp::Reverse;

/// Changes for the better in one second and substream: a cluster must not be shaken all at once (assumption).
pub(super) const MOVES_A_TICK: usize = 64;
/// Failed searches after which no more are tried in this second.
const FAILURES_A_TICK: usize = 8;
/// Members a feed must serve before a second one is worth its price (assumption).
const MEMBERS_A_FEED: usize = 25;

impl Dcm {
    /// The second-level look at the cluster.
    pub(crate) fn tick(&mut self, step: &mut Step<'_, '_>) {
        self.flee_lost_servers(step);
        self.flee_bad_links(step);
        self.keep_hours(step);
        self.ripen(step);
        self.balance(step);
        self.look_again(step);
        if step.with.now >= self.next_sweep {
            self.next_sweep = step.with.now + step.with.config.heartbeat;
            self.sweep(step);
            self.measure_again(step);
        }
        for substream in self.view.all_substreams() {
            self.look_above(substream, step);
            self.come_home(substream, step);
            self.trim_feeds(substream, step);
            self.add_feed(substream, step);
        }
        self.prepare(step);
        self.view.end_help();
        self.go_on_moving(step);
        self.recompute_if_due(step);
    }

    /// How many copies of each substream this cluster takes from CDN nodes.
    pub(super) fn wanted_feeds(&self, step: &Step<'_, '_>) -> usize {
        let most = step.with.config.feeds_at(self.post(step).level) as usize;
        most.min(self.view.len() / MEMBERS_A_FEED).max(1)
    }

    /// Moves members from CDN nodes to peers, except the best few, which stay as the cluster's feeds.
    fn trim_feeds(&mut self, substream: Substream, step: &mut Step<'_, '_>) {
        let wanted = self.wanted_feeds(step);
        // What is planned comes first: whoever takes a slot now may have it wait for ever.
        let free = self.view.index[substream.index()].free_slots() as usize;
        let tight = self.has_moves() && free <= self.moves_in(substream);
        let mut fed = self.view.server_fed[substream.index()].clone();
        // Who is to be moved goes by itself, and its place is for whom the plan leaves there.
        fed.retain(|id| !self.is_to_move(*id, substream));
        if fed.len() <= wanted || tight {
            return;
        }
        // Those who feed nobody go first: where uplink is scarce, who feeds others stays at the source.
        fed.sort_by_key(|id| (self.feed_quality(*id, substream), Reverse(*id)));
        let most = (fed.len() - wanted).min(MOVES_A_TICK);
        if !step.with.config.spread {
            fed.truncate(fed.len() - wanted);
        }
        let from = self.trim_from[substream.index()];
        self.trim_from[substream.index()] =
            self.in_turn_from(from, fed, most, |dcm, id| dcm.move_to_peer(id, substream, step));
    }

    /// Tries to do something for so many of these, and gives up for now after a few failures. Returns
    /// where to go on: whoever could not be helped lately is tried again after all others.
    pub(super) fn in_turn_from(
        &mut self,
        from: usize,
        mut list: Vec<MemberId>,
        most: usize,
        mut attempt: impl FnMut(&mut Self, MemberId) -> bool,
    ) -> usize {
        let first = from % list.len().max(1);
        list.rotate_left(first);
        let (mut moves, mut failures) = (0, 0);
        for id in list {
            if moves == most || failures == FAILURES_A_TICK {
                break;
            }
            if attempt(self, id) { moves += 1 } else { failures += 1 }
        }
        if failures == 0 { 0 } else { first + failures }
    }

    /// What makes a good feed: interior in this substream for others than its friends, to be relied on, and
    /// strong.
    fn feed_quality(&self, id: MemberId, substream: Substream) -> (bool, Reverse<Standing>, u16) {
        let member = self.view.member(id);
        let serves = member.is_interior_in(substream) && member.serves_strangers();
        (serves, Reverse(member.standing), member.slots)
    }

    /// A member that has not yet done what it was told last is left alone.
    fn move_to_peer(
        &mut self,
        id: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) -> bool {
        let rises = self.rising.contains(&self.view.stay(id));
        let left_alone = rises || self.is_to_move(id, substream);
        if left_alone || !self.view.report(id, substream).confirmed || !self.may_change(step) {
            return false;
        }
        let helped = step.with.config.spread && self.view.member(id).standing.carries_others();
        let choice = self.peer_for(id, substream, helped, step);
        let Source::Member(parent) = choice.source else { return false };
        let worth_it =
            !self.is_promised(parent, substream) && self.is_worth_it(id, substream, parent, step);
        if worth_it {
            self.allowance.spend(1);
            self.reassign(id, substream, choice, Trigger::Improvement, step);
        }
        worth_it
    }

    /// Whether the objective function gains more than a switch costs when `parent` takes over: the edge
    /// itself, and the hops that all below come nearer to the source or go away from it.
    pub(super) fn is_worth_it(
        &self,
        id: MemberId,
        substream: Substream,
        parent: MemberId,
        step: &Step<'_, '_>,
    ) -> bool {
        let (weights, rate) = (&step.with.config.objective, step.with.rate);
        let edge = self.view.edge(id, substream);
        let old = match edge.parent {
            Source::None => EdgeKind::Unserved,
            Source::Server(_) => EdgeKind::Cdn,
            Source::Member(former) => self.kind_of(id, former, edge.depth),
            // Whose network it is, is not known here.
            Source::Outside(_) => EdgeKind::CrossIsp(edge.depth),
        };
        let depth = self.view.edge(parent, substream).depth.saturating_add(1);
        let new = self.kind_of(id, parent, depth);
        let below = self.view.subtree_size(id, substream) - 1;
        let lift = lift_gain(weights, rate, below, i16::from(edge.depth) - i16::from(depth));
        edge_cost(weights, rate, old) - edge_cost(weights, rate, new) + lift > weights.switch
    }

    /// How an edge from `parent` looks to the objective function.
    pub(super) fn kind_of(&self, id: MemberId, parent: MemberId, depth: u8) -> EdgeKind {
        let same = self.view.member(id).place.network == self.view.member(parent).place.network;
        if same { EdgeKind::OnNet(depth) } else { EdgeKind::CrossIsp(depth) }
    }

    /// The nearest CDN node with room to which no link in trouble leads.
    pub(super) fn sound_server(&self, wanted: Wanted, step: &Step<'_, '_>) -> Option<u16> {
        let network = step.with.network;
        step.servers.nearest(step.with.now, wanted, network).filter(|number| {
            let from = step.servers.place(*number);
            from.and_then(|from| network.trouble(from.network, wanted.to.network)).is_none()
        })
    }

    /// Takes one more copy from outside where the cluster has fewer than it is to have: from the level above,
    /// from a CDN node where there is none.
    fn add_feed(&mut self, substream: Substream, step: &mut Step<'_, '_>) {
        let fed_by_servers = self.view.server_fed[substream.index()].len();
        let feeds = fed_by_servers + self.view.count_from_above(substream);
        if feeds >= self.wanted_feeds(step) {
            return;
        }
        let Some(id) = self.best_feed(substream, feeds > 0) else { return };
        let by_server = self.post(step).above.is_none() || feeds == 0;
        let choice = self
            .relay_for(id, substream, step)
            .or_else(|| self.server_for(id, substream, step).filter(|_| by_server));
        if let Some(choice) = choice {
            self.reassign(id, substream, choice, Trigger::Improvement, step);
        }
    }

    /// Who is to be the next feed, of those whom peers feed.
    fn best_feed(&self, substream: Substream, has_others: bool) -> Option<MemberId> {
        // A new cluster that still lives on what others send it does not wait until somebody is old.
        let cut_off = !has_others && self.view.outside(substream).next().is_some();
        let suits = |id: MemberId| {
            let member = self.view.member(id);
            let parent = self.view.edge(id, substream).parent;
            let confirmed = self.view.report(id, substream).confirmed;
            let fed_by_peer = confirmed && matches!(parent, Source::Member(_) | Source::Outside(_));
            (member.standing.carries_others() || cut_off)
                && member.is_interior_in(substream)
                && fed_by_peer
                && (member.serves_strangers() || cut_off)
                && member.nat != NatKind::UdpBlocked
                && !self.view.is_from_above(id, substream)
        };
        let suited = self.view.members().filter(|(id, _)| suits(*id));
        let best = suited.max_by_key(|(id, member)| {
            let depth = self.view.edge(*id, substream).depth;
            (Reverse(member.standing), member.slots, Reverse(depth), Reverse(*id))
        });
        best.map(|(id, _)| id)
    }

    /// A CDN node over a path that is well.
    pub(super) fn server_for(
        &self,
        id: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> Option<Choice> {
        let place = self.view.member(id).place;
        let wanted = Wanted { to: place, rate: step.with.rate, held: None };
        let server = Source::Server(self.sound_server(wanted, step)?);
        let feasible = self.view.others_fed(id, substream);
        Some(Choice::by_rule(server, Rule::ClusterFeed, feasible))
    }
}
