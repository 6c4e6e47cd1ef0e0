//! Content directory (row C2): which DCM manages which content in which region.

use super::config::{ControlConfig, RegionRule};
use crate::proto::Place;
use crate::units::{AsNumber, ContentId};
use std::collections::BTreeMap;

/// A group of viewers near each other: some of the cities of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    area: Area,
    part: u16,
}

/// What the scenario's rule draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Area {
    /// The viewers of one ISP.
    Isp(AsNumber),
    /// The viewers of one country.
    Country([u8; 2]),
    /// All viewers.
    World,
}

/// The directory.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    dcms: BTreeMap<(ContentId, Region), usize>,
}

impl Region {
    /// The region of a place.
    pub(crate) fn of(place: Place, config: &ControlConfig) -> Self {
        let area = match config.region {
            RegionRule::Isp => Area::Isp(place.network),
            RegionRule::Country => Area::Country(place.country),
            RegionRule::World => Area::World,
        };
        Self { area, part: config.part_of(place.network, place.metro) }
    }
}

impl Directory {
    /// The DCM of a content in a region.
    pub(crate) fn find(&self, content: ContentId, region: Region) -> Option<usize> {
        self.dcms.get(&(content, region)).copied()
    }

    /// Takes a retired DCM out.
    pub(crate) fn remove(&mut self, dcm: usize) {
        self.dcms.retain(|_, entered| *entered != dcm);
    }

    /// DCMs that are in it.
    pub(crate) fn len(&self) -> usize {
        self.dcms.len()
    }

    /// Enters a new DCM.
    pub(crate) fn enter(&mut self, content: ContentId, region: Region, dcm: usize) {
        self.dcms.insert((content, region), dcm);
    }
}
