//! Devices on which sessions of several contents run: they have one line, one address and one uplink to lend.
//!
//! Whoever watches one content is a session and nothing more, and has no entry here.

use super::peers::{Role, Slot};
use super::workload::Session;
use super::world::World;
use crate::net::fluid::FlowRate;
use crate::units::{Address, BitRate, HostId, LinkId};
use std::collections::BTreeMap;

/// The devices with a session present.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    present: BTreeMap<HostId, Host>,
    /// Links of devices that have gone.
    vacant: Vec<[LinkId; 2]>,
}

/// A device.
#[derive(Clone, Debug)]
struct Host {
    /// Its sessions, in the order in which they came.
    slots: Vec<Slot>,
    links: [LinkId; 2],
    address: Address,
    /// It was one session's alone, whose links these are.
    lent: bool,
}

impl World<'_> {
    /// A session begins on a device: gives it the device's links and its address.
    pub(super) fn enter_host(&mut self, slot: Slot, host: HostId) {
        if !self.hosts.present.contains_key(&host) {
            let links = self
                .hosts
                .vacant
                .pop()
                .unwrap_or_else(|| [(); 2].map(|()| self.fabric.fluid.add_link(BitRate::ZERO)));
            let address = self.peer(slot).address;
            self.hosts
                .present
                .insert(host, Host { slots: Vec::new(), links, address, lent: false });
        }
        if let Some(device) = self.hosts.present.get_mut(&host) {
            device.slots.push(slot);
            let peer = &mut self.peers[slot as usize];
            [peer.uplink, peer.downlink] = device.links;
            peer.address = device.address;
        }
    }

    /// A session on a device is over.
    pub(super) fn leave_host(&mut self, slot: Slot, host: HostId) {
        let Some(device) = self.hosts.present.get_mut(&host) else { return };
        device.slots.retain(|other| *other != slot);
        match (device.slots.as_slice(), device.lent) {
            ([], false) => {
                self.hosts.vacant.push(device.links);
                self.hosts.present.remove(&host);
            }
            ([], true) => _ = self.hosts.present.remove(&host),
            ([owner], true) if self.peers[*owner as usize].role == Role::Viewer => {
                self.peers[*owner as usize].host = None;
                self.hosts.present.remove(&host);
            }
            _ => {}
        }
    }

    /// A session that has its device to itself makes room for another one: its links become the device's.
    pub(super) fn lend_device(&mut self, slot: Slot, host: HostId) {
        let peer = &mut self.peers[slot as usize];
        peer.host = Some(host);
        let (links, address) = ([peer.uplink, peer.downlink], peer.address);
        let device = Host { slots: vec![slot], links, address, lent: true };
        self.hosts.present.insert(host, device);
    }

    /// Whether no other viewer's session is on the device of this one.
    pub(super) fn is_last_on_host(&self, slot: Slot) -> bool {
        let watches = |other: &Slot| self.peer(*other).role == Role::Viewer;
        self.on_same_host(slot).iter().filter(|other| watches(other)).count() == 1
    }

    /// The sessions on the same device as this one, itself included.
    pub(super) fn on_same_host(&self, slot: Slot) -> Vec<Slot> {
        let device = self.peer(slot).host.and_then(|host| self.hosts.present.get(&host));
        device.map_or_else(|| vec![slot], |device| device.slots.clone())
    }

    /// Whether a session is the first of those present on its device, which stands for it where
    /// devices are counted.
    pub(super) fn stands_for_its_host(&self, slot: Slot) -> bool {
        let device = self.peer(slot).host.and_then(|host| self.hosts.present.get(&host));
        device.is_none_or(|device| device.slots.first() == Some(&slot))
    }

    /// What all sessions on a device, or a CDN node, have promised to send, in the unit of flows.
    pub(super) fn sending(&self, slot: Slot) -> u64 {
        if self.peer(slot).host.is_none() {
            return self.peer(slot).sending;
        }
        self.on_same_host(slot).iter().map(|other| self.peer(*other).sending).sum()
    }

    /// What a client takes its lent uplink for before it has measured it.
    pub(super) fn believed(&self, slot: Slot) -> BitRate {
        let peer = self.peer(slot);
        let session = peer.session.map(|number| &self.sessions[number as usize]);
        session.map_or(peer.lent, Session::believed)
    }

    /// Whether the uplink lent has room for one more substream of this rate, as the client believes.
    pub(super) fn has_room(&self, slot: Slot, full: u64) -> bool {
        self.sending(slot) + full <= FlowRate::from(self.peer(slot).believed).get()
    }

    /// Uplink that is lent and not in use, as the client believes.
    pub(super) fn spare(&self, slot: Slot) -> BitRate {
        self.peer(slot).believed - FlowRate(self.sending(slot)).as_bit_rate()
    }
}
