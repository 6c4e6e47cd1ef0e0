//! Viewers who have been here before: who comes again, and how long each visit lasts.
//!
//! Draws from streams of its own, and only where viewers return or access classes have sessions of their
//! own: everywhere else sessions are drawn as if this were not there.

use super::{Visit, line};
use crate::scenario::{Scenario, SessionKind};
use crate::units::{Rng, SimTime, Span, dist, stream};

/// One visit of a viewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guest {
    /// Who.
    pub(super) viewer: u64,
    /// Counted over all viewers.
    pub(super) visit: u64,
}

/// Who comes next.
pub(super) struct Guests<'a> {
    scenario: &'a Scenario,
    seed: u64,
    /// Who is known, where that matters.
    known: Option<Known>,
}

/// Viewers and visits so far.
#[derive(Default)]
struct Known {
    viewers: u64,
    visits: u64,
    /// Who was here and is not.
    away: Vec<u64>,
}

impl<'a> Guests<'a> {
    pub(super) fn new(scenario: &'a Scenario, seed: u64) -> Self {
        let returning = scenario.audience.returning.get() > 0.0;
        let differ = scenario.access.iter().any(|class| !class.sessions.is_empty());
        Self { scenario, seed, known: (returning || differ).then(Known::default) }
    }

    /// Somebody comes; `rng` is that of the arrivals.
    pub(super) fn welcome(&mut self, join: SimTime, rng: &mut Rng) -> Visit {
        let none = Visit { join, leave: join, access: None, isp: None, guest: None };
        let Some(known) = &mut self.known else {
            let kinds = &self.scenario.audience.sessions;
            let leave = join + length(&kinds[kind(kinds, rng)], rng);
            return Visit { leave, ..none };
        };
        let mut own = stream(self.seed, "visit", known.visits);
        let returns = dist::chance(&mut own, self.scenario.audience.returning.get());
        let guest = known.next(returns, &mut own);
        let (_, access, _) = line::draw(self.scenario, self.seed, guest.viewer, None);
        let kinds = match &self.scenario.access[access].sessions {
            class if class.is_empty() => &self.scenario.audience.sessions,
            class => class,
        };
        // A habit of the viewer: who zaps today zaps tomorrow.
        let kind = kind(kinds, &mut stream(self.seed, "habit", guest.viewer));
        Visit { leave: join + length(&kinds[kind], &mut own), guest: Some(guest), ..none }
    }

    /// These have left, and may come again.
    pub(super) fn went_home(&mut self, gone: &mut Vec<Guest>) {
        if let Some(known) = &mut self.known {
            known.away.extend(gone.drain(..).map(|guest| guest.viewer));
        }
    }
}

impl Known {
    /// One of those who are away, if it is to be and there is one, or somebody new.
    fn next(&mut self, returns: bool, rng: &mut Rng) -> Guest {
        let visit = self.visits;
        self.visits += 1;
        if returns && !self.away.is_empty() {
            let place = dist::below(rng, self.away.len() as u64) as usize;
            return Guest { viewer: self.away.swap_remove(place), visit };
        }
        self.viewers += 1;
        Guest { viewer: self.viewers - 1, visit }
    }
}

fn kind(kinds: &[SessionKind], rng: &mut Rng) -> usize {
    let shares: Vec<f64> = kinds.iter().map(|kind| kind.share).collect();
    dist::weighted(rng, &shares)
}

fn length(kind: &SessionKind, rng: &mut Rng) -> Span {
    Span::from_secs_f64(dist::log_normal(rng, kind.median.as_secs_f64(), kind.sigma))
}
