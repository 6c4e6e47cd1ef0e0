//! Files beside a stream (rows W5, C10): fetched from whoever has them, and never at the cost of the stream.

use super::*;
use grandstand::proto::Rule;
use grandstand::units::{ContentId, HostId};

const NAME: &str = "control/downloads";
const MATCH: ContentId = ContentId::new(0);
const FILM: ContentId = ContentId::new(1);
/// Bytes, bits per second and portions of the film.
const SIZE: f64 = 45e6;
const RATE: f64 = 3e6;
const PORTIONS: f64 = 4.0;
/// The film is published when the run is over.
const WITHOUT_FILM: &str = "content.film.start=\"599 s\"";
const SEEDS: [&str; 5] = ["seed=1", "seed=2", "seed=3", "seed=4", "seed=5"];

fn with_film() -> &'static [Outcome] {
    static RUNS: OnceLock<Vec<Outcome>> = OnceLock::new();
    RUNS.get_or_init(|| SEEDS.map(|seed| controlled(NAME, &[seed])).into())
}

fn without_film() -> &'static [Outcome] {
    static RUNS: OnceLock<Vec<Outcome>> = OnceLock::new();
    RUNS.get_or_init(|| SEEDS.map(|seed| controlled(NAME, &[seed, WITHOUT_FILM])).into())
}

fn of_content(outcome: &Outcome, name: &str, metric: &str) -> Option<f64> {
    let mut rows = outcome.records.groups.iter();
    rows.find(|row| row.group == name && row.metric == metric).and_then(|row| row.value)
}

/// The sessions of a content, by device.
fn sessions(outcome: &Outcome, content: ContentId) -> BTreeMap<HostId, &PeerRow> {
    let rows = outcome.records.peers.iter();
    let of = rows.filter_map(|row| {
        let (own, device) = row.channel?;
        (own == content).then_some((device, row))
    });
    of.collect()
}

fn received(row: &PeerRow) -> f64 {
    row.from_cdn.as_f64() + row.from_peers.as_f64()
}

#[test]
fn a_match_is_no_worse_for_the_film_beside_it() {
    for (with, without) in with_film().iter().zip(without_film()) {
        let [beside, alone] = [with, without].map(|run| figure(run, "continuity"));
        assert!(beside > alone - 0.0005, "{beside} beside a film, {alone} alone");
        let sent = of_content(with, "film", "peer_offload");
        assert!(sent > Some(0.9), "peers send the film: {sent:?}");
        assert_eq!(of_content(without, "film", "peer_offload"), None, "nothing of it moves");
        let copies = of_content(with, "film", "peer_offload_of_bound").expect("it moves");
        assert!(copies > 0.94 && copies < 1.0 + 1e-6, "{copies} of what peers could send");
    }
}

#[test]
fn whoever_has_a_film_has_all_of_it_and_at_no_more_than_its_rate() {
    let mut through = 0;
    for run in with_film() {
        for row in sessions(run, FILM).values() {
            assert!(received(row) <= SIZE + 100.0, "{} bytes", received(row));
            let Some(took) = row.fetched else { continue };
            through += 1;
            assert!((received(row) - SIZE).abs() < 100.0, "{} bytes", received(row));
            let least = SIZE * 8.0 / RATE;
            assert!(took.as_secs_f64() >= least - 1e-3, "{took} is less than {least} s");
        }
        let film = run.records.transfers.iter().filter(|row| row.title == "film");
        let rates = film.map(|row| row.peak.as_f64());
        assert!(rates.fold(0.0, f64::max) <= RATE / PORTIONS + 1.0);
    }
    assert!(through > 150, "{through} have it");
    let least: f64 = with_film().iter().map(|run| figure(run, "download_slowdown.p50")).sum();
    assert!(least / 5.0 < 1.1, "{least}: half of them have it about as soon as can be");
}

/// A line of 3 Mbps carries the match, of 2 Mbps, and one portion of the film.
#[test]
fn on_a_line_for_both_in_part_the_match_plays_and_the_film_takes_the_rest() {
    let (mut both, mut got) = (0, 0.0);
    for run in with_film() {
        let film = sessions(run, FILM);
        for (device, watching) in sessions(run, MATCH) {
            let Some(fetching) = film.get(&device).filter(|row| row.access == "dsl") else {
                continue;
            };
            let together = fetching.leave.since(fetching.join).as_secs_f64();
            if together < 60.0 {
                continue;
            }
            both += 1;
            let on_time = watching.on_time.as_secs_f64() / watching.due.as_secs_f64();
            assert!(on_time > 0.99, "{on_time} of the match");
            let share = received(fetching) * 8.0 / together / (RATE / PORTIONS);
            assert!(share < 1.01, "{share} portions at once");
            got += share.min(SIZE * 8.0 / together / (RATE / PORTIONS));
        }
    }
    assert!(both >= 8, "{both} such devices");
    assert!(got / f64::from(both) > 0.7, "{got} of {both}: hardly anything of the film");
}

#[test]
fn what_streams_need_of_a_cdn_node_files_give_back() {
    let mut recalled = 0.0;
    for seed in SEEDS {
        let run = controlled(NAME, &[seed, "cdn.origin.capacity=\"6 Mbps\""]);
        recalled += figure(&run, "downloads_recalled");
        let continuity = figure(&run, "continuity");
        assert!(continuity > 0.999, "{continuity} of the match");
        let film = sessions(&run, FILM);
        let fetches = |decision: &&Decision| {
            film.values().any(|row| row.peer == decision.child)
                && decision.trigger == Trigger::ShareRecalled
        };
        for decision in run.decisions.iter().filter(fetches) {
            let rules = [Rule::NothingHasRoom, Rule::NearestWithMore, Rule::DownlinkTaken];
            assert!(rules.contains(&decision.rule), "{decision:?}");
        }
    }
    assert!(recalled > 20.0, "{recalled} times");
}

#[test]
fn a_film_is_fetched_by_nobody_before_it_is_published() {
    let run = controlled(NAME, &["content.film.start=\"4 min\""]);
    let film = || run.records.transfers.iter().filter(|row| row.title == "film");
    let first = film().map(|row| row.start).min().expect("it is published");
    let published = SimTime::from_secs(240);
    assert!(first >= published && first < published + Span::from_secs(3), "{first}");
    let waited = sessions(&run, FILM).into_values().filter(|row| row.join < published);
    let waited: Vec<&PeerRow> = waited.filter(|row| row.leave > published).collect();
    let through = waited.iter().filter(|row| row.fetched.is_some()).count();
    assert!(waited.len() > 20 && through * 3 > waited.len() * 2, "{through} of {}", waited.len());
}

/// A source that goes without a word is given up after three reports without progress.
#[test]
fn a_source_that_vanishes_is_replaced_within_a_few_heartbeats() {
    let run = &with_film()[0];
    let rows = viewers(run);
    let film = sessions(run, FILM);
    let mut waits = Vec::new();
    for row in film.values().filter(|row| row.silent) {
        let lost = run.records.transfers.iter().filter(|transfer| {
            transfer.source == row.peer && transfer.title == "film" && transfer.end == row.leave
        });
        for transfer in lost.filter(|transfer| rows[&transfer.destination].leave > transfer.end) {
            let after = run.records.transfers.iter().filter(|other| {
                other.destination == transfer.destination
                    && other.title == "film"
                    && other.start >= transfer.end
            });
            waits.extend(
                after.map(|other| other.start.since(transfer.end).as_secs_f64()).reduce(f64::min),
            );
        }
    }
    assert!(waits.len() >= 10, "{} lost sources", waits.len());
    let longest = waits.iter().copied().fold(0.0, f64::max);
    assert!(longest < 12.0, "{longest} s: {waits:?}");
}

/// The strong lines serve nobody for two minutes: whoever fetches from them is moved, and what was sent says so.
#[test]
fn nobody_sends_a_file_in_hours_of_not_serving() {
    let hours = "name = \"fibre\"\nno_serving = [{ from = \"4 min\", until = \"6 min\" }]\n";
    let text = builtin::text(NAME).expect("a built-in scenario");
    let text = text.replace("name = \"fibre\"\n", hours);
    let scenario = load(&text, NAME, &[], &|file| Err(format!("no file {file}")));
    let run = checked(&scenario.expect("a valid scenario"), CoordinatorKind::ControlCenter);
    assert_eq!(figure(&run, "term_violations.no_serving"), 0.0);
    let film = sessions(&run, FILM);
    let fetches = |decision: &&Decision| film.values().any(|row| row.peer == decision.child);
    let moved = run.decisions.iter().filter(|decision| decision.trigger == Trigger::ServingHours);
    let moved: Vec<&Decision> = moved.filter(fetches).collect();
    assert!(moved.len() > 10, "{} portions", moved.len());
    let begin = SimTime::from_secs(240);
    assert!(moved.iter().all(|one| one.time.since(begin) <= Span::from_secs(1)));
}

#[test]
fn what_the_control_center_hears_of_files_is_what_moved() {
    for run in with_film() {
        for row in run.records.isps.iter().filter(|row| row.sessions > 0) {
            let [moved, heard] =
                [row.on_net, row.heard_on_net.expect("it hears")].map(|bytes| bytes.as_f64());
            assert!((heard / moved - 1.0).abs() < 0.02, "{heard} heard of {moved}");
        }
    }
}

#[test]
fn no_baseline_does_as_much_for_the_match_and_the_files_together() {
    let scenario = scenario(NAME, &[]);
    let done = |run: &Outcome| figure(run, "downloads_completed");
    let own = &with_film()[0];
    for kind in &ALL[1..] {
        let run = checked(&scenario, *kind);
        let name = kind.name();
        assert!(figure(own, "continuity") > figure(&run, "continuity") + 0.01, "{name}");
        // Trackers serve files at the cost of the match.
        assert!(done(own) > 0.9 * done(&run), "{name}: {} and {}", done(own), done(&run));
        assert!(figure(own, "cdn_bytes") < figure(&run, "cdn_bytes"), "{name}");
    }
}

/// `n` clients at once: nothing serves them sooner than in max(F/r, F/u_s, nF/(u_s+U)), with the file's rate
/// r, the CDN's u_s and the clients' U together (Kumar and Ross 2006, and the pace).
#[test]
fn a_crowd_for_a_file_has_it_in_a_few_times_the_least_time() {
    const CROWD: &str = include_str!("crowd_for_a_file.toml");
    for (uplink, cdn, most) in
        [(4.0, 10.0, 1.03), (2.0, 40.0, 1.03), (2.0, 10.0, 1.03), (1.0, 20.0, 1.5)]
    {
        let changes = [
            format!("access.line.uplink=\"{uplink} Mbps\""),
            format!("cdn.origin.capacity=\"{cdn} Mbps\""),
        ];
        let scenario = load(CROWD, "crowd", &changes, &|file| Err(format!("no file {file}")));
        let run = checked(&scenario.expect("a valid scenario"), CoordinatorKind::ControlCenter);
        let (file, viewers) = (240.0, 60.0);
        let least = [file / 2.0, file / cdn, viewers * file / (cdn + viewers * uplink)];
        let least = least.into_iter().fold(0.0, f64::max);
        let last = figure(&run, "download_time.max");
        assert!(last >= least - 1e-3, "{last} s is less than {least} s can be");
        assert!(last < least * most, "{last} s, {least} s would do: {uplink} and {cdn} Mbps");
        assert_eq!(figure(&run, "downloads_completed"), viewers);
        assert_eq!(figure(&run, "downloads_recalled"), 0.0, "there is no stream");
    }
}
