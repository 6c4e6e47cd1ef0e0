//! Whether a region lacks strong viewers, and for how long: a pure function of what its clusters say and of
//! the time. Not here: who is called.

use crate::control::config::RelaysConfig;
use crate::units::SimTime;

/// What the clusters of one content in one region lack and have, in slots (substreams sent at once).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Balance {
    /// Who watch.
    pub(super) viewers: usize,
    /// What those who are not strong cannot send each other.
    pub(super) lacking: u64,
    /// What strong viewers of the region can send them.
    pub(super) offered: u64,
}

/// What is to be done about a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Wait,
    /// One more relay is to be called.
    Call,
    /// The relay that was called last is to be given back.
    GiveBack,
}

/// Since when a region has lacked something, or could have done without its last relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Watch {
    short_since: Option<SimTime>,
    enough_since: Option<SimTime>,
}

impl Balance {
    /// Whether strong viewers, and relays who add so much, can send what is lacking.
    fn is_met(&self, added: u64) -> bool {
        self.lacking <= self.offered + added
    }

    /// The same with some to spare.
    pub(super) fn is_well_met(&self, added: u64, margin: f64) -> bool {
        self.lacking as f64 * (1.0 + margin) <= (self.offered + added) as f64
    }
}

impl Watch {
    /// Looks at a region whose relays add so much each, in the order in which they were called. Between
    /// lacking something and being able to do without the last of them lies the margin, and each must last:
    /// a region that hovers calls once and keeps what it has.
    pub(super) fn judge(
        &mut self,
        now: SimTime,
        balance: &Balance,
        relays: &[u64],
        terms: &RelaysConfig,
    ) -> Verdict {
        let all: u64 = relays.iter().sum();
        let is_short = balance.viewers >= terms.least_viewers as usize && !balance.is_met(all);
        let enough = relays.last().is_some_and(|last| {
            balance.is_well_met(all - last, terms.margin.get()) || balance.viewers == 0
        });
        let short_for = lasts(&mut self.short_since, is_short, now);
        let enough_for = lasts(&mut self.enough_since, enough, now);
        let verdict = if short_for.is_some_and(|since| now.since(since) >= terms.call_after) {
            Verdict::Call
        } else if enough_for.is_some_and(|since| now.since(since) >= terms.give_back_after) {
            Verdict::GiveBack
        } else {
            return Verdict::Wait;
        };
        // What is done now must show before anything else is done.
        *self = Self::default();
        verdict
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_quiet(&self) -> bool {
        *self == Self::default()
    }
}

/// Since when something has been so; none where it is not.
fn lasts(since: &mut Option<SimTime>, is_so: bool, now: SimTime) -> Option<SimTime> {
    *since = if is_so { Some(since.unwrap_or(now)) } else { None };
    *since
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    const TERMS: fn() -> RelaysConfig = RelaysConfig::default;

    fn balance(lacking: u64, offered: u64) -> Balance {
        Balance { viewers: 40, lacking, offered }
    }

    /// What is done in so many seconds of looks, one a second.
    fn looks(
        watch: &mut Watch,
        from: u64,
        count: u64,
        balance: Balance,
        relays: &[u64],
    ) -> Verdict {
        let looks = (from..from + count)
            .map(|second| watch.judge(SimTime::from_secs(second), &balance, relays, &TERMS()));
        looks.reduce(|all, one| if one == Verdict::Wait { all } else { one }).expect("one look")
    }

    #[test]
    fn what_is_lacking_for_long_enough_is_called_for_and_then_waited_for() {
        let mut watch = Watch::default();
        assert_eq!(looks(&mut watch, 0, 20, balance(8, 7), &[]), Verdict::Wait);
        // A moment without want, and the time begins anew.
        assert_eq!(looks(&mut watch, 20, 1, balance(8, 8), &[]), Verdict::Wait);
        assert_eq!(looks(&mut watch, 21, 20, balance(8, 7), &[]), Verdict::Wait);
        assert_eq!(looks(&mut watch, 41, 1, balance(8, 7), &[]), Verdict::Call);
        assert_eq!(looks(&mut watch, 42, 20, balance(8, 1), &[4]), Verdict::Wait);
        assert_eq!(looks(&mut watch, 62, 1, balance(8, 1), &[4]), Verdict::Call);
    }

    #[test]
    fn between_enough_and_well_enough_nothing_changes() {
        let mut watch = Watch::default();
        // Without the relay 8 of 8 are there, and with the margin it would have to be 10.
        assert_eq!(looks(&mut watch, 0, 300, balance(8, 8), &[4]), Verdict::Wait);
        assert_eq!(looks(&mut watch, 300, 60, balance(8, 10), &[4]), Verdict::Wait);
        assert_eq!(looks(&mut watch, 360, 1, balance(8, 10), &[4]), Verdict::GiveBack);
        assert!(watch.is_quiet());
    }

    #[test]
    fn few_viewers_call_nobody_and_none_need_nobody() {
        let few = Balance { viewers: 24, ..balance(8, 0) };
        assert_eq!(looks(&mut Watch::default(), 0, 100, few, &[]), Verdict::Wait);
        let none = Balance::default();
        assert_eq!(looks(&mut Watch::default(), 0, 61, none, &[4]), Verdict::GiveBack);
        let since = TERMS().give_back_after;
        assert_eq!(since, Span::from_secs(60));
    }
}
