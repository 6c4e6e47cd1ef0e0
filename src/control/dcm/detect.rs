//! From heartbeats to conclusions: who is gone, which path is broken, who is only a victim (rows R4, R5).
//!
//! Rates are computed from sequence numbers. Failure is blamed on its root: a parent that is
//! itself without data is a victim, and only the top of the broken part is repaired.

use super::member::{MemberId, Source};
use super::reports::Pace;
use super::{Dcm, Notice, Step};
use crate::proto::{Heartbeat, LinkVerdict, Received, Trigger};
use crate::units::{SimTime, Span, Substream};

/// How long a path that failed is not tried again (assumption).
const PATH_PENALTY: Span = Span::from_secs(60);
/// Heartbeats in which a child may still be changing parents before it is told again (assumption): the
/// first may have passed the assignment on its way, the second says that the assignment was lost.
const PATIENT_HEARTBEATS: u8 = 2;
/// When many are missing at once, how long they may be before they count as dead all the same (assumption).
const CUT_OFF_FOR: Span = Span::from_secs(60);
/// Silent intervals after which even a victim is moved: the top could not be repaired.
const ESCALATE_AFTER: u8 = 5;

impl Dcm {
    /// Takes a member's report in.
    pub(crate) fn heartbeat(&mut self, id: MemberId, beat: &Heartbeat, step: &mut Step<'_, '_>) {
        let now = step.with.now;
        let last = self.view.reports.beat_mut(id);
        let interval = now.since(std::mem::replace(&mut last.at, now));
        if self.is_complained_of(id) {
            let before = std::mem::take(&mut self.view.reports.beat_mut(id).sent);
            self.judge_uplink(id, beat, (&before, interval), step);
        }
        let last = self.view.reports.beat_mut(id);
        last.sent.clear();
        last.sent.extend_from_slice(&beat.sent);
        let expected = step.with.packets_in(interval);
        for (substream, received) in self.view.all_substreams().zip(&beat.received) {
            self.substream_report(id, substream, *received, expected, step);
        }
        if let Some(carries) = beat.news.as_ref().and_then(|news| news.uplink) {
            self.measured(id, carries, step);
        }
    }

    fn substream_report(
        &mut self,
        id: MemberId,
        substream: Substream,
        report: Received,
        expected: f64,
        step: &mut Step<'_, '_>,
    ) {
        let before = self.view.report_mut(id, substream);
        let assigned = before.assigned;
        let arrived = report.last.saturating_sub(std::mem::replace(&mut before.last, report.last));
        if report.parent != assigned {
            before.slow = before.slow.saturating_add(1);
            if before.slow >= PATIENT_HEARTBEATS {
                before.slow = 0;
                self.tell(id, substream, step);
            }
            return;
        }
        let low = f64::from(arrived) < expected * step.with.config.congested_below.get();
        before.pace = match (arrived, low) {
            (0, _) => Pace::Still,
            (_, true) => Pace::Slow,
            (_, false) => Pace::Full,
        };
        if !before.confirmed {
            (before.confirmed, before.silent, before.slow) = (true, 0, 0);
            let released = self.view.take_releasing(id, substream);
            self.free_former(id, substream, released, step);
            self.honour_claim(id, substream, step);
            self.turn_account(id, substream, step.servers);
            return;
        }
        if !self.on_air(step) || assigned.is_none() {
            return;
        }
        let edge = self.view.report_mut(id, substream);
        let ailing = edge.silent > 0 || edge.slow > 0;
        edge.silent = if arrived == 0 { edge.silent.saturating_add(1) } else { 0 };
        edge.slow = if low { edge.slow.saturating_add(1) } else { 0 };
        let (silent, slow) = (edge.silent, edge.slow);
        // One interval may be that in which the parent died: nothing is said of its path yet.
        if slow > 1 && arrived > 0 {
            self.note_loss(id, substream, (arrived, expected), step);
        }
        if silent > 0 || slow > 0 {
            self.note_trouble(id, substream, step);
        } else if ailing {
            self.note_recovery(id, substream);
        }
        if silent > 0 {
            self.explain_silence(id, substream, step);
        } else if slow > 0 {
            self.explain_slowness(id, substream, step);
        }
    }

    /// Whether data are due: not in the first and last moments of the content.
    fn on_air(&self, step: &Step<'_, '_>) -> bool {
        let margin = step.with.config.heartbeat * 2;
        step.with.now > self.content.start + margin && step.with.now + margin < self.content.end
    }

    /// A substream stands still: find out whose fault it is, and act on the top of the broken part.
    pub(super) fn explain_silence(
        &mut self,
        id: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) {
        self.keep_hours(step);
        let report = *self.view.report(id, substream);
        let sure = u32::from(report.silent) >= step.with.config.silent_heartbeats;
        match self.view.edge(id, substream).parent {
            Source::None => {}
            Source::Server(number) if self.server_is_gone(number, step) => {
                step.servers.lose(number);
                self.replace(id, substream, Trigger::ParentSilent, step);
            }
            Source::Server(_) if sure => self.blame(id, substream, Trigger::PathFailed, step),
            Source::Member(parent) if self.is_overdue(parent, step) => self.bury(parent, step),
            Source::Member(parent) if self.view.report(parent, substream).pace == Pace::Still => {
                // A victim: what it has missed so far says nothing about its own path.
                self.view.report_mut(id, substream).slow = 0;
                if report.silent >= ESCALATE_AFTER {
                    self.leave_path(id, substream, Trigger::ParentSilent, step);
                }
            }
            Source::Member(parent) if sure => {
                // What was sent and did not arrive was lost between; what was not sent is the parent's fault.
                let lost =
                    self.view.sent_to(parent, id, substream).is_some_and(|sent| sent > report.last);
                let trigger = if lost { Trigger::PathFailed } else { Trigger::ParentSilent };
                let due = step.with.packets_in(step.with.config.heartbeat);
                self.note_loss(id, substream, (0, due), step);
                self.blame(id, substream, trigger, step);
            }
            Source::Outside(_) if sure => self.blame(id, substream, Trigger::ParentSilent, step),
            // One silent interval and a parent that may still speak up: look again in a moment.
            Source::Server(_) | Source::Member(_) => {
                self.waiting.suspect(self.view.stay(id), substream)
            }
            Source::Outside(parent) => {
                step.notices.push(Notice::Silent { parent });
                self.waiting.suspect(self.view.stay(id), substream);
            }
        }
    }

    /// Data come, but too slowly, while the parent has them: the path or the parent's uplink is congested.
    fn explain_slowness(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) {
        self.keep_hours(step);
        match self.view.edge(id, substream).parent {
            Source::Member(parent) if self.is_behind(parent, substream) => {
                // A victim: what it has missed so far says nothing about its own path.
                self.view.report_mut(id, substream).slow = 0;
            }
            Source::Member(_) | Source::Server(_) | Source::Outside(_) => {
                // At once, so that what its parent's line carries is known before its children scatter.
                self.complain(id, substream, step);
                let slow = u32::from(self.view.report(id, substream).slow);
                if slow >= step.with.config.congested_heartbeats {
                    self.blame(id, substream, Trigger::Congestion, step);
                }
            }
            Source::None => {}
        }
    }

    /// Leaves a parent from which nothing comes, or too little. Where the monitor holds a link between to
    /// be in trouble, it is to blame and not the parent, which may still serve others and this child when
    /// the link is well again.
    fn blame(
        &mut self,
        id: MemberId,
        substream: Substream,
        trigger: Trigger,
        step: &mut Step<'_, '_>,
    ) {
        if let Some(verdict) = self.trouble_on_path(id, substream, step) {
            self.leave_path(id, substream, trigger_of(verdict), step);
            return;
        }
        match self.view.edge(id, substream).parent {
            Source::None => {}
            Source::Member(parent) => self.avoid_member(id, substream, parent, step),
            Source::Server(number) => self.avoid_server(id, number, step),
            Source::Outside(parent) => {
                self.view.avoid(id, substream, parent, step.with.now + PATH_PENALTY);
            }
        }
        self.leave_path(id, substream, trigger, step);
    }

    /// The trouble of a link on the path from the present parent, as the monitor holds.
    pub(super) fn trouble_on_path(
        &self,
        id: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> Option<LinkVerdict> {
        self.trouble_from(self.view.edge(id, substream).parent, id, step)
    }

    fn trouble_from(
        &self,
        source: Source,
        id: MemberId,
        step: &Step<'_, '_>,
    ) -> Option<LinkVerdict> {
        let from = match source {
            // Where members of other clusters are, nobody here knows.
            Source::None | Source::Outside(_) => None,
            Source::Server(number) => step.servers.place(number),
            Source::Member(parent) => Some(self.view.member(parent).place),
        };
        let to = self.view.member(id).place.network;
        from.and_then(|from| step.with.network.trouble(from.network, to))
    }

    /// Whether a member has a trouble of its own in a substream, or has just been given a way out.
    pub(super) fn is_behind(&self, id: MemberId, substream: Substream) -> bool {
        let report = self.view.report(id, substream);
        report.pace != Pace::Full || !report.confirmed
    }

    fn avoid_member(
        &mut self,
        id: MemberId,
        substream: Substream,
        parent: MemberId,
        step: &Step<'_, '_>,
    ) {
        let parent = self.view.member(parent).peer;
        self.view.avoid(id, substream, parent, step.with.now + PATH_PENALTY);
    }

    fn avoid_server(&self, id: MemberId, number: u16, step: &mut Step<'_, '_>) {
        let network = self.view.member(id).place.network;
        step.servers.avoid(number, network, step.with.now + PATH_PENALTY);
    }

    /// Moves a member away from a path that is bad. It stays when there is no other: a bad path
    /// may recover, and nothing is worse.
    pub(super) fn leave_path(
        &mut self,
        id: MemberId,
        substream: Substream,
        trigger: Trigger,
        step: &mut Step<'_, '_>,
    ) {
        let choice = self.choose(id, substream, step);
        self.view.report_mut(id, substream).slow = 0;
        let present = self.view.edge(id, substream).parent;
        let is_worse = self.trouble_from(choice.source, id, step).is_some()
            && self.trouble_from(present, id, step).is_some();
        if choice.source != Source::None && choice.source != present && !is_worse {
            self.reassign(id, substream, choice, trigger, step);
        }
    }

    /// The child could not reach its parent.
    pub(crate) fn connect_failed(
        &mut self,
        id: MemberId,
        substream: Substream,
        parent: crate::units::PeerId,
        step: &mut Step<'_, '_>,
    ) {
        self.keep_hours(step);
        if self.view.report(id, substream).assigned != Some(parent) {
            return;
        }
        match self.view.edge(id, substream).parent {
            Source::Member(above) if self.is_overdue(above, step) => self.bury(above, step),
            Source::Server(number) => {
                self.avoid_server(id, number, step);
                self.replace(id, substream, Trigger::ConnectFailed, step);
            }
            Source::Member(_) | Source::Outside(_) => {
                let child = self.view.member(id).peer;
                self.relays.strike(parent);
                self.history.could_not_connect(step.with.now, child, parent);
                self.replace(id, substream, Trigger::ConnectFailed, step);
            }
            Source::None => {}
        }
    }

    /// A heartbeat later than a quarter of an interval is missing.
    pub(super) fn is_overdue(&self, id: MemberId, step: &Step<'_, '_>) -> bool {
        step.with.now.since(self.view.reports.beat(id).at) > overdue_after(step)
    }

    fn server_is_gone(&self, number: u16, step: &Step<'_, '_>) -> bool {
        step.servers.is_down(number)
            || step.servers.overdue(number, step.with.now, overdue_after(step))
    }

    /// Looks for members that have not been heard for long, unless so many are missing at once
    /// that the network between must be cut.
    pub(super) fn sweep(&mut self, step: &mut Step<'_, '_>) {
        const FEW: usize = 10;
        let patience = step.with.config.heartbeat * u64::from(step.with.config.expiry_heartbeats);
        let mut missing = self.silent_for(patience, step);
        let share = missing.len() as f64 / self.view.len().max(1) as f64;
        let cut = missing.len() > FEW && share > step.with.config.cut_off_share.get();
        if cut {
            missing = self.silent_for(CUT_OFF_FOR.max(patience), step);
        }
        self.counts.cuts += u64::from(cut && !self.cut_off);
        self.cut_off = cut;
        for id in missing {
            if self.view.member(id).alive {
                self.bury(id, step);
            }
        }
    }

    /// Members that have not been heard for longer than `span`.
    fn silent_for(&self, span: Span, step: &Step<'_, '_>) -> Vec<MemberId> {
        let oldest: SimTime = step.with.now.back(span);
        let silent = self.view.members().filter(|(id, _)| self.view.reports.beat(*id).at < oldest);
        silent.map(|(id, _)| id).collect()
    }
}

/// What an edge is moved for, when this is held of a link on its path.
pub(super) const fn trigger_of(verdict: LinkVerdict) -> Trigger {
    match verdict {
        LinkVerdict::Failed => Trigger::LinkFailed,
        LinkVerdict::Congested => Trigger::LinkCongested,
        // Nothing is held of a link that has been cleared.
        LinkVerdict::Announced | LinkVerdict::Cleared => Trigger::LinkAnnounced,
    }
}

fn overdue_after(step: &Step<'_, '_>) -> Span {
    step.with.config.heartbeat + step.with.config.heartbeat / 4
}
