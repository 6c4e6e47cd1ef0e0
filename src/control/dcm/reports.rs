//! What members last reported, apart from the topology and small: every heartbeat reads it.

use super::member::MemberId;
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
    /// How data came in the child's last interval, since it has this parent.
    pub(super) pace: Pace,
}

/// How data came in an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Not at all.
    Still,
    /// Below the rate.
    Slow,
    /// At the rate or above.
    Full,
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
}

impl Report {
    /// Nothing has been reported.
    pub(super) const NONE: Self =
        Self { assigned: None, last: 0, silent: 0, slow: 0, confirmed: false, pace: Pace::Still };
}

impl Reports {
    pub(super) fn new(substreams: u8) -> Self {
        let width = usize::from(substreams);
        Self { width, beats: Vec::new(), reports: Vec::new() }
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

    /// All substreams of a member.
    pub(super) fn all_of(&self, id: MemberId) -> &[Report] {
        &self.reports[id as usize * self.width..][..self.width]
    }

    /// Takes over what another DCM has heard of a member.
    pub(super) fn restore(&mut self, id: MemberId, beat: Beat, reports: &[Report]) {
        self.beats[id as usize] = beat;
        self.reports[id as usize * self.width..][..self.width].copy_from_slice(reports);
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
