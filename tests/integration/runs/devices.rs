//! What clients report of themselves beside sequence numbers, and what follows from it (row C1).

use super::*;

fn run() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/devices", &[]))
}

#[test]
fn nobody_forwards_more_than_its_processor_can() {
    let viewers = viewers(run());
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for tree in trees(run()).values() {
        let mut children: BTreeMap<PeerId, usize> = BTreeMap::new();
        for parent in tree.values().filter(|parent| viewers.contains_key(parent)) {
            *children.entry(*parent).or_default() += 1;
        }
        for (parent, count) in children {
            let access = viewers[&parent].access.as_str();
            let seen = most.entry(access).or_default();
            *seen = (*seen).max(count);
        }
    }
    // 2 Mbps are lent, of which 1.8 Mbps are seven substreams; of 600 kbps two.
    assert_eq!((most["computer"], most["set-top-box"], most.get("kiosk")), (7, 2, None));
    assert_eq!(figure(run(), "connect_refused"), 0.0, "more was reserved than there was");
    assert_eq!(figure(run(), "control_cpu_load.max"), 500.0 / 600.0);
}

#[test]
fn nobody_is_sent_to_a_parent_that_has_dropped_what_it_needs() {
    let viewers = viewers(run());
    let fed_by_sticks = |trigger: Trigger| {
        let parents = triggered(run(), trigger).filter_map(|decision| decision.new_parent);
        parents
            .filter(|parent| viewers.get(parent).is_some_and(|row| row.access == "stick"))
            .count()
    };
    assert_eq!(fed_by_sticks(Trigger::Join), 0, "a newcomer begins eight seconds back");
    let later = fed_by_sticks(Trigger::Improvement) + fed_by_sticks(Trigger::ParentLeft);
    assert!(later > 10, "{later} who had caught up");
    assert_eq!(figure(run(), "skipped_s"), 0.0);
    // Without that knowledge media are jumped over.
    let tracker = checked(&scenario("control/devices", &[]), CoordinatorKind::TrackerRandom);
    assert!(figure(&tracker, "skipped_s") > 10.0, "{} s", figure(&tracker, "skipped_s"));
}

#[test]
fn clients_tell_how_far_their_parents_are() {
    let measured = figure(run(), "control_paths_measured");
    let sessions = figure(run(), "sessions");
    assert!(measured > sessions && measured < figure(run(), "connect_attempts"), "{measured}");
    // Two lines of 5 ms and at most 20 ms between two cities; 15 ms and a hop of 16 ms to the CDN.
    let mean = figure(run(), "control_path_rtt.mean");
    assert!((10.0..40.0).contains(&mean), "{mean} ms");
    assert_eq!(figure(run(), "control_locations_disputed"), 0.0);
}
