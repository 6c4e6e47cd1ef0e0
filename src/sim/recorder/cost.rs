//! What a run costs at the scenario's prices.

use super::Recorder;
use crate::metrics::LinkRow;
use crate::scenario::Cost;
use std::collections::BTreeMap;

impl Recorder {
    /// Writes what CDN and transit cost; the links' rows are written.
    pub(super) fn write_cost(&mut self, prices: Cost) {
        let (_, from_cdn) = self.peers_and_cdn();
        let cdn = from_cdn / 1e9 * prices.cdn_gb;
        let transit = billed_transit(&self.records.links) / 1e6 * prices.transit_mbps;
        self.row("cost_cdn", "money", Some(cdn));
        self.row("cost_transit", "money", Some(transit));
        self.row("cost", "money", Some(cdn + transit));
    }
}

/// Bits per second at the 95th percentile over all links between customer and provider, each in the
/// direction that carries more.
fn billed_transit(links: &[LinkRow]) -> f64 {
    let mut billed: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for link in links.iter().filter(|link| link.kind.contains("provider")) {
        let (from, to) = (link.from.as_str(), link.to.as_str());
        let most = billed.entry((from.min(to), from.max(to))).or_default();
        *most = (*most).max(link.p95.as_bps());
    }
    billed.values().map(|bps| *bps as f64).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{BitRate, Bytes, Span};

    #[test]
    fn a_link_is_billed_once_and_peering_is_free() {
        let row = |from: &str, to: &str, kind, p95| LinkRow {
            from: from.to_string(),
            to: to.to_string(),
            kind,
            capacity: BitRate::ZERO,
            bytes: Bytes::default(),
            mean: BitRate::ZERO,
            peak: BitRate::ZERO,
            p95: BitRate::from_bps(p95),
            busy: Span::ZERO,
        };
        let links = [
            row("1", "2", "customer-provider", 70),
            row("2", "1", "provider-customer", 30),
            row("3", "2", "customer-provider", 5),
            row("1", "3", "peering", 900),
            row("origin", "1", "cdn-uplink", 900),
        ];
        assert_eq!(billed_transit(&links), 75.0);
    }
}
