//! Bytes between networks, as addresses and sequence numbers show them (row C5).
//!
//! An account is closed when a child reports another parent or is gone: between two changes of parent the
//! sequence numbers themselves are the count, so that a heartbeat enters nothing.
//! What a child skipped counts as received, and what it received after its last report is not known.

use super::choose::needed;
use super::member::{MemberId, Source};
use super::{Dcm, Surroundings};
use crate::control::servers::Servers;
use crate::units::{AsNumber, Bytes, Substream};
use std::collections::BTreeMap;

/// Of each edge, whose packets are counted since when; and what is counted already.
#[derive(Debug)]
pub(super) struct Accounts {
    width: usize,
    open: Vec<Open>,
    packets: BTreeMap<[AsNumber; 2], u64>,
}

/// An account that is open.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Open {
    /// The network of the parent; none before the first one is reported.
    from: Option<AsNumber>,
    /// The sequence number at which it was opened.
    since: u32,
}

impl Accounts {
    pub(super) fn new(substreams: u8) -> Self {
        Self { width: usize::from(substreams), open: Vec::new(), packets: BTreeMap::new() }
    }

    fn open_mut(&mut self, id: MemberId, substream: Substream) -> &mut Open {
        let place = id as usize * self.width + substream.index();
        if self.open.len() <= place {
            self.open.resize((id as usize + 1) * self.width, Open::default());
        }
        &mut self.open[place]
    }

    /// The accounts of a member that goes to another cluster; they are no longer here.
    fn give(&mut self, id: MemberId) -> Vec<Open> {
        self.open_mut(id, Substream::default());
        let own = &mut self.open[id as usize * self.width..][..self.width];
        own.iter_mut().map(std::mem::take).collect()
    }

    /// The accounts of a member that comes from another cluster.
    fn take(&mut self, id: MemberId, accounts: &[Open]) {
        self.open_mut(id, Substream::default());
        self.open[id as usize * self.width..][..self.width].copy_from_slice(accounts);
    }

    /// A newcomer will begin at this packet.
    fn begin(&mut self, id: MemberId, substream: Substream, since: u32) {
        *self.open_mut(id, substream) = Open { from: None, since };
    }

    /// A child in network `to` that has everything up to `last` takes from network `from` from now on.
    /// What came before the first parent was reported came from the first parent.
    fn turn(
        &mut self,
        id: MemberId,
        substream: Substream,
        to: AsNumber,
        last: u32,
        from: Option<AsNumber>,
    ) {
        let open = self.open_mut(id, substream);
        let former = *open;
        open.from = from;
        if let Some(former_from) = former.from {
            open.since = last;
            *self.packets.entry([former_from, to]).or_default() +=
                u64::from(last.saturating_sub(former.since));
        }
    }
}

impl Dcm {
    /// A member is given a parent in a substream: an account is opened if it has nothing yet.
    pub(super) fn open_account(
        &mut self,
        id: MemberId,
        substream: Substream,
        with: &Surroundings<'_>,
    ) {
        if self.view.report(id, substream).last == 0 {
            let begins = needed(&self.view, id, substream, with);
            self.accounts.begin(id, substream, begins);
        }
    }

    /// A member goes to another cluster, with its accounts.
    pub(super) fn give_accounts(&mut self, id: MemberId) -> Vec<Open> {
        self.accounts.give(id)
    }

    /// A member has come from another cluster.
    pub(super) fn take_accounts(&mut self, id: MemberId, accounts: &[Open]) {
        self.accounts.take(id, accounts);
    }

    /// A member has reported a parent for the first time.
    pub(super) fn turn_account(&mut self, id: MemberId, substream: Substream, servers: &Servers) {
        let from = match self.view.edge(id, substream).parent {
            Source::None | Source::Outside(_) => None,
            Source::Server(number) => servers.place(number).map(|place| place.network),
            Source::Member(parent) => Some(self.view.member(parent).place.network),
        };
        let (to, last) = (self.view.member(id).place.network, self.view.report(id, substream).last);
        self.accounts.turn(id, substream, to, last, from);
    }

    /// A member is gone.
    pub(super) fn close_accounts(&mut self, id: MemberId) {
        let to = self.view.member(id).place.network;
        for substream in self.view.all_substreams() {
            let last = self.view.report(id, substream).last;
            self.accounts.turn(id, substream, to, last, None);
            self.accounts.begin(id, substream, 0);
        }
    }

    /// Adds up what went from network to network, with what stands on open accounts.
    pub(crate) fn add_bytes(&self, into: &mut BTreeMap<[AsNumber; 2], Bytes>) {
        let packet = self.content.packet.get();
        let mut add = |ends, packets: u64| {
            let bytes: &mut Bytes = into.entry(ends).or_default();
            *bytes = Bytes::new(bytes.get() + packets * packet);
        };
        self.accounts.packets.iter().for_each(|(ends, packets)| add(*ends, *packets));
        for (id, member) in self.view.members() {
            for substream in self.view.all_substreams() {
                let place = id as usize * self.accounts.width + substream.index();
                if let Some(Open { from: Some(from), since }) = self.accounts.open.get(place) {
                    let last = self.view.report(id, substream).last;
                    add([*from, member.place.network], u64::from(last.saturating_sub(*since)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_between_two_changes_of_parent_is_the_former_ones() {
        let [home, near, far] = [1, 2, 3].map(AsNumber::new);
        let mut accounts = Accounts::new(2);
        let substream = Substream(1);
        accounts.begin(7, substream, 100);
        accounts.turn(7, substream, home, 130, Some(near));
        accounts.turn(7, substream, home, 180, Some(far));
        accounts.turn(7, substream, home, 200, Some(far));
        accounts.turn(7, substream, home, 205, None);
        // Without a parent nothing comes.
        accounts.turn(7, substream, home, 205, Some(near));
        let counted: Vec<_> = accounts.packets.into_iter().collect();
        assert_eq!(counted, [([near, home], 80), ([far, home], 25)]);
    }
}
