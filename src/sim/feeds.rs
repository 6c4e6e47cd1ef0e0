//! What coordinators are told of the world by others than their clients: at the start, after links failed and
//! were mended, and when ISPs announce something. Late and wrong as the scenario says.

use super::event::Event;
use super::world::World;
use crate::net::Country;
use crate::proto::{
    AddressRange, AddressTable, ContentInfo, Feed, Input, Notice, Place, RouteTable, ServerInfo,
};
use crate::units::{AsNumber, ContentId, Metro, SimTime, Span, dist, stream};

/// A machine that is cut off gets its feeds when it is back: they are sent again so often (assumption).
const SENT_AGAIN: Span = Span::from_secs(1);

impl World<'_> {
    /// Tells the coordinator what an operator would have bought or collected.
    pub(super) fn deliver_feeds(&mut self) {
        let feeds = [
            Feed::Addresses(self.address_feed()),
            Feed::Routes(self.route_feed()),
            Feed::Continents(self.continent_feed()),
            Feed::Catalogue(self.catalogue()),
            Feed::Servers(self.server_list()),
        ];
        for feed in &feeds {
            self.coordinator.handle(SimTime::ZERO, Input::Feed(feed), &mut self.outbox);
        }
        self.outbox.drain();
    }

    /// Routes have changed: the feed tells it when its delay is over.
    pub(super) fn send_routes(&mut self) {
        let table = self.route_feed();
        self.late_routes.push_back(table);
        self.schedule(self.now + self.scenario.feeds.route_delay, Event::Routes);
    }

    /// The oldest route feed that is under way arrives.
    pub(super) fn routes_arrive(&mut self) {
        if self.center_down {
            self.schedule(self.now + SENT_AGAIN, Event::Routes);
        } else if let Some(table) = self.late_routes.pop_front() {
            self.hand_in(&Feed::Routes(table));
        }
    }

    /// When ISPs tell of what they are going to do.
    pub(super) fn schedule_notices(&mut self) {
        let told =
            self.scenario.faults.iter().filter_map(|fault| Some(fault.at.back(fault.announced?)));
        let instants: Vec<SimTime> = told.collect();
        instants.into_iter().for_each(|at| self.schedule(at, Event::Notices));
    }

    /// The notices that stand are told.
    pub(super) fn notices_arrive(&mut self) {
        if self.center_down {
            self.schedule(self.now + SENT_AGAIN, Event::Notices);
            return;
        }
        let graph = &self.scenario.topology.graph;
        let faults = self.scenario.faults.iter();
        let notices = faults.filter_map(|fault| {
            let told = fault.at.back(fault.announced?);
            let between = fault.kind.link()?.map(|end| graph.at(end).number);
            let until = fault.at + fault.lasts;
            (told <= self.now && self.now < until).then_some(Notice {
                between,
                from: fault.at,
                until,
            })
        });
        let feed = Feed::Notices(notices.collect());
        self.hand_in(&feed);
    }

    fn hand_in(&mut self, feed: &Feed) {
        self.coordinator.handle(self.now, Input::Feed(feed), &mut self.outbox);
        self.after_coordinator();
    }

    fn address_feed(&self) -> AddressTable {
        let ranges = self.addresses.table().ranges();
        let place = |number: usize| {
            let location = &ranges[number].location;
            let country = location.country.map_or(*b"??", |country| {
                let code = country.code().as_bytes();
                [code[0], code[1]]
            });
            Place { network: location.as_number, country, metro: location.metro }
        };
        let told = ranges.iter().enumerate().map(|(number, range)| {
            let place = place(self.believed_range(number, ranges.len()));
            AddressRange { first: range.first, last: range.last, place }
        });
        AddressTable::new(told.collect())
    }

    /// Which range's place the feed gives for this one: in a share of all cases another's.
    fn believed_range(&self, number: usize, count: usize) -> usize {
        let share = self.scenario.feeds.wrong_addresses.get();
        let mut rng = stream(self.spec.seed, "feed-addresses", number as u64);
        let wrong = share > 0.0 && dist::chance(&mut rng, share);
        if wrong { dist::below(&mut rng, count as u64) as usize } else { number }
    }

    /// In which part of the world the countries with viewers lie.
    fn continent_feed(&self) -> Vec<([u8; 2], u8)> {
        let isps = self.scenario.topology.isps.iter().map(|isp| isp.country);
        let known = isps.filter_map(|code| {
            let region = Country::new(std::str::from_utf8(&code).ok()?)?.region()?;
            Some((code, region.index() as u8))
        });
        known.collect()
    }

    fn route_feed(&self) -> RouteTable {
        let mut table = RouteTable::default();
        let sites = self.fabric.sites.len() as u16;
        for a in 0..sites {
            for b in 0..sites {
                let ends = ((a, Metro::new(0)), (b, Metro::new(1)));
                let told = self.fabric.class(a, b).zip(self.fabric.rtt(ends.0, ends.1));
                if let Some(((class, rtt), networks)) = told.zip(self.believed_route(a, b)) {
                    let [from, to] = [a, b].map(|site| self.fabric.sites[usize::from(site)].number);
                    let rtt_ms = (rtt.as_nanos() / 1_000_000) as u32;
                    table.insert(from, to, class, rtt_ms, &networks);
                }
            }
        }
        table
    }

    /// The networks that the feed gives for a route: in a share of all cases none, in another a way round
    /// by some network where somebody or something is, over links that exist. Always the same cases.
    fn believed_route(&self, from: u16, to: u16) -> Option<Vec<AsNumber>> {
        let networks = self.fabric.networks(from, to);
        let (missing, wrong) =
            (self.scenario.feeds.missing_routes.get(), self.scenario.feeds.wrong_routes.get());
        if from == to || missing + wrong == 0.0 {
            return Some(networks);
        }
        let pair = u64::from(from) << 16 | u64::from(to);
        let mut rng = stream(self.spec.seed, "feed-routes", pair);
        if dist::chance(&mut rng, missing) {
            return None;
        }
        if !dist::chance(&mut rng, wrong) {
            return Some(networks);
        }
        let by = dist::below(&mut rng, self.fabric.sites.len() as u64) as u16;
        let (first, then) = (self.fabric.networks(from, by), self.fabric.networks(by, to));
        let meets = |network: &AsNumber| first[..first.len().saturating_sub(1)].contains(network);
        let round = !first.is_empty() && !then.is_empty() && !then.iter().any(meets);
        Some(if round { [&first[..], &then[1..]].concat() } else { networks })
    }

    fn catalogue(&self) -> Vec<ContentInfo> {
        let contents = self.scenario.contents.iter().enumerate();
        contents
            .map(|(number, content)| ContentInfo {
                content: ContentId::from_index(number),
                kind: content.kind,
                bitrate: content.bitrate,
                substreams: content.substreams,
                packet: super::PACKET,
                start: content.start,
                end: content.start + content.duration,
                priority: content.priority,
            })
            .collect()
    }

    fn server_list(&self) -> Vec<ServerInfo> {
        let servers = (0..self.servers).map(|number| self.peer(self.slots[number]));
        servers
            .map(|peer| ServerInfo { peer: peer.id, address: peer.address, capacity: peer.lent })
            .collect()
    }
}
