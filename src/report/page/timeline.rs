//! What went wrong over time, as a picture: faults as bars, the rest as counts by moment.

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words;
use super::escape::escaped;
use crate::metrics::{EventKind, EventRow};
use crate::units::SimTime;
use std::fmt::Write;

const WIDTH: f64 = 1000.0;
/// Left of the lanes, for their names.
const GUTTER: f64 = 190.0;
const LANE: f64 = 46.0;
const FAULT: f64 = 20.0;
const TOP: f64 = 12.0;
/// Moments that are told apart.
const BINS: usize = 120;
const LANES: [(EventKind, &str); 3] = [
    (EventKind::Loss, "parents lost"),
    (EventKind::Stall, "pictures stood"),
    (EventKind::Refusal, "refusals"),
];

/// A picture that grows downwards.
struct Picture {
    body: String,
    y: f64,
    end: SimTime,
}

/// The picture of a run.
pub(super) fn draw(run: &RunTables, facts: &Facts) -> String {
    let mut picture = Picture { body: String::new(), y: TOP, end: end(run, facts) };
    picture.faults(&run.events);
    for (kind, name) in LANES {
        let times = run.events.iter().filter(|row| row.event == kind).map(|row| row.time);
        picture.lane(kind, name, times);
    }
    picture.axis();
    let label = "What went wrong over time; the table below says the same";
    format!(
        "<svg viewBox=\"0 0 {WIDTH:.0} {:.0}\" role=\"img\" aria-label=\"{label}\" \
         xmlns=\"http://www.w3.org/2000/svg\">{}</svg>",
        picture.y, picture.body
    )
}

fn end(run: &RunTables, facts: &Facts) -> SimTime {
    let last = run.events.iter().map(|row| row.time).max().unwrap_or(SimTime::ZERO);
    let end = facts.end(run.manifest.until.as_deref()).unwrap_or(last);
    end.max(last).max(SimTime::from_secs(1))
}

impl Picture {
    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        self.body.write_fmt(text).expect("a string takes all text");
    }

    fn x(&self, time: SimTime) -> f64 {
        GUTTER + (WIDTH - GUTTER - 10.0) * time.as_secs_f64() / self.end.as_secs_f64()
    }

    /// One bar a fault, from its begin to its end.
    fn faults(&mut self, events: &[EventRow]) {
        let begun = events.iter().filter(|row| row.event == EventKind::FaultBegins);
        for row in begun {
            let over = |other: &&EventRow| {
                other.event == EventKind::FaultEnds
                    && other.detail == row.detail
                    && other.time >= row.time
            };
            let is_moment = row.detail.starts_with("peers_vanish");
            let until = if is_moment { row.time } else { self.end };
            let until = events.iter().find(over).map_or(until, |other| other.time);
            let (from, y) = (self.x(row.time), self.y);
            let width = (self.x(until) - from).max(3.0);
            let name = escaped(&words::fault(&row.detail));
            let (anchor, at) = if from > WIDTH * 0.6 {
                ("end", from - 6.0)
            } else {
                ("start", from + width + 6.0)
            };
            self.put(format_args!(
                "<rect class=\"fault\" x=\"{from:.1}\" y=\"{y:.0}\" width=\"{width:.1}\" \
                 height=\"12\"><title>{}: {name}</title></rect><text class=\"lb {anchor}\" \
                 x=\"{at:.1}\" y=\"{:.0}\">{name}</text>",
                row.time,
                y + 11.0
            ));
            self.y += FAULT;
        }
    }

    /// How often something happened, moment by moment.
    fn lane(&mut self, kind: EventKind, name: &str, times: impl Iterator<Item = SimTime>) {
        let mut counts = [0_u64; BINS];
        for time in times {
            let share = time.as_secs_f64() / self.end.as_secs_f64();
            counts[((share * BINS as f64) as usize).min(BINS - 1)] += 1;
        }
        let (total, most) = (counts.iter().sum::<u64>(), counts.iter().max().copied().unwrap_or(0));
        let base = self.y + LANE - 8.0;
        self.put(format_args!(
            "<text class=\"lv\" x=\"4\" y=\"{:.0}\">{name}: {total}</text><path class=\"base\" \
             d=\"M{GUTTER:.0} {base:.1}H{:.0}\"/>",
            base - 4.0,
            WIDTH - 10.0
        ));
        let step = (WIDTH - GUTTER - 10.0) / BINS as f64;
        for (bin, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            let height = ((LANE - 14.0) * count as f64 / most as f64).max(2.0);
            let x = GUTTER + step * bin as f64;
            let from = SimTime::from_nanos(part(self.end, bin as u64, BINS as u64));
            self.put(format_args!(
                "<rect class=\"{}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\">\
                 <title>from {}: {count}</title></rect>",
                kind.name(),
                base - height,
                step * 0.86,
                whole(from)
            ));
        }
        self.y += LANE;
    }

    /// Six instants below the lanes.
    fn axis(&mut self) {
        self.y += 16.0;
        for fifth in 0..=5 {
            let time = SimTime::from_nanos(part(self.end, fifth, 5));
            let (x, y) = (self.x(time), self.y);
            let anchor = if fifth == 5 { "end" } else { "middle" };
            let text = whole(time);
            self.put(format_args!(
                "<text class=\"lb {anchor}\" x=\"{x:.0}\" y=\"{y:.0}\">{text}</text>"
            ));
        }
        self.y += 8.0;
    }
}

/// So many parts of `whole` equal parts of the time until `end`, in nanoseconds.
fn part(end: SimTime, parts: u64, whole: u64) -> u64 {
    (u128::from(end.as_nanos()) * u128::from(parts) / u128::from(whole)) as u64
}

/// An instant without its fraction.
fn whole(time: SimTime) -> SimTime {
    SimTime::from_secs(time.as_nanos() / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seconds: u64, event: EventKind, detail: &'static str) -> EventRow {
        EventRow { detail: detail.into(), ..EventRow::new(SimTime::from_secs(seconds), event) }
    }

    #[test]
    fn faults_are_bars_and_the_rest_is_counted_by_moment() {
        let events = vec![
            event(20, EventKind::FaultBegins, "cdn_down <a>"),
            event(60, EventKind::FaultEnds, "cdn_down <a>"),
            event(30, EventKind::Stall, ""),
            event(30, EventKind::Stall, ""),
            event(31, EventKind::Loss, "silent"),
        ];
        let run = RunTables { events, ..RunTables::default() };
        let svg = draw(&run, &Facts::of("duration = \"100 s\""));
        // A fifth and two fifths of the 800 units right of the gutter.
        assert!(
            svg.contains("<rect class=\"fault\" x=\"350.0\" y=\"12\" width=\"320.0\""),
            "{svg}"
        );
        assert!(svg.contains("the CDN node &lt;a&gt; is down"), "{svg}");
        assert!(svg.contains("pictures stood: 2") && svg.contains("parents lost: 1"), "{svg}");
        assert!(svg.contains("<title>from 00:00:30: 2</title>"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3, "{svg}");
    }
}
