//! The network under the stage, as feeds tell of it.

use super::stage::ADDRESSES;
use grandstand::proto::{AddressRange, AddressTable, Feed, PathClass, Place, RouteTable};
use grandstand::units::{Address, AsNumber, Metro};

/// Networks of the same ten are of one country.
pub(super) fn addresses() -> Feed {
    let range = |n: u32| AddressRange {
        first: Address(n * ADDRESSES),
        last: Address(n * ADDRESSES + ADDRESSES - 1),
        place: Place {
            network: AsNumber::new(n),
            country: [b'A', b'A' + (n / 10) as u8],
            metro: Metro::new(0),
        },
    };
    Feed::Addresses(AddressTable::new((1..100).map(range).collect()))
}

/// Neighbouring numbers are 10 ms from each other; any two networks have a link of their own.
pub(super) fn routes() -> Feed {
    let mut table = RouteTable::default();
    for a in 1..30_u32 {
        for b in (1..30).filter(|b| *b != a) {
            let rtt = 10 * a.abs_diff(b);
            let ends = [a, b].map(AsNumber::new);
            table.insert(ends[0], ends[1], PathClass::Transit, rtt, &ends);
        }
    }
    Feed::Routes(table)
}
