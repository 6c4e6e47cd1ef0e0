//! The same sharing computed from nothing, slowly and plainly: what the incremental solver must equal.

use super::FlowRate;

/// A flow as the reference sees it: indices of its links, and its cap.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Indices into the capacities.
    pub path: Vec<usize>,
    /// The most it can use.
    pub cap: FlowRate,
}

/// Max-min fair rates of `flows`, in their order, by progressive filling from level 0.
///
/// The rounding rule is that of [`super::Fluid`]. A flow without links gets its cap.
#[must_use]
pub fn max_min(capacities: &[FlowRate], flows: &[Demand]) -> Vec<FlowRate> {
    let mut rates: Vec<Option<u64>> = vec![None; flows.len()];
    while let Some(level) = next_level(capacities, flows, &rates) {
        let blocked: Vec<bool> = (0..capacities.len())
            .map(|link| is_blocked(capacities[link], &crossing(link, flows, &rates), level))
            .collect();
        for (flow, rate) in flows.iter().zip(&mut rates) {
            let stops = flow.cap.0 == level || flow.path.iter().any(|link| blocked[*link]);
            if rate.is_none() && stops {
                *rate = Some(level);
            }
        }
    }
    rates.into_iter().map(|rate| FlowRate(rate.unwrap_or(u64::MAX))).collect()
}

/// The cap and, once it has one, the rate of each flow on a link.
type Crossing = Vec<(u64, Option<u64>)>;

fn crossing(link: usize, flows: &[Demand], rates: &[Option<u64>]) -> Crossing {
    let on_link = flows.iter().zip(rates).filter(|(flow, _)| flow.path.contains(&link));
    on_link.map(|(flow, rate)| (flow.cap.0, *rate)).collect()
}

/// What the flows that have their rate use, and how many have not.
fn used(crossing: &Crossing) -> (u128, u128) {
    let rates = crossing.iter().filter_map(|(_, rate)| *rate);
    let open = crossing.iter().filter(|(_, rate)| rate.is_none());
    (rates.map(u128::from).sum(), open.count() as u128)
}

/// The lowest level at which anything can stop rising.
fn next_level(capacities: &[FlowRate], flows: &[Demand], rates: &[Option<u64>]) -> Option<u64> {
    let shares = capacities.iter().enumerate().filter_map(|(link, capacity)| {
        let (used, open) = used(&crossing(link, flows, rates));
        (open > 0).then(|| ((u128::from(capacity.0) - used) / open) as u64)
    });
    let open = flows.iter().zip(rates).filter(|(_, rate)| rate.is_none());
    let caps = open.map(|(flow, _)| flow.cap.0).filter(|cap| *cap < u64::MAX);
    shares.chain(caps).min()
}

/// Whether the flows without a rate cannot all go one micro-bit above `level`; those whose cap is
/// `level` do not try.
fn is_blocked(capacity: FlowRate, crossing: &Crossing, level: u64) -> bool {
    let (used, open) = used(crossing);
    let content = crossing.iter().filter(|flow| **flow == (level, None)).count() as u128;
    open > content && used + open * (u128::from(level) + 1) - content > u128::from(capacity.0)
}
