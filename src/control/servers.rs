//! The CDN nodes that the owner has bought: room, distance, and whether they are heard.

use super::monitor::Conditions;
use crate::proto::{AddressTable, Place, ServerInfo};
use crate::units::{Address, AsNumber, BitRate, PeerId, Ratio, SimTime, Span};
use std::collections::BTreeMap;

/// The table of CDN nodes.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    servers: Vec<Server>,
    /// Paths that failed: not tried again before the time given.
    broken: BTreeMap<(u16, AsNumber), SimTime>,
    losses: u32,
    /// There are streams: files leave them something of every node.
    streams: bool,
}

/// Of a node's room, what files leave to streams that will come (assumption).
const LEFT_TO_STREAMS: f64 = 0.05;

#[derive(Debug)]
struct Server {
    peer: PeerId,
    address: Address,
    place: Option<Place>,
    /// What may be reserved: the capacity less what is kept free for catching up.
    limit: BitRate,
    reserved: BitRate,
    /// The same for files, which give way to streams.
    spared: BitRate,
    last_beat: SimTime,
    down: bool,
    /// No longer in the list: it stays down, whatever it says.
    withdrawn: bool,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// Where the viewer is.
    pub(crate) to: Place,
    /// What must be free.
    pub(crate) rate: BitRate,
    /// The node that sends it this already.
    pub(crate) held: Option<u16>,
}

impl Server {
    /// What it may promise, less a share.
    fn without(&self, share: f64) -> BitRate {
        self.limit.scaled(Ratio::new(1.0 - share).unwrap_or_default())
    }

    /// Whether of a share that is left to streams half is taken, and files have something to give back.
    fn is_crowded(&self, left: f64) -> bool {
        let all = self.reserved + self.spared;
        self.spared > BitRate::ZERO && all > self.without(left / 2.0)
    }
}

impl Servers {
    /// Takes a new list of nodes; reservations of known ones stay, those that are in it no more are lost.
    pub(crate) fn learn(
        &mut self,
        now: SimTime,
        infos: &[ServerInfo],
        addresses: &AddressTable,
        reserve: Ratio,
    ) {
        for number in 0..self.servers.len() {
            if infos.iter().all(|info| info.peer != self.servers[number].peer) {
                self.servers[number].withdrawn = true;
                self.lose(number as u16);
            }
        }
        for info in infos {
            let limit = info.capacity - info.capacity.scaled(reserve);
            if let Some(known) = self.servers.iter_mut().find(|server| server.peer == info.peer) {
                (known.limit, known.address) = (limit, info.address);
                if std::mem::replace(&mut known.withdrawn, false) {
                    (known.down, known.last_beat) = (false, now);
                }
            } else {
                self.servers.push(Server {
                    peer: info.peer,
                    address: info.address,
                    place: None,
                    limit,
                    reserved: BitRate::ZERO,
                    spared: BitRate::ZERO,
                    last_beat: now,
                    down: false,
                    withdrawn: false,
                });
            }
        }
        self.locate(addresses);
    }

    /// Finds out where the nodes are.
    pub(crate) fn locate(&mut self, addresses: &AddressTable) {
        for server in &mut self.servers {
            server.place = addresses.lookup(server.address);
        }
    }

    /// The number of the node that is this peer.
    pub(crate) fn find(&self, peer: PeerId) -> Option<u16> {
        self.servers.iter().position(|server| server.peer == peer).map(|number| number as u16)
    }

    pub(crate) fn peer(&self, number: u16) -> PeerId {
        self.servers[usize::from(number)].peer
    }

    /// Where a node is, when a feed knows.
    pub(crate) fn place(&self, number: u16) -> Option<Place> {
        self.servers[usize::from(number)].place
    }

    /// Notes a heartbeat; a node that was down is back.
    pub(crate) fn heard(&mut self, number: u16, now: SimTime) {
        let server = &mut self.servers[usize::from(number)];
        (server.last_beat, server.down) = (now, server.withdrawn);
    }

    /// Whether a node has not been heard for longer than `patience`.
    pub(crate) fn overdue(&self, number: u16, now: SimTime, patience: Span) -> bool {
        now.since(self.servers[usize::from(number)].last_beat) > patience
    }

    /// Notes that a node is gone.
    pub(crate) fn lose(&mut self, number: u16) {
        let server = &mut self.servers[usize::from(number)];
        if !std::mem::replace(&mut server.down, true) {
            self.losses += 1;
        }
    }

    /// Marks every node down that has been silent for longer than `patience`.
    pub(crate) fn expire(&mut self, now: SimTime, patience: Span) {
        for number in 0..self.servers.len() as u16 {
            if self.overdue(number, now, patience) {
                self.lose(number);
            }
        }
    }

    /// When a node was last heard.
    pub(crate) fn last_heard(&self, number: u16) -> SimTime {
        self.servers[usize::from(number)].last_beat
    }

    pub(crate) fn is_down(&self, number: u16) -> bool {
        self.servers[usize::from(number)].down
    }

    /// How many losses have been noted so far: whoever remembers the number sees that it changed.
    pub(crate) fn losses(&self) -> u32 {
        self.losses
    }

    /// Notes that nothing arrived in `network` from this node though it lives.
    pub(crate) fn avoid(&mut self, number: u16, network: AsNumber, until: SimTime) {
        self.broken.insert((number, network), until);
    }

    /// The nearest node with room; one whose path failed lately or crosses a link in trouble only when there is
    /// no other.
    pub(crate) fn nearest(
        &self,
        now: SimTime,
        wanted: Wanted,
        network: &Conditions,
    ) -> Option<u16> {
        let Wanted { rate, held, .. } = wanted;
        self.nearest_with(now, wanted, network, |number, server| {
            server.reserved + rate <= server.limit || held == Some(number)
        })
    }

    /// The same for a file: the nearest node where streams have spared enough.
    pub(crate) fn nearest_spared(
        &self,
        now: SimTime,
        wanted: Wanted,
        network: &Conditions,
    ) -> Option<u16> {
        let left = self.left_to_streams();
        self.nearest_with(now, wanted, network, |_, server| {
            server.reserved + server.spared + wanted.rate <= server.without(left)
        })
    }

    /// The share of every node that files leave to streams: nothing where there are none.
    fn left_to_streams(&self) -> f64 {
        if self.streams { LEFT_TO_STREAMS } else { 0.0 }
    }

    fn nearest_with(
        &self,
        now: SimTime,
        Wanted { to, .. }: Wanted,
        network: &Conditions,
        has_room: impl Fn(u16, &Server) -> bool,
    ) -> Option<u16> {
        let servers = self.servers.iter().enumerate();
        let usable =
            servers.filter(|(number, server)| !server.down && has_room(*number as u16, server));
        let rank = |number: u16, server: &Server| {
            let failed = self.broken.get(&(number, to.network)).is_some_and(|until| now < *until);
            let trouble = server.place.and_then(|from| network.trouble(from.network, to.network));
            (failed || trouble.is_some(), round_trip_ms(server.place, to, network), number)
        };
        usable
            .map(|(number, server)| rank(number as u16, server))
            .min()
            .map(|(_, _, number)| number)
    }

    /// Round trip from a node in milliseconds, as [`Self::nearest`] counts it.
    pub(crate) fn round_trip(&self, number: u16, to: Place, network: &Conditions) -> u32 {
        round_trip_ms(self.place(number), to, network)
    }

    pub(crate) fn reserve(&mut self, number: u16, rate: BitRate) {
        self.servers[usize::from(number)].reserved += rate;
    }

    pub(crate) fn release(&mut self, number: u16, rate: BitRate) {
        let server = &mut self.servers[usize::from(number)];
        server.reserved = server.reserved - rate;
    }

    /// Notes whether there are streams.
    pub(crate) fn leave_room_for_streams(&mut self, streams: bool) {
        self.streams = streams;
    }

    /// Reserves for a file what streams have spared.
    pub(crate) fn reserve_spared(&mut self, number: u16, rate: BitRate) {
        self.servers[usize::from(number)].spared += rate;
    }

    pub(crate) fn release_spared(&mut self, number: u16, rate: BitRate) {
        let server = &mut self.servers[usize::from(number)];
        server.spared = server.spared - rate;
    }

    /// What files have reserved at all nodes together.
    #[cfg(test)]
    pub(crate) fn spared(&self) -> BitRate {
        self.servers.iter().map(|server| server.spared).sum()
    }

    /// Whether streams have taken half of what files leave to them, so that files must give way.
    pub(crate) fn is_crowded(&self, number: u16) -> bool {
        self.servers[usize::from(number)].is_crowded(self.left_to_streams())
    }

    /// Whether any node is.
    pub(crate) fn any_is_crowded(&self) -> bool {
        self.servers.iter().any(|server| server.is_crowded(self.left_to_streams()))
    }

    /// Copies of this rate for which all nodes that live have room.
    pub(crate) fn free_copies(&self, rate: BitRate) -> u64 {
        let free = self.servers.iter().filter(|server| !server.down);
        let copies = free.map(|server| {
            server.limit.as_bps().saturating_sub(server.reserved.as_bps()) / rate.as_bps().max(1)
        });
        copies.sum()
    }

    /// What is reserved at all nodes together.
    pub(crate) fn reserved(&self) -> BitRate {
        self.servers.iter().map(|server| server.reserved + server.spared).sum()
    }
}

/// Round trip in milliseconds; within one network it is 0 unless a feed says otherwise, and what
/// no feed knows is farthest.
pub(crate) fn round_trip_ms(from: Option<Place>, to: Place, network: &Conditions) -> u32 {
    let Some(from) = from else { return u32::MAX };
    let unknown = if from.network == to.network { 0 } else { u32::MAX };
    network.route(from.network, to.network).map_or(unknown, |(_, rtt)| rtt)
}
