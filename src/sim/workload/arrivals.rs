//! When viewers come and go: along a curve, or independently of each other.

use super::Visit;
use super::guests::{Guest, Guests};
use crate::scenario::{Phase, Scenario, Shape};
use crate::units::{Rng, SimTime, Span, dist, stream};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Between two looks at the audience curve.
const STEP: Span = Span::from_secs(1);

/// Arrivals at a constant rate.
pub(super) fn poisson(scenario: &Scenario, per_second: f64, seed: u64) -> Vec<Visit> {
    let (mut rng, mut crowd) = (stream(seed, "arrivals", 0), Crowd::default());
    let mut guests = Guests::new(scenario, seed);
    let mut at = 0.0;
    loop {
        at += dist::exponential(&mut rng, 1.0 / per_second);
        let join = SimTime::ZERO + Span::from_secs_f64(at);
        if join >= SimTime::ZERO + scenario.duration {
            return crowd.visits;
        }
        crowd.let_go(join);
        guests.went_home(&mut crowd.gone);
        crowd.welcome(guests.welcome(join, &mut rng));
    }
}

/// Viewers such that their number follows the curve: as many come each second as are missing, and
/// when too many are left, some, drawn at random, go early.
pub(super) fn follow_curve(
    scenario: &Scenario,
    peak: f64,
    initial: f64,
    phases: &[Phase],
    seed: u64,
) -> Vec<Visit> {
    let mut rng = stream(seed, "arrivals", 0);
    let (mut crowd, mut guests) = (Crowd::default(), Guests::new(scenario, seed));
    let end = SimTime::ZERO + scenario.duration;
    let mut now = SimTime::ZERO;
    while now < end {
        let next = now + STEP;
        // Who goes within this second comes back in a later one at the earliest.
        guests.went_home(&mut crowd.gone);
        crowd.let_go(next);
        let wanted = (peak * level(initial, phases, next)).round() as usize;
        while crowd.present.len() > wanted {
            let early = now + within_step(&mut rng);
            crowd.send_away(&mut rng, early);
        }
        for _ in crowd.present.len()..wanted {
            let join = now + within_step(&mut rng);
            crowd.welcome(guests.welcome(join, &mut rng));
        }
        now = next;
    }
    crowd.visits
}

fn within_step(rng: &mut Rng) -> Span {
    Span::from_nanos(dist::below(rng, STEP.as_nanos()))
}

/// Share of the peak at an instant.
fn level(initial: f64, phases: &[Phase], at: SimTime) -> f64 {
    let (mut from, mut before) = (SimTime::ZERO, initial);
    for phase in phases {
        if at < phase.until {
            let done = at.since(from).as_secs_f64() / phase.until.since(from).as_secs_f64();
            let part = match phase.shape {
                Shape::Linear => done,
                Shape::Smooth => done * done * (3.0 - 2.0 * done),
                Shape::Step => 1.0,
            };
            return before + (phase.level - before) * part;
        }
        (from, before) = (phase.until, phase.level);
    }
    before
}

/// Those present while the sessions are drawn.
#[derive(Default)]
struct Crowd {
    visits: Vec<Visit>,
    present: Vec<usize>,
    /// Where each visit stands in `present`; none when it has left.
    places: Vec<Option<usize>>,
    leaving: BinaryHeap<Reverse<(SimTime, usize)>>,
    /// Those who have left since somebody asked, where viewers return.
    gone: Vec<Guest>,
}

impl Crowd {
    fn welcome(&mut self, visit: Visit) {
        let number = self.visits.len();
        self.leaving.push(Reverse((visit.leave, number)));
        self.places.push(Some(self.present.len()));
        self.present.push(number);
        self.visits.push(visit);
    }

    fn let_go(&mut self, now: SimTime) {
        while let Some(Reverse((leave, number))) = self.leaving.peek().copied()
            && leave <= now
        {
            self.leaving.pop();
            self.remove(number);
        }
    }

    fn send_away(&mut self, rng: &mut Rng, at: SimTime) {
        let number = self.present[dist::below(rng, self.present.len() as u64) as usize];
        let visit = &mut self.visits[number];
        // One who joined within this second stays a moment.
        visit.leave = at.max(visit.join + Span::from_nanos(1));
        self.remove(number);
    }

    fn remove(&mut self, number: usize) {
        if let Some(place) = self.places[number].take() {
            self.gone.extend(self.visits[number].guest);
            self.present.swap_remove(place);
            if let Some(moved) = self.present.get(place) {
                self.places[*moved] = Some(place);
            }
        }
    }
}
