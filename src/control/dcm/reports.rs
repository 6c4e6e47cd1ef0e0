//! What members last reported, apart from the topology and small: every heartbeat reads it.

use super::view::MemberId;
use crate::proto::Sent;
use crate::units::{PeerId, SimTime, Substream};

/// One substream of one member, as its reports show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    /// The parent as clients name it: reports are compared with it without a look at the parent.
    pub(super) assigned: Option<PeerId>,
    /// Sequence number last received.
    pub(super) last: u32,
    /// Intervals without data.
    pub(super) silent: u8,
    /// Intervals below the rate.
    pub(super) slow: u8,
    /// The child has reported this parent.
    pub(super) confirmed: bool,
    /// Data came in the child's last interval, since it has this parent.
    pub(super) advancing: bool,
}

/// The last heartbeat of a member.
#[derive(Clone, Debug)]
pub(super) struct Beat {
    pub(super) at: SimTime,
    /// What it said it had sent.
    pub(super) sent: Vec<Sent>,
}

/// The reports of all members, by their number.
#[derive(Debug)]
pub(super) struct Reports {
    width: usize,
    beats: Vec<Beat>,
    reports: Vec<Report>,
    /// The highest sequence number that any member has reported, by substream.
    newest: Vec<u32>,
}

impl Report {
    /// Nothing has been reported.
    pub(super) const NONE: Self =
        Self { assigned: None, last: 0, silent: 0, slow: 0, confirmed: false, advancing: false };
}

impl Reports {
    pub(super) fn new(substreams: u8) -> Self {
        let width = usize::from(substreams);
        Self { width, beats: Vec::new(), reports: Vec::new(), newest: vec![0; width] }
    }

    /// Notes a report; returns how many packets have come in since the last one.
    pub(super) fn advance(&mut self, id: MemberId, substream: Substream, last: u32) -> u32 {
        let newest = &mut self.newest[substream.index()];
        *newest = last.max(*newest);
        last.saturating_sub(std::mem::replace(&mut self.of_mut(id, substream).last, last))
    }

    /// The sequence number that a member needs next; one that has nothing yet needs the newest.
    pub(super) fn needs(&self, id: MemberId, substream: Substream) -> u32 {
        match self.of(id, substream).last {
            0 => self.newest[substream.index()],
            last => last,
        }
    }

    /// Forgets what a former holder of the number reported; joining counts as a heartbeat.
    pub(super) fn reset(&mut self, id: MemberId, now: SimTime) {
        let first = id as usize * self.width;
        if self.beats.len() <= id as usize {
            self.beats.resize(id as usize + 1, Beat { at: now, sent: Vec::new() });
            self.reports.resize(first + self.width, Report::NONE);
        }
        self.beats[id as usize].at = now;
        self.beats[id as usize].sent.clear();
        self.reports[first..first + self.width].fill(Report::NONE);
    }

    pub(super) fn beat(&self, id: MemberId) -> &Beat {
        &self.beats[id as usize]
    }

    pub(super) fn beat_mut(&mut self, id: MemberId) -> &mut Beat {
        &mut self.beats[id as usize]
    }

    pub(super) fn of(&self, id: MemberId, substream: Substream) -> &Report {
        &self.reports[id as usize * self.width + substream.index()]
    }

    pub(super) fn of_mut(&mut self, id: MemberId, substream: Substream) -> &mut Report {
        &mut self.reports[id as usize * self.width + substream.index()]
    }

    /// A word of everything that the next heartbeat of a member will look at.
    pub(super) fn words(&self, id: MemberId) -> u64 {
        let beat = self.beat(id);
        let own = &self.reports[id as usize * self.width..][..self.width];
        let words = own.iter().fold(beat.at.as_nanos(), |sum, report| sum ^ u64::from(report.last));
        words ^ beat.sent.first().map_or(0, |sent| u64::from(sent.last))
    }

    /// The sequence number that `parent` last said it had sent to `child`.
    pub(super) fn sent(
        &self,
        parent: MemberId,
        child: PeerId,
        substream: Substream,
    ) -> Option<u32> {
        let mut sent = self.beat(parent).sent.iter();
        sent.find(|sent| sent.child == child && sent.substream == substream).map(|sent| sent.last)
    }
}
