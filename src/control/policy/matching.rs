//! Policies compiled: one verdict for each class of viewers, found once.
//!
//! A class is all that conditions can tell apart: today the content and the country.

use super::model::{Country, Policy};
use crate::units::ContentId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The policies and the verdicts found so far.
#[derive(Debug, Default)]
pub(crate) struct PolicyTable {
    policies: Vec<Policy>,
    /// The policy that denies, if one does, by class.
    verdicts: BTreeMap<(ContentId, Country), Option<usize>>,
}

impl PolicyTable {
    /// These policies; where two deny, the first is named.
    pub(crate) fn new(policies: Vec<Policy>) -> Self {
        Self { policies, verdicts: BTreeMap::new() }
    }

    /// The name of the policy that keeps `content` from viewers in `country`; none when they may
    /// have it.
    pub(crate) fn refusal(&mut self, content: ContentId, country: Country) -> Option<Arc<str>> {
        let policies = &self.policies;
        let verdict = self
            .verdicts
            .entry((content, country))
            .or_insert_with(|| policies.iter().position(|policy| policy.denies(content, country)));
        verdict.map(|number| Arc::clone(&policies[number].name))
    }

    /// Classes looked at so far.
    pub(crate) fn classes(&self) -> usize {
        self.verdicts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Condition, Effect};
    use super::*;

    #[test]
    fn a_class_is_judged_once_and_the_first_policy_that_denies_is_named() {
        let policy = |name: &str, countries: &[Country]| Policy {
            name: name.into(),
            content: None,
            condition: Condition::CountryIn(countries.to_vec()),
            effect: Effect::Deny,
        };
        let mut table =
            PolicyTable::new(vec![policy("first", &[*b"BR"]), policy("second", &[*b"AR", *b"BR"])]);
        let mut name = |country| table.refusal(ContentId::new(0), country);
        assert_eq!(name(*b"BR").as_deref(), Some("first"));
        assert_eq!(name(*b"AR").as_deref(), Some("second"));
        assert_eq!(name(*b"DE"), None);
        assert_eq!(name(*b"BR").as_deref(), Some("first"));
        assert_eq!(table.classes(), 3);
    }
}
