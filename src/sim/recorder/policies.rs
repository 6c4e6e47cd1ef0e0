//! Who was refused by which policy, and who received what a policy forbids.
//!
//! Judged by where viewers are, not by where a coordinator believes them to be.

use crate::proto::Refusal;
use crate::scenario::Scenario;
use crate::units::ContentId;
use std::sync::Arc;

/// The account of policies.
#[derive(Clone, Debug, Default)]
pub(super) struct PolicyAccount {
    tallies: Vec<Tally>,
    violations: u64,
}

/// The account of one policy.
#[derive(Clone, Debug)]
struct Tally {
    name: Arc<str>,
    refusals: u64,
    violations: u64,
}

impl PolicyAccount {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let names = scenario.policies.iter().map(|policy| Arc::clone(&policy.name));
        let tallies = names.map(|name| Tally { name, refusals: 0, violations: 0 });
        Self { tallies: tallies.collect(), violations: 0 }
    }

    pub(super) fn refused(&mut self, refusal: &Refusal) {
        let Refusal::Policy(name) = refusal else { return };
        if let Some(tally) = self.tallies.iter_mut().find(|tally| tally.name == *name) {
            tally.refusals += 1;
        }
    }

    /// A session is over in which so many bytes were received.
    pub(super) fn left(&mut self, site: u16, received: u64, scenario: &Scenario) {
        if received == 0 {
            return;
        }
        let country = scenario.topology.isps[usize::from(site)].country;
        let mut violated = false;
        for (policy, tally) in scenario.policies.iter().zip(&mut self.tallies) {
            if policy.denies(ContentId::new(0), country) {
                tally.violations += 1;
                violated = true;
            }
        }
        self.violations += u64::from(violated);
    }

    /// Metric and count: viewers who received what they must not, and by policy that and refusals.
    pub(super) fn figures(&self) -> Vec<(String, u64)> {
        let mut figures = vec![("policy_violations".to_string(), self.violations)];
        for Tally { name, refusals, violations } in &self.tallies {
            figures.push((format!("refusals.{name}"), *refusals));
            figures.push((format!("policy_violations.{name}"), *violations));
        }
        figures
    }
}
