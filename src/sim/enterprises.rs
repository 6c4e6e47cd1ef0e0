//! Networks of enterprises: viewers behind one line and one public address, who reach each other over a network
//! of their own that does not load the line.
//!
//! Not here: who sits in which ([`super::workload`]), and that they serve nobody else, which is theirs to say.

use super::peers::Slot;
use super::workload::Session;
use super::world::World;
use crate::units::{Address, LinkId, Metro, Span};

/// Round trip between two devices on one network (assumption: a switched office network).
pub(super) const LAN_RTT: Span = Span::from_millis(1);

/// An enterprise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Enterprise {
    /// Its line, up and down.
    line: [LinkId; 2],
    /// Given to the first who comes.
    address: Option<Address>,
}

impl World<'_> {
    /// Lays the lines of all enterprises in which somebody will sit.
    pub(super) fn open_enterprises(&mut self) {
        for number in 0..self.sessions.len() {
            let Session { enterprise, access, .. } = self.sessions[number];
            let rule = self.scenario.access[usize::from(access)].enterprise;
            // They are numbered in the order in which they are first met.
            if let (Some(nth), Some(rule)) = (enterprise, rule)
                && nth as usize == self.enterprises.len()
            {
                let line =
                    [rule.uplink, rule.downlink].map(|rate| self.fabric.fluid.add_link(rate));
                self.enterprises.push(Enterprise { line, address: None });
            }
        }
    }

    /// In which enterprise somebody sits.
    pub(super) fn enterprise_of(&self, slot: Slot) -> Option<u32> {
        if self.enterprises.is_empty() {
            return None;
        }
        self.sessions[self.peer(slot).session? as usize].enterprise
    }

    /// Whether two are on one network of an enterprise.
    pub(super) fn on_one_lan(&self, a: Slot, b: Slot) -> bool {
        let enterprise = self.enterprise_of(a);
        enterprise.is_some() && enterprise == self.enterprise_of(b)
    }

    /// The public address of a session: its own, or that of its enterprise.
    pub(super) fn public_address(&mut self, session: u32) -> Address {
        let Session { enterprise, isp, metro, .. } = self.sessions[session as usize];
        let Some(number) = enterprise else { return self.address(isp, metro) };
        let known = self.enterprises[number as usize].address;
        known.unwrap_or_else(|| self.new_address(number, isp, metro))
    }

    fn new_address(&mut self, enterprise: u32, isp: u16, metro: Metro) -> Address {
        let address = self.address(isp, metro);
        self.enterprises[enterprise as usize].address = Some(address);
        address
    }

    /// The links that data from one to the other leave by and come in by, in their order: with the lines of
    /// enterprises, unless they stay within one.
    pub(super) fn ends_of(&self, from: Slot, to: Slot) -> [[Option<LinkId>; 2]; 2] {
        let (above, below) = (self.peer(from), self.peer(to));
        let inside = self.on_one_lan(from, to);
        let line = |slot: Slot, way: usize| {
            let enterprise = self.enterprise_of(slot).filter(|_| !inside)?;
            Some(self.enterprises[enterprise as usize].line[way])
        };
        [[Some(above.uplink), line(from, 0)], [line(to, 1), Some(below.downlink)]]
    }
}
