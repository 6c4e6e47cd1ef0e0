//! Viewers who sit in enterprises, behind one line (row A11): in this scenario a city has one of them.

use super::*;
use grandstand::metrics::GroupBy;
use grandstand::proto::Rule;

fn enterprises() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| controlled("control/enterprises", &[]))
}

/// The enterprise of each viewer at work: its network and city.
fn offices(run: &Outcome) -> BTreeMap<PeerId, (u32, u32)> {
    let rows = run.records.peers.iter().filter(|row| row.access == "work");
    rows.map(|row| (row.peer, (row.network.get(), row.city.get()))).collect()
}

#[test]
fn the_second_client_of_an_enterprise_fetches_from_the_first() {
    let run = enterprises();
    let (offices, viewers) = (offices(run), viewers(run));
    let (mut inside, mut outside) = (0, 0);
    for row in triggered(run, Trigger::Join) {
        let Some(own) = offices.get(&row.child) else { continue };
        let here = row.new_parent.and_then(|parent| offices.get(&parent)) == Some(own);
        assert_eq!(row.rule == Rule::SameEnterprise, here, "{row:?}");
        // A colleague who has been there for some seconds has everything.
        let colleague = viewers.values().any(|other| {
            offices.get(&other.peer) == Some(own)
                && other.join + Span::from_secs(5) < row.time
                && other.leave > row.time
        });
        if colleague && row.rule != Rule::NotReachable {
            *(if here { &mut inside } else { &mut outside }) += 1;
        }
    }
    assert!(inside > 400, "{inside} substreams from colleagues");
    assert!(outside * 100 <= inside, "{outside} from elsewhere beside {inside} from colleagues");
}

#[test]
fn nobody_at_work_serves_anybody_elsewhere() {
    let run = enterprises();
    let offices = offices(run);
    let sent: Vec<_> =
        run.records.transfers.iter().filter(|row| offices.contains_key(&row.source)).collect();
    assert!(sent.len() > 400, "{} transfers", sent.len());
    for row in sent {
        assert_eq!(offices.get(&row.source), offices.get(&row.destination), "{row:?}");
    }
    assert_eq!(figure(run, "term_violations.lan_only"), 0.0);
}

/// Copies of the stream that come in over an enterprise's line, in the mean over all and over the time in which
/// somebody is there, and how many watch.
fn copies_and_viewers(run: &Outcome) -> (f64, f64) {
    let offices = offices(run);
    let rows = || run.records.transfers.iter();
    let into: f64 = rows()
        .filter(|row| offices.contains_key(&row.destination))
        .filter(|row| offices.get(&row.source) != offices.get(&row.destination))
        .map(|row| row.bytes.as_f64())
        .sum();
    let mut from: BTreeMap<(u32, u32), (SimTime, SimTime)> = BTreeMap::new();
    let mut watched = 0.0;
    for row in run.records.peers.iter().filter(|row| row.access == "work") {
        let open = from.entry(offices[&row.peer]).or_insert((row.join, row.leave));
        *open = (open.0.min(row.join), open.1.max(row.leave));
        watched += row.leave.since(row.join).as_secs_f64();
    }
    let hours: f64 = from.values().map(|(from, until)| until.since(*from).as_secs_f64()).sum();
    (into * 8.0 / 4e6 / hours, watched / hours)
}

#[test]
fn a_line_carries_hardly_more_than_one_copy() {
    let (copies, viewers) = copies_and_viewers(enterprises());
    assert!(viewers > 7.0, "{viewers} viewers behind a line");
    assert!(copies < 1.5, "{copies} copies for {viewers} viewers");
    // One copy for all who watch is the most that can be saved.
    let most = 1.0 - 1.0 / viewers;
    let share = figure(enterprises(), "lan_share");
    assert!(share > 0.95 * most && share <= most, "{share} of what they receive, {most} at most");
}

#[test]
fn without_colleagues_the_line_is_too_narrow() {
    let alone = checked(&scenario("control/enterprises", &[]), CoordinatorKind::CdnOnly);
    let watched = |run: &Outcome| {
        let group = run.records.groups.iter().find(|row| {
            row.by == GroupBy::Class && row.group == "work" && row.metric == "continuity"
        });
        group.and_then(|row| row.value).expect("a class's continuity")
    };
    let (together, alone) = (watched(enterprises()), watched(&alone));
    assert!(together > 0.995 && alone < 0.7, "{together} together, {alone} each for itself");
}
