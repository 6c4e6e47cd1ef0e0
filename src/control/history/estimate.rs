//! What is to be expected of a client: hazards of leaving by stage, from the coarsest class to the client
//! itself.
//!
//! Each class is a binomial sample with the estimate of the next coarser one as its Beta prior, worth so
//! many observations: `(left + m h) / (at risk + m)`, the m-estimate (Cestnik 1990). A class of few says
//! little, one of many speaks for itself, and one that nobody knows is passed over, which is the back-off.

use super::downloads::{Downloads, Ending};
use super::life_table::{LifeTable, STAGES, bounds, stage_of};
use super::loss::LossHistogram;
use crate::units::Span;
use crate::units::math::{exp, ln, normal_cdf};

/// What a coarser class is worth, in members of the finer one (assumption).
const CLASS_PRIOR: f64 = 10.0;
/// The same for a client, in downloads: ten of its own outweigh what is said of those like it (assumption).
const CLIENT_PRIOR: f64 = 3.0;
/// The same for loss, in intervals (assumption: a minute of one child).
const LOSS_PRIOR: f64 = 30.0;
/// Live sessions in the mean: log-normal in seconds (Veloso et al. 2002, a month of one live show).
const SESSION: (f64, f64) = (5.235_53, 1.544_32);
/// Of those who leave, without a word: nothing is known (assumption).
const SILENT: f64 = 0.5;

/// Nobody is sure to leave: the least chance to stay through a stage.
const SURE: f64 = 1e-9;

/// How far is looked ahead for a standing: a parent that stays for less is not worth the change (assumption).
const HORIZON: Span = Span::from_secs(300);
/// What a good-bye costs a child, where a silence costs 1: it is moved before its buffer is dry (assumption).
const GOOD_BYE: f64 = 0.2;

/// The chance to leave within each stage, of those who begin it, where nobody is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prior([f64; STAGES]);

/// What is known so far of one client's chances from an age on, as far as anybody looks ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    age: Span,
    /// The stages that matter.
    first: usize,
    last: usize,
    /// As in [`Prior`]; only those that matter are kept up.
    leaving: [f64; STAGES],
    silent: f64,
    loss: f64,
}

/// What is to be expected of a client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outlook {
    /// The chance that it is there in a minute.
    pub(crate) minute: f64,
    /// The trouble that a child will have with it: silences over the horizon, good-byes at their part, and
    /// losses.
    pub(crate) trouble: f64,
}

/// How much others are to rely on a client; the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It may carry others near the source.
    Stable,
    /// It may carry others.
    Fair,
    /// It carries others when nobody better has room.
    Unsure,
    /// The same, and far from the source.
    Fleeting,
}

impl Standing {
    /// Whether it may carry others, whoever else has room.
    pub(crate) fn carries_others(self) -> bool {
        self <= Self::Fair
    }

    /// All, the best first.
    pub(crate) const ALL: [Self; 4] = [Self::Stable, Self::Fair, Self::Unsure, Self::Fleeting];
}

impl Outlook {
    /// The standing that goes with it (thresholds are assumptions).
    pub(crate) fn standing(self) -> Standing {
        match self.trouble {
            trouble if trouble <= 0.1 => Standing::Stable,
            trouble if trouble <= 0.2 => Standing::Fair,
            trouble if trouble <= 0.4 => Standing::Unsure,
            _ => Standing::Fleeting,
        }
    }
}

/// The prior estimate moved by a sample of `n`, of which `k`, as if it were worth `weight` observations.
fn shrink(prior: f64, (n, k): (f64, f64), weight: f64) -> f64 {
    (k + weight * prior) / (n + weight)
}

impl Prior {
    /// Sessions as they were measured elsewhere.
    pub(super) fn of_nobody() -> Self {
        let survives = |age: Span| match age {
            Span::ZERO => 1.0,
            age => normal_cdf((SESSION.0 - ln(age.as_secs_f64())) / SESSION.1),
        };
        Self(std::array::from_fn(|stage| {
            let (from, until) = bounds(stage);
            1.0 - survives(until) / survives(from)
        }))
    }
}

impl Estimate {
    pub(super) fn new(prior: &Prior, age: Span) -> Self {
        let (first, last) = (stage_of(age), stage_of(age + HORIZON));
        Self { age, first, last, leaving: prior.0, silent: SILENT, loss: 0.0 }
    }

    /// Takes in what is known of a class within the present one.
    pub(super) fn refine(&mut self, life: &LifeTable, sending: &LossHistogram) {
        for stage in self.first..=self.last {
            self.leaving[stage] = shrink(self.leaving[stage], life.risk(stage), CLASS_PRIOR);
        }
        self.silent = shrink(self.silent, life.endings(), CLASS_PRIOR);
        self.loss = shrink(self.loss, sending.sums(), LOSS_PRIOR);
    }

    /// Takes in what is known of the client itself.
    pub(super) fn refine_by_client(&mut self, downloads: &Downloads, sending: &LossHistogram) {
        for stage in self.first..=self.last {
            let (from, until) = bounds(stage);
            let (lasted, ended) = downloads.survival(from, until);
            let risk = (lasted as f64, ended as f64);
            self.leaving[stage] = shrink(self.leaving[stage], risk, CLIENT_PRIOR);
        }
        let silent = downloads.iter().filter(|download| download.ending == Ending::Silence);
        let endings = (downloads.len() as f64, silent.count() as f64);
        self.silent = shrink(self.silent, endings, CLIENT_PRIOR);
        self.loss = shrink(self.loss, sending.sums(), LOSS_PRIOR);
    }

    /// The chance that the client is there `ahead` later; within a stage the hazard is constant, and in
    /// the last it goes on for ever.
    fn stays(&self, ahead: Span) -> f64 {
        let (from, until) = (self.age.as_secs_f64(), (self.age + ahead).as_secs_f64());
        let hazard = |stage: usize| {
            let (begins, ends) = bounds(stage);
            let (begins, ends) = (begins.as_secs_f64(), ends.as_secs_f64());
            let end = if stage + 1 == STAGES { until } else { until.min(ends) };
            let within = (end - from.max(begins)).max(0.0);
            -ln((1.0 - self.leaving[stage]).max(SURE)) * within / (ends - begins)
        };
        exp(-(self.first..=self.last).map(hazard).sum::<f64>())
    }

    pub(super) fn outlook(&self) -> Outlook {
        let goes = 1.0 - self.stays(HORIZON);
        let trouble = goes * (self.silent + (1.0 - self.silent) * GOOD_BYE) + self.loss;
        Outlook { minute: self.stays(Span::from_secs(60)), trouble }
    }
}
