//! Who was refused by which policy, who received what a policy forbids, and who sent what its own terms do.
//!
//! Judged by where viewers are, not by where a coordinator believes them to be.

use crate::proto::{Refusal, Strangers};
use crate::scenario::Scenario;
use crate::units::{ContentId, PeerId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The account of policies.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyAccount {
    tallies: Vec<Tally>,
    violations: u64,
    /// Of each kind of terms that somebody in the scenario states: viewers against whose they were used.
    breaches: Vec<(Term, BTreeSet<PeerId>)>,
}

/// What of a client's terms may be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sim) enum Term {
    /// Hours in which it serves nobody.
    NoServing,
    /// That it serves friends only.
    Friends,
    /// That it serves those on its own network only.
    LanOnly,
}

/// The account of one policy.
#[derive(Clone, Debug)]
struct Tally {
    name: Arc<str>,
    refusals: u64,
    violations: u64,
}

impl Term {
    const ALL: [Self; 3] = [Self::NoServing, Self::Friends, Self::LanOnly];

    const fn name(self) -> &'static str {
        match self {
            Self::NoServing => "no_serving",
            Self::Friends => "friends",
            Self::LanOnly => "lan_only",
        }
    }

    /// Whether anybody in the scenario states it.
    fn is_stated(self, scenario: &Scenario) -> bool {
        scenario.access.iter().any(|class| match self {
            Self::NoServing => !class.terms.no_serving.is_empty(),
            Self::Friends => {
                let friends = class.terms.friends.as_ref();
                friends.is_some_and(|own| own.strangers == Strangers::Never)
            }
            Self::LanOnly => class.terms.lan_only,
        })
    }
}

impl PolicyAccount {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let names = scenario.policies.iter().map(|policy| Arc::clone(&policy.name));
        let tallies = names.map(|name| Tally { name, refusals: 0, violations: 0 });
        let stated = Term::ALL.into_iter().filter(|term| term.is_stated(scenario));
        Self {
            tallies: tallies.collect(),
            violations: 0,
            breaches: stated.map(|term| (term, BTreeSet::new())).collect(),
        }
    }

    /// Whether anybody states terms that could be broken.
    pub(super) fn watches_terms(&self) -> bool {
        !self.breaches.is_empty()
    }

    /// A viewer has sent what its own terms forbid.
    pub(super) fn broke_its_terms(&mut self, term: Term, sender: PeerId) {
        if let Some((_, senders)) = self.breaches.iter_mut().find(|(known, _)| *known == term) {
            senders.insert(sender);
        }
    }

    pub(super) fn refused(&mut self, refusal: &Refusal) {
        let Refusal::Policy(name) = refusal else { return };
        if let Some(tally) = self.tallies.iter_mut().find(|tally| tally.name == *name) {
            tally.refusals += 1;
        }
    }

    /// A session is over in which so many bytes were received.
    pub(super) fn left(
        &mut self,
        (site, content): (u16, ContentId),
        received: u64,
        scenario: &Scenario,
    ) {
        if received == 0 {
            return;
        }
        let country = scenario.topology.isps[usize::from(site)].country;
        let mut violated = false;
        for (policy, tally) in scenario.policies.iter().zip(&mut self.tallies) {
            if policy.denies(content, country) {
                tally.violations += 1;
                violated = true;
            }
        }
        self.violations += u64::from(violated);
    }

    /// Metric and count: viewers who received what they must not or sent what they would not, and by
    /// policy and kind of terms that and refusals.
    pub(super) fn figures(&self) -> Vec<(String, u64)> {
        let broken = self.breaches.iter().map(|(term, senders)| (*term, senders.len() as u64));
        let all = self.violations + broken.clone().map(|(_, count)| count).sum::<u64>();
        let mut figures = vec![("policy_violations".to_string(), all)];
        for Tally { name, refusals, violations } in &self.tallies {
            figures.push((format!("refusals.{name}"), *refusals));
            figures.push((format!("policy_violations.{name}"), *violations));
        }
        figures.extend(
            broken.map(|(term, count)| (format!("term_violations.{}", term.name()), count)),
        );
        figures
    }
}
