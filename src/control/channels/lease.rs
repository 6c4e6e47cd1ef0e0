//! A DCM's side of a share: what it holds of a host's lines, and until when.

use crate::proto::{Amounts, Holder, ToHolder, ToKeeper, Wish};
use crate::units::{SimTime, Span};

/// A share is renewed when it would run out within this span: two looks, of which one may be late (assumption).
const RENEWED_BEFORE: Span = Span::from_secs(2);

/// A share of one host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    holder: Holder,
    epoch: u32,
    /// What is held: what the keeper must count on.
    held: Amounts,
    /// What of it is to be used: less than is held while something that was called back is still in use.
    limit: Amounts,
    until: SimTime,
}

impl Lease {
    /// Nothing is held yet.
    pub(crate) fn new(holder: Holder) -> Self {
        let nothing = Amounts::default();
        Self { holder, epoch: 0, held: nothing, limit: nothing, until: SimTime::ZERO }
    }

    pub(crate) fn holder(&self) -> Holder {
        self.holder
    }

    /// What may be used now: nothing once the lease has run out.
    pub(crate) fn usable(&self, now: SimTime) -> Amounts {
        if now < self.until { self.held.min(self.limit) } else { Amounts::default() }
    }

    /// Until when it runs.
    pub(super) fn until(&self) -> SimTime {
        self.until
    }

    /// Whether it is to be renewed now although the client has not been heard.
    pub(crate) fn ends_soon(&self, now: SimTime) -> bool {
        self.until() < now + RENEWED_BEFORE
    }

    /// Takes a letter of the keeper in. A grant counts once: what of it has been given back does not come
    /// back with a copy of the letter.
    pub(crate) fn read(&mut self, letter: &ToHolder) {
        match *letter {
            _ if letter.holder() != self.holder => {}
            ToHolder::Grant { epoch, amounts, until, .. } => {
                if epoch > self.epoch {
                    (self.epoch, self.held, self.limit) = (epoch, amounts, amounts);
                }
                // Renewed as it is: nothing of it is called back any more.
                if epoch == self.epoch {
                    (self.until, self.limit) = (self.until.max(until), amounts);
                }
            }
            ToHolder::Recall { keep, .. } => self.limit = self.limit.min(keep),
        }
    }

    /// The letter that says what is wanted. What is not, and what was called back, is given back with it
    /// unless it is in use.
    pub(crate) fn claim(&mut self, uplink: Wish, downlink: Wish) -> ToKeeper {
        let uses = Amounts { uplink: uplink.uses, downlink: downlink.uses };
        let likes = Amounts { uplink: uplink.likes, downlink: downlink.likes };
        self.held = self.held.min(likes.min(self.limit).max(uses));
        ToKeeper::Claim {
            holder: self.holder,
            epoch: self.epoch,
            holds: self.held,
            uplink,
            downlink,
        }
    }
}
