//! Goldens, and the incremental solver against the reference under random changes.

use super::reference::{Demand, max_min};
use super::*;
use proptest::prelude::*;

const MBPS: u64 = 1_000_000_000_000;
const NONE: FlowRate = FlowRate::MAX;

fn mbps(rates: &[FlowRate]) -> Vec<f64> {
    rates.iter().map(|rate| (rate.as_bps_f64() / 1e3).round() / 1e3).collect()
}

/// A network of these capacities and flows, settled, and the rates in order.
fn shared(capacities: &[u64], flows: &[(&[u32], FlowRate)]) -> (Fluid, Vec<FlowRate>) {
    let mut fluid = Fluid::new();
    capacities.iter().for_each(|capacity| _ = fluid.add_link(FlowRate(*capacity)));
    let ids: Vec<FlowId> = flows
        .iter()
        .map(|(path, cap)| fluid.add_flow(path.iter().map(|n| LinkId::new(*n)), *cap).unwrap())
        .collect();
    fluid.settle();
    let rates = ids.iter().map(|id| fluid.rate(*id)).collect();
    (fluid, rates)
}

#[test]
fn three_links_in_a_row() {
    let flows: [(&[u32], FlowRate); 5] =
        [(&[0], NONE), (&[0, 1], NONE), (&[1], NONE), (&[1, 2], NONE), (&[2], NONE)];
    let (fluid, rates) = shared(&[10 * MBPS, 4 * MBPS, 6 * MBPS], &flows);
    assert_eq!(mbps(&rates), [8.667, 1.333, 1.333, 1.333, 4.667]);
    // 4 Mbps in three equal whole parts: one micro-bit per second is left over.
    assert_eq!(rates[1], FlowRate(1_333_333_333_333));
    assert_eq!(fluid.load(LinkId::new(1)), FlowRate(4 * MBPS - 1));
    assert_eq!(fluid.load(LinkId::new(0)), FlowRate(10 * MBPS));
}

#[test]
fn caps_below_the_fair_share_leave_more_to_the_others() {
    let cap = |n: u64| FlowRate(n * MBPS);
    let flows: [(&[u32], FlowRate); 4] =
        [(&[0], cap(1)), (&[0], cap(2)), (&[0], NONE), (&[0], NONE)];
    let (_, rates) = shared(&[10 * MBPS], &flows);
    assert_eq!(mbps(&rates), [1.0, 2.0, 3.5, 3.5]);
}

#[test]
fn the_long_flow_of_a_parking_lot_gets_half() {
    let short: Vec<[u32; 1]> = (0..5).map(|link| [link]).collect();
    let mut flows: Vec<(&[u32], FlowRate)> = vec![(&[0, 1, 2, 3, 4], NONE)];
    flows.extend(short.iter().map(|path| (&path[..], NONE)));
    let (_, rates) = shared(&[MBPS; 5], &flows);
    assert_eq!(mbps(&rates), [0.5; 6]);
}

#[test]
fn flows_that_start_and_stop_one_by_one() {
    let (mut fluid, link) = (Fluid::new(), LinkId::new(0));
    fluid.add_link(BitRate::from_kbps(6000));
    let mut ids = Vec::new();
    for expected in [6.0, 3.0, 2.0] {
        ids.push(fluid.add_flow([link], NONE).unwrap());
        assert_eq!(fluid.settle(), ids);
        assert!(ids.iter().all(|id| mbps(&[fluid.rate(*id)]) == [expected]));
    }
    fluid.remove_flow(ids[0]);
    assert_eq!(fluid.settle(), &ids[1..]);
    assert_eq!(fluid.load(link), FlowRate(6 * MBPS));
    let recycled = fluid.add_flow([link], FlowRate(MBPS)).unwrap();
    assert_eq!(recycled, ids[0]);
    assert_eq!(fluid.settle(), ids);
    assert_eq!(mbps(&[fluid.rate(recycled), fluid.rate(ids[1])]), [1.0, 2.5]);
}

#[test]
fn a_link_fails_shrinks_and_recovers() {
    let flows: [(&[u32], FlowRate); 2] = [(&[0, 1], FlowRate(4 * MBPS)), (&[1], NONE)];
    let (mut fluid, rates) = shared(&[5 * MBPS, 10 * MBPS], &flows);
    assert_eq!(mbps(&rates), [4.0, 6.0]);
    let mut after = |capacity: u64| {
        fluid.set_capacity(LinkId::new(0), FlowRate(capacity));
        let changed = fluid.settle().len();
        (changed, mbps(&[fluid.rate(FlowId::new(0)), fluid.rate(FlowId::new(1))]))
    };
    assert_eq!(after(0), (2, vec![0.0, 10.0]));
    assert_eq!(after(2 * MBPS), (2, vec![2.0, 8.0]));
    assert_eq!(after(9 * MBPS), (2, vec![4.0, 6.0]));
    assert_eq!(after(8 * MBPS), (0, vec![4.0, 6.0]));
}

#[test]
fn a_flow_over_a_failed_link_stands_still_and_is_not_reported() {
    let (mut fluid, rates) = shared(&[0, MBPS], &[(&[0, 1], NONE), (&[1], NONE)]);
    assert_eq!(mbps(&rates), [0.0, 1.0]);
    fluid.add_flow([LinkId::new(0)], NONE).unwrap();
    assert_eq!(fluid.settle(), []);
}

#[test]
fn capacities_from_kilobits_to_hundreds_of_gigabits_at_once() {
    let flows: [(&[u32], FlowRate); 4] =
        [(&[0, 1, 2], NONE), (&[1, 2], NONE), (&[2], NONE), (&[2], NONE)];
    let (_, rates) = shared(&[MBPS / 100, 3 * MBPS, 400_000 * MBPS], &flows);
    let (small, middle) = (MBPS / 100, 3 * MBPS - MBPS / 100);
    let large = (400_000 * MBPS - 3 * MBPS) / 2;
    assert_eq!(rates, [small, middle, large, large].map(FlowRate));
}

#[test]
fn a_hundred_thousand_flows_share_one_link_equally() {
    let mut fluid = Fluid::new();
    let link = fluid.add_link(BitRate::from_kbps(1_000_000));
    let ids: Vec<FlowId> = (0..100_000).map(|_| fluid.add_flow([link], NONE).unwrap()).collect();
    assert_eq!(fluid.settle(), ids);
    assert!(ids.iter().all(|id| fluid.rate(*id) == FlowRate(10_000_000_000)));
    ids[..50_000].iter().for_each(|id| fluid.remove_flow(*id));
    assert_eq!(fluid.settle().len(), 50_000);
    assert_eq!(fluid.rate(ids[99_999]), FlowRate(20_000_000_000));
    assert_eq!((fluid.flow_count(link), fluid.load(link)), (50_000, FlowRate(1000 * MBPS)));
}

#[test]
fn paths_that_cannot_be_are_refused_and_change_nothing() {
    let (mut fluid, _) = shared(&[MBPS, MBPS], &[]);
    let [a, b, none] = [0, 1, 2].map(LinkId::new);
    assert_eq!(fluid.add_flow([a, b, a], NONE), Err(PathError::CrossedTwice(a)));
    assert_eq!(fluid.add_flow([a, none], NONE), Err(PathError::UnknownLink(none)));
    let endless = (0..70_000).map(LinkId::new);
    (2..70_000).for_each(|_| _ = fluid.add_link(BitRate::ZERO));
    assert_eq!(fluid.add_flow(endless, NONE), Err(PathError::TooLong));
    assert_eq!((fluid.flow_count(a), fluid.settle()), (0, &[][..]));
    assert_eq!(PathError::CrossedTwice(a).to_string(), "the path crosses link 0 twice");
}

#[test]
fn a_flow_without_links_moves_at_its_cap_and_ids_not_in_use_do_no_harm() {
    let mut fluid = Fluid::new();
    let flow = fluid.add_flow([], FlowRate(7)).unwrap();
    assert_eq!(fluid.settle(), [flow]);
    fluid.remove_flow(flow);
    fluid.remove_flow(flow);
    fluid.set_cap(flow, FlowRate(9));
    assert_eq!((fluid.settle().len(), fluid.rate(flow)), (0, FlowRate::ZERO));
}

#[test]
fn a_capacity_that_comes_back_within_the_instant_leaves_nobody_more_than_there_is() {
    let mut fluid = Fluid::new();
    let [wide, narrow] = [28, 22].map(|capacity| fluid.add_link(FlowRate(capacity)));
    let long = fluid.add_flow([wide, narrow], NONE).unwrap();
    fluid.settle();
    fluid.set_capacity(narrow, FlowRate(0));
    let short = fluid.add_flow([wide], FlowRate(7)).unwrap();
    fluid.set_capacity(narrow, FlowRate(22));
    fluid.settle();
    assert_eq!((fluid.rate(long), fluid.rate(short)), (FlowRate(21), FlowRate(7)));
}

/// A change drawn by the property test; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Change {
    Add { path: Vec<usize>, cap: FlowRate },
    Remove { which: usize },
    Cap { which: usize, cap: FlowRate },
    Capacity { link: usize, capacity: u64 },
    Settle,
}

/// Few distinct small values make ties and remainders common; large ones are what a network has.
fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0_u64..40, 2 => 0_u64..1000, 1 => 0_u64..20_000 * MBPS]
}

fn caps() -> impl Strategy<Value = FlowRate> {
    prop_oneof![1 => Just(NONE), 1 => amounts().prop_map(FlowRate)]
}

fn changes(links: usize) -> impl Strategy<Value = Change> {
    let path = prop::collection::vec(0..links, 0..5);
    prop_oneof![
        6 => (path, caps()).prop_map(|(path, cap)| Change::Add { path, cap }),
        3 => any::<usize>().prop_map(|which| Change::Remove { which }),
        3 => (any::<usize>(), caps()).prop_map(|(which, cap)| Change::Cap { which, cap }),
        3 => (0..links, amounts()).prop_map(|(link, capacity)| Change::Capacity { link, capacity }),
        6 => Just(Change::Settle),
    ]
}

/// The solver beside what it was told.
struct Pair {
    fluid: Fluid,
    /// Whether it may have bundles.
    bundles: bool,
    capacities: Vec<FlowRate>,
    /// Flows that exist, with their rate at the last settlement.
    flows: Vec<(FlowId, Demand, FlowRate)>,
}

impl Pair {
    fn new(capacities: &[u64], bundles: bool) -> Self {
        let mut fluid = if bundles { Fluid::bundling_at(2) } else { Fluid::new() };
        capacities.iter().for_each(|capacity| _ = fluid.add_link(FlowRate(*capacity)));
        let capacities = capacities.iter().map(|capacity| FlowRate(*capacity)).collect();
        Self { fluid, bundles, capacities, flows: Vec::new() }
    }

    fn take(&mut self, change: &Change) {
        let nth = |which: usize| which % self.flows.len().max(1);
        match change {
            Change::Add { path, cap } => self.add(path, *cap),
            Change::Remove { which } if !self.flows.is_empty() => {
                let (id, ..) = self.flows.swap_remove(nth(*which));
                self.fluid.remove_flow(id);
            }
            Change::Cap { which, cap } if !self.flows.is_empty() => {
                let nth = nth(*which);
                self.flows[nth].1.cap = *cap;
                self.fluid.set_cap(self.flows[nth].0, *cap);
            }
            Change::Capacity { link, capacity } => {
                self.capacities[*link] = FlowRate(*capacity);
                self.fluid.set_capacity(LinkId::from_index(*link), FlowRate(*capacity));
            }
            Change::Settle => self.settle(),
            _ => {}
        }
    }

    fn add(&mut self, path: &[usize], cap: FlowRate) {
        let mut path = path.to_vec();
        path.sort_unstable();
        path.dedup();
        let links = path.iter().map(|link| LinkId::from_index(*link));
        let id = self.fluid.add_flow(links, cap).unwrap();
        self.flows.push((id, Demand { path, cap }, FlowRate::ZERO));
    }

    fn settle(&mut self) {
        let changed = self.fluid.settle().to_vec();
        let demands: Vec<Demand> = self.flows.iter().map(|(_, demand, _)| demand.clone()).collect();
        let rates = max_min(&self.capacities, &demands);
        let mut expected = Vec::new();
        for ((id, _, old), rate) in self.flows.iter_mut().zip(&rates) {
            assert_eq!(self.fluid.rate(*id), *rate, "flow {id}");
            if *old != *rate {
                expected.push(*id);
            }
            *old = *rate;
        }
        expected.sort_unstable();
        if !self.bundles {
            assert_eq!(changed, expected);
        }
        self.check_loads();
        self.flows.iter().for_each(|(_, demand, rate)| self.check_bottleneck(demand, *rate));
    }

    fn check_loads(&self) {
        for (index, capacity) in self.capacities.iter().enumerate() {
            let on_link = self.flows.iter().filter(|(_, demand, _)| demand.path.contains(&index));
            let load = on_link.map(|(_, _, rate)| rate.get()).sum();
            assert_eq!(self.fluid.load(LinkId::from_index(index)), FlowRate(load));
            assert!(load <= capacity.get(), "link {index} carries more than it can");
        }
    }

    /// At its cap, or on a saturated link (less than one micro-bit per flow left) where no flow is
    /// larger.
    fn check_bottleneck(&self, demand: &Demand, rate: FlowRate) {
        let saturated = |index: &usize| {
            let link = LinkId::from_index(*index);
            let mut others = self.flows.iter().filter(|(_, demand, _)| demand.path.contains(index));
            let left = self.capacities[*index].get() - self.fluid.load(link).get();
            left < self.fluid.flow_count(link) as u64 && others.all(|(_, _, other)| *other <= rate)
        };
        assert!(rate == demand.cap || demand.path.iter().any(saturated), "{demand:?} at {rate}");
    }
}

/// Changes on three links of almost no capacity: everything ties and nothing divides.
fn small_changes() -> impl Strategy<Value = Change> {
    let path = prop::collection::vec(0_usize..3, 1..4);
    let caps = || prop_oneof![2 => Just(NONE), 1 => (0_u64..8).prop_map(FlowRate)];
    prop_oneof![
        5 => (path, caps()).prop_map(|(path, cap)| Change::Add { path, cap }),
        2 => any::<usize>().prop_map(|which| Change::Remove { which }),
        2 => (any::<usize>(), caps()).prop_map(|(which, cap)| Change::Cap { which, cap }),
        2 => (0_usize..3, 0_u64..8).prop_map(|(link, capacity)| Change::Capacity { link, capacity }),
        4 => Just(Change::Settle),
    ]
}

/// Changes on eight links, of which every flow crosses one or both of the last two.
fn hub_changes() -> impl Strategy<Value = Change> {
    let path =
        (prop::collection::vec(0_usize..6, 0..3), 1_usize..4).prop_map(|(mut path, hubs)| {
            path.extend([6, 7].into_iter().filter(|hub| hubs & (hub - 5) != 0));
            path
        });
    let caps = || prop_oneof![4 => Just(NONE), 1 => (0_u64..3000).prop_map(FlowRate)];
    let capacity = (0_usize..8, 50_u64..30_000);
    prop_oneof![
        8 => (path, caps()).prop_map(|(path, cap)| Change::Add { path, cap }),
        3 => any::<usize>().prop_map(|which| Change::Remove { which }),
        1 => (any::<usize>(), caps()).prop_map(|(which, cap)| Change::Cap { which, cap }),
        1 => capacity.prop_map(|(link, capacity)| Change::Capacity { link, capacity }),
        8 => Just(Change::Settle),
    ]
}

fn follow(capacities: &[u64], changes: &[Change]) {
    for bundles in [false, true] {
        let mut pair = Pair::new(capacities, bundles);
        changes.iter().for_each(|change| pair.take(change));
        pair.settle();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn equals_the_reference_after_any_changes(
        capacities in prop::collection::vec(amounts(), 6),
        changes in prop::collection::vec(changes(6), 1..60),
    ) {
        follow(&capacities, &changes);
    }

    /// Two hubs that all flows cross, and small links beside them.
    #[test]
    fn equals_the_reference_where_flows_bundle(
        capacities in (1000_u64..40_000, 1000_u64..40_000, prop::collection::vec(50_u64..3000, 6)),
        changes in prop::collection::vec(hub_changes(), 1..80),
    ) {
        let (a, b, mut small) = capacities;
        small.extend([a, b]);
        follow(&small, &changes);
    }

    #[test]
    fn equals_the_reference_where_everything_ties(
        capacities in prop::collection::vec(0_u64..8, 3),
        changes in prop::collection::vec(small_changes(), 1..14),
    ) {
        follow(&capacities, &changes);
    }
}
