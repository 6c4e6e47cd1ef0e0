//! Addresses: every metro of every AS has a block of its own, and a table tells which.
//!
//! The plan hands out addresses to clients. The table is what a control center is fed; it may be built
//! with ranges that are wrong.

use super::country::{Country, Region};
use crate::units::{Address, AsNumber, Metro};
use std::collections::BTreeMap;
use std::fmt;

/// What a table says about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The AS that announces it.
    pub as_number: AsNumber,
    /// The city within the AS.
    pub metro: Metro,
    /// The country, where known.
    pub country: Option<Country>,
    /// The region of the world.
    pub region: Region,
}

/// Addresses that lie in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    /// The first of them.
    pub first: Address,
    /// The last of them.
    pub last: Address,
    /// Where they are.
    pub location: Location,
}

/// Why a plan or a table was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// A metro of an AS was named twice.
    DuplicatePlace(AsNumber, Metro),
    /// More places than there can be blocks.
    TooManyPlaces(usize),
    /// A range ends before it begins.
    ReversedRange(Address, Address),
    /// Two ranges share this address.
    Overlap(Address),
}

/// Ranges in order, none over another.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AddressTable {
    ranges: Vec<AddressRange>,
}

/// Blocks of addresses, and how many of each are taken.
#[derive(Clone, Debug)]
pub struct AddressPlan {
    table: AddressTable,
    blocks: BTreeMap<(AsNumber, Metro), Block>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    /// The next address to hand out; past the block's end when none is left.
    next: u64,
    last: u64,
}

/// The largest block, in bits: 16 million addresses.
const LARGEST_BLOCK_BITS: u32 = 24;
/// The smallest block, in bits.
const SMALLEST_BLOCK_BITS: u32 = 8;

impl AddressPlan {
    /// A plan with one block for each of these places, all of one size: the largest power of two that
    /// fits, at most 2^24 addresses. The first block begins at 0.0.0.0.
    ///
    /// # Errors
    /// [`AddressError::DuplicatePlace`], and [`AddressError::TooManyPlaces`] above 2^24 places.
    pub fn new(places: &[Location]) -> Result<Self, AddressError> {
        let bits = (SMALLEST_BLOCK_BITS..=LARGEST_BLOCK_BITS)
            .rev()
            .find(|bits| (places.len() as u64) << bits <= 1 << 32)
            .ok_or(AddressError::TooManyPlaces(places.len()))?;
        let (mut ranges, mut blocks) = (Vec::with_capacity(places.len()), BTreeMap::new());
        for (index, location) in places.iter().enumerate() {
            let block =
                Block { next: (index as u64) << bits, last: ((index as u64 + 1) << bits) - 1 };
            if blocks.insert((location.as_number, location.metro), block).is_some() {
                return Err(AddressError::DuplicatePlace(location.as_number, location.metro));
            }
            let (first, last) = (Address(block.next as u32), Address(block.last as u32));
            ranges.push(AddressRange { first, last, location: *location });
        }
        Ok(Self { table: AddressTable { ranges }, blocks })
    }

    /// The next address of a metro; `None` when the place is not in the plan or its block is used up.
    pub fn take(&mut self, as_number: AsNumber, metro: Metro) -> Option<Address> {
        let block = self.blocks.get_mut(&(as_number, metro))?;
        let free = (block.next <= block.last).then_some(Address(block.next as u32))?;
        block.next += 1;
        Some(free)
    }

    /// The true table.
    #[must_use]
    pub const fn table(&self) -> &AddressTable {
        &self.table
    }
}

impl AddressTable {
    /// The table of these ranges, in any order.
    ///
    /// # Errors
    /// [`AddressError::ReversedRange`] and [`AddressError::Overlap`].
    pub fn new(mut ranges: Vec<AddressRange>) -> Result<Self, AddressError> {
        ranges.sort_by_key(|range| range.first);
        if let Some(range) = ranges.iter().find(|range| range.first > range.last) {
            return Err(AddressError::ReversedRange(range.first, range.last));
        }
        match ranges.windows(2).find(|pair| pair[0].last >= pair[1].first) {
            Some(pair) => Err(AddressError::Overlap(pair[1].first)),
            None => Ok(Self { ranges }),
        }
    }

    /// Where an address is; `None` when no range holds it.
    #[must_use]
    pub fn lookup(&self, address: Address) -> Option<&Location> {
        let after = self.ranges.partition_point(|range| range.first <= address);
        let range = self.ranges[..after].last()?;
        (address <= range.last).then_some(&range.location)
    }

    /// The ranges, by first address.
    #[must_use]
    pub fn ranges(&self) -> &[AddressRange] {
        &self.ranges
    }

    /// The ranges, to be changed and made into another table.
    #[must_use]
    pub fn into_ranges(self) -> Vec<AddressRange> {
        self.ranges
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicatePlace(number, metro) => {
                write!(f, "metro {metro} of AS {number} is in the plan already")
            }
            Self::TooManyPlaces(count) => write!(f, "{count} places, but at most 16777216 blocks"),
            Self::ReversedRange(first, last) => {
                write!(f, "a range that begins at {first} and ends before it, at {last}")
            }
            Self::Overlap(address) => write!(f, "two ranges that both hold {address}"),
        }
    }
}

impl std::error::Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(as_number: u32, metro: u32) -> Location {
        let (as_number, metro) = (AsNumber::new(as_number), Metro::new(metro));
        Location { as_number, metro, country: Country::new("DE"), region: Region::Frankfurt }
    }

    fn range(first: u32, last: u32) -> AddressRange {
        AddressRange { first: Address(first), last: Address(last), location: location(first, 0) }
    }

    #[test]
    fn an_address_leads_back_to_its_place() {
        let places: Vec<Location> = (0..300).map(|index| location(index / 3, index % 3)).collect();
        let mut plan = AddressPlan::new(&places).unwrap();
        for place in &places {
            for _ in 0..3 {
                let address = plan.take(place.as_number, place.metro).unwrap();
                assert_eq!(plan.table().lookup(address), Some(place));
            }
        }
        assert_eq!(plan.take(AsNumber::new(999), Metro::new(0)), None);
        assert_eq!(plan.table().ranges().len(), 300);
    }

    #[test]
    fn addresses_are_handed_out_once_and_blocks_end() {
        let places: Vec<Location> = (0..1 << 20).map(|index| location(index, 0)).collect();
        let mut plan = AddressPlan::new(&places).unwrap();
        let last = AsNumber::new((1 << 20) - 1);
        let taken: Vec<Address> = std::iter::from_fn(|| plan.take(last, Metro::new(0))).collect();
        assert_eq!(taken.len(), 4096);
        assert_eq!(taken.first().map(ToString::to_string), Some("255.255.240.0".to_string()));
        assert_eq!(taken.last(), Some(&Address(u32::MAX)));
    }

    #[test]
    fn a_place_is_planned_once() {
        let refused = AddressPlan::new(&[location(1, 2), location(1, 2)]).unwrap_err();
        assert_eq!(refused, AddressError::DuplicatePlace(AsNumber::new(1), Metro::new(2)));
    }

    #[test]
    fn there_is_an_end_to_blocks() {
        let places = vec![location(1, 2); (1 << 24) + 1];
        let refused = AddressPlan::new(&places).unwrap_err();
        assert_eq!(refused, AddressError::TooManyPlaces((1 << 24) + 1));
    }

    #[test]
    fn a_range_does_not_end_before_it_begins() {
        let refused = AddressTable::new(vec![range(5, 4)]);
        assert_eq!(refused, Err(AddressError::ReversedRange(Address(5), Address(4))));
    }

    #[test]
    fn ranges_do_not_overlap() {
        let refused = AddressTable::new(vec![range(10, 20), range(0, 10)]);
        assert_eq!(refused, Err(AddressError::Overlap(Address(10))));
    }

    #[test]
    fn between_ranges_there_is_nothing() {
        let table = AddressTable::new(vec![range(20, 30), range(5, 10)]).unwrap();
        let found = |address| table.lookup(Address(address)).map(|l| l.as_number.get());
        assert_eq!(
            [4, 5, 10, 11, 20, 30, 31].map(found),
            [None, Some(5), Some(5), None, Some(20), Some(20), None]
        );
        assert_eq!(AddressTable::new(table.clone().into_ranges()), Ok(table));
    }
}
