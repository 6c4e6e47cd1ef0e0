//! Control messages: sent, delayed, lost, delivered, and what follows from them.

use super::edges::Reason;
use super::event::Event;
use super::mail::Letter;
use super::peers::{NO_SLOT, Role, Slot, Wait};
use super::world::World;
use crate::proto::{
    Assignment, Guidance, Input, Output, ParentChoice, Refusal, Rule, ToCenter, ToClient, Trigger,
};
use crate::units::{PeerId, Span, dist, stream};

impl World<'_> {
    /// A client says something to its coordinator.
    pub(super) fn send_to_center(&mut self, slot: Slot, message: ToCenter) {
        let client = self.peer(slot).id;
        let number = self.mail.put_to_center(Letter { client, slot, message });
        self.post_to_center(slot, number);
    }

    /// Sends a letter that is in the mail already.
    pub(super) fn post_to_center(&mut self, slot: Slot, number: u32) {
        self.recorder.control_message(self.mail.to_center(number).message.size());
        if self.gets_through(slot) {
            let at = self.now + self.peer(slot).center_delay;
            self.schedule(at, Event::ToCenter(number));
        } else {
            self.mail.discard_to_center(number);
        }
    }

    /// The coordinator says something to a client.
    fn send_to_client(&mut self, to: PeerId, message: ToClient) {
        self.recorder.control_message(message.size());
        let hint = self.asker.filter(|(client, _)| *client == to).map(|(_, slot)| slot);
        let slot = hint.map_or_else(|| self.slot_of(to), |slot| self.still_at(slot, to));
        let Some(slot) = slot else { return };
        if !self.gets_through(slot) {
            return;
        }
        let at = self.now + self.peer(slot).center_delay;
        if message == ToClient::Ack {
            // All that an acknowledgement does is move this time: it needs no event of its own.
            let peer = self.peer_mut(slot);
            peer.heard = peer.heard.max(at);
            return;
        }
        let number = self.mail.put_to_client(Letter { client: to, slot, message });
        self.schedule(at, Event::ToClient(number));
    }

    /// Whether a message between a client and the coordinator arrives.
    fn gets_through(&mut self, slot: Slot) -> bool {
        let site = self.peer(slot).site;
        let center = self.center_site;
        if self.center_down || !self.fabric.is_up(site, center) {
            return false;
        }
        let loss = self.scenario.network.control_loss.get();
        loss == 0.0 || !self.chance(slot, "control-loss", loss)
    }

    /// A draw of a client's own.
    pub(super) fn chance(&mut self, slot: Slot, purpose: &str, p: f64) -> bool {
        dist::chance(&mut self.draw(slot, purpose), p)
    }

    /// A stream of a client's own, a new one at each call.
    pub(super) fn draw(&mut self, slot: Slot, purpose: &str) -> crate::units::Rng {
        let peer = self.peer_mut(slot);
        peer.draws += 1;
        let entity = u64::from(peer.id.get()) << 24 | peer.draws;
        stream(self.spec.seed, purpose, entity)
    }

    pub(super) fn deliver_to_center(&mut self, number: u32) {
        self.note_question(number);
        let letter = self.mail.to_center(number);
        let input = Input::Message { from: letter.client, message: &letter.message };
        self.asker = Some((letter.client, letter.slot));
        self.coordinator.handle(self.now, input, &mut self.outbox);
        self.mail.discard_to_center(number);
        self.after_coordinator();
        self.asker = None;
    }

    pub(super) fn coordinator_timeout(&mut self) {
        // Another call came before it, and did what there was to do.
        if self.coordinator_due != Some(self.now) {
            return;
        }
        self.coordinator_due = None;
        // A machine that is cut off goes on by itself, but its timers are of no use to anybody: it
        // is called again when it is back.
        if self.center_down {
            return;
        }
        self.coordinator.handle(self.now, Input::Timeout, &mut self.outbox);
        self.after_coordinator();
    }

    /// Does what the coordinator wants done.
    pub(super) fn after_coordinator(&mut self) {
        let mut outbox = std::mem::take(&mut self.outbox);
        for output in outbox.drain() {
            match output {
                Output::Send { to, message } => {
                    self.note_answer(to, &message);
                    self.note_decision(to, &message);
                    self.send_to_client(to, message);
                }
                Output::Explain(decision) => self.recorder.decided(decision),
                Output::Regroup(regrouping) => self.regroupings.push(regrouping),
                Output::Find(finding) => self.note_finding(&finding),
                Output::Measure(finding) => self.note_uplink(&finding),
                Output::Relay(change) => self.note_relay(&change),
            }
        }
        self.outbox = outbox;
        self.wake_coordinator();
    }

    /// Calls the coordinator when it wants to be called.
    pub(super) fn wake_coordinator(&mut self) {
        if self.center_down {
            return;
        }
        let due =
            self.coordinator.next_timeout().map(|due| due.max(self.now + Span::from_nanos(1)));
        if let Some(due) = due
            && self.coordinator_due.is_none_or(|already| due < already)
        {
            self.coordinator_due = Some(due);
            self.schedule(due, Event::Coordinator);
        }
    }

    /// A client's first question has reached the coordinator.
    fn note_question(&mut self, number: u32) {
        let letter = self.mail.to_center(number);
        let asks = matches!(letter.message, ToCenter::Join(_) | ToCenter::Announce);
        let slot = if asks { self.still_at(letter.slot, letter.client) } else { None };
        if let Some(slot) = slot {
            let now = self.now;
            let wait = &mut self.peer_mut(slot).decision;
            if *wait == Wait::Before {
                *wait = Wait::Since(now);
            }
        }
    }

    /// Its first answer that names parents or peers leaves.
    fn note_answer(&mut self, to: PeerId, message: &ToClient) {
        if !matches!(message, ToClient::Assign(_) | ToClient::Neighbors(_)) {
            return;
        }
        let hint = self.asker.filter(|(client, _)| *client == to).map(|(_, slot)| slot);
        let slot = hint.map_or_else(|| self.slot_of(to), |slot| self.still_at(slot, to));
        if let Some(slot) = slot
            && let Wait::Since(since) = self.peer(slot).decision
        {
            self.peer_mut(slot).decision = Wait::Over;
            self.recorder.answered(self.now.since(since));
        }
    }

    /// Another DCM serves a client: it says in its next report that it knows.
    fn learn_dcm(&mut self, slot: Slot, dcm: u32) {
        let peer = self.peer_mut(slot);
        peer.new_dcm = true;
        if peer.dcm.replace(dcm) != Some(dcm) {
            peer.dcm_changes += 1;
        }
    }

    /// A loss counts as detected when the coordinator decides on another parent.
    fn note_decision(&mut self, to: PeerId, message: &ToClient) {
        let (ToClient::Assign(assignment), Some(slot)) = (message, self.slot_of(to)) else {
            return;
        };
        for choice in assignment.parents.iter().filter(|choice| choice.parent.is_some()) {
            self.note_detection(self.edges.id(slot, choice.substream), None);
        }
    }

    /// Somebody acts on a loss; a client that chooses for itself blames `blamed`.
    pub(super) fn note_detection(&mut self, id: u32, blamed: Option<PeerId>) {
        let now = self.now;
        let (child, substream) = self.edges.owner(id);
        let detail = self.edges.detail_mut(id);
        if let Some((since, loss)) = detail.lost
            && !std::mem::replace(&mut detail.detected, true)
        {
            self.recorder.detected(loss, now.since(since));
            self.recorder.events.noticed((self.peer(child).id, substream), now, blamed);
        }
    }

    pub(super) fn deliver_to_client(&mut self, number: u32) {
        let letter = self.mail.take_to_client(number);
        let Some(slot) = self.still_at(letter.slot, letter.client) else { return };
        let now = self.now;
        let peer = self.peer_mut(slot);
        peer.heard = peer.heard.max(now);
        // What was said to a waypoint server before it was released is of no account any more.
        let off_duty = peer.role == Role::Waypoint && peer.called.is_none();
        if off_duty && !matches!(letter.message, ToClient::Serve { .. }) {
            return;
        }
        match letter.message {
            ToClient::Welcome(guidance) => self.welcome(slot, guidance),
            ToClient::Assign(assignment) => self.obey(slot, &assignment),
            ToClient::Neighbors(neighbors) => self.meet_neighbors(slot, &neighbors),
            ToClient::Refuse(refusal) => self.refused(slot, &refusal),
            ToClient::Rejoin => self.join_again(slot),
            ToClient::Moved { dcm } => self.learn_dcm(slot, dcm),
            ToClient::Serve { content } => self.serve(slot, content),
            ToClient::Release => self.release(slot),
            ToClient::Probe { to } => self.probe(slot, to),
            ToClient::Ack => {}
        }
    }

    /// What a policy forbids is not asked for again: the viewer goes. All else may change.
    fn refused(&mut self, slot: Slot, refusal: &Refusal) {
        self.recorder.refused(self.now, self.peer(slot).id, refusal);
        if matches!(refusal, Refusal::Policy(_)) && self.peer(slot).guidance.is_none() {
            self.vanish(slot, false);
        }
    }

    fn welcome(&mut self, slot: Slot, guidance: Guidance) {
        let peer = self.peer_mut(slot);
        if peer.guidance.replace(guidance).is_some() {
            return;
        }
        let generation = peer.generation;
        self.begin_watching(slot);
        // A waypoint server has reported all the time.
        if self.peer(slot).role == Role::Waypoint {
            return;
        }
        let phase = match self.peer(slot).session {
            Some(session) => self.sessions[session as usize].phase,
            None => Span::ZERO,
        };
        self.schedule(self.now + phase, Event::Beat { slot, generation });
    }

    /// Does what an assignment says: the former parent is left when the new one sends.
    fn obey(&mut self, slot: Slot, assignment: &Assignment) {
        if assignment.parents.iter().any(|choice| choice.parent.is_some()) {
            self.forget_the_wait(slot);
        }
        self.begin_watching(slot);
        for ParentChoice { substream, parent } in &assignment.parents {
            let id = self.edges.id(slot, *substream);
            let Some(parent) = *parent else {
                self.cancel_pending(id);
                self.abandon(id);
                continue;
            };
            if self.is_fetched(id) {
                continue;
            }
            let edge = self.edges.get(id);
            let target = self.slot_of(parent);
            if target.is_some() && target == Some(edge.parent) {
                self.cancel_pending(id);
            } else if self.is_not_asking(id, parent) {
                let reason = self.recorder.reason_of(self.peer(slot).id, *substream);
                self.connect(id, parent, reason);
            }
        }
    }

    fn is_not_asking(&self, id: u32, parent: PeerId) -> bool {
        let detail = self.edges.detail(id);
        detail.pending_id != parent || detail.pending == NO_SLOT
    }
}

/// What a CDN node's bytes on a decision are spent on.
pub(super) const fn reason_for(rule: Rule, trigger: Trigger) -> Reason {
    match (rule, trigger) {
        (Rule::ClusterFeed | Rule::TakesPlace, _) | (_, Trigger::Called) => Reason::Feed,
        (Rule::NearestServer, _) => Reason::Policy,
        (Rule::NotReachable, _) => Reason::Nat,
        (_, Trigger::Join) => Reason::StartUp,
        (
            _,
            Trigger::ParentLeft
            | Trigger::ParentSilent
            | Trigger::PathFailed
            | Trigger::ConnectFailed
            | Trigger::ServingHours
            | Trigger::Shortage
            | Trigger::ShareRecalled
            | Trigger::LinkFailed
            | Trigger::LinkAnnounced,
        ) => Reason::Repair,
        (
            _,
            Trigger::Congestion
            | Trigger::LinkCongested
            | Trigger::UplinkNarrow
            | Trigger::Improvement
            | Trigger::Recomputation
            | Trigger::Preemption
            | Trigger::OtherCluster
            | Trigger::LevelChange
            | Trigger::GivenBack,
        ) => Reason::NoSpareUplink,
    }
}
