//! A DCM's side of a share: what it holds of a host's lines, and until when.

use crate::proto::{Amounts, Holder, ToHolder, ToKeeper, Wish};
use crate::units::SimTime;

/// A share of one host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    holder: Holder,
    epoch: u32,
    amounts: Amounts,
    until: SimTime,
}

impl Lease {
    /// Nothing is held yet.
    pub(crate) fn new(holder: Holder) -> Self {
        Self { holder, epoch: 0, amounts: Amounts::default(), until: SimTime::ZERO }
    }

    pub(crate) fn holder(&self) -> Holder {
        self.holder
    }

    /// What may be used now: nothing once the lease has run out.
    pub(crate) fn amounts(&self, now: SimTime) -> Amounts {
        if now < self.until { self.amounts } else { Amounts::default() }
    }

    /// Until when it runs.
    pub(crate) fn until(&self) -> SimTime {
        self.until
    }

    /// Takes a letter of the keeper in, of which `uses` stays as long as it is in use. A grant counts once:
    /// what of it has been given back does not come back with a copy of the letter.
    pub(crate) fn read(&mut self, letter: &ToHolder, uses: Amounts) {
        match *letter {
            _ if letter.holder() != self.holder => {}
            ToHolder::Grant { epoch, amounts, until, .. } => {
                if epoch > self.epoch {
                    (self.epoch, self.amounts) = (epoch, amounts);
                }
                if epoch == self.epoch {
                    self.until = self.until.max(until);
                }
            }
            ToHolder::Recall { keep, .. } => self.keep(keep.max(uses)),
        }
    }

    /// Gives back what is beyond `most`.
    fn keep(&mut self, most: Amounts) {
        self.amounts = self.amounts.min(most);
    }

    /// The letter that says what is wanted; what is not is given back with it.
    pub(crate) fn claim(&mut self, uplink: Wish, downlink: Wish) -> ToKeeper {
        self.keep(Amounts {
            uplink: uplink.likes.max(uplink.uses),
            downlink: downlink.likes.max(downlink.uses),
        });
        ToKeeper::Claim {
            holder: self.holder,
            epoch: self.epoch,
            holds: self.amounts,
            uplink,
            downlink,
        }
    }
}
