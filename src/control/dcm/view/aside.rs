//! What few edges have at any time, beside the table of edges: a reservation at a former parent, and
//! a parent that is not to be tried.

use super::View;
use crate::control::dcm::member::{Former, MemberId, Stay};
use crate::units::{PeerId, SimTime, Substream};
use std::collections::BTreeMap;

/// So many failed parents are remembered for an edge (assumption).
const AVOIDED_AT_MOST: usize = 4;

/// By member and substream.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Former parents whose uplink stays reserved until the child reports the new one.
    releasing: BTreeMap<(MemberId, Substream), Former>,
    /// Parents to which the path failed: not tried again before the time given.
    avoided: BTreeMap<(MemberId, Substream), Vec<(PeerId, SimTime)>>,
    /// Who gets the place that this child has given up, and with whom, once it is free.
    claims: BTreeMap<(MemberId, Substream), (Stay, Stay)>,
}

impl View {
    /// The former parent that still reserves uplink for an edge.
    pub(in crate::control::dcm) fn releasing(
        &self,
        id: MemberId,
        substream: Substream,
    ) -> Option<Former> {
        self.aside.releasing.get(&(id, substream)).copied()
    }

    /// Keeps the uplink of a former parent reserved until the child has reported the new one.
    pub(in crate::control::dcm) fn release_later(
        &mut self,
        id: MemberId,
        substream: Substream,
        former: Former,
    ) {
        self.aside.releasing.insert((id, substream), former);
    }

    /// Ends that reservation.
    pub(in crate::control::dcm) fn take_releasing(
        &mut self,
        id: MemberId,
        substream: Substream,
    ) -> Option<Former> {
        self.aside.releasing.remove(&(id, substream))
    }

    /// All such reservations.
    pub(in crate::control::dcm) fn all_releasing(
        &self,
    ) -> impl Iterator<Item = (MemberId, Substream, Former)> {
        self.aside.releasing.iter().map(|((id, substream), former)| (*id, *substream, *former))
    }

    /// Has a parent not tried again for an edge before `until`; a few are remembered, so that a child
    /// whose parents all fail does not go to and fro between two of them.
    pub(in crate::control::dcm) fn avoid(
        &mut self,
        id: MemberId,
        substream: Substream,
        parent: PeerId,
        until: SimTime,
    ) {
        let avoided = self.aside.avoided.entry((id, substream)).or_default();
        avoided.retain(|(other, _)| *other != parent);
        if avoided.len() == AVOIDED_AT_MOST {
            avoided.remove(0);
        }
        avoided.push((parent, until));
    }

    /// Whether an edge is not to try this parent now.
    pub(in crate::control::dcm) fn avoids(
        &self,
        id: MemberId,
        substream: Substream,
        parent: PeerId,
        now: SimTime,
    ) -> bool {
        self.avoided(id, substream).iter().any(|(other, until)| *other == parent && now < *until)
    }

    /// Whom an edge is not to try, and until when, the last that failed last.
    pub(in crate::control::dcm) fn avoided(
        &self,
        id: MemberId,
        substream: Substream,
    ) -> &[(PeerId, SimTime)] {
        self.aside.avoided.get(&(id, substream)).map_or(&[], Vec::as_slice)
    }

    /// Notes who gets the place that a child gives up, and with whom.
    pub(in crate::control::dcm) fn claim(
        &mut self,
        id: MemberId,
        substream: Substream,
        claim: (Stay, Stay),
    ) {
        self.aside.claims.insert((id, substream), claim);
    }

    /// The place is free, or the child has changed its parent again.
    pub(in crate::control::dcm) fn take_claim(
        &mut self,
        id: MemberId,
        substream: Substream,
    ) -> Option<(Stay, Stay)> {
        self.aside.claims.remove(&(id, substream))
    }

    /// A member has gone: its number will be another's.
    pub(super) fn forget_aside(&mut self, id: MemberId) {
        for substream in self.all_substreams() {
            self.aside.releasing.remove(&(id, substream));
            self.aside.avoided.remove(&(id, substream));
            self.aside.claims.remove(&(id, substream));
        }
    }
}
