//! Edges between clusters: what DCMs tell each other of them, and how they come to an end.
//!
//! Where clusters split or merge, data flow on over the cut. A child comes home, to a parent in its own
//! cluster, when there is one with room; a few of each substream in a second, so that no cluster is
//! shaken. Until then the two DCMs tell each other what the other cannot see.

use super::choose;
use super::improve::MOVES_A_TICK;
use super::member::{Former, MemberId, Source};
use super::{Cause, Dcm, Step};
use crate::proto::Trigger;
use crate::units::{PeerId, Substream};

/// What one DCM tells another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// To the parent's: the child has another parent, or has gone, so this uplink is free.
    Freed { parent: PeerId, child: PeerId, substream: Substream },
    /// To the child's: it is to have another parent; `gone` tells whether this one is there no more.
    Orphaned { child: PeerId, parent: PeerId, substream: Substream, trigger: Trigger, gone: bool },
    /// To the parent's: nothing comes from it.
    Silent { parent: PeerId },
}

impl Notice {
    /// The client whose DCM it is for.
    pub(crate) fn about(self) -> PeerId {
        match self {
            Self::Freed { parent, .. } | Self::Silent { parent } => parent,
            Self::Orphaned { child, .. } => child,
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
        }
    }

    fn orphaned(
        &mut self,
        id: MemberId,
        (parent, substream): (PeerId, Substream),
        (trigger, gone): (Trigger, bool),
        step: &mut Step<'_, '_>,
    ) {
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
        let strays: Vec<MemberId> = self.view.outside(substream).collect();
        self.in_turn_from(0, strays, MOVES_A_TICK, |dcm, id| {
            dcm.view.report(id, substream).confirmed && dcm.bring_home(id, substream, step)
        });
    }

    fn bring_home(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) -> bool {
        let view = (&self.view, &self.history);
        let mut choice = choose::among_peers(view, id, substream, step.with);
        let opened = choice.source == Source::None
            && (self.open_room(id, substream, step) || self.call_help(id, substream, step));
        if opened {
            let view = (&self.view, &self.history);
            choice = choose::among_peers(view, id, substream, step.with);
        }
        let found = choice.source != Source::None;
        if found {
            self.reassign(id, substream, choice, Trigger::OtherCluster, step);
        }
        found
    }
}
