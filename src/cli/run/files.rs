//! What one run leaves behind, as names and bytes.

use super::super::charts;
use super::super::exit::Failure;
use super::super::output::Files;
use super::Job;
use crate::metrics::RunRecords;
use crate::report::charts::ChartRun;
use crate::report::{Manifest, csv, manifest_toml, topology_graphml};
use crate::scenario::{CoordinatorKind, GraphSource, Scenario, to_toml};
use crate::sim::Outcome;
use crate::units::SimTime;
use std::collections::BTreeSet;

/// Of the AS graph that the program carries (`assets/ATTRIBUTION.md`).
const GRAPH: &str = "AS graph of 22 July 2006: M. E. J. Newman, from University of Oregon RouteViews \
    BGP tables (CC BY 4.0)";
/// Of the size table that the program carries (`assets/ATTRIBUTION.md`).
const SIZES: &str = "AS sizes: RouteViews, DB-IP (https://db-ip.com), NRO — CC BY 4.0";

/// All that says how to repeat a run.
pub(super) fn manifest(job: &Job<'_>, coordinator: CoordinatorKind, outcome: &Outcome) -> Manifest {
    Manifest {
        name: job.scenario.name.clone(),
        coordinator: coordinator.name().to_string(),
        seed: job.scenario.seed,
        overrides: job.scenario.overrides.clone(),
        until: job.arguments.choices.until.map(|until| until.to_string()),
        version: env!("CARGO_PKG_VERSION").to_string(),
        commit: option_env!("GRANDSTAND_COMMIT").map(str::to_string),
        event_digest: format!("{:016x}", outcome.digest),
        attribution: attribution(&job.scenario),
        scenario: to_toml(&job.scenario),
    }
}

/// Every file but the wall-clock figures.
pub(super) fn of_run(
    manifest: &Manifest,
    outcome: &Outcome,
    charted: &ChartRun,
    graphml: bool,
) -> Result<Files, Failure> {
    let records = &outcome.records;
    let mut files = vec![
        named("manifest.toml", manifest_toml(manifest).into_bytes()),
        named("summary.csv", csv::summary_csv(&records.summary)),
        named("timeseries.csv", csv::timeseries_csv(&records.series)),
        named("distributions.csv", csv::distributions_csv(&records.distributions)),
        named("peers.csv", csv::peers_csv(&records.peers)),
        named("links.csv", csv::links_csv(&records.links)),
        named("isps.csv", csv::isps_csv(&records.isps)),
        named("assignments.csv", csv::assignments_csv(&outcome.decisions)),
        named("clusters.csv", csv::clusters_csv(&outcome.regroupings)),
        named("transfers.csv", csv::transfers_csv(&records.transfers)),
        named("topology.csv", csv::topology_csv(&records.topology)),
        named("groups.csv", csv::groups_csv(&records.groups)),
        named("events.csv", csv::events_csv(&records.events)),
        named("bounds.csv", csv::bounds_csv(&records.bounds)),
    ];
    if graphml {
        files.extend(graphs(records));
    }
    files.extend(charts::files(std::slice::from_ref(charted), &charts::options(manifest))?);
    Ok(files)
}

/// One file an instant, named by its seconds.
fn graphs(records: &RunRecords) -> Files {
    let instants: BTreeSet<SimTime> = records.topology.iter().map(|row| row.time).collect();
    let file = |instant: SimTime| {
        let name = format!("topology-{}s.graphml", instant.as_secs_f64());
        (name, topology_graphml(&records.topology, instant).into_bytes())
    };
    instants.into_iter().map(file).collect()
}

fn named(name: &str, bytes: Vec<u8>) -> (String, Vec<u8>) {
    (name.to_string(), bytes)
}

/// Whose data the scenario uses.
fn attribution(scenario: &Scenario) -> Vec<String> {
    match &scenario.topology.source {
        GraphSource::Text(graph) if graph.name.starts_with("builtin:") => {
            [GRAPH, SIZES].map(str::to_string).to_vec()
        }
        _ => Vec::new(),
    }
}
