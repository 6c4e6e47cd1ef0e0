//! What the history database is told of the members' stays, and what it makes of them (rows C7, A3).
//!
//! A stay is noted when it begins, when it comes of an age and when it ends; heartbeats are not looked at,
//! except those that show too little.

use super::member::{Member, MemberId, Source};
use super::{Dcm, Step};
use crate::control::history::{AGES, Download, Ending, Outlook, Standing, Traits, Way};
use crate::proto::Trigger;
use crate::units::{BitRate, Ratio, SimTime, Substream};

/// The present stays, by member; empty where no history is kept.
#[derive(Debug, Default)]
pub(super) struct Stays {
    list: Vec<Visit>,
    /// By member and substream: how long the present parent has sent.
    feeds: Vec<Feed>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Visit {
    traits: Traits,
    since: SimTime,
    /// The sequence number at which it began, in each substream.
    begins: u32,
}

/// What goes with a member to another DCM.
#[derive(Debug)]
pub(super) struct Noted {
    visit: Visit,
    feeds: Vec<Feed>,
}

/// What a member takes from another; nothing is counted while that is of another cluster.
#[derive(Clone, Copy, Debug, Default)]
struct Feed {
    since: SimTime,
    /// Intervals in which something was lost.
    lossy: u64,
}

impl Stays {
    fn begin(&mut self, id: MemberId, visit: Visit, width: usize) {
        match self.list.get_mut(id as usize) {
            Some(former) => *former = visit,
            // Members are numbered without gaps.
            None => {
                self.list.push(visit);
                self.feeds.resize(self.list.len() * width, Feed::default());
            }
        }
    }

    /// What is noted of a member that goes to another DCM; none where no history is kept.
    pub(super) fn pack(&self, id: MemberId) -> Option<Noted> {
        let visit = *self.list.get(id as usize)?;
        let width = self.feeds.len() / self.list.len();
        Some(Noted { visit, feeds: self.feeds[id as usize * width..][..width].to_vec() })
    }

    /// Takes in what another DCM has noted of a member.
    pub(super) fn unpack(&mut self, id: MemberId, Noted { visit, feeds }: Noted) {
        let width = feeds.len();
        self.begin(id, visit, width);
        self.feeds[id as usize * width..][..width].copy_from_slice(&feeds);
    }
}

impl Dcm {
    /// A stay begins: without history all are alike until they are old enough.
    pub(super) fn open_stay(&mut self, id: MemberId, traits: Traits, step: &mut Step<'_, '_>) {
        let (now, stay) = (step.with.now, self.view.stay(id));
        if !step.with.config.history {
            self.ripening.enter(0, now + step.with.config.maturity, stay);
            return;
        }
        let Member { behind, relay, .. } = *self.view.member(id);
        let begins = step.with.live_edge().saturating_sub(behind);
        let visit = Visit { traits, since: now, begins };
        self.stays.begin(id, visit, usize::from(self.view.substreams));
        // How long a relay stays is not its own choice, and tells nothing of others.
        if relay {
            return;
        }
        self.ripening.enter(0, now + AGES[0], stay);
        step.history.enters(&traits, 0);
        self.judge(id, step);
    }

    /// Members who have come of an age are relied on more, or less.
    pub(super) fn ripen(&mut self, step: &mut Step<'_, '_>) {
        while let Some((nth, stay)) = self.ripening.pop_due(step.with.now) {
            if !self.view.lasts(stay) {
                continue;
            }
            if !step.with.config.history {
                self.view.set_standing(stay.id, Standing::Stable);
                continue;
            }
            let visit = &self.stays.list[stay.id as usize];
            step.history.enters(&visit.traits, nth + 1);
            if let Some(next) = AGES.get(nth + 1) {
                self.ripening.enter(nth + 1, visit.since + *next, stay);
            }
            self.judge(stay.id, step);
        }
    }

    /// Gives a member the standing that its history and its age deserve.
    fn judge(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        let standing = self.outlook(id, step).standing();
        let member = self.view.member(id);
        if !member.relay && member.standing != standing {
            self.view.set_standing(id, standing);
        }
    }

    fn outlook(&self, id: MemberId, step: &Step<'_, '_>) -> Outlook {
        let visit = &self.stays.list[id as usize];
        step.history.outlook(&visit.traits, step.with.now.since(visit.since))
    }

    /// The chance that a parent is there in a minute; none without history, and for CDN nodes.
    pub(super) fn outlook_of(&self, source: Source, step: &Step<'_, '_>) -> Option<Ratio> {
        let Source::Member(parent) = source else { return None };
        // Nobody knows more than three digits of it.
        let minute = || (self.outlook(parent, step).minute * 1000.0).round() / 1000.0;
        step.with.config.history.then(minute).and_then(Ratio::new)
    }

    /// A stay is over.
    pub(super) fn close_stay(&mut self, id: MemberId, trigger: Trigger, step: &mut Step<'_, '_>) {
        if !step.with.config.history || self.view.member(id).relay {
            return;
        }
        let visit = &self.stays.list[id as usize];
        let (ending, until) = match trigger {
            Trigger::ParentLeft => (Ending::GoodBye, step.with.now),
            // What was last heard of it.
            _ => (Ending::Silence, self.view.reports.beat(id).at),
        };
        let stay = until.since(visit.since);
        let received: f64 = self
            .view
            .all_substreams()
            .map(|substream| self.view.report(id, substream).last)
            .map(|last| f64::from(last.saturating_sub(visit.begins)))
            .sum();
        let due = step.with.packets_in(stay) * f64::from(self.view.substreams);
        let lost = if due > 0.0 { (1.0 - received / due).clamp(0.0, 1.0) } else { 0.0 };
        let bits = received * self.content.packet.as_f64() * 8.0;
        let seconds = stay.as_secs_f64();
        let rate = if seconds > 0.0 { (bits / seconds) as u64 } else { 0 };
        let download = Download {
            content: self.content.content,
            stay,
            rate: BitRate::from_bps(rate),
            loss: Ratio::new(lost).unwrap_or_default(),
            ending,
        };
        step.history.ends(&visit.traits, download);
    }

    fn feed(&mut self, child: MemberId, substream: Substream) -> Option<&mut Feed> {
        let width = usize::from(self.view.substreams);
        self.stays.feeds.get_mut(child as usize * width + substream.index())
    }

    /// A member takes a substream from another from now on.
    pub(super) fn open_feed(&mut self, child: MemberId, substream: Substream, now: SimTime) {
        if let Some(feed) = self.feed(child, substream) {
            *feed = Feed { since: now, lossy: 0 };
        }
    }

    /// A member is to take a substream from its present parent no longer.
    pub(super) fn close_feed(
        &mut self,
        child: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) {
        let Source::Member(parent) = self.view.edge(child, substream).parent else { return };
        let Some(Feed { since, lossy }) = self.feed(child, substream).copied() else { return };
        let interval = step.with.config.heartbeat.as_nanos().max(1);
        let intervals = step.with.now.since(since).as_nanos() / interval;
        let way = self.way(parent, child);
        step.history.delivers(&way, intervals.saturating_sub(lossy));
    }

    /// From whom to whom something is sent.
    fn way(&self, parent: MemberId, child: MemberId) -> Way {
        let [sender, receiver] =
            [parent, child].map(|member| self.stays.list[member as usize].traits);
        Way { sender, to: receiver.network }
    }

    /// Less arrived than was due: what the parent had and did not arrive was lost between them. A parent
    /// that has trouble of its own, or is gone, has lost nothing.
    pub(super) fn note_loss(
        &mut self,
        child: MemberId,
        substream: Substream,
        (arrived, expected): (u32, f64),
        step: &mut Step<'_, '_>,
    ) {
        let Source::Member(parent) = self.view.edge(child, substream).parent else { return };
        let at_fault = self.is_overdue(parent, step) || self.is_behind(parent, substream);
        if at_fault || !step.with.config.history {
            return;
        }
        let before = self.view.report(child, substream).last - arrived;
        let had = self.view.report(parent, substream).last.saturating_sub(before);
        let due = f64::from(had).min(expected);
        let lost = Ratio::new(1.0 - f64::from(arrived) / due).filter(|lost| lost.get() > 0.0);
        if let Some(lost) = lost {
            step.history.loses(&self.way(parent, child), lost);
            if let Some(feed) = self.feed(child, substream) {
                feed.lossy += 1;
            }
            self.judge(parent, step);
        }
    }
}
