//! Clients that measure their uplink because their coordinator asked for it: for a moment they send to a CDN node
//! what they believe they could send and do not, and see how much goes out in all.
//!
//! A probe is a flow like any other: it takes its share of every link that it crosses. Not here: who is asked
//! when, and what is made of the answer.

use super::edges::NO_EDGE;
use super::event::Event;
use super::peers::Slot;
use super::recorder::Truth;
use super::world::World;
use crate::net::fluid::FlowRate;
use crate::proto::UplinkFinding;
use crate::units::{FlowId, PeerId, Span};
use std::collections::BTreeMap;

/// How long it sends (assumption: ten round trips of a slow line, so that what goes out has settled).
const LASTS: Span = Span::from_secs(1);

/// The probes under way.
#[derive(Debug, Default)]
pub(super) struct Probes {
    flows: BTreeMap<Slot, FlowId>,
}

impl World<'_> {
    /// A client is asked to send to a CDN node as much as it can.
    pub(super) fn probe(&mut self, slot: Slot, target: PeerId) {
        let Some(target) = self.slot_of(target) else { return };
        let sites = (self.peer(slot).site, self.peer(target).site);
        if self.probes.flows.contains_key(&slot) || !self.fabric.is_up(sites.0, sites.1) {
            return;
        }
        let believes = FlowRate::from(self.believed(slot));
        let sends = self.fabric.fluid.load(self.peer(slot).uplink);
        let missing = FlowRate(believes.get().saturating_sub(sends.get()));
        let flow = self.fabric.add_flow(self.ends_of(slot, target), sites, missing);
        self.name_flow(flow, NO_EDGE);
        self.probes.flows.insert(slot, flow);
        let generation = self.peer(slot).generation;
        self.schedule(self.now + LASTS, Event::Probed { slot, generation });
    }

    /// The moment is over: what went out is said in the next report.
    pub(super) fn probed(&mut self, slot: Slot) {
        let Some(flow) = self.probes.flows.remove(&slot) else { return };
        let own = self.fabric.fluid.rate(flow).as_bit_rate();
        self.recorder.uplinks.probed(own.bytes_in(LASTS));
        let held_back = self.fabric.fluid.rate(flow) < self.fabric.fluid.cap(flow);
        let sends = self.fabric.fluid.load(self.peer(slot).uplink).as_bit_rate();
        self.fabric.fluid.remove_flow(flow);
        // A probe that got through whole says nothing against what is believed, whatever children take.
        let believed = self.believed(slot);
        let carries = if held_back { sends.min(believed) } else { believed };
        let peer = self.peer_mut(slot);
        (peer.believed, peer.new_uplink) = (carries, true);
    }

    /// The coordinator has concluded something about a client's uplink.
    pub(super) fn note_uplink(&mut self, finding: &UplinkFinding) {
        self.recorder.events.measured(finding);
        let Some(slot) = self.slot_of(finding.peer) else { return };
        if let Some(number) = self.peer(slot).session {
            let truth = Truth::of(self.peer(slot), &self.sessions[number as usize]);
            self.recorder.uplinks.found(finding, truth);
        }
    }

    /// Whoever goes sends nothing any more.
    pub(super) fn give_up_probe(&mut self, slot: Slot) {
        if let Some(flow) = self.probes.flows.remove(&slot) {
            self.fabric.fluid.remove_flow(flow);
        }
    }
}
