//! Service manager (rows C3, C11, R15): makes DCMs, splits clusters that have become too large, merges
//! those that have become small, and lets each DCM's machine do its work.

use super::dcm::{Cut, Dcm};
use super::desks::{Done, Job};
use super::levels::{Level, Post};
use super::machine::ControlCenter;
use crate::proto::{ContentInfo, Outbox, Regrouping};
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// What the service manager has done.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) splits: u64,
    pub(crate) merges: u64,
    /// Clients that have been handed over.
    pub(crate) moved: u64,
    /// Tree edges that were cut.
    pub(crate) cut: u64,
    /// Clients of the largest cluster that there was, those in line included.
    pub(crate) largest: usize,
    /// Since when clusters have been above the limit.
    above: BTreeMap<usize, SimTime>,
    longest_above: Span,
}

impl Account {
    /// Notes the size of a cluster.
    fn size(&mut self, now: SimTime, dcm: usize, clients: usize, limit: usize) {
        self.largest = self.largest.max(clients);
        if clients > limit {
            self.above.entry(dcm).or_insert(now);
        } else if let Some(since) = self.above.remove(&dcm) {
            self.longest_above = self.longest_above.max(now.since(since));
        }
    }

    /// For how long a cluster was above the limit at most.
    pub(crate) fn longest_above(&self, now: SimTime) -> Span {
        let still = self.above.values().map(|since| now.since(*since)).max();
        still.map_or(self.longest_above, |still| still.max(self.longest_above))
    }
}

impl ControlCenter {
    pub(super) fn create_dcm(&mut self, now: SimTime, content: &ContentInfo, post: Post) -> usize {
        let number = self.dcms.len();
        self.dcms.push(Dcm::new(now, *content, number, self.config.recompute));
        self.posts.push(post);
        number
    }

    /// Clients of a cluster: members, and those who have asked to become one.
    fn clients_of(&self, dcm: usize) -> usize {
        self.dcms[dcm].len() + self.desks.joining(dcm)
    }

    /// A DCM has something to do: at once where nothing takes time.
    pub(super) fn stand_in_line(
        &mut self,
        now: SimTime,
        dcm: usize,
        job: Job,
        outbox: &mut Outbox,
    ) {
        if self.desks.take_time() {
            self.desks.push(now, dcm, job);
            self.work(now, outbox);
        } else {
            self.serve(now, dcm, job, outbox);
        }
    }

    /// Everything that the machines are done with by now.
    pub(super) fn work(&mut self, now: SimTime, outbox: &mut Outbox) {
        while let Some((dcm, done)) = self.desks.take_done(now) {
            match done {
                Done::Serving(job) => self.finish(now, dcm, job, outbox),
                Done::Sending(messages) => {
                    messages.into_iter().for_each(|(to, message)| outbox.send(to, message));
                }
            }
            self.desks.release(now, dcm);
        }
    }

    /// A job is done. What it told others than the one who asked takes its own time.
    fn finish(&mut self, now: SimTime, dcm: usize, job: Job, outbox: &mut Outbox) {
        let (before, asked) = (outbox.len(), usize::from(matches!(job, Job::Join(..))));
        self.serve(now, dcm, job, outbox);
        let others = outbox.assignments(before).saturating_sub(asked);
        let takes = self.desks.cost_of_assignments(others);
        if takes > Span::ZERO {
            let messages = outbox.hold(before);
            self.desks.send(now, dcm, messages, takes);
        }
    }

    fn serve(&mut self, now: SimTime, dcm: usize, job: Job, outbox: &mut Outbox) {
        match job {
            Job::Join(viewer, join) => self.serve_join(now, viewer, &join, outbox),
            Job::Message(from, message) => self.serve_message(now, from, &message, outbox),
            Job::Tick => self.serve_tick(now, dcm, outbox),
            Job::Split(cut, _) => self.split(now, dcm, *cut, outbox),
        }
    }

    /// Has a cluster split that has become too large.
    pub(super) fn look_at_size(&mut self, now: SimTime, dcm: usize, outbox: &mut Outbox) {
        let (clients, limit) = (self.clients_of(dcm), self.config.clusters.split_above as usize);
        self.account.size(now, dcm, clients, limit);
        let is_top = self.posts[dcm].level == Level::Top;
        if clients <= limit || is_top || self.desks.is_splitting(dcm) {
            return;
        }
        let (newcomers, chance) = (self.desks.newcomers(dcm), self.directory.chances(dcm));
        let Some(cut) = self.dcms[dcm].best_cut(&newcomers, chance, &self.continents) else {
            return;
        };
        if self.desks.take_time() {
            let moving = self.dcms[dcm].side(&cut, &self.continents).len();
            self.desks.push_split(now, dcm, cut, moving);
        } else {
            self.split(now, dcm, cut, outbox);
        }
    }

    /// Makes a DCM for one side of a line and hands over to it who is there; the first keeps the other
    /// side, as the source has it.
    fn split(&mut self, now: SimTime, dcm: usize, cut: Cut, outbox: &mut Outbox) {
        let content = *self.dcms[dcm].content();
        let new = self.create_dcm(now, &content, self.posts[dcm]);
        let clients = self.clients_of(dcm);
        self.with_dcm(now, dcm, outbox, |dcm, step| dcm.place_all_newcomers(step));
        let leaving = self.dcms[dcm].side(&cut, &self.continents);
        let before = self.dcms[dcm].outside_edges();
        let moved = self.hand_over(now, [dcm, new], &leaving);
        let after = self.dcms[dcm].outside_edges() + self.dcms[new].outside_edges();
        let edges = after - before;
        self.part_line(now, [dcm, new], &cut);
        self.account.splits += 1;
        self.account.cut += edges as u64;
        outbox.regroup(Regrouping {
            time: now,
            split: true,
            dcm: dcm as u32,
            other: new as u32,
            by: Some(cut.line.by.name().into()),
            inside: Some(cut.line.describe()),
            inside_moved: Some(cut.inside_goes),
            clients: clients as u32,
            moved: moved as u32,
            edges: edges as u32,
        });
        self.directory.divide(dcm, cut.line, new, cut.inside_goes);
        self.look_at_size(now, dcm, outbox);
        self.look_at_size(now, new, outbox);
    }

    /// Members of one DCM become another's.
    pub(super) fn hand_over(&mut self, now: SimTime, [from, to]: [usize; 2], who: &[u32]) -> usize {
        let parcels = self.dcms[from].give(who);
        let moved = parcels.len();
        self.dcms[to].take(now, parcels, &mut self.clients);
        self.account.moved += moved as u64;
        moved
    }

    /// Those who stand in line go to where they belong.
    fn part_line(&mut self, now: SimTime, [from, to]: [usize; 2], cut: &Cut) {
        let Self { desks, clients, continents, .. } = self;
        desks.part(now, from, to, |job, client| {
            if let Job::Join(viewer, _) = job
                && clients.find(client).is_none()
                && cut.line.encloses(*viewer, continents) == cut.inside_goes
            {
                clients.set_waiting(client, to);
            }
            clients.dcm_of(client) == Some(to)
        });
    }

    /// Merges clusters that were one and have become small, one pair at a time (row C11).
    pub(super) fn merge_small(&mut self, now: SimTime, outbox: &mut Outbox) {
        let limit = self.config.clusters.merge_below as usize;
        for [a, b] in self.directory.neighbors() {
            let clients = self.clients_of(a) + self.clients_of(b);
            // Whoever is at work is let finish: a second more does no harm.
            if clients <= limit && self.desks.is_idle(a) && self.desks.is_idle(b) {
                let smaller_goes = self.dcms[a].len() >= self.dcms[b].len();
                self.merge(now, if smaller_goes { [a, b] } else { [b, a] }, outbox);
            }
        }
    }

    fn merge(&mut self, now: SimTime, [dcm, gone]: [usize; 2], outbox: &mut Outbox) {
        let clients = self.clients_of(dcm) + self.clients_of(gone);
        self.with_dcm(now, gone, outbox, |dcm, step| dcm.place_all_newcomers(step));
        let edges = self.dcms[dcm].outside_edges() + self.dcms[gone].outside_edges();
        let everybody = self.dcms[gone].everybody();
        let moved = self.hand_over(now, [gone, dcm], &everybody);
        let left = self.dcms[dcm].outside_edges() + self.dcms[gone].outside_edges();
        self.dcms[gone].retire();
        self.directory.remove(gone);
        self.account.merges += 1;
        outbox.regroup(Regrouping {
            time: now,
            split: false,
            dcm: dcm as u32,
            other: gone as u32,
            by: None,
            inside: None,
            inside_moved: None,
            clients: clients as u32,
            moved: moved as u32,
            edges: (edges - left) as u32,
        });
        self.charge_handover(now, dcm, moved);
        self.account.size(now, gone, 0, usize::MAX);
    }

    /// To hand so many over keeps the machine of a DCM busy.
    pub(super) fn charge_handover(&mut self, now: SimTime, dcm: usize, moved: usize) {
        if self.desks.take_time() && moved > 0 {
            let takes = self.desks.cost_of_handover(moved);
            self.desks.send(now, dcm, Vec::new(), takes);
        }
    }
}
