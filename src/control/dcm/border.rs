//! Edges between clusters: what DCMs tell each other of them, and how they come to an end.
//!
//! Where clusters split or merge, data flow on over the cut. A child comes home, to a parent in its own
//! cluster, when there is one with room; a few of each substream in a second, so that no cluster is
//! shaken. Until then the two DCMs tell each other what the other cannot see.

use super::improve::MOVES_A_TICK;
use super::member::{Former, MemberId, Source};
use super::relays::Relay;
use super::{Cause, Dcm, Step};
use crate::proto::Trigger;
use crate::units::{AsNumber, PeerId, Substream};

/// What one DCM tells another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// To the parent's: the child has another parent, or has gone, so this uplink is free.
    Freed { parent: PeerId, child: PeerId, substream: Substream },
    /// To the child's: it is to have another parent; `gone` tells whether this one is there no more.
    Orphaned { child: PeerId, parent: PeerId, substream: Substream, trigger: Trigger, gone: bool },
    /// To the parent's: nothing comes from it.
    Silent { parent: PeerId },
    /// To the parent's: the child gets too little from it, and is in this network.
    Slow { parent: PeerId, by: PeerId, network: AsNumber },
    /// To the parent's, of the level above: the child takes a substream from it now.
    Taken { parent: PeerId, child: PeerId, substream: Substream },
    /// To one of the level above: so many copies are wanted.
    Wanted { to: u32, by: u32, substream: Substream, count: u16 },
    /// To one of the level below: these have room.
    Offered { to: u32, substream: Substream, relays: Vec<Relay> },
}

/// For whom a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The DCM of this client.
    Client(PeerId),
    /// This DCM.
    Dcm(u32),
}

impl Notice {
    /// The client or the DCM that it is for.
    pub(crate) fn about(&self) -> About {
        match self {
            Self::Freed { parent, .. }
            | Self::Silent { parent }
            | Self::Slow { parent, .. }
            | Self::Taken { parent, .. } => About::Client(*parent),
            Self::Orphaned { child, .. } => About::Client(*child),
            Self::Wanted { to, .. } | Self::Offered { to, .. } => About::Dcm(*to),
        }
    }

    /// What is said when the client that it is about is not known any more.
    pub(crate) fn unknown(self) -> Option<Self> {
        match self {
            Self::Taken { parent, child, substream } => {
                let trigger = Trigger::ConnectFailed;
                Some(Self::Orphaned { child, parent, substream, trigger, gone: true })
            }
            _ => None,
        }
    }
}

impl Dcm {
    /// Edges of its members that end at a parent in another cluster.
    pub(crate) fn outside_edges(&self) -> usize {
        self.view.outside_edges()
    }

    /// Takes in what another DCM says of an edge of this member.
    pub(crate) fn notice(&mut self, id: MemberId, notice: Notice, step: &mut Step<'_, '_>) {
        match notice {
            Notice::Freed { child, substream, .. } => {
                if self.view.take_guest(id, substream, child) {
                    self.view.free_slot(id);
                }
            }
            Notice::Orphaned { parent, substream, trigger, gone, .. } => {
                self.orphaned(id, (parent, substream), (trigger, gone), step)
            }
            Notice::Silent { .. } if self.is_overdue(id, step) => self.bury(id, step),
            Notice::Silent { .. } => {}
            Notice::Slow { by, network, .. } => {
                self.hear_complaint(id, (by, network), step.with.now)
            }
            Notice::Taken { child, substream, .. } => self.give_slot(id, (child, substream), step),
            Notice::Wanted { by, substream, count, .. } => self.offer((by, substream, count), step),
            Notice::Offered { substream, relays, .. } => self.note_offer(substream, relays),
        }
    }

    fn orphaned(
        &mut self,
        id: MemberId,
        (parent, substream): (PeerId, Substream),
        (trigger, gone): (Trigger, bool),
        step: &mut Step<'_, '_>,
    ) {
        self.relays.strike(parent);
        if gone && self.view.releasing(id, substream) == Some(Former::Outside(parent)) {
            self.view.take_releasing(id, substream);
        }
        if self.view.edge(id, substream).parent != Source::Outside(parent) {
            return;
        }
        if gone {
            self.view.detach(id, substream);
        }
        let cause = Cause { trigger, departed: Some(parent) };
        self.replace(id, substream, cause, step);
    }

    /// A member goes or serves nobody now: its children elsewhere are to have other parents.
    pub(super) fn dismiss_guests(
        &self,
        id: MemberId,
        parent: PeerId,
        (trigger, gone): (Trigger, bool),
        step: &mut Step<'_, '_>,
    ) {
        let guests = self.view.guests(id);
        step.notices.extend(guests.map(|(substream, child, _)| Notice::Orphaned {
            child,
            parent,
            substream,
            trigger,
            gone,
        }));
    }

    /// Frees the uplink of a former parent, if it is still there.
    pub(super) fn free_former(
        &mut self,
        id: MemberId,
        substream: Substream,
        former: Option<Former>,
        step: &mut Step<'_, '_>,
    ) {
        match former {
            Some(Former::Member(stay)) if self.view.lasts(stay) => self.view.free_slot(stay.id),
            Some(Former::Outside(parent)) => {
                let child = self.view.member(id).peer;
                step.notices.push(Notice::Freed { parent, child, substream });
            }
            Some(Former::Member(_)) | None => {}
        }
    }

    /// Gives members that another cluster feeds a parent in their own, where somebody has room.
    pub(super) fn come_home(&mut self, substream: Substream, step: &mut Step<'_, '_>) {
        // Whoever the level above feeds is no stray.
        let is_stray = |id: &MemberId| !self.view.is_from_above(*id, substream);
        let strays: Vec<MemberId> = self.view.outside(substream).filter(is_stray).collect();
        self.in_turn_from(0, strays, MOVES_A_TICK, |dcm, id| {
            dcm.view.report(id, substream).confirmed && dcm.bring_home(id, substream, step)
        });
    }

    fn bring_home(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) -> bool {
        let choice = self.peer_for(id, substream, true, step);
        let found = choice.source != Source::None;
        if found {
            self.reassign(id, substream, choice, Trigger::OtherCluster, step);
        }
        found
    }
}
