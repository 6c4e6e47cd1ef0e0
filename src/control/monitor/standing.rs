//! What is held of one direction of a link over time: neither declared at the first word nor cleared at it.
//!
//! Whoever leaves a bad link takes the evidence along, so a verdict ends by itself after a while and the
//! link is on trial again. Each time that fails, the next verdict lasts twice as long, as with routes that
//! flap (RFC 2439): children are not sent to and fro. Pure functions.

use crate::proto::LinkVerdict;
use crate::units::{SimTime, Span};

/// Judgements in a row that accuse a link before it is held to be bad (assumption).
const ACCUSED_BEFORE: u8 = 2;
/// Judgements in a row that show a link well before it is cleared (assumption: two heartbeats of two
/// seconds, at one judgement a second).
const WELL_BEFORE: u8 = 4;
/// How long the first verdict lasts when nothing is heard of the link (assumption).
const HOLD: Span = Span::from_secs(60);
/// Verdicts do not last longer (assumption), and after so long in peace the past is forgotten.
const LONGEST_HOLD: Span = Span::from_secs(600);

/// What one judgement says of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It explains bad paths: whether these are silent, and whether it is named or only like one that is.
    Accused { silent: bool, named: bool },
    /// Healthy paths cross it, and no bad one is laid at its door.
    Well,
    /// Nobody crosses it.
    Nothing,
}

/// What is held of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    accused: u8,
    held: Option<Held>,
    /// Verdicts so far, and when the last one ended.
    verdicts: u8,
    cleared: Option<SimTime>,
}

/// A verdict that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    verdict: LinkVerdict,
    named: bool,
    until: SimTime,
    well: u8,
}

impl Standing {
    /// What is held, if anything.
    pub(super) fn verdict(self) -> Option<LinkVerdict> {
        self.held.map(|held| held.verdict)
    }

    /// Whether the next judgement may change it though nothing is in trouble.
    pub(super) fn is_open(self) -> bool {
        self.held.is_some() || self.accused > 0
    }

    /// Whether nothing is known that would matter later.
    pub(super) fn is_blank(self, now: SimTime) -> bool {
        let past = self.cleared.is_some_and(|at| now < at + LONGEST_HOLD);
        !self.is_open() && !past
    }

    /// After another judgement, and what there is to be told: of a link that is only like another one,
    /// nothing.
    #[must_use]
    pub(super) fn after(self, now: SimTime, word: Word) -> (Self, Option<LinkVerdict>) {
        match (self.held, word) {
            (None, Word::Accused { silent, named }) if self.accused + 1 >= ACCUSED_BEFORE => {
                self.declared(now, silent, named)
            }
            (None, Word::Accused { .. }) => (Self { accused: self.accused + 1, ..self }, None),
            (None, Word::Well | Word::Nothing) => (Self { accused: 0, ..self }, None),
            (Some(held), Word::Accused { named, .. }) => {
                let until = held.until.max(now + self.hold());
                let now_named = Held { named: held.named || named, until, well: 0, ..held };
                let told = (named && !held.named).then_some(held.verdict);
                (Self { held: Some(now_named), ..self }, told)
            }
            (Some(held), Word::Well) if held.well + 1 >= WELL_BEFORE => self.acquitted(now, held),
            (Some(held), Word::Well) => {
                (Self { held: Some(Held { well: held.well + 1, ..held }), ..self }, None)
            }
            (Some(held), Word::Nothing) if now >= held.until => self.acquitted(now, held),
            (Some(_), Word::Nothing) => (self, None),
        }
    }

    /// The link is said to be in use again by those who must know.
    #[must_use]
    pub(super) fn readmitted(self, now: SimTime) -> (Self, Option<LinkVerdict>) {
        self.held.map_or((self, None), |held| self.acquitted(now, held))
    }

    fn declared(self, now: SimTime, silent: bool, named: bool) -> (Self, Option<LinkVerdict>) {
        let verdict = if silent { LinkVerdict::Failed } else { LinkVerdict::Congested };
        let in_peace = self.cleared.is_none_or(|at| now >= at + LONGEST_HOLD);
        let verdicts = if in_peace { 1 } else { self.verdicts.saturating_add(1) };
        let fresh = Self { accused: 0, verdicts, ..self };
        let held = Held { verdict, named, until: now + fresh.hold(), well: 0 };
        (Self { held: Some(held), ..fresh }, named.then_some(verdict))
    }

    fn acquitted(self, now: SimTime, held: Held) -> (Self, Option<LinkVerdict>) {
        let after = Self { held: None, accused: 0, cleared: Some(now), ..self };
        (after, held.named.then_some(LinkVerdict::Cleared))
    }

    fn hold(self) -> Span {
        let doublings = u32::from(self.verdicts.saturating_sub(1)).min(8);
        (HOLD * (1 << doublings)).min(LONGEST_HOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENT: Word = Word::Accused { silent: true, named: true };

    /// The verdicts told, with their seconds, when judgements come once a second.
    fn told(words: impl IntoIterator<Item = Word>) -> Vec<(u64, LinkVerdict)> {
        let mut standing = Standing::default();
        let mut told = Vec::new();
        for (second, word) in (1..).zip(words) {
            let (next, verdict) = standing.after(SimTime::from_secs(second), word);
            standing = next;
            told.extend(verdict.map(|verdict| (second, verdict)));
        }
        told
    }

    fn times(count: usize, word: Word) -> impl Iterator<Item = Word> {
        std::iter::repeat_n(word, count)
    }

    #[test]
    fn one_accusation_is_not_enough_and_one_good_word_clears_nothing() {
        assert_eq!(told([SILENT, Word::Nothing, SILENT, Word::Well, SILENT]), []);
        let words = times(2, SILENT).chain(times(3, Word::Well)).chain([SILENT]);
        assert_eq!(told(words.chain(times(3, Word::Well))), [(2, LinkVerdict::Failed)]);
        let words = times(2, SILENT).chain(times(4, Word::Well));
        assert_eq!(told(words), [(2, LinkVerdict::Failed), (6, LinkVerdict::Cleared)]);
    }

    #[test]
    fn a_verdict_that_nobody_renews_ends_and_the_next_one_lasts_twice_as_long() {
        let spell = || times(2, SILENT).chain(times(60, Word::Nothing));
        let words = spell().chain(spell()).chain(times(60, Word::Nothing));
        assert_eq!(
            told(words),
            [
                (2, LinkVerdict::Failed),
                (62, LinkVerdict::Cleared),
                (64, LinkVerdict::Failed),
                (184, LinkVerdict::Cleared)
            ]
        );
    }

    #[test]
    fn a_link_that_is_only_like_another_is_held_and_not_told_until_it_is_named() {
        let like = Word::Accused { silent: false, named: false };
        let named = Word::Accused { silent: false, named: true };
        assert_eq!(told([like, like, like, named]), [(4, LinkVerdict::Congested)]);
        assert_eq!(told(times(2, like).chain(times(61, Word::Nothing))), []);
    }

    #[test]
    fn after_a_long_peace_the_past_is_forgotten() {
        let spell = || times(2, SILENT).chain(times(60, Word::Nothing));
        let words = spell().chain(times(600, Word::Nothing)).chain(spell());
        let verdicts = told(words);
        assert_eq!(verdicts[3].0 - verdicts[2].0, 60, "{verdicts:?}");
        let (mut standing, mut now) = (Standing::default(), SimTime::ZERO);
        for word in spell() {
            now += Span::from_secs(1);
            standing = standing.after(now, word).0;
        }
        assert!(!standing.is_blank(now) && standing.is_blank(now + LONGEST_HOLD));
    }
}
