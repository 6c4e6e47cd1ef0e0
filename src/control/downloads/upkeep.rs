//! What reports show and what is done second by second: progress, silence, room for those who wait, and
//! peers in the place of CDN nodes.

use super::fetcher::Source;
use super::{FileDcm, Step};
use crate::proto::{Heartbeat, Rule, Trigger};
use crate::units::{AsNumber, PeerId, Substream};

/// Reports without progress after which a source is given up: in the first the source may have been waited
/// for (assumption).
const STILL_BEATS: u8 = 3;
/// Reports of another source than was assigned after which it is said again (assumption, as for CDN only).
const PATIENT_BEATS: u8 = 4;
/// Portions for which the search is made in a second, of those who wait and of those whom CDN nodes feed
/// (assumption: it bounds the time that a tick takes).
const TRIES: usize = 256;

impl FileDcm {
    /// Takes a report in; returns the portions whose source sends nothing.
    pub(super) fn note(
        &mut self,
        client: PeerId,
        beat: &Heartbeat,
        step: &mut Step<'_>,
    ) -> Vec<Substream> {
        let (mut troubled, mut unheeded) = (Vec::new(), Vec::new());
        for (portion, received) in self.portions().zip(&beat.received) {
            let Some(fetcher) = self.fetchers.get(&client) else { break };
            let known = fetcher.portion(portion).carrier.map(|(source, _)| source);
            // Most report the same source again. One that has gone meanwhile is still where it was.
            let other = received.parent.filter(|source| known != Some(*source));
            let carrier = other.and_then(|source| Some((source, self.network_of(source, step)?)));
            let Some(fetcher) = self.fetchers.get_mut(&client) else { break };
            fetcher.heard = step.with.now;
            let own = fetcher.portion_mut(portion);
            own.carrier = carrier.or(own.carrier);
            let held = own.is_held();
            let news = own.note(received, self.packets);
            let (now, from) = (*own, own.carrier.map(|(_, network)| network));
            if now.done && !held {
                self.holders[portion.index()] += 1;
                self.note_room(client, step.with.rate);
            }
            self.account(client, from, news);
            if now.done {
                self.release(client, portion, step);
            } else if now.still >= STILL_BEATS {
                troubled.push(portion);
            } else if now.unheeded > 0 && now.unheeded.is_multiple_of(PATIENT_BEATS) {
                unheeded.push(portion);
            }
        }
        self.tell(client, unheeded, step);
        troubled
    }

    fn account(&mut self, client: PeerId, from: Option<AsNumber>, packets: u32) {
        let to = self.fetchers[&client].place.network;
        if let Some(from) = from.filter(|_| packets > 0) {
            *self.moved.entry([from, to]).or_default() += u64::from(packets);
        }
    }

    fn network_of(&self, source: PeerId, step: &Step<'_>) -> Option<AsNumber> {
        let peer = self.fetchers.get(&source).map(|fetcher| fetcher.place);
        let server = || step.servers.find(source).and_then(|number| step.servers.place(number));
        peer.or_else(server).map(|place| place.network)
    }

    /// What is done every second.
    pub(crate) fn tick(&mut self, step: &mut Step<'_>) {
        self.give_up_the_silent(step);
        self.give_up_lost_servers(step);
        self.keep_hours(step);
        self.make_room_for_streams(step);
        self.renew_shares(step);
        self.answer_the_rest(step);
        self.serve_the_waiting(step);
        self.relieve_servers(step);
    }

    fn give_up_the_silent(&mut self, step: &mut Step<'_>) {
        let config = step.with.config;
        let patience = config.heartbeat * u64::from(config.expiry_heartbeats);
        let silent = |(peer, fetcher): (&PeerId, &super::Fetcher)| {
            (step.with.now.since(fetcher.heard) > patience).then_some(*peer)
        };
        let gone: Vec<PeerId> = self.fetchers.iter().filter_map(silent).collect();
        gone.into_iter().for_each(|peer| self.remove(peer, Trigger::ParentSilent, step));
    }

    /// Whoever fetches from a client whose hours of serving nobody have begun is moved.
    fn keep_hours(&mut self, step: &mut Step<'_>) {
        let now = step.with.now;
        let rests = |(peer, fetcher): (&PeerId, &super::Fetcher)| {
            (fetcher.children > 0 && !fetcher.serves_at(now)).then_some(*peer)
        };
        let resting: Vec<PeerId> = self.fetchers.iter().filter_map(rests).collect();
        for (child, portion) in
            resting.into_iter().flat_map(|peer| self.children_of(peer)).collect::<Vec<_>>()
        {
            self.replace(child, portion, Trigger::ServingHours, step);
        }
    }

    /// Whoever shares a device of which nothing is left is told so.
    fn answer_the_rest(&mut self, step: &mut Step<'_>) {
        let waits = |(peer, fetcher): (&PeerId, &super::Fetcher)| {
            (!fetcher.answered && fetcher.since < step.with.now).then_some(*peer)
        };
        let waiting: Vec<PeerId> = self.fetchers.iter().filter_map(waits).collect();
        waiting.into_iter().for_each(|client| self.answer(client, step));
    }

    fn give_up_lost_servers(&mut self, step: &mut Step<'_>) {
        for (client, portion, number) in self.fed_by_servers() {
            if step.servers.is_down(number) {
                self.replace(client, portion, Trigger::ParentSilent, step);
            }
        }
    }

    /// Portions that come from CDN nodes, and from which.
    fn fed_by_servers(&self) -> Vec<(PeerId, Substream, u16)> {
        let of = |(client, fetcher): (&PeerId, &super::Fetcher)| {
            let fed = self.portions().filter_map(|portion| match fetcher.portion(portion).source {
                Source::Server(number) => Some((*client, portion, number)),
                _ => None,
            });
            fed.collect::<Vec<_>>()
        };
        self.fetchers.iter().flat_map(of).collect()
    }

    /// Streams have taken what was spared for them at a CDN node: the file gives way, those first who matter
    /// least and came last.
    fn make_room_for_streams(&mut self, step: &mut Step<'_>) {
        if !step.servers.any_is_crowded() {
            return;
        }
        let mut fed = self.fed_by_servers();
        let order = |(client, _, _): &(PeerId, Substream, u16)| {
            let fetcher = &self.fetchers[client];
            (fetcher.priority, std::cmp::Reverse((fetcher.since, *client)))
        };
        fed.sort_by_key(order);
        for (client, portion, number) in fed {
            if step.servers.is_crowded(number) {
                self.counts.recalled += 1;
                self.replace(client, portion, Trigger::ShareRecalled, step);
            }
        }
    }

    /// Room that has become free goes to those who have waited longest.
    fn serve_the_waiting(&mut self, step: &mut Step<'_>) {
        let waits = |fetcher: &super::Fetcher| fetcher.missing() > fetcher.fetching();
        let mut waiting: Vec<PeerId> =
            self.fetchers.iter().filter(|(_, own)| waits(own)).map(|(peer, _)| *peer).collect();
        waiting.sort_by_key(|peer| {
            let fetcher = &self.fetchers[peer];
            (std::cmp::Reverse(fetcher.priority), fetcher.since, *peer)
        });
        let most = TRIES / usize::from(self.content.substreams.max(1));
        for client in waiting.into_iter().take(most.max(1)) {
            let given = self.supply(client, Trigger::Improvement, step);
            self.tell(client, given, step);
        }
    }

    /// Looks for peers who could send what CDN nodes do, a part of the clients at a time.
    fn relieve_servers(&mut self, step: &mut Step<'_>) {
        let mut fed = self.fed_by_servers();
        let first = fed.partition_point(|(client, ..)| *client < self.next);
        fed.rotate_left(first);
        for (client, portion, _) in fed.into_iter().take(TRIES) {
            let found = self.best_peer(client, portion, None, step.with);
            if found.rule == Rule::NearestWithMore {
                let old = self.fetchers[&client].portion(portion).assigned;
                self.release(client, portion, step);
                self.adopt(client, portion, found, (old, Trigger::Improvement), step);
                self.tell(client, vec![portion], step);
            }
            self.next = PeerId::new(client.get() + 1);
        }
    }
}
