//! The scenario `million` at several sizes under the control center: what a viewer costs as the
//! audience grows.
//!
//! CDN nodes and the number of DCMs grow with the audience, so that clusters stay alike. Sizes and
//! minutes can be given: `cargo bench --bench whole_run -- 10000 1000000 30min`. The memory is the
//! most that the process has had so far: `scripts/growth.sh` starts one a size.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use grandstand::cli::usage::{peak_memory, thread_cpu_time};
use grandstand::scenario::{CoordinatorKind, Scenario, builtin, load};
use grandstand::sim::{Outcome, RunSpec, run};
use grandstand::units::Span;

// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Viewers for which the scenario is written.
const FULL: u64 = 1_000_000;

/// The scenario with this many viewers at the peak.
fn scaled(viewers: u64) -> Scenario {
    let text = builtin::text("million").expect("a built-in scenario");
    let no_file = |name: &str| Err(format!("no file {name}"));
    let full = load(text, "million", &[], &no_file).expect("a valid scenario");
    let mut overrides = vec![format!("audience.peak={viewers}")];
    for (number, isp) in full.topology.isps.iter().enumerate() {
        let dcms = (u64::from(isp.dcms) * viewers).div_ceil(FULL);
        overrides.push(format!("isp[{number}].dcms={dcms}"));
    }
    for (number, cdn) in full.cdn.iter().enumerate() {
        let mbps = (cdn.capacity.as_bps() / FULL * viewers).div_ceil(1_000_000);
        overrides.push(format!("cdn[{number}].capacity=\"{mbps} Mbps\""));
    }
    load(text, "million", &overrides, &no_file).expect("a valid scenario")
}

fn measure(viewers: u64, until: Option<Span>, is_measured: bool) {
    let scenario = scaled(viewers);
    let spec = RunSpec {
        scenario: &scenario,
        coordinator: CoordinatorKind::ControlCenter,
        seed: scenario.seed,
        until,
        check: !is_measured,
    };
    let begin = thread_cpu_time();
    let outcome = run(&spec, &mut |_| true).expect("nobody interrupts");
    let cpu = begin.zip(thread_cpu_time()).map(|(from, to)| (to - from).as_secs_f64());
    print(viewers, &outcome, cpu);
    assert_eq!(outcome.violations, Vec::<String>::new());
}

fn print(viewers: u64, outcome: &Outcome, cpu: Option<f64>) {
    let summary = outcome.records.summary.iter();
    let peer_seconds =
        summary.clone().find(|row| row.metric == "peer_seconds").and_then(|row| row.value);
    let peer_seconds = peer_seconds.unwrap_or(0.0);
    let (seconds, speed) = cpu.map_or((f64::NAN, f64::NAN), |cpu| (cpu, peer_seconds / cpu / 1e6));
    println!(
        "{viewers:>9}{:>12}{peer_seconds:>14.0}{seconds:>10.2}{speed:>10.2}{:>10.1}  {:016x}",
        outcome.events,
        peak_memory().unwrap_or(f64::NAN) / 1e6,
        outcome.digest
    );
}

fn main() {
    // `cargo bench` passes --bench; without it this is a test, and tiny.
    let full = std::env::args().any(|argument| argument == "--bench");
    let given: Vec<String> = std::env::args().skip(1).collect();
    let minutes = given.iter().find_map(|argument| argument.strip_suffix("min")?.parse().ok());
    let mut until = minutes.map(|minutes: u64| Span::from_secs(60 * minutes));
    let mut sizes: Vec<u64> = given.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = if full { vec![1_000, 10_000, 100_000] } else { vec![300] };
    }
    if !full {
        until = Some(Span::from_secs(420));
    }
    println!(
        "{:>9}{:>12}{:>14}{:>10}{:>10}{:>10}  digest",
        "viewers", "events", "peer-seconds", "CPU s", "M/CPU s", "MB"
    );
    sizes.iter().for_each(|viewers| measure(*viewers, until, full));
}
