//! The coordinators by their names.

use crate::baseline::{CdnOnly, Locality, Tracker};
use crate::control::{ControlCenter, ControlConfig};
use crate::proto::Coordinator;
use crate::scenario::{CoordinatorKind, Scenario};
use crate::units::stream;

/// A coordinator that knows nothing yet.
pub(super) fn build(scenario: &Scenario, kind: CoordinatorKind, seed: u64) -> Box<dyn Coordinator> {
    let tracker = |locality| {
        Box::new(Tracker::new(scenario.tracker.clone(), locality, stream(seed, "tracker", 0)))
    };
    match kind {
        CoordinatorKind::ControlCenter => Box::new(
            ControlCenter::new(control_config(scenario)).governed_by(scenario.policies.clone()),
        ),
        CoordinatorKind::CdnOnly => {
            Box::new(CdnOnly::new(scenario.cdn_only, scenario.client.heartbeat))
        }
        CoordinatorKind::TrackerRandom => tracker(Locality::Random),
        CoordinatorKind::TrackerLocal => tracker(Locality::Local),
    }
}

/// The settings of the control center, with what the scenario says of each ISP.
fn control_config(scenario: &Scenario) -> ControlConfig {
    let graph = &scenario.topology.graph;
    let isps = scenario.topology.isps.iter();
    let large = isps.filter(|isp| isp.dcms > 1);
    let dcms = large.map(|isp| (graph.at(isp.network).number, isp.dcms)).collect();
    ControlConfig { dcms, ..scenario.control.clone() }
}
