//! What each chart shows of made-up runs, and that the same rows give the same bytes.

use super::figure::{Layer, Panel};
use super::layout::{HEIGHT, Layout, WIDTH};
use super::style::BOUND;
use super::{BandRow, Chart, ChartOptions, ChartRun, Format};
use crate::metrics::{BoundRow, Distribution, IspRow, SeriesRow, SummaryRow};
use crate::units::{AsNumber, Bytes, ContentId, SimTime, Span};

fn sample(second: u64, metric: &'static str, value: f64) -> SeriesRow {
    let (time, content) = (SimTime::from_secs(second), Some(ContentId::new(0)));
    SeriesRow { time, content, metric: metric.into(), value }
}

fn bound(quantity: &'static str, part: &'static str, value: f64) -> BoundRow {
    let (scope, unit) = ("run".to_string(), "1".into());
    BoundRow { scope, quantity: quantity.into(), part: part.into(), unit, value: Some(value) }
}

fn isp(on_net: u64, peering: u64, transit: u64) -> IspRow {
    IspRow {
        network: AsNumber::new(64_500),
        name: "a".into(),
        country: "DE".into(),
        sessions: 1,
        peak_viewers: 1,
        on_net: Bytes::new(on_net),
        peering_in: Bytes::new(peering),
        transit_in: Bytes::new(transit),
        off_net_out: Bytes::ZERO,
        border_copies: None,
        border_copies_bound: None,
        heard_on_net: None,
        heard_peering_in: None,
        heard_transit_in: None,
        heard_off_net_out: None,
    }
}

/// A run of ten minutes whose CDN sends `share` of what the viewers watch.
fn run(coordinator: &str, share: f64) -> ChartRun {
    let mut series = vec![sample(120, "fault", 1.0), sample(180, "fault", 0.0)];
    for second in (0..600).step_by(10) {
        let viewers = (1000 - (second as i64 - 300).abs()) as f64;
        series.push(sample(second, "viewers", viewers));
        series.push(sample(second, "cdn_rate_bps", viewers * 5e6 * share));
        series.push(sample(second, "cdn_rate_bound_bps", 5e6));
        series.push(sample(second, "continuity", 0.999));
        series.push(sample(second, "stalled_viewers", viewers * 0.001));
    }
    let mut delays = Distribution::of_spans();
    (1..=200).for_each(|ms| delays.record(Span::from_millis(ms * 10)));
    let mut depths = Distribution::of_counts();
    [(1.0, 100), (2.0, 250), (3.0, 650)].iter().for_each(|(d, n)| depths.record_times(*d, *n));
    let spans = ["startup_delay", "lag", "time_to_repair", "download_time"];
    let mut distributions: Vec<_> = spans.iter().flat_map(|name| delays.rows(name, "s")).collect();
    distributions.extend(depths.rows("tree_depth", "hops"));
    ChartRun {
        coordinator: coordinator.to_string(),
        series,
        distributions,
        isps: vec![isp(60, 25, 5), isp(0, 5, 5)],
        bounds: vec![
            bound("peer_offload", "bound", 0.99),
            bound("peer_offload", "lost_start_up", 0.04),
            bound("peer_offload", "lost_no_peer_has_room", 0.05),
            bound("peer_offload", "lost_policy", 0.0),
            bound("peer_offload", "achieved", 0.90),
            bound("tree_depth", "bound", 1.75),
            bound("tree_depth", "achieved", 2.55),
        ],
        ..ChartRun::default()
    }
}

fn options() -> ChartOptions {
    ChartOptions {
        scenario: "cup-final".into(),
        seed: "42".into(),
        fault_names: vec!["link down".into()],
        heartbeat: Some(Span::from_secs(1)),
    }
}

fn pair() -> [ChartRun; 2] {
    [run("cdn-only", 1.0), run("control-center", 0.01)]
}

fn bars(panel: &Panel) -> Vec<(f64, f64)> {
    let ends = |layer: &Layer| match layer {
        Layer::Bar { from, to, .. } => Some((from.0, to.0)),
        _ => None,
    };
    panel.layers.iter().filter_map(ends).collect()
}

fn near(found: &[(f64, f64)], expected: &[(f64, f64)]) {
    let close =
        |(a, b): (&(f64, f64), &(f64, f64))| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9;
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(found.iter().zip(expected).all(close), "{found:?}, expected {expected:?}");
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    for chart in Chart::ALL {
        for format in [Format::Svg, Format::Png] {
            let first = chart.render(&pair(), &options(), format).unwrap();
            let again = chart.render(&pair(), &options(), format).unwrap();
            assert!(first == again, "{} as {}", chart.name(), format.extension());
        }
    }
}

#[test]
fn files_are_what_their_endings_say() {
    let png = Chart::Lag.render(&pair(), &options(), Format::Png).unwrap();
    assert_eq!(png[1..4], *b"PNG");
    assert_eq!(png[16..24], [0, 0, 4, 176, 0, 0, 2, 238], "1200 by 750");
    let svg = String::from_utf8(Chart::Lag.render(&pair(), &options(), Format::Svg).unwrap());
    let svg = svg.unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("scenario cup-final, seed 42"));
    assert!(svg.contains("lag behind the live edge (s)"));
}

#[test]
fn charts_without_data_say_so() {
    for chart in Chart::ALL {
        for runs in [&[][..], &[ChartRun::default()][..]] {
            let svg = chart.render(runs, &ChartOptions::default(), Format::Svg).unwrap();
            assert!(String::from_utf8(svg).unwrap().contains("no data"), "{}", chart.name());
            assert!(chart.render(runs, &options(), Format::Png).is_ok(), "{}", chart.name());
        }
    }
}

#[test]
fn constant_and_broken_values_are_drawn_without_failing() {
    let values = [0.0, 1.0, -5.0, 1e300, f64::NAN, f64::INFINITY];
    let names = ["viewers", "cdn_rate_bps", "continuity", "stalled_viewers"];
    for value in values {
        let series = names.iter().map(|name| sample(7, name, value)).collect();
        let mut run = ChartRun { series, ..run("odd", 0.5) };
        run.distributions.iter_mut().for_each(|row| row.value = value.min(1e6));
        run.bounds.iter_mut().for_each(|row| row.value = Some(value));
        for chart in Chart::ALL {
            let drawn = chart.render(&[run.clone()], &options(), Format::Svg);
            assert!(drawn.is_ok(), "{} of {value}", chart.name());
        }
    }
}

#[test]
fn rates_of_different_size_share_a_logarithmic_axis() {
    let figure = Chart::AudienceCdnRate.figure(&pair(), &options());
    assert!(figure.panels[1].y.is_log && !figure.panels[0].y.is_log);
    let one = Chart::AudienceCdnRate.figure(&[run("cdn-only", 1.0), run("b", 0.5)], &options());
    assert!(one.panels[1].y.is_log, "the bound lies far below");
    let mut runs = [run("cdn-only", 1.0), run("b", 0.5)];
    runs.iter_mut().for_each(|run| run.series.retain(|row| row.metric != "cdn_rate_bound_bps"));
    assert!(!Chart::AudienceCdnRate.figure(&runs, &options()).panels[1].y.is_log);
}

#[test]
fn the_bound_is_a_dashed_line_with_a_name() {
    let figure = Chart::AudienceCdnRate.figure(&pair(), &options());
    let is_bound =
        |layer: &&Layer| matches!(layer, Layer::Curve { stroke, .. } if *stroke == BOUND);
    let bounds: Vec<_> = figure.panels[1].layers.iter().filter(is_bound).collect();
    assert_eq!(bounds.len(), 1);
    let names: Vec<&str> = figure.legend.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["cdn-only", "control-center", "least possible"]);
    assert_eq!(figure.marks, [(2.0, "link down".to_string())]);
}

#[test]
fn one_audience_is_an_area_and_different_ones_are_curves() {
    let curves = |runs: &[ChartRun]| {
        let figure = Chart::AudienceCdnRate.figure(runs, &options());
        let is_curve = |layer: &&Layer| matches!(layer, Layer::Curve { .. });
        figure.panels[0].layers.iter().filter(is_curve).count()
    };
    let mut runs = pair();
    assert_eq!(curves(&runs), 1);
    runs[0].series.push(sample(600, "viewers", 1.0));
    assert_eq!(curves(&runs), 2);
}

#[test]
fn several_seeds_have_a_band() {
    let mut run = run("control-center", 0.01);
    let means: Vec<SeriesRow> = run.series.clone();
    let rates = means.iter().filter(|row| row.metric == "cdn_rate_bps");
    run.bands = rates
        .map(|row| BandRow {
            time: row.time,
            content: row.content,
            metric: row.metric.to_string(),
            low: row.value * 0.9,
            high: row.value * 1.1,
        })
        .collect();
    let figure = Chart::AudienceCdnRate.figure(&[run], &options());
    let is_band =
        |layer: &&Layer| matches!(layer, Layer::Band { points, .. } if points.len() == 60);
    assert_eq!(figure.panels[1].layers.iter().filter(is_band).count(), 1);
}

#[test]
fn localities_are_shares_of_all_bytes() {
    let figure = Chart::Locality.figure(&[run("a", 0.1)], &options());
    near(&bars(&figure.panels[0]), &[(0.0, 60.0), (60.0, 90.0), (90.0, 100.0)]);
}

#[test]
fn localities_tell_peers_from_the_cdn_where_the_run_does() {
    let mut run = run("a", 0.1);
    let places = ["on_net", "peering", "transit"];
    let figures = [("peers", [50.0, 20.0, 10.0]), ("cdn", [0.0, 15.0, 5.0])];
    for (sender, bytes) in figures {
        run.summary.extend(places.iter().zip(bytes).map(|(place, bytes)| SummaryRow {
            metric: format!("{place}_bytes_from_{sender}"),
            unit: "B".into(),
            value: Some(bytes),
        }));
    }
    let figure = Chart::Locality.figure(&[run], &options());
    let expected =
        [(0.0, 50.0), (50.0, 70.0), (70.0, 80.0), (80.0, 80.0), (80.0, 95.0), (95.0, 100.0)];
    near(&bars(&figure.panels[0]), &expected);
    assert_eq!(figure.legend.len(), 5, "what did not happen has no entry");
}

#[test]
fn a_gain_where_a_loss_was_expected_leads_back_up() {
    let mut run = run("a", 0.1);
    run.bounds.push(bound("peer_offload", "lost_other", -0.01));
    let figure = Chart::OffloadWaterfall.figure(&[run], &options());
    let expected = [(0.0, 99.0), (99.0, 95.0), (95.0, 90.0), (90.0, 91.0), (0.0, 90.0)];
    near(&bars(&figure.panels[0]), &expected);
}

#[test]
fn depths_are_shares_of_viewers() {
    let figure = Chart::TreeDepth.figure(&[run("a", 0.1)], &options());
    let tops: Vec<f64> = figure.panels[0]
        .layers
        .iter()
        .filter_map(|layer| match layer {
            Layer::Bar { to, .. } => Some(to.1.round()),
            _ => None,
        })
        .collect();
    assert_eq!(tops, [10.0, 25.0, 65.0]);
    let names: Vec<&str> = figure.legend.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["a (mean 2.55)", "least possible mean, a: 1.75"]);
}

#[test]
fn depths_of_several_runs_are_stairs() {
    let figure = Chart::TreeDepth.figure(&pair(), &options());
    let Layer::Curve { points, .. } = &figure.panels[0].layers[0] else { panic!("no curve") };
    let rounded: Vec<(f64, f64)> = points.iter().map(|(at, share)| (*at, share.round())).collect();
    let expected = [(1.0, 0.0), (1.0, 10.0), (2.0, 10.0), (2.0, 35.0), (3.0, 35.0), (3.0, 100.0)];
    assert_eq!((&rounded[..6], rounded.len()), (&expected[..], 7));
    assert!(!figure.panels[0].x.is_log && figure.caption.starts_with("the axis ends"));
}

#[test]
fn the_deepest_viewers_do_not_squeeze_the_rest() {
    let mut deep = run("deep", 0.5);
    let mut depths = Distribution::of_counts();
    depths.record_times(2.0, 600);
    depths.record_times(30.0, 395);
    depths.record_times(400.0, 5);
    deep.distributions.retain(|row| row.metric != "tree_depth");
    deep.distributions.extend(depths.rows("tree_depth", "hops"));
    let alone = Chart::TreeDepth.figure(std::slice::from_ref(&deep), &options());
    assert_eq!(alone.panels[0].x.max, 30.6);
    let beside = Chart::TreeDepth.figure(&[run("a", 0.5), deep], &options());
    assert_eq!((beside.panels[0].x.is_log, beside.panels[0].x.max), (true, 50.0));
}

#[test]
fn values_of_very_different_size_share_a_logarithmic_axis() {
    let mut late = run("late", 0.5);
    late.distributions.iter_mut().for_each(|row| row.value *= 100.0);
    for chart in [Chart::StartupDelay, Chart::Lag] {
        let figure = chart.figure(&[run("a", 0.5), late.clone()], &options());
        let axis = &figure.panels[0].x;
        assert!(axis.is_log && axis.label.ends_with("(s, log)") && axis.max == 200.0, "{axis:?}");
        assert!(!chart.figure(&pair(), &options()).panels[0].x.is_log);
    }
}

#[test]
fn a_waterfall_falls_from_the_bound_to_what_was_achieved() {
    let figure = Chart::OffloadWaterfall.figure(&pair(), &options());
    let expected = [(0.0, 99.0), (99.0, 95.0), (95.0, 90.0), (0.0, 90.0)];
    near(&bars(&figure.panels[0]), &expected);
    let names: Vec<&str> = figure.panels[0].y.ticks.iter().map(|t| t.text.as_str()).collect();
    assert_eq!(names, ["achieved", "no peer has room", "start-up", "bound"]);
    assert!(figure.title.ends_with("(control-center)"));
}

#[test]
fn a_waterfall_to_nothing_begins_at_nothing() {
    let mut nothing = run("cdn-only", 0.5);
    for row in nothing.bounds.iter_mut().filter(|row| row.part == "achieved") {
        row.value = Some(0.0);
    }
    let axis = &Chart::OffloadWaterfall.figure(&[nothing], &options()).panels[0].x;
    assert_eq!((axis.min, axis.ticks[0].at), (0.0, 0.0));
    assert!(axis.ticks.iter().any(|tick| tick.at == 100.0), "{axis:?}");
}

#[test]
fn repairs_are_shown_beside_three_heartbeats() {
    let figure = Chart::TimeToRepair.figure(&pair(), &options());
    let marks = [(1.0, "H".to_string()), (2.0, "2H".to_string()), (3.0, "3H".to_string())];
    assert_eq!(figure.marks, marks);
    assert!(figure.panels[0].x.max > 3.0, "the third heartbeat is on the axis");
    assert_eq!(figure.legend[0].name, "cdn-only (n = 200)");
}

#[test]
fn nothing_stands_on_the_panels_or_outside_the_picture() {
    super::canvas::register().unwrap();
    let many: Vec<ChartRun> =
        (0..7).map(|k| run(&format!("a-long-coordinator-{k}"), 0.5)).collect();
    for chart in Chart::ALL {
        let layout = Layout::of(&chart.figure(&many, &options()));
        let top = layout.panels[0].top;
        assert!(layout.legend.iter().all(|(_, y)| y + 10.0 < top), "{}", chart.name());
        assert!(layout.marks.iter().flatten().all(|(_, y)| *y < top), "{}", chart.name());
        let bottom = layout.panels.last().unwrap().bottom;
        assert!(bottom < f64::from(HEIGHT) - 90.0, "{}", chart.name());
        let inside = |frame: &super::layout::Frame| {
            frame.left > 0.0 && frame.right < f64::from(WIDTH) && frame.bottom - frame.top > 100.0
        };
        assert!(layout.panels.iter().all(inside), "{}: {:?}", chart.name(), layout.panels);
    }
}
