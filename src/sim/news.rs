//! What a heartbeat carries only when it has changed: measured paths, the measured uplink, the load of the
//! device, and which DCM it has been told of.

use super::peers::{NO_SLOT, Slot};
use super::world::World;
use crate::net::fluid::FlowRate;
use crate::proto::{MeasuredPath, News};
use crate::units::Ratio;

impl World<'_> {
    /// What has changed since the last report: paths measured by handshakes, the load, the DCM.
    pub(super) fn news(&mut self, slot: Slot) -> Option<Box<News>> {
        let peer = self.peer_mut(slot);
        let new =
            [&mut peer.new_paths, &mut peer.new_load, &mut peer.new_dcm, &mut peer.new_uplink];
        let [paths, load, dcm, uplink] = new.map(std::mem::take);
        (paths || load || dcm || uplink).then(|| {
            Box::new(News {
                cpu_load: if load { self.cpu_load(slot) } else { None },
                paths: if paths { self.measured_paths(slot) } else { Vec::new() },
                dcm: self.peer(slot).dcm.filter(|_| dcm),
                uplink: uplink.then_some(self.peer(slot).believed),
            })
        })
    }

    /// Paths that it has not reported yet, each parent once.
    fn measured_paths(&mut self, slot: Slot) -> Vec<MeasuredPath> {
        let mut paths: Vec<MeasuredPath> = Vec::new();
        for substream in self.substreams_of(slot) {
            let id = self.edges.id(slot, substream);
            let parent = self.edges.get(id).parent;
            let unreported = std::mem::take(&mut self.edges.detail_mut(id).unreported);
            if !unreported || parent == NO_SLOT {
                continue;
            }
            let (parent, delay) = (self.peer(parent).id, self.one_way(parent, slot));
            if let Some(delay) = delay.filter(|_| paths.iter().all(|path| path.parent != parent)) {
                paths.push(MeasuredPath { parent, rtt: delay * 2 });
            }
        }
        paths
    }

    /// Share of what the device can forward that its children take; none where that is not limited.
    fn cpu_load(&self, slot: Slot) -> Option<Ratio> {
        let peer = self.peer(slot);
        let cpu = self.sessions[peer.session? as usize].cpu?;
        let rate = FlowRate(self.sending(slot)).as_bit_rate();
        Ratio::new((rate.as_f64() / cpu.as_f64().max(1.0)).min(1.0))
    }
}
