//! Policies: who is refused, by which name, and what the others notice (rows A9, P7).

use super::*;
use grandstand::units::AsNumber;

const BRAZIL: AsNumber = AsNumber::new(64_502);

fn blocked(coordinator: CoordinatorKind) -> Outcome {
    checked(&scenario("control/geo_block", &[]), coordinator)
}

#[test]
fn viewers_of_a_denied_country_are_refused_by_name_and_receive_nothing() {
    let run = blocked(CoordinatorKind::ControlCenter);
    let (there, elsewhere): (Vec<_>, Vec<_>) =
        run.records.peers.iter().partition(|row| row.network == BRAZIL);
    assert!(there.len() > 10 && elsewhere.len() > 20, "{} and {}", there.len(), elsewhere.len());
    for row in &there {
        assert_eq!((row.from_cdn.get(), row.from_peers.get(), row.sent.get()), (0, 0, 0));
        assert_eq!(row.startup_delay, None);
        // The word comes back after one round trip, and the viewer goes.
        assert!(row.leave.since(row.join) < Span::from_secs(1), "{row:?}");
    }
    assert!(run.decisions.iter().all(|decision| viewers(&run)[&decision.child].network != BRAZIL));
    let refused = there.len() as f64;
    assert_eq!(figure(&run, "refusals"), refused);
    assert_eq!(figure(&run, "refusals.rights-brazil"), refused);
    assert_eq!(figure(&run, "control_refusals"), refused);
    assert_eq!(figure(&run, "policy_violations"), 0.0);
    // Judged once for each country, not once for each viewer.
    assert_eq!(figure(&run, "control_policy_classes"), 3.0);
}

#[test]
fn nobody_else_notices_a_block() {
    let run = blocked(CoordinatorKind::ControlCenter);
    let elsewhere = run.records.peers.iter().filter(|row| row.network != BRAZIL);
    let stayed: Vec<_> = elsewhere.filter(|row| row.due > Span::from_secs(20)).collect();
    assert!(stayed.len() > 20);
    assert!(stayed.iter().all(|row| row.startup_delay.is_some() && row.stalls == 0));
    assert_eq!(figure(&run, "sessions_without_picture"), figure(&run, "refusals"));
}

#[test]
fn those_who_know_no_policies_break_them() {
    for coordinator in [CoordinatorKind::CdnOnly, CoordinatorKind::TrackerLocal] {
        let run = blocked(coordinator);
        let served =
            run.records.peers.iter().filter(|row| {
                row.network == BRAZIL && row.from_cdn.get() + row.from_peers.get() > 0
            });
        let served = served.count() as f64;
        assert!(served > 10.0);
        assert_eq!(figure(&run, "policy_violations"), served, "{}", coordinator.name());
        assert_eq!(figure(&run, "policy_violations.rights-brazil"), served);
        assert_eq!(figure(&run, "refusals.rights-brazil"), 0.0);
    }
}

#[test]
fn a_list_of_allowed_countries_refuses_all_others() {
    let only = ["policy=[{name=\"home-market\", allow_countries=[\"DE\"]}]"];
    let run = controlled("control/geo_block", &only);
    let fed = run.records.peers.iter().filter(|row| row.from_cdn.get() + row.from_peers.get() > 0);
    let networks: BTreeSet<AsNumber> = fed.map(|row| row.network).collect();
    assert_eq!(networks, BTreeSet::from([AsNumber::new(64_501)]));
    let refused = run.records.peers.iter().filter(|row| row.network != AsNumber::new(64_501));
    assert_eq!(figure(&run, "refusals.home-market"), refused.count() as f64);
}
