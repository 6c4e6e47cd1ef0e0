//! Charts of one run or of several, as files; the same from a run and from its tables.

use super::exit::Failure;
use super::output::{CHARTS, Files};
use super::progress;
use crate::report::Manifest;
use crate::report::charts::{Chart, ChartError, ChartOptions, ChartRun, Format};
use crate::units::parse;

/// What a fault is called in charts, by the key that says it in a scenario.
const FAULTS: [(&str, &str); 5] = [
    ("link_down", "link down"),
    ("link_capacity", "link capacity"),
    ("cdn_down", "CDN node down"),
    ("peers_vanish", "viewers vanish"),
    ("control_down", "control center down"),
];

/// Every chart of these runs in both formats, in the folder of charts.
pub(super) fn files(runs: &[ChartRun], options: &ChartOptions) -> Result<Files, Failure> {
    let mut files = Files::new();
    for chart in Chart::of(runs) {
        files.extend(both(chart.name(), |format| chart.render(runs, options, format))?);
    }
    Ok(files)
}

/// A chart in both formats, in the folder of charts; an interrupt is noticed before each.
pub(super) fn both(
    name: &str,
    draw: impl Fn(Format) -> Result<Vec<u8>, ChartError>,
) -> Result<Files, Failure> {
    let one = |format: Format| {
        if progress::interrupted() {
            return Err(Failure::Interrupted);
        }
        let bytes = draw(format).map_err(|error| Failure::Bug(format!("bug: {error}\n")))?;
        Ok((format!("{CHARTS}/{name}.{}", format.extension()), bytes))
    };
    [Format::Svg, Format::Png].into_iter().map(one).collect()
}

/// What the charts say of the run that a manifest describes.
pub(super) fn options(manifest: &Manifest) -> ChartOptions {
    let scenario: toml::Table = manifest.scenario.parse().unwrap_or_default();
    let heartbeat = scenario.get("client").and_then(|client| client.get("heartbeat"));
    let faults = scenario.get("fault").and_then(toml::Value::as_array);
    ChartOptions {
        scenario: manifest.name.clone(),
        seed: manifest.seed.to_string(),
        fault_names: faults.into_iter().flatten().map(fault_name).collect(),
        heartbeat: heartbeat.and_then(|text| parse::span(text.as_str()?).ok()),
    }
}

fn fault_name(fault: &toml::Value) -> String {
    let name = FAULTS.iter().find(|(key, _)| fault.get(key).is_some());
    name.map_or("fault", |(_, name)| name).to_string()
}
