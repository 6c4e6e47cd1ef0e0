//! The objective function (mission row R6): what a topology costs, in the cost of one Mbps from a CDN node.

use super::config::ObjectiveConfig;
use crate::units::BitRate;

/// What one edge of the topology looks like to the objective function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeKind {
    /// Nothing is delivered.
    Unserved,
    /// A CDN node sends.
    Cdn,
    /// A peer of the same network sends, this many hops from the source.
    OnNet(u8),
    /// A peer of another network sends, this many hops from the source.
    CrossIsp(u8),
}

/// The cost of one edge: `rate` in Mbps times the weight of its kind and, for each hop, the weight of a hop.
pub(crate) fn edge_cost(config: &ObjectiveConfig, rate: BitRate, kind: EdgeKind) -> f64 {
    let mbps = rate.as_f64() / 1e6;
    mbps * match kind {
        EdgeKind::Unserved => config.unserved,
        EdgeKind::Cdn => config.cdn + config.hop,
        EdgeKind::OnNet(depth) => f64::from(depth) * config.hop,
        EdgeKind::CrossIsp(depth) => config.cross_isp + f64::from(depth) * config.hop,
    }
}

/// What is gained when a subtree of `size` members comes `hops` nearer to the source; negative hops lose.
pub(crate) fn lift_gain(config: &ObjectiveConfig, rate: BitRate, size: usize, hops: i16) -> f64 {
    rate.as_f64() / 1e6 * config.hop * size as f64 * f64::from(hops)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_costs_what_its_weights_say() {
        let (config, rate) = (ObjectiveConfig::default(), BitRate::from_kbps(500));
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}")
        };
        close(edge_cost(&config, rate, EdgeKind::Unserved), 5.0);
        close(edge_cost(&config, rate, EdgeKind::Cdn), 0.505);
        close(edge_cost(&config, rate, EdgeKind::OnNet(3)), 0.015);
        close(edge_cost(&config, rate, EdgeKind::CrossIsp(3)), 0.065);
        close(lift_gain(&config, rate, 10, 2), 0.1);
    }
}
