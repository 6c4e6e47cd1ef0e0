//! What each access ISP had to carry, beside the least that would have done.

use super::super::tables::RunTables;
use super::super::words::size;
use crate::metrics::IspRow;
use serde::Serialize;

/// The ISPs of one run.
#[derive(Debug, Serialize)]
pub(super) struct NetworkTable {
    coordinator: String,
    rows: Vec<Vec<String>>,
}

/// One table a run that has ISPs.
pub(super) fn tables(runs: &[RunTables]) -> Vec<NetworkTable> {
    let with = runs.iter().filter(|run| !run.isps.is_empty());
    let table = |run: &RunTables| NetworkTable {
        coordinator: run.manifest.coordinator.clone(),
        rows: run.isps.iter().map(row).collect(),
    };
    with.map(table).collect()
}

fn row(isp: &IspRow) -> Vec<String> {
    let copies =
        |value: Option<f64>| value.map_or("–".to_string(), |value| format!("{value:.2}"));
    let bytes = [isp.on_net, isp.peering_in, isp.transit_in, isp.off_net_out];
    let name = if isp.name.is_empty() { "–".to_string() } else { isp.name.clone() };
    [name, isp.network.to_string(), isp.country.clone(), isp.peak_viewers.to_string()]
        .into_iter()
        .chain(bytes.map(|bytes| size(bytes.get())))
        .chain([copies(isp.border_copies), copies(isp.border_copies_bound)])
        .collect()
}
