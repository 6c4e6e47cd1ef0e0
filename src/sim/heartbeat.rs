//! What a heartbeat says: sequence numbers received from each parent and sent to each child.
//!
//! The bulk of all work in a run: it is written in place and looks at as little memory as it can.

use super::edges::{Child, Edges};
use super::fabric::Fabric;
use super::peers::{Peer, Slot};
use super::world::{Stream, World};
use crate::proto::{Heartbeat, Received, Sent};
use crate::units::{SimTime, Span};

/// Data that a sender has under way on a path that swallows them, in nanoseconds of media (assumption).
const SEND_WINDOW: u64 = 2_000_000_000;

/// What a report is made of.
struct Reporter<'a> {
    now: SimTime,
    stream: &'a Stream,
    edges: &'a Edges,
    fabric: &'a Fabric,
}

impl World<'_> {
    /// Sends the heartbeat of a client that has been welcomed.
    pub(super) fn report(&mut self, slot: Slot) {
        let news = self.news(slot);
        let spare = self.spare(slot);
        let peer = &self.peers[slot as usize];
        let (number, report) = self.mail.open_report(peer.id, slot);
        let Self { now, edges, fabric, .. } = self;
        let stream = &self.streams[peer.content.index()];
        let reporter = Reporter { now: *now, stream, edges, fabric };
        reporter.write(slot, peer, report);
        (report.spare_uplink, report.news) = (spare, news);
        self.post_to_center(slot, number);
    }
}

impl Reporter<'_> {
    fn write(&self, slot: Slot, peer: &Peer, report: &mut Heartbeat) {
        let mut least = u64::MAX;
        let count = usize::from(self.stream.substreams);
        for track in &self.edges.tracks(slot)[..count] {
            let position = self.edges.progress_of(slot, track).position(self.now);
            least = least.min(position);
            let last = self.stream.sequence(position);
            report.received.push(Received { parent: track.believed, last });
        }
        for child in self.edges.children(slot) {
            let Child { id, substream, level, site, .. } = *child;
            let all = report.received[substream.index()].last;
            // To a child that is level everything goes on at once: no need to look at it.
            let at_once = level && site == peer.site;
            let last = if at_once { all } else { self.sent_to(child, peer.site).min(all) };
            report.sent.push(Sent { child: id, substream, last });
        }
        report.buffer = Span::from_nanos(least.saturating_sub(peer.player.position(self.now)));
    }

    /// The sequence number last sent to a child that is behind, or on a path that may be dead.
    fn sent_to(&self, child: &Child, site: u16) -> u32 {
        let id = self.edges.id(child.slot, child.substream);
        let progress = self.edges.progress(id);
        // What is sent into a dead path counts as sent until the window is full.
        let under_way = if self.fabric.is_up(site, child.site) {
            progress.speed.media_in(self.edges.get(id).offset)
        } else {
            SEND_WINDOW
        };
        self.stream.sequence(progress.position(self.now) + under_way)
    }
}
