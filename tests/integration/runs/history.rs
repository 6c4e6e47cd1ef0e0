//! Who can be relied on, as the past shows it (rows A3, C7).
//!
//! Half of the viewers are soon gone and vanish without a word; seven of ten sessions are visits of viewers
//! who were here before. The same viewers are met with and without history.

use super::*;
use grandstand::metrics::interval;
use grandstand::proto::Rule;
use grandstand::units::HostId;

/// Seeds of which each is run with and without history.
const SEEDS: u64 = 20;
/// By then the control center has seen most of those who will return.
const LEARNT: SimTime = SimTime::from_secs(300);

/// One seed with and without history.
struct Pair {
    with: Outcome,
    without: Outcome,
}

fn pairs() -> &'static [Pair] {
    static RUNS: OnceLock<Vec<Pair>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let run = |seed: u64, history: bool| {
            let overrides = [format!("seed={seed}"), format!("control.history={history}")];
            let [seed, history] = [0, 1].map(|number| overrides[number].as_str());
            controlled("control/unreliable", &[seed, history])
        };
        let pair = |seed| Pair { with: run(seed, true), without: run(seed, false) };
        (1..=SEEDS).map(pair).collect()
    })
}

/// What history adds to a figure, seed by seed.
fn differences(metric: &str) -> Vec<f64> {
    pairs().iter().map(|pair| figure(&pair.with, metric) - figure(&pair.without, metric)).collect()
}

#[test]
fn history_helps_on_the_same_viewers() {
    // Every single audience loses fewer parents, and is moved less.
    for metric in ["time_to_repair.count", "parent_changes_per_peer_minute"] {
        let sample = differences(metric);
        assert!(sample.iter().all(|difference| *difference < 0.0), "{metric}: {sample:?}");
    }
    // Less than half of the parents vanish.
    let lost = |of: fn(&Pair) -> &Outcome| -> f64 {
        pairs().iter().map(|pair| figure(of(pair), "time_to_repair.count")).sum()
    };
    let (with, without) = (lost(|pair| &pair.with), lost(|pair| &pair.without));
    assert!(with < 0.5 * without, "{with} parents vanish, {without} without history");
    // What viewers see is better over all audiences.
    let gain = |metric| interval(&differences(metric)).expect("many seeds");
    let (stalls, continuity) = (gain("stalls_per_hour"), gain("continuity"));
    assert!(stalls.high < 0.0 && continuity.low > 0.0, "{stalls:?}, {continuity:?}");
    // No viewer came or left for it.
    assert!(differences("sessions").iter().all(|difference| *difference == 0.0));
}

/// Share of what viewers sent that those on the move sent.
fn sent_on_the_move(run: &Outcome) -> f64 {
    let rows = || run.records.peers.iter();
    let all: u64 = rows().map(|row| row.sent.get()).sum();
    let moving = rows().filter(|row| row.access == "on-the-move");
    moving.map(|row| row.sent.get()).sum::<u64>() as f64 / all as f64
}

#[test]
fn those_who_are_soon_gone_feed_few_and_hardly_ever_a_cluster() {
    let (mut all, mut moving) = (0, 0);
    let mut sent = [0.0; 2];
    for pair in pairs() {
        let (with, without) = (sent_on_the_move(&pair.with), sent_on_the_move(&pair.without));
        assert!(with < 0.6 * without, "{with} of the bytes, {without} without history");
        sent = [sent[0] + with, sent[1] + without];
        let viewers = viewers(&pair.with);
        let feeds = pair.with.decisions.iter().filter(|row| row.rule == Rule::ClusterFeed);
        for feed in feeds.filter(|row| row.time > LEARNT) {
            all += 1;
            moving += u32::from(viewers[&feed.child].access != "home");
        }
    }
    assert!(all > 40 && moving * 20 < all, "{moving} of {all} feeds are soon gone");
    assert!(sent[0] < 0.5 * sent[1], "{sent:?} of the bytes, over all audiences");
}

#[test]
fn decisions_say_what_history_had_to_do_with_them() {
    let Pair { with, without } = &pairs()[0];
    let set_aside = with.decisions.iter().filter(|row| row.pruned_history > 0).count();
    assert!(set_aside > with.decisions.len() / 2, "{set_aside} of {}", with.decisions.len());
    for row in &with.decisions {
        let by_peer = row.new_parent.is_some_and(|parent| parent != PeerId::new(0));
        assert_eq!(row.outlook.is_some(), by_peer, "{row:?}");
        assert!(row.pruned_history + row.considered <= row.feasible, "{row:?}");
    }
    for row in &without.decisions {
        assert_eq!((row.pruned_history, row.outlook), (0, None));
    }
}

#[test]
fn who_is_expected_to_stay_stays() {
    let mut rows = 0.0;
    let mut sums = [0.0; 3];
    for Pair { with, without } in pairs() {
        assert!(without.records.summary.iter().all(|row| row.metric != "forecasts"));
        let count = figure(with, "forecasts");
        rows += count;
        for (sum, metric) in
            sums.iter_mut().zip(["forecast_stays", "forecast_stayed", "forecast_brier"])
        {
            *sum += figure(with, metric) * count;
        }
    }
    let [foretold, stayed, brier] = sums.map(|sum| sum / rows);
    assert!((foretold - stayed).abs() < 0.02, "{foretold} foretold, {stayed} stayed");
    // Better than whoever says the same of everybody.
    assert!(brier < stayed * (1.0 - stayed), "{brier} where {stayed} stay");
    // As counted anew from the tables: who was there a minute after it became a parent.
    let run = &pairs()[0].with;
    let (viewers, end) = (viewers(run), SimTime::from_secs(1200));
    let minute = Span::from_secs(60);
    let foretold = run.decisions.iter().filter(|row| row.outlook.is_some());
    let due: Vec<&Decision> = foretold.filter(|row| row.time + minute <= end).collect();
    let there = |row: &&&Decision| viewers[&row.new_parent.unwrap()].leave > row.time + minute;
    let at_end = |row: &&&Decision| viewers[&row.new_parent.unwrap()].leave == end;
    let stayed = due.iter().filter(|row| there(row) || at_end(row)).count();
    assert_eq!(figure(run, "forecasts"), due.len() as f64);
    let share = stayed as f64 / due.len() as f64;
    assert!((figure(run, "forecast_stayed") - share).abs() < 1e-9, "{share}");
}

#[test]
fn those_who_return_are_the_same_and_are_known() {
    let run = &pairs()[0].with;
    let mut visits: BTreeMap<HostId, Vec<&PeerRow>> = BTreeMap::new();
    for row in &run.records.peers {
        visits.entry(row.client).or_default().push(row);
    }
    let again = run.records.peers.len() - visits.len();
    assert!(again * 3 > run.records.peers.len(), "{again} visits are not the first");
    for own in visits.values_mut() {
        own.sort_by_key(|row| row.join);
        for pair in own.windows(2) {
            assert!(pair[0].leave <= pair[1].join);
            let line = |row: &PeerRow| (row.network, row.access.clone(), row.nat.clone());
            assert_eq!(line(pair[0]), line(pair[1]));
        }
    }
    // Who has left is remembered, and so is each of its visits up to ten.
    let end = SimTime::from_secs(1200);
    let known = visits.values().filter(|own| own.iter().any(|row| row.leave < end)).count();
    let remembered = figure(run, "control_history_clients");
    assert!((known as f64..=visits.len() as f64).contains(&remembered), "{remembered} of {known}");
    assert_eq!(figure(run, "control_history_forgotten"), 0.0);
    let downloads: usize =
        visits.values().map(|own| own.iter().filter(|row| row.leave < end).count().min(10)).sum();
    let kept = figure(run, "control_history_downloads");
    assert!(kept + 5.0 >= downloads as f64, "{kept} of {downloads}");
}

#[test]
fn no_more_clients_are_remembered_than_there_is_room_for() {
    let run = controlled("control/unreliable", &["control.history_clients=20"]);
    assert_eq!(figure(&run, "control_history_clients"), 20.0);
    assert!(figure(&run, "control_history_downloads") <= 200.0);
    assert!(figure(&run, "control_history_forgotten") > 100.0);
}

#[test]
fn what_a_congested_path_loses_is_remembered_and_nobody_is_blamed() {
    // One cluster for both networks, so that viewers take from each other over the link that is too narrow.
    let run = controlled(
        "control/congested_peering",
        &[
            "control.history=true",
            "control.region=\"world\"",
            "isp.Near.access=true",
            "isp.Near.weight=1",
            "isp.Town.weight=1",
        ],
    );
    let congested = triggered(&run, Trigger::Congestion).count();
    assert!(congested > 0, "nobody left the path");
    let [within, between] =
        ["control_history_loss", "control_history_border_loss.max"].map(|name| figure(&run, name));
    assert!(between > 0.01 && between > 10.0 * within, "{between} between, {within} within");
}
