//! Clients' own terms: hours in which they serve nobody, friends and strangers (rows A2, P18, P19).

use super::*;
use grandstand::metrics::TransferRow;
use grandstand::proto::Rule;
use std::ops::Range;

/// Both stretches in which the offices serve nobody, in seconds.
const HOURS: [Range<u64>; 2] = [120..180, 240..270];

fn offices() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/serving_hours", &[]))
}

fn friends() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/friends", &[]))
}

fn in_hours(time: SimTime) -> bool {
    let within = |hours: &Range<u64>| {
        (SimTime::from_secs(hours.start)..SimTime::from_secs(hours.end)).contains(&time)
    };
    HOURS.iter().any(within)
}

/// The kind of line of a viewer; none for the CDN node.
fn access(outcome: &Outcome) -> BTreeMap<PeerId, &str> {
    viewers(outcome).into_iter().map(|(peer, row)| (peer, row.access.as_str())).collect()
}

/// Decisions for a child of one of these kinds of lines by a parent of that.
fn pairs(outcome: &Outcome) -> Vec<(&Decision, &str, Option<&str>)> {
    let access = access(outcome);
    let decisions = outcome.decisions.iter();
    let chosen = decisions.filter_map(|decision| decision.new_parent.map(|new| (decision, new)));
    chosen
        .map(|(decision, new)| (decision, access[&decision.child], access.get(&new).copied()))
        .collect()
}

/// Bytes between viewers, by the lines of sender and receiver.
fn bytes(outcome: &Outcome) -> BTreeMap<(&str, &str), u64> {
    let access = access(outcome);
    let mut sums = BTreeMap::new();
    for TransferRow { source, destination, bytes, .. } in &outcome.records.transfers {
        if let Some(from) = access.get(source) {
            *sums.entry((*from, access[destination])).or_default() += bytes.get();
        }
    }
    sums
}

#[test]
fn nobody_is_sent_to_a_client_in_its_hours() {
    let (mut within, mut without) = (0, 0);
    for (decision, _, parent) in pairs(offices()) {
        let office = parent == Some("office");
        assert!(!(office && in_hours(decision.time)), "{decision:?}");
        within += u32::from(in_hours(decision.time));
        without += u32::from(office);
    }
    assert!(
        within > 100 && without > 100,
        "{within} decisions in the hours, {without} for offices"
    );
    // The decisions say how many had room and would not serve.
    let pruned = |wanted: bool| {
        let rows = offices().decisions.iter().filter(|row| in_hours(row.time) == wanted);
        rows.map(|row| row.pruned_policy).max()
    };
    assert_eq!(pruned(false), Some(0));
    assert!(pruned(true) > Some(3), "{:?}", pruned(true));
}

#[test]
fn children_are_moved_when_the_hours_begin_and_nobody_misses_anything() {
    let run = offices();
    let access = access(run);
    for hours in HOURS {
        let begin = SimTime::from_secs(hours.start);
        let soon = begin..begin + Span::from_secs(1);
        let moved =
            triggered(run, Trigger::ServingHours).filter(|decision| soon.contains(&decision.time));
        let moved: Vec<&Decision> = moved.collect();
        assert!(moved.len() > 20, "{} moved at {begin}", moved.len());
        for decision in moved {
            assert_eq!(decision.old_parent.map(|old| access[&old]), Some("office"));
            assert!(decision.new_parent.is_some(), "{decision:?}");
        }
        // A second until it is noticed, and two for the words and the handshakes.
        let rest = begin + Span::from_secs(3)..SimTime::from_secs(hours.end);
        for row in run.records.transfers.iter().filter(|row| row.bytes.get() > 0) {
            let sends = access.get(&row.source) == Some(&"office");
            assert!(!sends || row.end <= rest.start || row.start >= rest.end, "{row:?}");
        }
    }
    let viewers = viewers(run);
    assert!(viewers.values().all(|row| row.stalls == 0 && row.on_time == row.due));
    assert_eq!(figure(run, "skipped_s"), 0.0);
    assert_eq!(figure(run, "policy_violations"), 0.0);
    assert_eq!(figure(run, "term_violations.no_serving"), 0.0);
}

#[test]
fn who_knows_no_terms_breaks_them() {
    for (name, term) in [("control/serving_hours", "no_serving"), ("control/friends", "friends")] {
        let tracker = checked(&scenario(name, &[]), CoordinatorKind::TrackerRandom);
        let broken = figure(&tracker, &format!("term_violations.{term}"));
        assert!(broken > 5.0, "{broken} viewers sent what they would not");
        assert_eq!(figure(&tracker, "policy_violations"), broken);
        // Where nobody serves anybody, nobody's terms can be broken.
        let alone = checked(&scenario(name, &[]), CoordinatorKind::CdnOnly);
        assert_eq!(figure(&alone, "policy_violations"), 0.0);
    }
}

#[test]
fn friends_only_serve_nobody_else_and_friends_are_asked_first() {
    let run = friends();
    let mut rules: BTreeMap<Rule, u32> = BTreeMap::new();
    for (decision, child, parent) in pairs(run) {
        let Some(parent) = parent else { continue };
        assert!(parent != "choir" || child == "choir", "{decision:?}");
        *rules.entry(decision.rule).or_default() += 1;
        let friends = parent == child && child != "plain";
        assert_eq!(decision.rule == Rule::NearestOfFriends, friends, "{decision:?}");
    }
    assert!(rules.values().all(|count| *count > 20) && rules.len() == 2, "{rules:?}");
    let sums = bytes(run);
    assert!(sums.keys().all(|(from, to)| *from != "choir" || *to == "choir"), "{sums:?}");
    // What a choir member gets from viewers comes from the choir, which is a quarter of all.
    let to_choir: u64 = sums.iter().filter(|((_, to), _)| *to == "choir").map(|(_, sum)| sum).sum();
    assert!(sums[&("choir", "choir")] * 5 > to_choir * 4, "{sums:?}");
    assert_eq!(figure(run, "policy_violations"), 0.0);
    assert_eq!(figure(run, "term_violations.friends"), 0.0);
    assert!(run.decisions.iter().any(|decision| decision.pruned_policy > 0));
}

#[test]
fn strangers_who_come_last_get_less_than_such_as_are_welcome() {
    let welcome = ["access[2].friends.strangers=\"always\""];
    let [last, always] = [friends(), &controlled("control/friends", &welcome)].map(|run| {
        let sums = bytes(run);
        let received: u64 =
            sums.iter().filter(|((_, to), _)| *to == "plain").map(|(_, sum)| sum).sum();
        sums.get(&("team", "plain")).copied().unwrap_or(0) as f64 / received as f64
    });
    assert!(last > 0.05, "{last} of what viewers send to strangers comes from the team");
    assert!(last < always * 0.8, "{last} when they come last, {always} when they are welcome");
}
