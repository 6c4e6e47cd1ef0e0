//! The world of a run: who comes and goes, what fails and is mended (rows W7, S1).

use super::*;

#[test]
fn the_same_seed_gives_the_same_events_and_another_gives_others() {
    let mut tiny = scenario("tiny", &[]);
    for coordinator in ALL {
        let first = checked(&tiny, coordinator);
        assert_eq!(first.digest, checked(&tiny, coordinator).digest, "{}", coordinator.name());
    }
    let before = checked(&tiny, CoordinatorKind::ControlCenter).digest;
    tiny.seed += 1;
    assert_ne!(before, checked(&tiny, CoordinatorKind::ControlCenter).digest);
}

#[test]
fn every_coordinator_meets_the_same_viewers() {
    let who = |outcome: &Outcome| {
        let mut rows: Vec<_> = outcome
            .records
            .peers
            .iter()
            .map(|row| (row.peer, row.join, row.leave, row.nat.clone()))
            .collect();
        rows.sort_unstable();
        rows
    };
    let [first, rest @ ..] = small_match();
    for other in rest {
        assert!(who(first) == who(other), "the viewers differ");
        assert_eq!(series(first, "viewers"), series(other, "viewers"));
    }
}

#[test]
fn the_audience_follows_its_curve() {
    let viewers = series(&small_match()[0], "viewers");
    let at = |minutes: u64| {
        let time = SimTime::from_secs(minutes * 60);
        viewers.iter().find(|(sampled, _)| *sampled == time).expect("a sample a minute").1
    };
    // Baseline, kick-off ramp over, goal, half-time, final whistle.
    for (minute, expected) in [(1, 100.0), (40, 1000.0), (58, 650.0), (95, 1000.0)] {
        assert!((at(minute) - expected).abs() <= 10.0, "{} viewers at {minute} min", at(minute));
    }
    assert!(at(119) < 300.0, "{} viewers a minute before the end", at(119));
}

#[test]
fn who_is_there_before_the_first_byte_gets_it() {
    // A thousand viewers at kick-off of the run: CDN nodes alone must show them all a picture.
    let cdn_only = &small_match()[1];
    assert!(figure(cdn_only, "startup_delay.p95") < 5.0);
    let early = cdn_only.records.peers.iter().filter(|row| row.join < SimTime::from_secs(1));
    let stayed: Vec<_> = early.filter(|row| row.leave > SimTime::from_secs(30)).collect();
    assert!(stayed.len() > 20, "only {} early viewers", stayed.len());
    assert!(stayed.iter().all(|row| row.startup_delay.is_some()), "somebody never saw a picture");
}

#[test]
fn a_lost_cdn_node_is_noticed_and_used_again() {
    let [center, cdn_only, ..] = small_match();
    assert!(figure(center, "time_to_repair_cdn_node.count") > 0.0);
    assert!(figure(center, "time_to_repair_cdn_node.p95") <= 10.0);
    assert!(figure(cdn_only, "time_to_repair_cdn_node.count") > 0.0);
    let frankfurt =
        center.records.links.iter().find(|row| row.from == "frankfurt").expect("its row");
    assert!(frankfurt.peak > frankfurt.mean && frankfurt.p95 > frankfurt.mean);
}

#[test]
fn without_its_coordinator_the_audience_goes_on() {
    let cut = ["fault=[{at=\"2 min\", lasts=\"60 s\", control_down=true}]"];
    let outcome = checked(&scenario("tiny", &cut), CoordinatorKind::ControlCenter);
    // Parents are kept; whoever loses one falls back to a CDN node after three empty heartbeats.
    let during: Vec<f64> = series(&outcome, "continuity")
        .into_iter()
        .filter(|(time, _)| (120.0..200.0).contains(&time.as_secs_f64()))
        .map(|(_, value)| value)
        .collect();
    let mean = during.iter().sum::<f64>() / during.len() as f64;
    assert!(mean > 0.9, "continuity {mean} while the coordinator was away");
}

#[test]
fn when_a_third_vanishes_at_once_the_rest_watch_on() {
    let gone = ["audience.peak=300", "fault=[{at=\"60 min\", peers_vanish=\"33 %\"}]"];
    let outcome = checked(&scenario("live_sport", &gone), CoordinatorKind::ControlCenter);
    let after: Vec<f64> = series(&outcome, "continuity")
        .into_iter()
        .filter(|(time, _)| (3660.0..4200.0).contains(&time.as_secs_f64()))
        .map(|(_, value)| value)
        .collect();
    let worst = after.iter().copied().fold(1.0, f64::min);
    assert!(worst > 0.95, "continuity {worst} a minute after");
}

#[test]
fn arrivals_without_memory_give_a_poisson_number_of_viewers() {
    // N is Poisson with mean lambda E[S], whatever the sessions' distribution: here 2/s times 33 s.
    let churn = [
        "audience={arrivals=\"2 /s\", session=[{name=\"zapper\", share=1, median=\"20 s\", sigma=1.0}]}",
        "duration=\"30 min\"",
        "fault=[]",
        "output.topology_at=[]",
    ];
    let outcome = checked(&scenario("tiny", &churn), CoordinatorKind::CdnOnly);
    let settled: Vec<f64> =
        series(&outcome, "viewers").into_iter().skip(300).map(|(_, n)| n).collect();
    let mean = settled.iter().sum::<f64>() / settled.len() as f64;
    let variance =
        settled.iter().map(|n| (n - mean) * (n - mean)).sum::<f64>() / settled.len() as f64;
    let expected = 2.0 * 20.0 * 1.648_721; // a log-normal's mean is its median times exp(sigma^2 / 2)
    assert!((mean / expected - 1.0).abs() < 0.1, "mean {mean}, expected {expected}");
    assert!((variance / mean - 1.0).abs() < 0.4, "variance {variance} for mean {mean}");
}

#[test]
fn a_run_can_be_stopped_and_shortened() {
    let tiny = scenario("tiny", &[]);
    let mut spec = RunSpec {
        scenario: &tiny,
        coordinator: CoordinatorKind::ControlCenter,
        seed: 1,
        until: Some(Span::from_secs(60)),
        check: false,
    };
    let short = run(&spec, &mut |_| true).expect("nobody interrupts");
    let last = series(&short, "viewers").last().expect("samples").0;
    assert_eq!(last, SimTime::from_secs(60));
    spec.until = None;
    assert!(run(&spec, &mut |time| time < SimTime::from_secs(10)).is_err());
}
