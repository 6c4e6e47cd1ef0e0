//! Client manager: which DCM serves which client (mission row C1's routing half).

use super::dcm::MemberId;
use crate::units::PeerId;

/// The clients that are known, by their number.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    homes: Vec<Home>,
}

/// Where a client is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Home {
    dcm: u32,
    member: MemberId,
}

/// Not served by anybody.
const NOWHERE: Home = Home { dcm: u32::MAX, member: MemberId::MAX };

impl Clients {
    /// The DCM of a client and its number there.
    pub(crate) fn find(&self, peer: PeerId) -> Option<(usize, MemberId)> {
        let home = self.homes.get(peer.index()).filter(|home| home.member != NOWHERE.member)?;
        Some((home.dcm as usize, home.member))
    }

    /// The DCM that a client belongs to, or stands in line at.
    pub(crate) fn dcm_of(&self, peer: PeerId) -> Option<usize> {
        let home = self.homes.get(peer.index()).filter(|home| **home != NOWHERE)?;
        Some(home.dcm as usize)
    }

    pub(crate) fn set(&mut self, peer: PeerId, dcm: usize, member: MemberId) {
        if self.homes.len() <= peer.index() {
            self.homes.resize(peer.index() + 1, NOWHERE);
        }
        self.homes[peer.index()] = Home { dcm: dcm as u32, member };
    }

    /// Notes that a client has asked and stands in line at a DCM.
    pub(crate) fn set_waiting(&mut self, peer: PeerId, dcm: usize) {
        self.set(peer, dcm, NOWHERE.member);
    }

    pub(crate) fn forget(&mut self, peer: PeerId) {
        if let Some(home) = self.homes.get_mut(peer.index()) {
            *home = NOWHERE;
        }
    }
}
