//! When members are looked at again because they have grown older.

use super::member::Stay;
use crate::units::SimTime;
use std::collections::{BTreeSet, VecDeque};

/// Who comes of age, and when: a line for each age, the next in it first.
#[derive(Debug, Default)]
pub(super) struct Ripening {
    lines: Vec<VecDeque<(SimTime, Stay)>>,
}

impl Ripening {
    /// Enters one who reaches the `nth` age at `due`; of one age those come in the order of time.
    pub(super) fn enter(&mut self, nth: usize, due: SimTime, stay: Stay) {
        if self.lines.len() <= nth {
            self.lines.resize_with(nth + 1, VecDeque::new);
        }
        self.lines[nth].push_back((due, stay));
    }

    /// Takes out one who has reached an age by `now`, with the number of that age.
    pub(super) fn pop_due(&mut self, now: SimTime) -> Option<(usize, Stay)> {
        let is_due = |line: &&mut VecDeque<_>| line.front().is_some_and(|(due, _)| *due <= now);
        let mut lines = self.lines.iter_mut().enumerate();
        let (nth, line) = lines.find(|(_, line)| is_due(line))?;
        line.pop_front().map(|(_, stay)| (nth, stay))
    }
}

/// Those who go to another DCM, with the number of the age that each reaches next.
pub(super) type Taken = Vec<(usize, SimTime, Stay)>;

impl Ripening {
    /// Takes out those of these stays.
    pub(super) fn take_of(&mut self, stays: &BTreeSet<Stay>) -> Taken {
        let mut taken = Vec::new();
        for (nth, line) in self.lines.iter_mut().enumerate() {
            let goes = line.iter().filter(|(_, stay)| stays.contains(stay));
            taken.extend(goes.map(|(due, stay)| (nth, *due, *stay)));
            line.retain(|(_, stay)| !stays.contains(stay));
        }
        taken
    }

    /// Takes in those of another, by the stays that they have here.
    pub(super) fn take_in(&mut self, taken: Taken) {
        for (nth, due, stay) in taken {
            self.enter(nth, due, stay);
        }
        for line in &mut self.lines {
            line.make_contiguous().sort_by_key(|(due, _)| *due);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_out_once_when_it_is_time() {
        let at = SimTime::from_secs;
        let stays = [1, 2, 3].map(|id| Stay { id, nth: 0 });
        let mut ripening = Ripening::default();
        ripening.enter(1, at(30), stays[0]);
        ripening.enter(0, at(15), stays[1]);
        ripening.enter(0, at(20), stays[2]);
        assert_eq!(ripening.pop_due(at(14)), None);
        assert_eq!(ripening.pop_due(at(15)), Some((0, stays[1])));
        assert_eq!(ripening.pop_due(at(15)), None);
        assert_eq!(ripening.pop_due(at(40)), Some((0, stays[2])));
        assert_eq!(ripening.pop_due(at(40)), Some((1, stays[0])));
        assert_eq!(ripening.pop_due(at(40)), None);
    }
}
