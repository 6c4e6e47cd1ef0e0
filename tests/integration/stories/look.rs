//! What one can see of the stage: who was told what, and why.

use super::stage::Stage;
use grandstand::proto::{Coordinator, Decision, ToClient, Trigger};
use grandstand::units::SimTime;
use std::collections::BTreeSet;

impl Stage {
    /// From whom a client was told to take a substream; `"nobody"` when from nobody.
    pub(super) fn parent_in(&self, child: &str, substream: u8) -> &str {
        self.actor(child).told[usize::from(substream)].map_or("nobody", |parent| self.name(parent))
    }

    /// From whom a client was told to take the only substream.
    pub(super) fn parent(&self, child: &str) -> &str {
        self.parent_in(child, 0)
    }

    /// Who was told to take something from this one, of those who live.
    pub(super) fn children(&self, parent: &str) -> BTreeSet<&str> {
        let parent = Some(self.peer(parent));
        let of_it = self.actors.iter().filter(|actor| actor.alive && actor.told.contains(&parent));
        of_it.map(|actor| actor.name.as_str()).collect()
    }

    /// Who was told something since then.
    pub(super) fn told_since(&self, time: SimTime) -> BTreeSet<&str> {
        let assigns = self
            .messages
            .iter()
            .filter(|(at, _, message)| *at >= time && matches!(message, ToClient::Assign(_)));
        assigns.map(|(_, to, _)| self.name(*to)).collect()
    }

    /// What made the control center look at this client since then.
    pub(super) fn triggers_since(&self, time: SimTime, child: &str) -> Vec<Trigger> {
        let child = self.peer(child);
        let about = self.decisions.iter().filter(|d| d.time >= time && d.child == child);
        about.map(|decision| decision.trigger).collect()
    }

    /// The last decision about a client.
    pub(super) fn why(&self, child: &str) -> Decision {
        let child = self.peer(child);
        *self.decisions.iter().rev().find(|d| d.child == child).expect("somebody decided")
    }

    /// Whether data reach this client in all substreams.
    pub(super) fn is_fed(&self, name: &str) -> bool {
        self.actor(name).last.iter().all(|last| *last + 2.0 >= self.live_edge())
    }

    /// When the control center wants to be called.
    pub(super) fn due(&self) -> Option<SimTime> {
        self.center.next_timeout()
    }

    pub(super) fn figure(&self, metric: &str) -> f64 {
        let figures = self.center.figures();
        let figure = figures.iter().find(|figure| figure.metric == metric);
        figure.and_then(|figure| figure.value).expect("the figure is there")
    }
}
