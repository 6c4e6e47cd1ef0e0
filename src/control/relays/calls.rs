//! Who is called, how a relay is taken in, and how it is given back.

use super::need::{Balance, Verdict, Watch};
use super::{Duty, Relays, Stage};
use crate::control::config::{RelaysConfig, Sharing};
use crate::control::directory::Region;
use crate::control::levels::Level;
use crate::control::machine::ControlCenter;
use crate::control::regions::Viewer;
use crate::control::servers::{Wanted, round_trip_ms};
use crate::proto::{Amounts, Join, Outbox, Place, RelayChange, RelayKind, RelayReason, ToClient};
use crate::units::{BitRate, ContentId, PeerId, SimTime, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Who has not come when called is not called again for so long (assumption).
const DEAF_FOR: Span = Span::from_secs(120);

/// Whoever takes something from a relay that is given back has so many times the patience with a silent client to
/// find another parent (assumption): then it goes.
const GIVEN_UP_AFTER: u64 = 3;

type Key = (ContentId, Region);
/// What each region lacks and has, and where in it somebody is.
type Balances = BTreeMap<Key, (Balance, Option<Place>)>;

/// One who could be called.
struct Candidate {
    kind: RelayKind,
    owner: PeerId,
    /// What it can send.
    spare: BitRate,
}

impl ControlCenter {
    /// Second by second: whether a region needs a relay, or one less.
    pub(in crate::control) fn reinforce(&mut self, now: SimTime, outbox: &mut Outbox) {
        let Some(terms) = self.config.levels.map(|levels| levels.relays) else { return };
        let drafts = terms.draft && self.config.sharing == Sharing::Leases;
        if !terms.enabled || (self.relays.is_idle() && !drafts) {
            return;
        }
        self.forget_silent(now);
        self.review(now, outbox);
        let balances = self.balances(now.back(self.config.maturity));
        for key in self.keys(&balances) {
            let balance = balances.get(&key).map(|(balance, _)| *balance).unwrap_or_default();
            let adds: Vec<u64> =
                self.relays.in_use(key).map(|number| self.relays.duties[number].adds).collect();
            let watch = self.relays.watches.entry(key).or_default();
            match watch.judge(now, &balance, &adds, &terms) {
                Verdict::Wait => {}
                Verdict::Call => self.call(now, (key, &balances), (terms, drafts), outbox),
                Verdict::GiveBack => self.give_back(now, key, outbox),
            }
        }
        self.relays.watches.retain(|_, watch: &mut Watch| !watch.is_quiet());
    }

    /// Waypoint servers that are not heard are not there; those that serve report as members do.
    fn forget_silent(&mut self, now: SimTime) {
        let patience = self.config.heartbeat * u64::from(self.config.expiry_heartbeats);
        let Relays { standing_by, duties, deaf, .. } = &mut self.relays;
        for duty in duties.iter().filter(|duty| duty.stage != Stage::Called) {
            if let Some(server) = standing_by.get_mut(&duty.owner) {
                server.heard = now;
            }
        }
        standing_by.retain(|_, server| now.since(server.heard) <= patience);
        deaf.retain(|_, until| now < *until);
    }

    /// What each region lacks and has, and where in it somebody is; whoever has come after `since` has had no
    /// time to prove itself.
    fn balances(&self, since: SimTime) -> Balances {
        let mut balances = Balances::new();
        let feeds = self.config.levels.map_or(0, |levels| levels.bottom.feeds);
        let all = self.posts.iter().zip(&self.dcms).filter(|(_, dcm)| !dcm.is_retired());
        let (tops, below): (Vec<_>, Vec<_>) = all.partition(|(post, _)| post.level == Level::Top);
        for (post, dcm) in below {
            let (balance, place) = balances.entry(post.key()).or_default();
            balance.viewers += dcm.watching();
            balance.offered += dcm.offered(since, |_| true);
            if post.level == Level::Bottom {
                balance.lacking += dcm.lacking(feeds, since);
                *place = place.or(dcm.anywhere());
            }
        }
        // The strong of all regions are together at the top.
        for (post, dcm) in tops {
            let of_content = balances.iter_mut().filter(|(key, _)| key.0 == post.key().0);
            for ((_, region), (balance, _)) in of_content {
                let is_in = |place: Place| Region::of(place, &self.config) == *region;
                balance.offered += dcm.offered(since, is_in);
                balance.viewers += dcm.count_in(is_in);
            }
        }
        balances
    }

    /// Every region that is to be looked at.
    fn keys(&self, balances: &Balances) -> BTreeSet<Key> {
        let served = self.relays.duties.iter().map(|duty| (duty.content, duty.region));
        balances.keys().copied().chain(served).collect()
    }

    /// Calls a client of the region that watches something else, or else the nearest waypoint server.
    fn call(
        &mut self,
        now: SimTime,
        (key, balances): (Key, &Balances),
        (terms, drafts): (RelaysConfig, bool),
        outbox: &mut Outbox,
    ) {
        let place = balances.get(&key).and_then(|(_, place)| *place);
        let (Some(place), Some(info)) = (place, self.offered(key.0)) else { return };
        let drafted = drafts.then(|| self.recruit(now, (key, balances), terms.margin.get()));
        let candidate = drafted.flatten().or_else(|| self.nearest_waypoint(now, key.0, place));
        let Some(Candidate { kind, owner, spare }) = candidate else { return };
        let usable = spare - spare.scaled(self.config.catch_up_reserve);
        let slots = usable.as_bps() / info.substream_rate().as_bps().max(1);
        let duty = Duty {
            kind,
            owner,
            content: key.0,
            region: key.1,
            place,
            adds: slots.max(u64::from(info.substreams)),
            stage: Stage::Called,
            called: now,
            lends: spare,
        };
        self.relays.counts.call(kind);
        self.relays.duties.push(duty);
        outbox.relay(duty.change(now, true, RelayReason::TooFewStrong));
        outbox.send(owner, ToClient::Serve { content: key.0 });
    }

    /// The viewer of another content in this region who can spare most, where its own content can spare it.
    fn recruit(
        &mut self,
        now: SimTime,
        ((content, region), balances): (Key, &Balances),
        margin: f64,
    ) -> Option<Candidate> {
        let enough = self.offered(content)?.bitrate;
        let Self { config, relays, dcms, posts, policies, .. } = self;
        let suits = |place: Place, peer: PeerId| {
            let free = !relays.has_duty(peer) && !relays.is_deaf(now, peer);
            free && Region::of(place, config) == region
        };
        let others = posts.iter().zip(dcms.iter()).filter(|(post, dcm)| {
            post.key().0 != content && post.level != Level::Flat && !dcm.is_retired()
        });
        let able = others.filter_map(|(post, dcm)| {
            let recruit = dcm.recruit(enough, suits)?;
            let (own, _) = balances.get(&(post.key().0, region))?;
            let offered = own.offered.saturating_sub(recruit.surplus);
            let spared = Balance { offered, ..*own }.is_well_met(0, margin);
            let may = policies.refusal(content, recruit.place.country).is_none();
            let owner = dcm.viewer(recruit.member).peer;
            (spared && may).then_some(Candidate {
                kind: RelayKind::Drafted,
                owner,
                spare: recruit.spare,
            })
        });
        able.min_by_key(|candidate| (Reverse(candidate.spare), candidate.owner))
    }

    /// The waypoint server that stands by nearest to a place, if it is nearer than any CDN node with room:
    /// what it sends would else come as far, and once more.
    fn nearest_waypoint(
        &mut self,
        now: SimTime,
        content: ContentId,
        to: Place,
    ) -> Option<Candidate> {
        let rate = self.offered(content)?.substream_rate();
        let Self { relays, addresses, monitor, policies, servers, .. } = self;
        let network = &monitor.conditions;
        let node = servers.nearest(now, Wanted { to, rate, held: None }, network);
        let limit = node.map_or(u32::MAX, |node| servers.round_trip(node, to, network));
        let idle = relays
            .standing_by
            .iter()
            .filter(|(owner, _)| !relays.has_duty(**owner) && !relays.is_deaf(now, **owner));
        let located = idle.filter_map(|(owner, server)| {
            let place = addresses.lookup(server.said.address)?;
            let far = round_trip_ms(Some(place), to, network);
            let may = policies.refusal(content, place.country).is_none();
            (may && far < limit).then_some((far, *owner, server.said.uplink))
        });
        let (_, owner, spare) = located.min_by_key(|(far, owner, _)| (*far, *owner))?;
        Some(Candidate { kind: RelayKind::Waypoint, owner, spare })
    }

    /// A relay that was called asks for its content.
    pub(in crate::control) fn take_in_relay(
        &mut self,
        now: SimTime,
        (from, owner): (PeerId, PeerId),
        join: &Join,
        outbox: &mut Outbox,
    ) -> Option<Viewer> {
        let place = self.locate(join);
        let mut duties = self.relays.duties.iter_mut();
        let duty = duties.find(|duty| duty.owner == owner && duty.content == join.content);
        let comes = duty.filter(|duty| duty.relay().is_none_or(|relay| relay == from));
        let Some(duty) = comes else {
            outbox.send(from, ToClient::Release);
            return None;
        };
        if duty.stage == Stage::Called {
            duty.stage = Stage::Serving(from, now);
        }
        if duty.kind == RelayKind::Drafted {
            let usable = join.usable();
            duty.lends = usable - usable.scaled(self.config.catch_up_reserve);
            let has = Amounts { uplink: duty.lends, downlink: join.downlink };
            if let Some(host) = join.host {
                self.in_dcm(now, owner, outbox, |dcm, member, step| {
                    dcm.share_device(member, (host, has), step)
                });
            }
        }
        Some(Viewer { peer: from, place })
    }

    /// The relay that was called last for a region is needed no longer.
    fn give_back(&mut self, now: SimTime, key: Key, outbox: &mut Outbox) {
        let Some(number) = self.relays.in_use(key).last() else { return };
        let duty = self.relays.duties[number];
        outbox.relay(duty.change(now, false, RelayReason::EnoughStrong));
        self.relays.counts.given_back += 1;
        if let Stage::Serving(relay, since) = duty.stage {
            self.relays.duties[number].stage = Stage::Leaving(relay, since, now);
            self.in_dcm(now, relay, outbox, |dcm, member, step| dcm.give_back(member, step));
        } else {
            self.relays.duties.remove(number);
        }
    }

    /// How each of those who were called is doing.
    fn review(&mut self, now: SimTime, outbox: &mut Outbox) {
        for duty in std::mem::take(&mut self.relays.duties) {
            if self.goes_on(now, &duty, outbox) {
                self.relays.duties.push(duty);
            }
        }
    }

    /// Whether a duty is not over; what is to be said to whoever has it is said.
    fn goes_on(&mut self, now: SimTime, duty: &Duty, outbox: &mut Outbox) -> bool {
        let patience = self.config.heartbeat * u64::from(self.config.expiry_heartbeats);
        let is_known = duty.relay().is_some_and(|relay| self.clients.dcm_of(relay).is_some());
        match duty.stage {
            Stage::Called if now.since(duty.called) > patience => {
                self.relays.deaf.insert(duty.owner, now + DEAF_FOR);
                outbox.relay(duty.change(now, false, RelayReason::NoAnswer));
                return false;
            }
            Stage::Called => outbox.send(duty.owner, ToClient::Serve { content: duty.content }),
            Stage::Serving(..) if !is_known => {
                outbox.relay(duty.change(now, false, RelayReason::Gone));
                self.end(now, duty, outbox);
                return false;
            }
            Stage::Leaving(..) if !is_known => {
                self.end(now, duty, outbox);
                return false;
            }
            Stage::Leaving(relay, _, since) => {
                let member = self.clients.find(relay);
                let unused = member.is_some_and(|(dcm, id)| self.dcms[dcm].is_unused(id));
                if unused || now.since(since) > patience * GIVEN_UP_AFTER {
                    outbox.send(relay, ToClient::Release);
                }
            }
            Stage::Serving(..) => {}
        }
        true
    }

    /// A relay has gone: its time is counted, and its device is its own again.
    fn end(&mut self, now: SimTime, duty: &Duty, outbox: &mut Outbox) {
        let counts = &mut self.relays.counts;
        match duty.kind {
            RelayKind::Waypoint => counts.waypoint_time += duty.served(now),
            RelayKind::Drafted => {
                counts.drafted_time += duty.served(now);
                self.in_dcm(now, duty.owner, outbox, |dcm, member, step| {
                    dcm.own_device(member, duty.lends, step)
                });
            }
        }
    }
}

impl Relays {
    /// The duties of a region that are not being given back, by their numbers.
    fn in_use(&self, key: Key) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let duties = self.duties.iter().enumerate();
        let own = duties.filter(move |(_, duty)| (duty.content, duty.region) == key);
        own.filter(|(_, duty)| !matches!(duty.stage, Stage::Leaving(..))).map(|(number, _)| number)
    }
}

impl Duty {
    fn change(&self, time: SimTime, called: bool, reason: RelayReason) -> RelayChange {
        RelayChange {
            time,
            kind: self.kind,
            owner: self.owner,
            relay: self.relay(),
            content: self.content,
            network: self.place.network,
            called,
            reason,
        }
    }
}
