//! Clients of all kinds ask for the content.

use super::stage::{ADDRESSES, Stage};
use grandstand::proto::{Device, Terms};
use grandstand::units::{Address, NatKind};

impl Stage {
    /// A client of network 1 that anybody can reach, with this uplink in kbps.
    pub(super) fn join(&mut self, name: &str, uplink_kbps: u64) {
        self.join_from(name, uplink_kbps, NatKind::Open, 1);
    }

    pub(super) fn join_behind(&mut self, name: &str, uplink_kbps: u64, nat: NatKind) {
        self.join_from(name, uplink_kbps, nat, 1);
    }

    pub(super) fn join_from(&mut self, name: &str, uplink_kbps: u64, nat: NatKind, network: u32) {
        let peer = self.enter(name, network, nat, uplink_kbps);
        self.ask(peer);
    }

    /// A client of network 1 that anybody can reach and that has limits.
    pub(super) fn join_with(&mut self, name: &str, uplink_kbps: u64, device: Device) {
        let peer = self.enter(name, 1, NatKind::Open, uplink_kbps);
        self.actors[peer.index()].device = device;
        self.ask(peer);
    }

    /// A client of network 1 that anybody can reach and that states its terms.
    pub(super) fn join_on(&mut self, name: &str, uplink_kbps: u64, terms: Terms) {
        let peer = self.enter(name, 1, NatKind::Open, uplink_kbps);
        self.actors[peer.index()].terms = terms;
        self.ask(peer);
    }

    /// A client of network 1 in an enterprise: all of one number come from the same address.
    pub(super) fn join_at_work(&mut self, name: &str, uplink_kbps: u64, office: u32) {
        let peer = self.enter(name, 1, NatKind::Symmetric, uplink_kbps);
        let actor = &mut self.actors[peer.index()];
        actor.address = Address(2 * ADDRESSES - 1 - office);
        actor.terms.lan_only = true;
        self.ask(peer);
    }
}
