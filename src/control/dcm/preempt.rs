//! Who can feed others takes the place of one who cannot, and becomes its parent (rows R2, R11).
//!
//! A place at a CDN node is given up at once: the node's reserve for catching up carries both for the
//! moment of the change. A place at a peer is free when the child that gives it up has reported its
//! new parent; until then the one who comes has a claim to it.

use super::choose::{self, Choice};
use super::member::{MemberId, NOBODY, Source, Stay};
use super::{Dcm, Step};
use crate::control::objective::lift_gain;
use crate::proto::{Rule, Strangers, Trigger};
use crate::units::Substream;

/// Places near the source that are looked at for one who comes (assumption).
const PLACES_LOOKED_AT: usize = 64;

impl Dcm {
    /// Gives a member that waits for a substream, but could feed others, the place of one that a CDN
    /// node feeds. Whoever had it goes below and misses nothing.
    pub(super) fn step_in(
        &mut self,
        id: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) -> bool {
        if !self.can_take_another(id) {
            return false;
        }
        let fed = self.view.server_fed[substream.index()].iter().take(PLACES_LOOKED_AT);
        let could = fed.filter(|held| self.could_go_below(**held, id, substream, step));
        let weakest = could.copied().min_by_key(|held| {
            (self.view.subtree_size(*held, substream), self.view.member(*held).slots, *held)
        });
        let Some(held) = weakest else { return false };
        self.serve_in(id, substream);
        self.change_places(id, held, substream, step);
        true
    }

    /// Brings a strong member nearer to the source where somebody weaker has a place that carries less.
    pub(super) fn preempt(
        &mut self,
        id: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) -> bool {
        let edge = *self.view.edge(id, substream);
        // Who is soon gone stays far from the source.
        let fleeting = self.view.member(id).is_fleeting();
        if edge.depth < 2 || fleeting || !self.can_take_another(id) {
            return false;
        }
        if !self.may_change(step) {
            return false;
        }
        let places = self.near(substream, edge.depth - 1);
        // A place at a CDN node that peers will take over soon is not worth the moves.
        let fed = self.view.server_fed[substream.index()].len();
        let is_stopgap = fed > self.wanted_feeds(step);
        let weaker = |held: &MemberId| {
            !(is_stopgap && matches!(self.view.edge(*held, substream).parent, Source::Server(_)))
                && self.view.member(*held).slots < self.view.member(id).slots
                && self.view.report(*held, substream).confirmed
                && self.view.releasing(*held, substream).is_none()
                && self.is_worth_preempting(id, *held, substream, step)
                && self.could_go_below(*held, id, substream, step)
        };
        let weakest = places.into_iter().filter(weaker).min_by_key(|held| {
            let edge = self.view.edge(*held, substream);
            (edge.depth, edge.first_child != NOBODY, self.view.member(*held).slots, *held)
        });
        if let Some(held) = weakest {
            self.allowance.spend(2);
            self.change_places(id, held, substream, step);
        }
        weakest.is_some()
    }

    /// Some members that are not farther from the source than `depth`, the nearest first.
    fn near(&self, substream: Substream, depth: u8) -> Vec<MemberId> {
        let mut near: Vec<MemberId> = self.view.server_fed[substream.index()].clone();
        near.truncate(PLACES_LOOKED_AT);
        let mut next = 0;
        while let Some(id) = near.get(next).copied()
            && near.len() < PLACES_LOOKED_AT
        {
            next += 1;
            if self.view.edge(id, substream).depth < depth {
                let room = PLACES_LOOKED_AT - near.len();
                near.extend(self.view.children(id, substream).take(room));
            }
        }
        near
    }

    /// Whether what comes nearer to the source, children to come among it, is worth two switches and
    /// what goes away from it.
    fn is_worth_preempting(
        &self,
        id: MemberId,
        held: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let (weights, member) = (&step.with.config.objective, self.view.member(id));
        let depths = [id, held].map(|id| i16::from(self.view.edge(id, substream).depth));
        let own = self.view.subtree_size(id, substream);
        let within = self.view.is_below(id, held, substream);
        let lowered = self.view.subtree_size(held, substream) - if within { own } else { 0 };
        let carried = own + usize::from(member.slots - member.used);
        let lifted = lift_gain(weights, step.with.rate, carried, depths[0] - depths[1]);
        lifted - lift_gain(weights, step.with.rate, lowered, 1) > 2.0 * weights.switch
    }

    fn can_take_another(&self, id: MemberId) -> bool {
        let member = self.view.member(id);
        member.slots > member.used && !member.resting
    }

    /// Whether a member could take a substream from `id` instead, once `id` has it.
    fn could_go_below(
        &self,
        held: MemberId,
        id: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let is_to_be_had = match self.view.edge(held, substream).parent {
            Source::None | Source::Outside(_) => false,
            Source::Server(number) => !step.servers.is_down(number),
            // Until its place is free, `id` stays where it is.
            Source::Member(above) => {
                self.may_pair(above, id, step)
                    && self.as_both_wish(above, id)
                    && self.may_wait_beside(id, held, substream)
            }
        };
        is_to_be_had
            && choose::suits(&self.view, id, held, substream, step.with)
            && self.may_pair(id, held, step)
            && self.as_both_wish(id, held)
    }

    /// Whether neither would rather have to do with friends: nobody is put below a stranger for a better
    /// place of somebody else.
    fn as_both_wish(&self, above: MemberId, below: MemberId) -> bool {
        let (above, below) = (self.view.member(above), self.view.member(below));
        let open = above.strangers == Strangers::Always && below.group.is_none();
        open || above.group == below.group
    }

    /// Whether a member can have `held` below it before it has left its own place.
    fn may_wait_beside(&self, id: MemberId, held: MemberId, substream: Substream) -> bool {
        let waits = self.view.edge(id, substream).parent == Source::None;
        waits || self.view.fed_without(id, held, substream)
    }

    /// Whether one may serve the other and can reach it, as far as anybody knows.
    pub(super) fn may_pair(&self, above: MemberId, below: MemberId, step: &Step<'_, '_>) -> bool {
        let (above, below) = (self.view.member(above), self.view.member(below));
        !above.resting
            && (above.strangers != Strangers::Never || above.group == below.group)
            && above.nat_as_parent().can_connect(below.nat)
            && !self.history.hopeless(step.with.now, below.peer).contains(&above.peer)
    }

    /// Has a member listed in a substream: as its home if it serves nobody yet.
    fn serve_in(&mut self, id: MemberId, substream: Substream) {
        if self.view.serves_in(id, substream) {
            return;
        }
        if self.view.member(id).used == 0 {
            self.view.set_home(id, substream);
        } else {
            self.view.help_out(id, substream);
        }
    }

    /// `id` gets the place of `held`, which goes below it.
    fn change_places(
        &mut self,
        id: MemberId,
        held: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) {
        let place = self.view.edge(held, substream).parent;
        let feasible = self.view.others_fed(id, substream);
        if let Source::Member(above) = place {
            let claim = (self.view.stay(id), self.view.stay(above));
            self.view.claim(held, substream, claim);
        } else {
            let choice = Choice::by_rule(place, Rule::TakesPlace, feasible);
            self.reassign(id, substream, choice, Trigger::Preemption, step);
        }
        let feasible = self.view.others_fed(held, substream);
        let below = Choice::by_rule(Source::Member(id), Rule::BelowWhoTookItsPlace, feasible);
        self.reassign(held, substream, below, Trigger::Preemption, step);
    }

    /// A place at a peer has become free: whoever has the claim to it gets it.
    pub(super) fn honour_claim(
        &mut self,
        held: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) {
        let Some((comes, above)) = self.view.take_claim(held, substream) else { return };
        if !self.view.lasts(comes) || !self.view.lasts(above) {
            return;
        }
        let Stay { id: parent, .. } = above;
        let room = self.can_take_another(parent) && self.view.edge(parent, substream).depth > 0;
        let may = self.may_pair(parent, comes.id, step);
        if room && may && choose::fits(&self.view, parent, comes.id, substream, step.with) {
            let feasible = self.view.others_fed(comes.id, substream);
            let choice = Choice::by_rule(Source::Member(parent), Rule::TakesPlace, feasible);
            self.reassign(comes.id, substream, choice, Trigger::Preemption, step);
        }
    }
}
