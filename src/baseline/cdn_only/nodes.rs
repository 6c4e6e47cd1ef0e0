//! The CDN nodes: how near, how full, and whether they are heard.

use crate::proto::{AddressTable, RouteTable, ServerInfo};
use crate::units::{Address, AsNumber, BitRate, PeerId, SimTime, Span};
use std::collections::BTreeMap;

/// The nodes, by a number of their own.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    nodes: Vec<Node>,
    numbers: BTreeMap<PeerId, u16>,
}

#[derive(Debug)]
struct Node {
    peer: PeerId,
    address: Address,
    /// Unknown until a feed covers the address; such a node counts as the farthest.
    network: Option<AsNumber>,
    capacity: BitRate,
    reserved: BitRate,
    last_heard: SimTime,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Up,
    /// Not heard for long.
    Down,
    /// No longer in the list of nodes.
    Withdrawn,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// In which network the viewer is.
    pub(super) network: Option<AsNumber>,
    /// What must be free; none when a full node will do.
    pub(super) room: Option<BitRate>,
    /// Not this node.
    pub(super) except: Option<u16>,
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The nearest of those with room.
    pub(super) node: Option<u16>,
    /// Nodes that are up.
    pub(super) up: u32,
    /// Of these, without room.
    pub(super) full: u32,
}

impl Nodes {
    /// Takes a new list in the place of the old one; returns the nodes that are no longer in it.
    ///
    /// Reservations stay, also where a node's capacity falls below them: nobody is moved for that.
    pub(super) fn learn(
        &mut self,
        now: SimTime,
        infos: &[ServerInfo],
        addresses: &AddressTable,
    ) -> Vec<u16> {
        let (before, mut listed) = (self.nodes.len(), vec![false; self.nodes.len()]);
        for info in infos {
            match self.numbers.get(&info.peer) {
                Some(number) if usize::from(*number) < before => {
                    listed[usize::from(*number)] = true;
                    self.renew(now, *number, info);
                }
                Some(_) => {}
                None => self.add(now, info),
            }
        }
        self.locate(addresses);
        let gone = (0..before as u16).filter(|number| !listed[usize::from(*number)]);
        gone.filter(|number| {
            let state = &mut self.nodes[usize::from(*number)].state;
            std::mem::replace(state, State::Withdrawn) == State::Up
        })
        .collect()
    }

    fn renew(&mut self, now: SimTime, number: u16, info: &ServerInfo) {
        let node = &mut self.nodes[usize::from(number)];
        (node.address, node.capacity) = (info.address, info.capacity);
        if node.state == State::Withdrawn {
            (node.state, node.last_heard) = (State::Up, now);
        }
    }

    fn add(&mut self, now: SimTime, info: &ServerInfo) {
        self.numbers.insert(info.peer, self.nodes.len() as u16);
        self.nodes.push(Node {
            peer: info.peer,
            address: info.address,
            network: None,
            capacity: info.capacity,
            reserved: BitRate::ZERO,
            last_heard: now,
            state: State::Up,
        });
    }

    /// Finds out where the nodes are.
    pub(super) fn locate(&mut self, addresses: &AddressTable) {
        for node in &mut self.nodes {
            node.network = addresses.lookup(node.address).map(|place| place.network);
        }
    }

    /// The number of the node that is this peer.
    pub(super) fn find(&self, peer: PeerId) -> Option<u16> {
        self.numbers.get(&peer).copied()
    }

    pub(super) fn peer(&self, number: u16) -> PeerId {
        self.nodes[usize::from(number)].peer
    }

    /// Notes a heartbeat; tells whether the node had been down.
    pub(super) fn heard(&mut self, number: u16, now: SimTime) -> bool {
        let node = &mut self.nodes[usize::from(number)];
        node.last_heard = now;
        let back = node.state == State::Down;
        if back {
            node.state = State::Up;
        }
        back
    }

    /// When the node that has been silent for longest was last heard, among those that are up.
    pub(super) fn oldest(&self) -> Option<SimTime> {
        self.up().map(|(_, node)| node.last_heard).min()
    }

    /// Notes that every node silent for `patience` is down; returns these.
    pub(super) fn expire(&mut self, now: SimTime, patience: Span) -> Vec<u16> {
        let silent: Vec<u16> = self
            .up()
            .filter(|(_, node)| node.last_heard + patience <= now)
            .map(|(number, _)| number)
            .collect();
        for number in &silent {
            self.nodes[usize::from(*number)].state = State::Down;
        }
        silent
    }

    /// The nearest node by round trip with room; among equals the one learned first.
    pub(super) fn nearest(&self, wanted: Wanted, routes: &RouteTable) -> Found {
        let mut found = Found::default();
        let mut best = None;
        for (number, node) in self.up() {
            found.up += 1;
            if wanted.room.is_some_and(|room| node.reserved + room > node.capacity) {
                found.full += 1;
            } else if wanted.except != Some(number) {
                let rank = (round_trip_ms(node.network, wanted.network, routes), number);
                best = Some(best.map_or(rank, |least| rank.min(least)));
            }
        }
        found.node = best.map(|(_, number)| number);
        found
    }

    pub(super) fn reserve(&mut self, number: u16, rate: BitRate) {
        self.nodes[usize::from(number)].reserved += rate;
    }

    pub(super) fn release(&mut self, number: u16, rate: BitRate) {
        let node = &mut self.nodes[usize::from(number)];
        node.reserved = node.reserved - rate;
    }

    /// What is reserved at all nodes together.
    pub(super) fn reserved(&self) -> BitRate {
        self.nodes.iter().map(|node| node.reserved).sum()
    }

    fn up(&self) -> impl Iterator<Item = (u16, &Node)> {
        let numbered = self.nodes.iter().enumerate();
        numbered
            .filter(|(_, node)| node.state == State::Up)
            .map(|(number, node)| (number as u16, node))
    }
}

/// Round trip in milliseconds; within one network it is 0 unless a feed says otherwise, and what
/// no feed knows is farthest.
fn round_trip_ms(from: Option<AsNumber>, to: Option<AsNumber>, routes: &RouteTable) -> u32 {
    let (Some(from), Some(to)) = (from, to) else { return u32::MAX };
    let unknown = if from == to { 0 } else { u32::MAX };
    routes.path(from, to).map_or(unknown, |(_, rtt)| rtt)
}
