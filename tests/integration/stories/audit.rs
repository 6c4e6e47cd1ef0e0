//! What must hold at every moment, judged by what was said and nothing else.

use super::stage::{Actor, Stage};
use grandstand::units::{PeerId, Span};
use std::collections::BTreeMap;

/// A client silent for so long is gone: three heartbeats, a sweep and a tick.
const CONCLUDED_AFTER: Span = Span::from_secs(9);

/// The control center looks at its clients' hours every second.
const NOTICED_AFTER: Span = Span::from_secs(1);

impl Stage {
    /// What is wrong, in words; nothing when all is well.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.find_cycles(&mut faults);
        self.find_overload(&mut faults);
        self.find_forbidden_pairs(&mut faults);
        self.find_broken_terms(&mut faults);
        faults
    }

    /// Fails with the list of what is wrong.
    pub(super) fn audit(&self) {
        let faults = self.faults();
        assert!(faults.is_empty(), "at {}: {faults:#?}", self.now);
    }

    /// Clients of which the control center hears.
    fn present(&self) -> impl Iterator<Item = &Actor> {
        let clients = self.actors.iter().filter(|actor| !actor.is_node && actor.alive);
        clients.filter(|actor| actor.silent_since.is_none())
    }

    /// Whether so many are missing at once that it may be taken for a cut.
    fn may_be_a_cut(&self) -> bool {
        self.actors.iter().filter(|actor| actor.silent_since.is_some()).count() > 10
    }

    fn find_cycles(&self, faults: &mut Vec<String>) {
        for substream in 0..usize::from(self.content.substreams) {
            for actor in self.present() {
                let (mut at, mut hops) = (actor, 0);
                while let Some(parent) = at.told[substream] {
                    (at, hops) = (&self.actors[parent.index()], hops + 1);
                    if hops > self.actors.len() {
                        faults.push(format!("{} is in a cycle of {substream}", actor.name));
                        break;
                    }
                }
            }
        }
    }

    /// A parent serves those who were told to take from it and those who said that they still do.
    fn find_overload(&self, faults: &mut Vec<String>) {
        let mut served: BTreeMap<PeerId, u64> = BTreeMap::new();
        for actor in self.present() {
            for (told, reported) in actor.told.iter().zip(&actor.reported) {
                let former = reported.filter(|_| reported != told);
                // A CDN node has a reserve of its own for those who are about to leave it.
                let former = former.filter(|parent| !self.actors[parent.index()].is_node);
                for parent in told.iter().chain(&former) {
                    *served.entry(*parent).or_default() += 1;
                }
            }
        }
        for (parent, count) in served {
            let parent = &self.actors[parent.index()];
            let room = parent.uplink.as_bps() / self.content.substream_rate().as_bps();
            if count > room {
                faults.push(format!("{} serves {count} with room for {room}", parent.name));
            }
        }
    }

    fn find_broken_terms(&self, faults: &mut Vec<String>) {
        for child in self.present() {
            for parent in child.told.iter().flatten() {
                let parent = &self.actors[parent.index()];
                let resting =
                    parent.terms.no_serving.iter().any(|hours| {
                        hours.contain(self.now) && hours.from + NOTICED_AFTER < self.now
                    });
                if resting {
                    faults.push(format!("{} is to serve {} in its hours", parent.name, child.name));
                }
                if !parent.terms.befriend(child.terms.group()) {
                    faults.push(format!("{} is to serve {}, a stranger", parent.name, child.name));
                }
                if parent.terms.lan_only && parent.address != child.address {
                    faults.push(format!("{} is to serve {} elsewhere", parent.name, child.name));
                }
            }
        }
    }

    fn find_forbidden_pairs(&self, faults: &mut Vec<String>) {
        for child in self.present() {
            for parent in child.told.iter().flatten() {
                let parent = &self.actors[parent.index()];
                let silent = parent.silent_since.map_or(Span::ZERO, |time| self.now.since(time));
                let gone = silent > CONCLUDED_AFTER && (parent.is_node || !self.may_be_a_cut());
                if parent.left || gone {
                    faults.push(format!("{} is told to take from {}", child.name, parent.name));
                }
                let one_lan = parent.terms.lan_only && parent.address == child.address;
                if !parent.is_node && !one_lan && !parent.nat.can_connect(child.nat) {
                    faults.push(format!("{} cannot reach {}", child.name, parent.name));
                }
            }
        }
    }
}
