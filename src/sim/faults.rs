//! What goes wrong, and is mended.

use super::edges::{EdgeId, Loss};
use super::event::Event;
use super::fabric::LinkChange;
use super::peers::NO_SLOT;
use super::world::World;
use crate::proto::Finding;
use crate::scenario::FaultKind;
use crate::units::{AsIndex, AsNumber, dist, stream};

impl World<'_> {
    /// A fault begins or ends.
    pub(super) fn fault(&mut self, number: u32, begins: bool) {
        self.recorder.fault(self.now, begins);
        let kind = self.scenario.faults[number as usize].kind.clone();
        if !begins && let Some(ends) = kind.link() {
            self.recorder.links.ends(self.now, self.numbers(ends));
        }
        // Vanishing takes no time, so it has no end.
        if begins || !matches!(kind, FaultKind::PeersVanish { .. }) {
            let detail = self.fault_in_words(&kind);
            self.recorder.events.fault(self.now, begins, detail);
        }
        match kind {
            FaultKind::LinkDown { a, b } => {
                self.fabric
                    .set_link((a, b), if begins { LinkChange::Fail } else { LinkChange::Repair });
                self.schedule(self.now + self.scenario.network.convergence, Event::Converge);
                if begins {
                    self.mark_broken_paths();
                }
            }
            FaultKind::LinkCapacity { a, b, capacity } => {
                self.fabric.set_link(
                    (a, b),
                    if begins { LinkChange::Resize(capacity) } else { LinkChange::Repair },
                );
            }
            FaultKind::CdnDown { cdn } => self.switch_cdn(cdn, !begins),
            FaultKind::PeersVanish { share } if begins => self.make_vanish(number, share.get()),
            FaultKind::PeersVanish { .. } => {}
            FaultKind::ControlDown => {
                self.center_down = begins;
                self.wake_coordinator();
            }
        }
        if begins && let Some(ends) = kind.link() {
            let felt = self.is_felt(ends);
            self.recorder.links.begins(self.now, self.numbers(ends), felt);
        }
    }

    fn numbers(&self, ends: [AsIndex; 2]) -> [AsNumber; 2] {
        ends.map(|end| self.scenario.topology.graph.at(end).number)
    }

    /// Whether more is to go over the link, in one direction, than it carries now.
    fn is_felt(&self, ends: [AsIndex; 2]) -> bool {
        let Some(links) = self.fabric.links_between(ends) else { return false };
        let mut wanted = [0_u64; 2];
        for id in 0..self.edges.len() as EdgeId {
            let parent = self.edges.get(id).parent;
            if parent == NO_SLOT {
                continue;
            }
            let (child, _) = self.edges.owner(id);
            let path = self.fabric.border_links(self.peer(parent).site, self.peer(child).site);
            for (wanted, link) in wanted.iter_mut().zip(links) {
                *wanted += u64::from(path.contains(&link)) * self.stream_of(child).full;
            }
        }
        let carried = links.map(|link| self.fabric.carries(link).get());
        wanted.iter().zip(carried).any(|(wanted, carried)| *wanted > carried)
    }

    /// The coordinator has concluded something about a link.
    pub(super) fn note_finding(&mut self, finding: &Finding) {
        let full = self.fabric.is_full(finding.from, finding.to);
        self.recorder.links.found(finding, full);
        self.recorder.events.found(finding);
    }

    /// The kind of a fault, as scenarios name it, and what it strikes.
    fn fault_in_words(&self, kind: &FaultKind) -> String {
        let graph = &self.scenario.topology.graph;
        let link = |a, b| format!("{}-{}", graph.at(a).number, graph.at(b).number);
        match *kind {
            FaultKind::LinkDown { a, b } => format!("link_down {}", link(a, b)),
            FaultKind::LinkCapacity { a, b, capacity } => {
                format!("link_capacity {} {} bps", link(a, b), capacity.as_bps())
            }
            FaultKind::CdnDown { cdn } => format!("cdn_down {}", self.scenario.cdn[cdn].name),
            FaultKind::PeersVanish { share } => format!("peers_vanish {}", share.get()),
            FaultKind::ControlDown => "control_down".to_string(),
        }
    }

    /// Edges whose path has just broken wait for data from now on.
    fn mark_broken_paths(&mut self) {
        for id in 0..self.edges.len() as EdgeId {
            let edge = self.edges.get(id);
            if edge.parent != NO_SLOT {
                let (child, _) = self.edges.owner(id);
                if !self.fabric.is_up(self.peer(edge.parent).site, self.peer(child).site) {
                    self.mark_lost(id, Loss::Link);
                }
            }
        }
    }

    /// Routing has converged: flows whose route has changed take the new one.
    pub(super) fn converge(&mut self) {
        self.book_all();
        let flowing: Vec<EdgeId> = (0..self.edges.len() as EdgeId)
            .filter(|id| self.edges.get(*id).parent != NO_SLOT)
            .collect();
        let routes: Vec<_> = flowing.iter().map(|id| self.route_of(*id)).collect();
        self.fabric.converge();
        for (id, before) in flowing.into_iter().zip(routes) {
            if self.route_of(id) != before {
                self.reroute(id);
            }
        }
        self.send_routes();
    }

    fn route_of(&self, id: EdgeId) -> Option<crate::units::RouteId> {
        let (child, _) = self.edges.owner(id);
        self.fabric.route(self.peer(self.edges.get(id).parent).site, self.peer(child).site)
    }

    fn reroute(&mut self, id: EdgeId) {
        let (child, _) = self.edges.owner(id);
        let parent = self.edges.get(id).parent;
        if let Some(flow) = self.edges.get_mut(id).flow.take() {
            self.fabric.fluid.remove_flow(flow);
        }
        if let Some(delay) = self.one_way(parent, child) {
            let class = self.fabric.class(self.peer(parent).site, self.peer(child).site);
            let edge = self.edges.get_mut(id);
            edge.offset = delay + self.scenario.tree.forward_delay;
            edge.class = class.unwrap_or(edge.class);
        }
        self.open_flow(id);
        self.dirty.push(id);
    }

    /// A CDN node is lost, or is back.
    fn switch_cdn(&mut self, cdn: usize, on: bool) {
        let slot = self.slots[cdn];
        if on {
            let heartbeat = self.scenario.client.heartbeat;
            let peer = self.peer_mut(slot);
            (peer.present, peer.generation) = (true, peer.generation + 1);
            let generation = peer.generation;
            self.schedule(self.now + heartbeat, Event::Beat { slot, generation });
        } else {
            self.vanish(slot, true);
        }
    }

    /// A share of those present goes without a word.
    fn make_vanish(&mut self, fault: u32, share: f64) {
        let mut rng = stream(self.spec.seed, "vanish", u64::from(fault));
        // In the order in which they came: where they sit is of no account.
        for number in self.all_viewers() {
            let slot = self.slots[number];
            // A device is drawn once, and all that runs on it goes with it.
            if slot != NO_SLOT && self.stands_for_its_host(slot) && dist::chance(&mut rng, share) {
                self.on_same_host(slot).into_iter().for_each(|session| self.vanish(session, true));
            }
        }
    }
}
