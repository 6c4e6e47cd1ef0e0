//! Who sits in which enterprise.

use super::Session;
use crate::scenario::Scenario;
use crate::units::HostId;
use std::collections::BTreeMap;

/// Fills enterprises with the viewers of a class, ISP and city in the order in which they first come; who
/// returns sits where it sat.
pub(super) fn fill(scenario: &Scenario, sessions: &mut [Session]) {
    let mut seats: BTreeMap<HostId, u32> = BTreeMap::new();
    // The last one of each class, ISP and city, and how many more it takes.
    let mut open: BTreeMap<(u16, u16, u32), (u32, u32)> = BTreeMap::new();
    let mut count = 0;
    for session in sessions {
        let Some(rule) = scenario.access[usize::from(session.access)].enterprise else { continue };
        let number = *seats.entry(session.device).or_insert_with(|| {
            let key = (session.access, session.isp, session.metro.get());
            let (number, left) = open.entry(key).or_insert((0, 0));
            if *left == 0 {
                (*number, *left) = (count, rule.viewers);
                count += 1;
            }
            *left -= 1;
            *number
        });
        session.enterprise = Some(number);
    }
}
