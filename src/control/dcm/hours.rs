//! Hours in which members serve nobody, as they said when they joined (rows A2, P18).
//!
//! When they begin, whoever takes data from such a member is moved; until it has another parent it
//! goes on taking from the old one.

use super::member::Stay;
use super::{Dcm, Step};
use crate::proto::{Hours, Trigger};
use crate::units::SimTime;
use std::collections::BTreeSet;

/// When whose hours begin and end.
#[derive(Debug, Default)]
pub(super) struct Timetable {
    changes: BTreeSet<(SimTime, Stay, bool)>,
}

impl Timetable {
    /// Enters what is to come of a member's hours.
    pub(super) fn enter(&mut self, now: SimTime, stay: Stay, hours: &[Hours]) {
        let changes = hours.iter().flat_map(|one| [(one.from, true), (one.until, false)]);
        self.changes
            .extend(changes.filter(|(at, _)| *at > now).map(|(at, begins)| (at, stay, begins)));
    }

    /// Takes out all that is to come of some members' hours.
    pub(super) fn take(&mut self, whose: &BTreeSet<Stay>) -> Vec<(Stay, SimTime, bool)> {
        let mut taken = Vec::new();
        self.changes.retain(|(at, stay, begins)| {
            let goes = whose.contains(stay);
            if goes {
                taken.push((*stay, *at, *begins));
            }
            !goes
        });
        taken
    }

    /// Enters a change that was taken out elsewhere.
    pub(super) fn note(&mut self, stay: Stay, at: SimTime, begins: bool) {
        self.changes.insert((at, stay, begins));
    }

    /// Takes out the first change that is due: whose, and whether its hours begin.
    fn pop_due(&mut self, now: SimTime) -> Option<(Stay, bool)> {
        let (at, stay, begins) = self.changes.first().copied()?;
        (at <= now).then(|| {
            self.changes.pop_first();
            (stay, begins)
        })
    }
}

impl Dcm {
    /// Hours that begin and end by now; looked at every second, and before every decision between.
    pub(super) fn keep_hours(&mut self, step: &mut Step<'_, '_>) {
        let mut parents = Vec::new();
        while let Some((stay, begins)) = self.timetable.pop_due(step.with.now) {
            if self.view.lasts(stay) {
                self.view.set_resting(stay.id, begins);
                let member = self.view.member(stay.id);
                self.recomputing.note(member.home, member.slots);
                parents.extend(begins.then_some(stay.id));
            }
        }
        for id in &parents {
            let peer = self.view.member(*id).peer;
            self.dismiss_guests(*id, peer, (Trigger::ServingHours, false), step);
        }
        // Only now: nobody is moved to one whose hours have begun in the same moment.
        let children = parents.into_iter().flat_map(|id| self.all_children(id)).collect();
        for (child, substream) in self.by_need(children) {
            self.replace(child, substream, Trigger::ServingHours, step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_come_in_their_time_and_what_is_past_never() {
        let at = SimTime::from_secs;
        let hours = |from, until| Hours { from: at(from), until: at(until) };
        let stays = [3, 4].map(|id| Stay { id, nth: 0 });
        let mut timetable = Timetable::default();
        timetable.enter(at(15), stays[0], &[hours(10, 20), hours(20, 30)]);
        timetable.enter(at(15), stays[1], &[hours(0, 5), hours(18, 19)]);
        assert_eq!(timetable.pop_due(at(17)), None);
        let mut due = |now| std::iter::from_fn(|| timetable.pop_due(at(now))).collect::<Vec<_>>();
        assert_eq!(due(19), [(stays[1], true), (stays[1], false)]);
        // Where one stretch ends and the next begins it goes on resting.
        assert_eq!(due(29), [(stays[0], false), (stays[0], true)]);
        assert_eq!(due(100), [(stays[0], false)]);
    }
}
