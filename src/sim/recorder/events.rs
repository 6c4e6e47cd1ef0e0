//! What went wrong, row by row: `events.csv`. Rows about viewers follow the sampling of `peers.csv`,
//! so that memory is bounded by it; faults are always kept.
//!
//! A row is begun when something begins, so rows are in the order of time, and filled in when it ends.

use super::keeps;
use crate::metrics::{EventKind, EventRow, Name};
use crate::proto::{Decision, Finding, LinkVerdict, Refusal, RelayChange, Trigger, UplinkFinding};
use crate::scenario::Rows;
use crate::sim::edges::Loss;
use crate::units::{BitRate, PeerId, SimTime, Substream};
use std::collections::BTreeMap;

/// One substream of one viewer.
type Place = (PeerId, Substream);

/// The rows so far, and which of them are not over.
#[derive(Debug)]
pub(in crate::sim) struct EventLog {
    kept: Rows,
    rows: Vec<EventRow>,
    losses: BTreeMap<Place, usize>,
    stalls: BTreeMap<PeerId, usize>,
    /// By who was told to serve.
    relays: BTreeMap<PeerId, usize>,
}

impl EventLog {
    pub(super) fn new(kept: Rows) -> Self {
        Self {
            kept,
            rows: Vec::new(),
            losses: BTreeMap::new(),
            stalls: BTreeMap::new(),
            relays: BTreeMap::new(),
        }
    }

    fn push(&mut self, row: EventRow) -> usize {
        self.rows.push(row);
        self.rows.len() - 1
    }

    /// A fault begins or ends; `detail` says which and where.
    pub(in crate::sim) fn fault(&mut self, now: SimTime, begins: bool, detail: String) {
        let event = if begins { EventKind::FaultBegins } else { EventKind::FaultEnds };
        self.push(EventRow { detail: detail.into(), ..EventRow::new(now, event) });
    }

    /// The coordinator has concluded something about a link.
    pub(in crate::sim) fn found(&mut self, finding: &Finding) {
        let event = match finding.verdict {
            LinkVerdict::Cleared => EventKind::LinkCleared,
            LinkVerdict::Failed | LinkVerdict::Congested | LinkVerdict::Announced => {
                EventKind::LinkDeclared
            }
        };
        let Finding { time, from, to, verdict } = finding;
        let detail = format!("{} {from}-{to}", verdict.name());
        self.push(EventRow { detail: detail.into(), ..EventRow::new(*time, event) });
    }

    /// The coordinator has concluded something about a client's uplink.
    pub(in crate::sim) fn measured(&mut self, finding: &UplinkFinding) {
        let UplinkFinding { time, peer, carries, counted, counts, by } = *finding;
        if keeps(self.kept, peer) {
            let [carries, counted, counts] = [carries, counted, counts].map(BitRate::as_bps);
            let detail = format!(
                "{} carries {carries} bps counted {counted} bps counts {counts} bps",
                by.name()
            );
            self.push(EventRow {
                peer: Some(peer),
                detail: detail.into(),
                ..EventRow::new(time, EventKind::UplinkMeasured)
            });
        }
    }

    /// Somebody is told to serve others, or serves them no longer; always kept, for there are few.
    pub(in crate::sim) fn relay(&mut self, change: &RelayChange, detail: String) {
        let event = if change.called { EventKind::RelayCalled } else { EventKind::RelayEnds };
        let number = self.push(EventRow {
            peer: Some(change.owner),
            other: change.relay,
            detail: detail.into(),
            ..EventRow::new(change.time, event)
        });
        if change.called {
            self.relays.insert(change.owner, number);
        } else if let Some(called) = self.relays.remove(&change.owner) {
            self.end(called, change.time);
        }
    }

    /// Whoever was told to serve does so, under this number.
    pub(in crate::sim) fn serves(&mut self, owner: PeerId, relay: PeerId) {
        if let Some(called) = self.relays.get(&owner) {
            self.rows[*called].other = Some(relay);
        }
    }

    /// A picture stands still from now on, or moves again.
    pub(in crate::sim) fn stalls(&mut self, now: SimTime, peer: PeerId, begins: bool) {
        if begins && keeps(self.kept, peer) {
            let row = EventRow { peer: Some(peer), ..EventRow::new(now, EventKind::Stall) };
            let number = self.push(row);
            self.stalls.insert(peer, number);
        } else if let Some(number) = self.stalls.remove(&peer) {
            self.end(number, now);
        }
    }

    pub(super) fn refused(&mut self, now: SimTime, peer: PeerId, refusal: &Refusal) {
        if keeps(self.kept, peer) {
            let detail: Name = match refusal {
                Refusal::NoCapacity => "no_capacity".into(),
                Refusal::UnknownContent => "unknown_content".into(),
                Refusal::Policy(name) => format!("policy {name}").into(),
            };
            self.push(EventRow {
                peer: Some(peer),
                detail,
                ..EventRow::new(now, EventKind::Refusal)
            });
        }
    }

    /// Nothing comes from `parent` any more.
    pub(in crate::sim) fn lost(
        &mut self,
        place: Place,
        now: SimTime,
        parent: Option<PeerId>,
        loss: Loss,
    ) {
        if keeps(self.kept, place.0) {
            let number = self.push(EventRow {
                peer: Some(place.0),
                substream: Some(place.1),
                other: parent,
                detail: loss.word().into(),
                ..EventRow::new(now, EventKind::Loss)
            });
            self.losses.insert(place, number);
        }
    }

    /// Somebody acts on a loss.
    pub(in crate::sim) fn noticed(&mut self, place: Place, now: SimTime, blamed: Option<PeerId>) {
        if let Some(number) = self.losses.get(&place) {
            let row = &mut self.rows[*number];
            row.noticed = Some(now.since(row.time));
            row.blamed = row.blamed.or(blamed);
        }
    }

    /// A coordinator has said whom it takes a child away from. The first word on a loss counts.
    pub(super) fn blame(&mut self, decision: &Decision) {
        let place = (decision.child, decision.substream);
        if let Some(number) = self.losses.get(&place)
            && is_trouble(decision.trigger)
        {
            let row = &mut self.rows[*number];
            row.blamed = row.blamed.or(decision.old_parent);
        }
    }

    /// Data come again.
    pub(in crate::sim) fn mended(&mut self, place: Place, now: SimTime) {
        if let Some(number) = self.losses.remove(&place) {
            self.end(number, now);
        }
    }

    /// A session is over: its stall ends with it, and its losses are never mended.
    pub(super) fn gone(&mut self, now: SimTime, peer: PeerId) {
        if let Some(number) = self.stalls.remove(&peer) {
            self.end(number, now);
        }
        let own = (peer, Substream(u8::MIN))..=(peer, Substream(u8::MAX));
        let open: Vec<Place> = self.losses.range(own).map(|(place, _)| *place).collect();
        open.iter().for_each(|place| _ = self.losses.remove(place));
    }

    fn end(&mut self, number: usize, now: SimTime) {
        let row = &mut self.rows[number];
        row.lasted = Some(now.since(row.time));
    }

    pub(super) fn take(&mut self) -> Vec<EventRow> {
        std::mem::take(&mut self.rows)
    }
}

/// Whether a decision with this trigger says that the former parent was the trouble.
const fn is_trouble(trigger: Trigger) -> bool {
    match trigger {
        Trigger::ParentLeft
        | Trigger::ParentSilent
        | Trigger::PathFailed
        | Trigger::Congestion
        | Trigger::ConnectFailed
        | Trigger::UplinkNarrow => true,
        // A link is to blame, not the former parent.
        Trigger::LinkFailed | Trigger::LinkCongested | Trigger::LinkAnnounced => false,
        Trigger::Join
        | Trigger::Improvement
        | Trigger::Recomputation
        | Trigger::ServingHours
        | Trigger::Preemption
        | Trigger::Shortage
        | Trigger::ShareRecalled
        | Trigger::OtherCluster
        | Trigger::LevelChange
        | Trigger::Called
        | Trigger::GivenBack => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Rule;
    use crate::units::Span;

    fn decision(trigger: Trigger, old_parent: u32) -> Decision {
        Decision {
            time: SimTime::from_secs(12),
            child: PeerId::new(4),
            substream: Substream(1),
            dcm: None,
            trigger,
            old_parent: Some(PeerId::new(old_parent)),
            new_parent: None,
            rule: Rule::NearestServer,
            feasible: 0,
            pruned_uplink: 0,
            pruned_policy: 0,
            pruned_nat: 0,
            pruned_congestion: 0,
            pruned_history: 0,
            considered: 0,
            outlook: None,
        }
    }

    const PLACE: Place = (PeerId::new(4), Substream(1));

    #[test]
    fn a_loss_is_blamed_noticed_and_mended_once() {
        let mut log = EventLog::new(Rows::All);
        let parent = Some(PeerId::new(7));
        log.lost(PLACE, SimTime::from_secs(10), parent, Loss::Silent);
        log.blame(&decision(Trigger::Improvement, 1));
        log.blame(&decision(Trigger::ParentSilent, 7));
        log.blame(&decision(Trigger::ConnectFailed, 9));
        log.noticed(PLACE, SimTime::from_secs(12), None);
        log.mended(PLACE, SimTime::from_secs(13));
        log.mended(PLACE, SimTime::from_secs(20));
        let row = log.take().remove(0);
        assert_eq!((row.other, row.blamed), (parent, parent));
        assert_eq!(row.noticed, Some(Span::from_secs(2)));
        assert_eq!(row.lasted, Some(Span::from_secs(3)));
        assert_eq!(row.detail, "silent");
    }

    #[test]
    fn what_is_not_over_ends_with_the_session() {
        let mut log = EventLog::new(Rows::All);
        log.stalls(SimTime::from_secs(1), PLACE.0, true);
        log.lost(PLACE, SimTime::from_secs(2), None, Loss::Link);
        log.gone(SimTime::from_secs(5), PLACE.0);
        log.mended(PLACE, SimTime::from_secs(6));
        let lasted: Vec<Option<Span>> = log.take().iter().map(|row| row.lasted).collect();
        assert_eq!(lasted, [Some(Span::from_secs(4)), None]);
    }

    #[test]
    fn rows_of_viewers_are_sampled_and_faults_are_not() {
        let mut log = EventLog::new(Rows::OneIn(3));
        let now = SimTime::from_secs(1);
        log.stalls(now, PLACE.0, true);
        log.lost(PLACE, now, None, Loss::Link);
        log.refused(now, PLACE.0, &Refusal::NoCapacity);
        log.refused(now, PeerId::new(6), &Refusal::Policy("DE only".into()));
        log.fault(now, true, "control_down".into());
        let details: Vec<Name> = log.take().into_iter().map(|row| row.detail).collect();
        assert_eq!(details, ["policy DE only", "control_down"]);
    }
}
