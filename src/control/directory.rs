//! Content directory (row C2): which DCM manages which content in which region.
//!
//! A scenario's rule draws the regions with which it begins. A region is divided by a line when its
//! cluster is split, and so may be each part again; where clusters merge, the line goes.

use super::config::{ControlConfig, RegionRule};
use super::levels::Level;
use super::regions::{Continents, Line, Viewer};
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

/// Which content, at which level, where.
pub(crate) type Key = (ContentId, Level, Region);

/// The directory.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    regions: BTreeMap<Key, Part>,
}

/// A region or a part of one.
#[derive(Debug)]
enum Part {
    /// One DCM has it.
    Whole(usize),
    /// It is divided.
    Divided { line: Line, inside: Box<Self>, outside: Box<Self> },
}

impl Region {
    /// All of it.
    pub(crate) const WORLD: Self = Self { area: Area::World, part: 0 };

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
    /// The DCM of a content and level for a viewer in a region.
    pub(crate) fn find(&self, key: Key, viewer: Viewer, continents: &Continents) -> Option<usize> {
        let mut part = self.regions.get(&key)?;
        loop {
            match part {
                Part::Whole(dcm) => return Some(*dcm),
                Part::Divided { line, inside, outside } => {
                    part = if line.encloses(viewer, continents) { inside } else { outside };
                }
            }
        }
    }

    /// Enters a new DCM.
    pub(crate) fn enter(&mut self, key: Key, dcm: usize) {
        self.regions.insert(key, Part::Whole(dcm));
    }

    /// All DCMs of a content and level in a region.
    pub(crate) fn all_of(&self, key: Key) -> Vec<usize> {
        let mut all = Vec::new();
        if let Some(part) = self.regions.get(&key) {
            part.list(&mut all);
        }
        all
    }

    /// Divides what `dcm` has. It keeps one side, `new` gets the other.
    pub(crate) fn divide(&mut self, dcm: usize, line: Line, new: usize, new_is_inside: bool) {
        let [inside, outside] = if new_is_inside { [new, dcm] } else { [dcm, new] };
        let [inside, outside] = [inside, outside].map(|dcm| Box::new(Part::Whole(dcm)));
        if let Some(part) = self.regions.values_mut().find_map(|part| part.of(dcm)) {
            *part = Part::Divided { line, inside, outside };
        }
    }

    /// Takes a DCM out: what it had goes to whoever has the other side of the line, and is nobody's
    /// where it was a whole region.
    pub(crate) fn remove(&mut self, dcm: usize) {
        self.regions.retain(|_, part| !part.is(dcm));
        self.regions.values_mut().for_each(|part| part.close(dcm));
    }

    /// Pairs of DCMs with nothing but one line between them, in the order of regions.
    pub(crate) fn neighbors(&self) -> Vec<[usize; 2]> {
        let mut pairs = Vec::new();
        self.regions.values().for_each(|part| part.pairs(&mut pairs));
        pairs
    }

    /// How many lines by chance were drawn for the region of a DCM.
    pub(crate) fn chances(&self, dcm: usize) -> u8 {
        let depth = |part: &Part| part.chances(dcm);
        self.regions.values().find_map(depth).unwrap_or(0)
    }

    /// DCMs that are in it.
    pub(crate) fn len(&self) -> usize {
        self.regions.values().map(Part::count).sum()
    }
}

impl Part {
    fn is(&self, dcm: usize) -> bool {
        matches!(self, Self::Whole(own) if *own == dcm)
    }

    /// The part that is all of what a DCM has.
    fn of(&mut self, dcm: usize) -> Option<&mut Self> {
        if self.is(dcm) {
            return Some(self);
        }
        match self {
            Self::Whole(_) => None,
            Self::Divided { inside, outside, .. } => inside.of(dcm).or_else(|| outside.of(dcm)),
        }
    }

    /// Gives what a DCM has to the other side.
    fn close(&mut self, dcm: usize) {
        let Self::Divided { inside, outside, .. } = self else { return };
        let rest = match (inside.is(dcm), outside.is(dcm)) {
            (true, _) => outside,
            (_, true) => inside,
            _ => {
                inside.close(dcm);
                return outside.close(dcm);
            }
        };
        *self = std::mem::replace(rest, Self::Whole(dcm));
    }

    fn pairs(&self, pairs: &mut Vec<[usize; 2]>) {
        let Self::Divided { inside, outside, .. } = self else { return };
        if let (Self::Whole(a), Self::Whole(b)) = (&**inside, &**outside) {
            pairs.push([*a, *b]);
        }
        inside.pairs(pairs);
        outside.pairs(pairs);
    }

    fn chances(&self, dcm: usize) -> Option<u8> {
        match self {
            Self::Whole(own) => (*own == dcm).then_some(0),
            Self::Divided { line, inside, outside } => {
                let below = inside.chances(dcm).or_else(|| outside.chances(dcm))?;
                Some(below + u8::from(matches!(line.by, super::regions::By::Chance(_))))
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Whole(_) => 1,
            Self::Divided { inside, outside, .. } => inside.count() + outside.count(),
        }
    }

    fn list(&self, all: &mut Vec<usize>) {
        match self {
            Self::Whole(dcm) => all.push(*dcm),
            Self::Divided { inside, outside, .. } => {
                inside.list(all);
                outside.list(all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::regions::By;
    use super::*;
    use crate::units::{Metro, PeerId};

    fn viewer(network: u32, country: [u8; 2]) -> Viewer {
        let place = Place { network: AsNumber::new(network), country, metro: Metro::new(0) };
        Viewer { peer: PeerId::new(7), place }
    }

    #[test]
    fn everybody_is_found_where_the_lines_say_and_lines_go_with_those_who_had_one_side() {
        let config = ControlConfig { region: RegionRule::World, ..ControlConfig::default() };
        let continents = Continents::default();
        let (content, mut directory) = (ContentId::new(0), Directory::default());
        let key = |viewer: Viewer| (content, Level::Flat, Region::of(viewer.place, &config));
        let find = |directory: &Directory, viewer: Viewer| {
            directory.find(key(viewer), viewer, &continents)
        };
        let [german, french, swiss] = [viewer(1, *b"DE"), viewer(2, *b"FR"), viewer(1, *b"CH")];
        assert_eq!(find(&directory, german), None);
        directory.enter(key(german), 0);
        let line = |by: By, whose: Viewer| Line {
            by,
            inside: [by.key(whose, &continents)].into_iter().collect(),
        };
        // The rest, with all that nobody has seen yet, goes to the new one; then it is divided again.
        directory.divide(0, line(By::Country, german), 1, false);
        assert_eq!(
            [german, french, swiss].map(|v| find(&directory, v)),
            [Some(0), Some(1), Some(1)]
        );
        directory.divide(1, line(By::Network, french), 2, true);
        assert_eq!(
            [german, french, swiss].map(|v| find(&directory, v)),
            [Some(0), Some(2), Some(1)]
        );
        assert_eq!((directory.len(), directory.neighbors()), (3, vec![[2, 1]]));
        directory.remove(1);
        assert_eq!(
            [german, french, swiss].map(|v| find(&directory, v)),
            [Some(0), Some(2), Some(2)]
        );
        assert_eq!((directory.len(), directory.neighbors()), (2, vec![[0, 2]]));
        directory.remove(0);
        directory.remove(2);
        assert_eq!((directory.len(), find(&directory, german)), (0, None));
    }

    #[test]
    fn each_line_by_chance_is_counted_for_those_below_it() {
        let config = ControlConfig::default();
        let (someone, mut directory) = (viewer(1, *b"DE"), Directory::default());
        let region = Region::of(someone.place, &config);
        directory.enter((ContentId::new(0), Level::Flat, region), 0);
        let chance = |bit| Line { by: By::Chance(bit), inside: [1].into_iter().collect() };
        directory.divide(0, chance(0), 1, true);
        directory.divide(1, chance(1), 2, true);
        assert_eq!([0, 1, 2, 3].map(|dcm| directory.chances(dcm)), [1, 2, 2, 0]);
    }
}
