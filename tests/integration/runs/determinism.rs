//! Same scenario and seed, same records: alone, and beside others on other threads.

use super::*;
use rayon::prelude::*;

/// Every built-in scenario, the large ones with fewer viewers.
fn all() -> Vec<(&'static str, Scenario)> {
    let of = |name| match name {
        "live_sport" => scenario(name, &["audience.peak=300"]),
        "million" => million::reduced(),
        "control/flash_crowd" => clusters::reduced(),
        _ => scenario(name, &[]),
    };
    builtin::list().map(|(name, _)| (name, of(name))).collect()
}

/// Everything that a run leaves, as text.
fn all_of(scenario: &Scenario, coordinator: CoordinatorKind) -> String {
    let until = Some(Span::from_secs(600));
    let spec = RunSpec { scenario, coordinator, seed: 7, until, check: false };
    format!("{:?}", run(&spec, &mut |_| true).expect("nobody interrupts"))
}

#[test]
fn every_scenario_is_the_same_alone_and_beside_others() {
    let runs: Vec<_> = all()
        .into_iter()
        .flat_map(|(name, scenario)| {
            // What these ask is asked of the control center alone.
            let alone = ["million", "control/flash_crowd", "control/hovering"].contains(&name);
            let others = if alone { &ALL[..1] } else { &ALL[..] };
            others.iter().map(move |kind| (name, scenario.clone(), *kind)).collect::<Vec<_>>()
        })
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
    let beside: Vec<String> =
        pool.install(|| runs.par_iter().map(|(_, run, kind)| all_of(run, *kind)).collect());
    for ((name, scenario, kind), beside) in runs.iter().zip(&beside) {
        // Not an `assert_eq`: each text has some megabytes.
        assert!(all_of(scenario, *kind) == *beside, "{name} under {}", kind.name());
    }
}
