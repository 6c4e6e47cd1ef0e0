//! What a policy says: scope, condition, effect.

use crate::units::ContentId;
use std::sync::Arc;

/// A country, two capital letters (ISO 3166-1).
pub type Country = [u8; 2];

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name: what a refused viewer is told, and what figures are listed under.
    pub name: Arc<str>,
    /// The content that it is about; all contents when there is none.
    pub content: Option<ContentId>,
    /// Whom it is about.
    pub condition: Condition,
    /// What holds for them.
    pub effect: Effect,
}

/// Whom a policy is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Viewers in one of these countries.
    CountryIn(Vec<Country>),
    /// Viewers in none of these countries; also those of whom nobody knows where they are.
    CountryNotIn(Vec<Country>),
}

/// What a policy does to those whom it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// They do not get the content, whatever else could be done. Hard: it never gives way.
    Deny,
}

impl Policy {
    /// Whether a viewer in `country` must not get `content`.
    #[must_use]
    pub fn denies(&self, content: ContentId, country: Country) -> bool {
        let Effect::Deny = self.effect;
        self.content.is_none_or(|only| only == content) && self.condition.holds(country)
    }
}

impl Condition {
    fn holds(&self, country: Country) -> bool {
        match self {
            Self::CountryIn(list) => list.contains(&country),
            Self::CountryNotIn(list) => !list.contains(&country),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(content: Option<u32>, condition: Condition) -> Policy {
        let content = content.map(ContentId::new);
        Policy { name: "rights".into(), content, condition, effect: Effect::Deny }
    }

    #[test]
    fn a_list_of_denied_countries_denies_these_and_one_of_allowed_ones_all_others() {
        let denied = policy(None, Condition::CountryIn(vec![*b"BR", *b"AR"]));
        let allowed = policy(None, Condition::CountryNotIn(vec![*b"BR", *b"AR"]));
        for (country, listed) in [(*b"BR", true), (*b"AR", true), (*b"DE", false), (*b"??", false)]
        {
            assert_eq!(denied.denies(ContentId::new(0), country), listed);
            assert_eq!(allowed.denies(ContentId::new(0), country), !listed);
        }
    }

    #[test]
    fn a_policy_about_one_content_leaves_the_others_alone() {
        let policy = policy(Some(1), Condition::CountryIn(vec![*b"BR"]));
        assert!(policy.denies(ContentId::new(1), *b"BR"));
        assert!(!policy.denies(ContentId::new(0), *b"BR"));
    }
}
