//! Relays that are called for regions whose strong viewers are too few (row W4): waypoint servers, which stand
//! by, and viewers of another content, who are told to fetch this one as well.
//!
//! A relay is a session that watches nothing and is else a member of a DCM like any other. It begins at the
//! second level of the region for which it was called and stays there: what it can do is known, and it is no
//! strength of the region's own. Not here: how strong viewers rise by themselves ([`super::levels`]).

mod calls;
mod need;

use super::directory::Region;
use crate::proto::{Place, RelayKind, StandBy};
use crate::units::{BitRate, ContentId, PeerId, SimTime, Span};
use need::Watch;
use std::collections::BTreeMap;

/// Everything about relays that the control center keeps.
#[derive(Debug, Default)]
pub(crate) struct Relays {
    /// Waypoint servers that have said that they are there.
    standing_by: BTreeMap<PeerId, Server>,
    /// Who was told to serve what, in the order in which they were.
    duties: Vec<Duty>,
    /// How long each region has lacked something, or could have done without.
    watches: BTreeMap<(ContentId, Region), Watch>,
    /// Who did not come when called: not called again before then.
    deaf: BTreeMap<PeerId, SimTime>,
    pub(super) counts: Counts,
    /// A waypoint server has said that it is there.
    pub(super) were_there: bool,
}

/// A waypoint server.
#[derive(Clone, Copy, Debug)]
struct Server {
    said: StandBy,
    heard: SimTime,
}

/// One who was told to serve.
#[derive(Clone, Copy, Debug)]
struct Duty {
    kind: RelayKind,
    /// Who was told.
    owner: PeerId,
    content: ContentId,
    region: Region,
    /// Where those are for whom it was called.
    place: Place,
    /// What it is expected to add, in slots.
    adds: u64,
    stage: Stage,
    /// When it was called, and since when it serves.
    called: SimTime,
    /// What its device lends in all, to give back to the session that was there before.
    lends: BitRate,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has not come yet.
    Called,
    /// Its session serves since then.
    Serving(PeerId, SimTime),
    /// It has been given back at the second instant, and goes when nobody takes from it any more.
    Leaving(PeerId, SimTime, SimTime),
}

/// What was done, and for how long.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) waypoints: u64,
    pub(super) drafted: u64,
    pub(super) given_back: u64,
    /// Of those who are gone.
    waypoint_time: Span,
    drafted_time: Span,
}

impl Counts {
    fn call(&mut self, kind: RelayKind) {
        match kind {
            RelayKind::Waypoint => self.waypoints += 1,
            RelayKind::Drafted => self.drafted += 1,
        }
    }
}

impl Duty {
    /// Under which number it serves.
    fn relay(&self) -> Option<PeerId> {
        match self.stage {
            Stage::Called => None,
            Stage::Serving(relay, _) | Stage::Leaving(relay, ..) => Some(relay),
        }
    }

    /// How long it has served.
    fn served(&self, now: SimTime) -> Span {
        match self.stage {
            Stage::Called => Span::ZERO,
            Stage::Serving(_, since) | Stage::Leaving(_, since, _) => now.since(since),
        }
    }
}

impl Relays {
    /// The region for which a client was called; none where it was not.
    pub(super) fn region_of(&self, relay: PeerId) -> Option<Region> {
        let duty = self.duties.iter().find(|duty| duty.relay() == Some(relay));
        duty.map(|duty| duty.region)
    }

    /// A waypoint server is there and idle.
    pub(super) fn note(&mut self, now: SimTime, from: PeerId, said: StandBy) {
        self.were_there = true;
        self.standing_by.insert(from, Server { said, heard: now });
    }

    /// Whether there can be anything to do.
    fn is_idle(&self) -> bool {
        self.standing_by.is_empty() && self.duties.is_empty()
    }

    fn has_duty(&self, owner: PeerId) -> bool {
        self.duties.iter().any(|duty| duty.owner == owner)
    }

    /// Whether somebody has not come lately when called.
    fn is_deaf(&self, now: SimTime, owner: PeerId) -> bool {
        self.deaf.get(&owner).is_some_and(|until| now < *until)
    }

    /// How long waypoint servers and drafted clients have served up to now.
    pub(super) fn time(&self, now: SimTime) -> [Span; 2] {
        let of = |kind| {
            let duties = self.duties.iter().filter(move |duty| duty.kind == kind);
            duties.map(|duty| duty.served(now)).fold(Span::ZERO, |sum, span| sum + span)
        };
        [
            self.counts.waypoint_time + of(RelayKind::Waypoint),
            self.counts.drafted_time + of(RelayKind::Drafted),
        ]
    }
}
