//! DCMs of files (rows W5, C10): who fetches which portion of a file from whom.
//!
//! A file has no live edge: a client begins at its beginning whenever it comes, and whoever came before has
//! more. So there are no trees to be kept but sources to be found: for each portion of each client somebody who
//! has more of it and uplink to spare, else a CDN node. Whoever has all of it serves on for as long as it is
//! there. What streams need of a CDN node or of a device that is on both they get first.
//!
//! Not here: streams ([`super::dcm`]), and who may use how much of a shared device ([`super::channels`]).

mod choose;
mod fetcher;
mod messages;
mod shares;
mod supply;
#[cfg(test)]
mod tests;
mod upkeep;

use super::dcm::Surroundings;
use super::history::FailedPairs;
use super::servers::Servers;
use crate::proto::{
    Amounts, ContentInfo, Heartbeat, Holder, Join, Outbox, Place, ToClient, ToKeeper, Trigger,
};
use crate::units::{AsNumber, BitRate, Bytes, ContentId, PeerId, Substream};
use fetcher::{Fetcher, Source};
use std::collections::{BTreeMap, BTreeSet};

/// The DCM of one file.
#[derive(Debug)]
pub(crate) struct FileDcm {
    content: ContentInfo,
    /// Packets of each portion.
    packets: u32,
    fetchers: BTreeMap<PeerId, Fetcher>,
    /// Of each portion, who holds it and has uplink to spare, terms and hours aside: all others need not be
    /// looked at.
    open: Vec<BTreeSet<PeerId>>,
    /// Of each portion, how many have all of it or a source.
    holders: Vec<u32>,
    failed: FailedPairs,
    /// Whom the search for somebody better than a CDN node comes to next.
    next: PeerId,
    /// Packets from network to network.
    moved: BTreeMap<[AsNumber; 2], u64>,
    /// Portions that nobody sends or a CDN node does, for each client on a shared device; as of the last second.
    lacking: u64,
    /// Clients that have gone since somebody asked.
    gone: Vec<PeerId>,
    counts: Counts,
}

/// What a DCM counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Sources taken away because a stream needs what they sent over.
    pub(crate) recalled: u64,
}

/// A change, in the making.
pub(crate) struct Step<'a> {
    pub(crate) with: &'a Surroundings<'a>,
    pub(crate) servers: &'a mut Servers,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) letters: &'a mut Vec<ToKeeper>,
}

/// The DCMs of all files.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    dcms: BTreeMap<ContentId, FileDcm>,
    /// Which file each client fetches.
    clients: BTreeMap<PeerId, ContentId>,
}

impl Downloads {
    /// The file that a client fetches.
    pub(crate) fn content_of(&self, client: PeerId) -> Option<ContentId> {
        self.clients.get(&client).copied()
    }

    /// Lets the DCM of a file act, which is made when somebody asks for the file first; clients may be gone
    /// afterwards.
    pub(crate) fn act(&mut self, content: &ContentInfo, act: impl FnOnce(&mut FileDcm)) {
        let dcm = self.dcms.entry(content.content).or_insert_with(|| FileDcm::new(*content));
        act(dcm);
        for client in std::mem::take(&mut dcm.gone) {
            self.clients.remove(&client);
        }
    }

    /// Notes which file a client fetches.
    pub(crate) fn enter(&mut self, client: PeerId, content: ContentId) {
        self.clients.insert(client, content);
    }

    /// Every file that somebody has asked for.
    pub(crate) fn contents(&self) -> Vec<ContentInfo> {
        self.dcms.values().map(|dcm| dcm.content).collect()
    }

    /// Clients that are there.
    pub(crate) fn len(&self) -> usize {
        self.clients.len()
    }

    /// What all DCMs have counted; none where nobody has asked for a file.
    pub(crate) fn counts(&self) -> Option<Counts> {
        let counts = self.dcms.values().map(|dcm| dcm.counts);
        counts.reduce(|a, b| Counts { recalled: a.recalled + b.recalled })
    }

    /// Where a client is.
    pub(crate) fn place_of(&self, client: PeerId) -> Option<Place> {
        let dcm = self.dcms.get(self.clients.get(&client)?)?;
        dcm.fetchers.get(&client).map(|fetcher| fetcher.place)
    }

    /// Adds what has come from each network into each.
    pub(crate) fn add_bytes(&self, into: &mut BTreeMap<[AsNumber; 2], Bytes>) {
        for dcm in self.dcms.values() {
            for (ends, packets) in &dcm.moved {
                let bytes: &mut Bytes = into.entry(*ends).or_default();
                *bytes = Bytes::new(bytes.get() + packets * dcm.content.packet.get());
            }
        }
    }
}

impl FileDcm {
    fn new(content: ContentInfo) -> Self {
        Self {
            content,
            packets: content.packets(),
            fetchers: BTreeMap::new(),
            open: vec![BTreeSet::new(); usize::from(content.substreams)],
            holders: vec![0; usize::from(content.substreams)],
            failed: FailedPairs::default(),
            next: PeerId::new(0),
            moved: BTreeMap::new(),
            lacking: 0,
            gone: Vec::new(),
            counts: Counts::default(),
        }
    }

    fn portions(&self) -> impl Iterator<Item = Substream> + use<> {
        Substream::all(self.content.substreams)
    }

    /// A client asks for the file, or again.
    pub(crate) fn join(&mut self, client: PeerId, join: &Join, place: Place, step: &mut Step<'_>) {
        let now = step.with.now;
        if let Some(known) = self.fetchers.get_mut(&client) {
            known.heard = now;
            return self.tell(client, self.portions().collect(), step);
        }
        let fetcher = Fetcher::new(now, join, place, &self.content, step.with.config);
        let lends = Amounts { uplink: fetcher.lends, downlink: join.downlink };
        self.fetchers.insert(client, fetcher);
        match join.host {
            // The answer waits for the keeper's.
            Some(host) => {
                self.open_share(client, Holder { host, client, since: now }, lends, step);
                self.claim(client, step);
            }
            None => self.answer(client, step),
        }
    }

    /// The first answer to a client names all portions, with and without a source.
    fn answer(&mut self, client: PeerId, step: &mut Step<'_>) {
        if let Some(fetcher) = self.fetchers.get_mut(&client) {
            fetcher.answered = true;
        }
        self.supply(client, Trigger::Join, step);
        self.tell(client, self.portions().collect(), step);
    }

    /// A client reports.
    pub(crate) fn heartbeat(&mut self, client: PeerId, beat: &Heartbeat, step: &mut Step<'_>) {
        let troubled = self.note(client, beat, step);
        for portion in troubled {
            self.replace(client, portion, Trigger::PathFailed, step);
        }
        self.claim(client, step);
        step.outbox.send(client, ToClient::Ack);
    }

    /// A client leaves and says so.
    pub(crate) fn leave(&mut self, client: PeerId, step: &mut Step<'_>) {
        self.remove(client, Trigger::ParentLeft, step);
    }

    /// A source could not be had. Where it had more, by all that is known, the two cannot reach each other; else
    /// it may only have fallen behind.
    pub(crate) fn connect_failed(
        &mut self,
        client: PeerId,
        portion: Substream,
        source: PeerId,
        step: &mut Step<'_>,
    ) {
        let Some(fetcher) = self.fetchers.get(&client) else { return };
        let now = step.with.now;
        if let Some(number) = step.servers.find(source) {
            let until = now + step.with.config.heartbeat * AVOIDED_BEATS;
            step.servers.avoid(number, fetcher.place.network, until);
        } else if self.fetchers.get(&source).is_some_and(|other| other.leads(fetcher, portion)) {
            self.failed.could_not_connect(now, client, source);
        }
        if fetcher.portion(portion).assigned == Some(source) {
            self.replace(client, portion, Trigger::ConnectFailed, step);
        }
    }

    /// Sources and clients that are given up, and what is free again.
    fn remove(&mut self, client: PeerId, why: Trigger, step: &mut Step<'_>) {
        if self.fetchers.contains_key(&client) {
            self.portions().for_each(|portion| self.release(client, portion, step));
        }
        let Some(gone) = self.fetchers.remove(&client) else { return };
        self.open.iter_mut().for_each(|open| _ = open.remove(&client));
        for portion in self.portions().filter(|portion| gone.portion(*portion).done) {
            self.holders[portion.index()] -= 1;
        }
        self.failed.forget(client);
        self.gone.push(client);
        if let Some(lease) = gone.lease {
            step.letters.push(ToKeeper::Leave { holder: lease.holder() });
        }
        for (child, portion) in self.children_of(client) {
            self.replace(child, portion, why, step);
        }
    }

    /// What a client holds, lends or has promised has changed.
    fn note_room(&mut self, client: PeerId, rate: BitRate) {
        let Some(fetcher) = self.fetchers.get(&client) else { return };
        let has_room = fetcher.has_room(rate);
        for (portion, open) in Substream::all(self.content.substreams).zip(&mut self.open) {
            if has_room && fetcher.portion(portion).is_held() {
                open.insert(client);
            } else {
                open.remove(&client);
            }
        }
    }

    /// Who fetches which portion from a client.
    fn children_of(&self, source: PeerId) -> Vec<(PeerId, Substream)> {
        let of = |(client, fetcher): (&PeerId, &Fetcher)| {
            let takes =
                |portion: &Substream| fetcher.portion(*portion).source == Source::Peer(source);
            let client = *client;
            self.portions().filter(takes).map(|portion| (client, portion)).collect::<Vec<_>>()
        };
        self.fetchers.iter().flat_map(of).collect()
    }
}

/// Heartbeats for which a path from a CDN node that failed is not tried again (assumption).
const AVOIDED_BEATS: u64 = 15;
