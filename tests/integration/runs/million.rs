//! The scenario of a million viewers, with as few of them as tests can afford.

use super::*;

/// Viewers here, and in the scenario.
const VIEWERS: u64 = 1_500;
const FULL: u64 = 1_000_000;

/// The scenario with DCMs and CDN nodes in proportion.
pub(super) fn reduced() -> Scenario {
    let full = scenario("million", &[]);
    let dcms = full.topology.isps.iter().enumerate().map(|(number, isp)| {
        format!("isp[{number}].dcms={}", (u64::from(isp.dcms) * VIEWERS).div_ceil(FULL))
    });
    let cdn = (0..full.cdn.len()).map(|number| format!("cdn[{number}].capacity=\"1.5 Gbps\""));
    let overrides: Vec<String> =
        dcms.chain(cdn).chain([format!("audience.peak={VIEWERS}")]).collect();
    scenario("million", &overrides.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn no_cluster_has_more_than_five_thousand_viewers_at_the_peak() {
    let full = scenario("million", &[]);
    let weights: f64 = full.topology.isps.iter().map(|isp| isp.weight).sum();
    for isp in &full.topology.isps {
        // Cities are drawn with equal chances: three standard deviations on top of the mean.
        let mean = FULL as f64 * isp.weight / weights / f64::from(isp.dcms);
        assert!(mean + 3.0 * mean.sqrt() <= 5_000.0, "{}: {mean}", isp.name);
        assert_eq!(isp.metros % u32::from(isp.dcms), 0, "{}: clusters are alike", isp.name);
    }
}

#[test]
fn it_reports_the_figures_and_bounds_of_any_other_run() {
    let scenario = reduced();
    let run = checked(&scenario, CoordinatorKind::ControlCenter);
    assert_eq!(figure(&run, "viewers_peak"), VIEWERS as f64);
    assert!(figure(&run, "continuity") > 0.995);
    assert!(figure(&run, "startup_delay.p50") < 4.0);
    // A fifth of the peak a minute comes until all are there.
    let ramp = mean_between(&run, "viewers", 120, 240) / VIEWERS as f64;
    assert!((ramp - 0.5).abs() < 0.02, "{ramp} of the peak two and a half minutes after kick-off");
    let offload = figure(&run, "peer_offload");
    let most = bound(&run, "peer_offload", "bound");
    assert!(offload > 0.85 * most && offload <= most, "{offload} of {most}");
    assert_eq!(figure(&run, "control_dcms"), 17.0);
    // Rows are sampled: one viewer in a thousand.
    let sessions = figure(&run, "sessions");
    assert!(run.records.peers.len() as f64 <= sessions / 1000.0 + 1.0);
    assert!(sessions > 2_000.0 && !run.records.peers.is_empty());
    let kept = run.decisions.len() as f64;
    assert!(kept < figure(&run, "assignments") / 200.0, "{kept} decisions kept");
}
