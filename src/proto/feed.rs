//! What a coordinator is told about the world outside its clients: catalogue, servers, addresses, routes.
//!
//! A feed may be late or wrong; it is what an operator could buy or collect, not the simulator's state.

use crate::units::{
    Address, AsNumber, BitRate, Bytes, ContentId, Metro, PeerId, SimTime, Substream,
};
use std::collections::BTreeMap;

/// One delivery of a feed; the newest of its kind replaces what was there.
#[derive(Clone, Debug, PartialEq)]
pub enum Feed {
    /// What can be watched.
    Catalogue(Vec<ContentInfo>),
    /// The CDN nodes that the owner has bought.
    Servers(Vec<ServerInfo>),
    /// Which addresses lie where.
    Addresses(AddressTable),
    /// How far networks are from each other, and over which networks one gets there.
    Routes(RouteTable),
    /// In which part of the world countries lie: two letters, and a number for each part.
    Continents(Vec<([u8; 2], u8)>),
    /// What ISPs have announced of their links; all notices that stand.
    Notices(Vec<Notice>),
}

/// An ISP says that one of its links will carry little or nothing: maintenance, or trouble that it knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The networks that the link joins; both directions are meant.
    pub between: [AsNumber; 2],
    /// From when.
    pub from: SimTime,
    /// Until when.
    pub until: SimTime,
}

/// A content and its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentInfo {
    /// Its id.
    pub content: ContentId,
    /// Live or file.
    pub kind: ContentKind,
    /// Of the whole content.
    pub bitrate: BitRate,
    /// Into how many substreams it is cut.
    pub substreams: u8,
    /// Payload of one packet, the unit of sequence numbers.
    pub packet: Bytes,
    /// When it begins.
    pub start: SimTime,
    /// When it ends.
    pub end: SimTime,
    /// Where a host that is on several contents cannot serve all, the higher comes first.
    pub priority: u8,
}

/// What kind of content it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// Everybody wants the same instant.
    Live,
    /// Everybody wants it from the beginning.
    File,
}

/// A CDN node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// As a parent.
    pub peer: PeerId,
    /// Where.
    pub address: Address,
    /// What it may send in all.
    pub capacity: BitRate,
}

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// In which network.
    pub network: AsNumber,
    /// In which country, two letters.
    pub country: [u8; 2],
    /// In which of the network's cities.
    pub metro: Metro,
}

/// Addresses from `first` to `last`, both included, in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    /// The first address.
    pub first: Address,
    /// The last address.
    pub last: Address,
    /// Where they are.
    pub place: Place,
}

/// An address-to-place table, as sold by geography services and derived from routing tables.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AddressTable {
    ranges: Vec<AddressRange>,
}

impl AddressTable {
    /// The table of these ranges; where two overlap, the one that begins later wins.
    #[must_use]
    pub fn new(mut ranges: Vec<AddressRange>) -> Self {
        ranges.sort_by_key(|range| range.first);
        Self { ranges }
    }

    /// The place of an address; none when no range covers it.
    #[must_use]
    pub fn lookup(&self, address: Address) -> Option<Place> {
        let after = self.ranges.partition_point(|range| range.first <= address);
        let range = self.ranges[..after].last()?;
        (address <= range.last).then_some(range.place)
    }
}

/// What kind of border a path crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathClass {
    /// Stays within one network.
    OnNet,
    /// Crosses peering links only.
    Peering,
    /// Pays somebody for transit.
    Transit,
}

impl PathClass {
    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnNet => "on_net",
            Self::Peering => "peering",
            Self::Transit => "transit",
        }
    }
}

/// Routes between networks as a BGP-like feed and round-trip probes tell them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RouteTable {
    routes: BTreeMap<(AsNumber, AsNumber), Route>,
    /// The networks of all routes, one after the other.
    networks: Vec<AsNumber>,
}

/// One route, and where its networks stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Route {
    class: PathClass,
    rtt_ms: u32,
    first: u32,
    count: u32,
}

impl RouteTable {
    /// Notes the class of the path between two networks, its round trip in milliseconds, and the networks
    /// that it crosses, both ends included; none where the feed does not say.
    pub fn insert(
        &mut self,
        from: AsNumber,
        to: AsNumber,
        class: PathClass,
        rtt_ms: u32,
        networks: &[AsNumber],
    ) {
        let (first, count) = (self.networks.len() as u32, networks.len() as u32);
        self.networks.extend_from_slice(networks);
        self.routes.insert((from, to), Route { class, rtt_ms, first, count });
    }

    /// Class and round trip in milliseconds of the path; none when the feed does not know it.
    #[must_use]
    pub fn path(&self, from: AsNumber, to: AsNumber) -> Option<(PathClass, u32)> {
        self.routes.get(&(from, to)).map(|route| (route.class, route.rtt_ms))
    }

    /// The networks from `from` to `to`, both included; empty when the feed does not know them.
    #[must_use]
    pub fn networks(&self, from: AsNumber, to: AsNumber) -> &[AsNumber] {
        self.routes.get(&(from, to)).map_or(&[], |route| self.of(route))
    }

    /// The networks of every route, in the order of the ends.
    pub fn all_networks(&self) -> impl Iterator<Item = &[AsNumber]> {
        self.routes.values().map(|route| self.of(route))
    }

    fn of(&self, route: &Route) -> &[AsNumber] {
        &self.networks[route.first as usize..][..route.count as usize]
    }
}

impl ContentInfo {
    /// Whole packets of one substream from the beginning to the end.
    #[must_use]
    pub fn packets(&self) -> u32 {
        let bytes = self.substream_rate().bytes_in(self.end.since(self.start));
        (bytes.get() / self.packet.get().max(1)).min(u64::from(u32::MAX)) as u32
    }

    /// The rate of one substream, rounded down.
    ///
    /// # Panics
    /// Never: a content has at least one substream.
    #[must_use]
    pub fn substream_rate(&self) -> BitRate {
        BitRate::from_bps(self.bitrate.as_bps() / u64::from(self.substreams.max(1)))
    }

    /// All substreams.
    pub fn all_substreams(&self) -> impl Iterator<Item = Substream> {
        Substream::all(self.substreams)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_known_with_the_networks_between() {
        let [a, b, c] = [1, 2, 3].map(AsNumber::new);
        let mut table = RouteTable::default();
        table.insert(a, c, PathClass::Transit, 30, &[a, b, c]);
        table.insert(c, a, PathClass::Peering, 31, &[]);
        assert_eq!(table.path(a, c), Some((PathClass::Transit, 30)));
        assert_eq!(table.networks(a, c), [a, b, c]);
        assert_eq!((table.networks(c, a).len(), table.networks(b, a).len()), (0, 0));
        // A newer word on the same pair counts.
        table.insert(a, c, PathClass::Peering, 5, &[a, c]);
        assert_eq!(table.networks(a, c), [a, c]);
        assert_eq!(table.all_networks().count(), 2);
    }

    #[test]
    fn an_address_is_found_in_its_range_only() {
        let place = |n| Place { network: AsNumber::new(n), country: *b"DE", metro: Metro::new(0) };
        let range = |first, last, n| AddressRange {
            first: Address(first),
            last: Address(last),
            place: place(n),
        };
        let table = AddressTable::new(vec![range(100, 199, 2), range(10, 19, 1)]);
        assert_eq!(table.lookup(Address(10)), Some(place(1)));
        assert_eq!(table.lookup(Address(199)), Some(place(2)));
        assert_eq!(table.lookup(Address(20)), None);
        assert_eq!(table.lookup(Address(9)), None);
    }
}
