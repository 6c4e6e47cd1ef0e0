//! Closed forms from queueing theory and the field: what a whole run is validated against.
//!
//! Not bounds: a run should meet these numbers where their assumptions hold.

use crate::units::{BitRate, Span, math};

/// The share of arrivals that find all `servers` busy at `load` erlangs, nobody waiting; 1 without
/// servers, 0 without load. Insensitive to the distribution of the holding time.
///
/// Source: Erlang 1917, by the recurrence `B(m) = A B(m-1) / (m + A B(m-1))`.
#[must_use]
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, m| load * blocked / (f64::from(m) + load * blocked))
}

/// The share of arrivals that wait for one of `servers` at `load` erlangs; 1 when the load reaches
/// the servers.
///
/// Source: Erlang 1917, from [`erlang_b`].
#[must_use]
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    let m = f64::from(servers);
    if load >= m {
        return 1.0;
    }
    let blocked = erlang_b(servers, load);
    m * blocked / (m - load * (1.0 - blocked))
}

/// The share of arrivals that find at least `servers` customers at `load` erlangs when everybody goes
/// at a time of its own, served by then or not (M/G/inf): `P(N >= m)`, N Poisson with mean A.
/// Insensitive to the distribution of the time.
///
/// Source: Poisson arrivals see time averages (Wolff 1982); those who wait here do not stay longer.
#[must_use]
pub fn poisson_wait(servers: u32, load: f64) -> f64 {
    let (mut term, mut below) = (math::exp(-load), 0.0);
    for n in 0..servers {
        below += term;
        term *= load / f64::from(n + 1);
    }
    1.0 - below
}

/// Mean time in an M/G/1 processor-sharing queue for work that takes `alone` by itself, at
/// utilisation `load`: `alone / (1 - load)`. `None` when the load reaches 1. Insensitive.
///
/// Source: Kleinrock, "Queueing Systems" volume 2, 1976.
#[must_use]
pub fn processor_sharing_time(alone: Span, load: f64) -> Option<Span> {
    (load < 1.0).then(|| alone.mul_f64(1.0 / (1.0 - load)))
}

/// Mean time in a processor-sharing queue whose flows are capped, `servers` of them filling the
/// link, at `load` erlangs: `alone (1 + C(m, A) / (m - A))`. `None` when the load reaches the servers.
///
/// Source: Cohen, "The multiple phase service network with generalized processor sharing", 1979.
#[must_use]
pub fn capped_sharing_time(alone: Span, servers: u32, load: f64) -> Option<Span> {
    let spare = f64::from(servers) - load;
    (spare > 0.0).then(|| alone.mul_f64(1.0 + erlang_c(servers, load) / spare))
}

/// Mean time from a failure until `silent` heartbeats in a row are missing: `(k + 1/2) H`, uniform
/// over one interval around it.
///
/// Source: the failure falls anywhere between two heartbeats.
#[must_use]
pub fn detection_time_mean(heartbeat: Span, silent: u64) -> Span {
    heartbeat * silent + heartbeat / 2
}

/// Mean time in line before one server that takes `service` for each of Poisson arrivals at this load
/// (M/D/1): `load / (2 (1 - load))` services. For loads below 1.
///
/// Source: Pollaczek 1930, Khinchine 1932.
#[must_use]
pub fn deterministic_wait_mean(service: Span, load: f64) -> Span {
    service.mul_f64(load / (2.0 * (1.0 - load)))
}

/// Jain's fairness index `(sum x)^2 / (n sum x^2)`: 1 when all are equal, 1/n when one has all.
/// `None` without shares or when all are 0.
///
/// Source: Jain, Chiu, Hawe, DEC-TR-301, 1984.
#[must_use]
pub fn jain_index(shares: &[f64]) -> Option<f64> {
    let sum: f64 = shares.iter().sum();
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    (squares > 0.0).then(|| sum * sum / (shares.len() as f64 * squares))
}

/// The billed rate of five-minute means: the largest that remains when the top 5 % (rounded down)
/// are dropped. `None` without means.
///
/// Source: the transit market's 95th percentile; of 8640 means in 30 days 432 are free.
#[must_use]
pub fn billed_rate(five_minute_means: &[BitRate]) -> Option<BitRate> {
    let mut sorted = five_minute_means.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.get(sorted.len() / 20).copied()
}

/// The share of bytes that viewers of a stored content save its servers when `viewers` watch on
/// average (M/G/inf) and upload `uplink_share` of the bit rate, at most all:
/// `q (c + e^-c - 1) / c`. Zero without viewers.
///
/// Source: Karamshuk, Sastry, Secker, Chandaria, "ISP-friendly peer-assisted on-demand streaming
/// of long duration content in BBC iPlayer", INFOCOM 2015.
#[must_use]
pub fn on_demand_saving(viewers: f64, uplink_share: f64) -> f64 {
    if viewers <= 0.0 {
        return 0.0;
    }
    uplink_share.clamp(0.0, 1.0) * (viewers + math::exp(-viewers) - 1.0) / viewers
}

/// Copies that a content delivery network sends of each segment when the peer with the least hash
/// among its neighbours fetches it: the expected number of local minima, `sum 1 / (d_v + 1)`.
///
/// Source: linearity of expectation over a uniformly random order of the peers.
#[must_use]
pub fn hash_election_copies(neighbours: &[u32]) -> f64 {
    neighbours.iter().map(|degree| 1.0 / (f64::from(*degree) + 1.0)).sum()
}

/// Least time to give a file of `bits` to all: `max(F / u_s, F / d_min, n F / (u_s + U))`. `None`
/// when the server, the slowest downlink or everything together is 0.
///
/// Source: Kumar, Ross, "Peer-Assisted File Distribution: The Minimum Distribution Time", HOTWEB 2006.
#[must_use]
pub fn file_distribution_time_min(
    bits: f64,
    viewers: u64,
    server: BitRate,
    slowest_downlink: BitRate,
    uplinks: BitRate,
) -> Option<Span> {
    if server == BitRate::ZERO || slowest_downlink == BitRate::ZERO {
        return None;
    }
    let together = viewers as f64 * bits / (server + uplinks).as_f64();
    let seconds = (bits / server.as_f64()).max(bits / slowest_downlink.as_f64()).max(together);
    Some(Span::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() < tolerance, "{found}, expected {expected}");
    }

    #[test]
    fn erlang_b_blocks_as_tabulated() {
        near(erlang_b(10, 8.0), 0.1217, 5e-5);
        near(erlang_b(100, 90.0), 0.02696, 5e-6);
        near(erlang_b(1, 1.0), 0.5, 1e-15);
        near(erlang_b(0, 3.0), 1.0, 1e-15);
        near(erlang_b(5, 0.0), 0.0, 1e-15);
    }

    #[test]
    fn erlang_c_delays_as_tabulated() {
        near(erlang_c(10, 8.0), 0.4092, 5e-5);
        near(erlang_c(1, 0.3), 0.3, 1e-12);
        near(erlang_c(4, 4.0), 1.0, 1e-15);
    }

    #[test]
    fn one_server_that_always_takes_as_long_makes_two_services_of_line_at_four_fifths() {
        let wait = |load| deterministic_wait_mean(Span::from_secs(1), load).as_secs_f64();
        near(wait(0.8), 2.0, 1e-9);
        near(wait(0.5), 0.5, 1e-9);
        near(wait(0.0), 0.0, 1e-9);
    }

    #[test]
    fn more_wait_when_waiting_costs_service() {
        near(poisson_wait(10, 8.0), 0.2834, 5e-5);
        near(poisson_wait(1, 0.3), 1.0 - 0.740_818, 1e-6);
        near(poisson_wait(0, 3.0), 1.0, 1e-15);
    }

    #[test]
    fn sharing_a_link_stretches_the_time_alone() {
        let alone = Span::from_secs(2);
        assert_eq!(processor_sharing_time(alone, 0.75), Some(Span::from_secs(8)));
        assert_eq!(processor_sharing_time(alone, 1.0), None);
        let capped = capped_sharing_time(Span::from_secs(1), 10, 8.0).unwrap();
        near(capped.as_secs_f64(), 1.2046, 5e-5);
        assert_eq!(capped_sharing_time(alone, 10, 10.0), None);
    }

    #[test]
    fn three_silent_heartbeats_of_a_second_take_three_and_a_half() {
        assert_eq!(detection_time_mean(Span::from_secs(1), 3), Span::from_millis(3500));
    }

    #[test]
    fn fairness_lies_between_one_of_n_and_all() {
        assert_eq!(jain_index(&[2.0, 2.0, 2.0]), Some(1.0));
        assert_eq!(jain_index(&[1.0, 0.0, 0.0, 0.0]), Some(0.25));
        assert_eq!((jain_index(&[]), jain_index(&[0.0])), (None, None));
    }

    #[test]
    fn the_top_twentieth_is_free() {
        let month: Vec<BitRate> = (1..=8640).map(BitRate::from_bps).collect();
        assert_eq!(billed_rate(&month), Some(BitRate::from_bps(8640 - 432)));
        assert_eq!(billed_rate(&month[..1]), Some(BitRate::from_bps(1)));
        assert_eq!(billed_rate(&[]), None);
    }

    #[test]
    fn larger_swarms_save_more() {
        let golden = [(1.0, 0.368), (2.0, 0.568), (5.0, 0.801), (10.0, 0.900), (50.0, 0.980)];
        golden
            .iter()
            .for_each(|(viewers, saved)| near(on_demand_saving(*viewers, 1.0), *saved, 5e-4));
        near(on_demand_saving(5.0, 0.5), 0.4007, 5e-5);
        near(on_demand_saving(0.0, 1.0), 0.0, 1e-15);
    }

    #[test]
    fn one_in_a_neighbourhood_is_elected() {
        near(hash_election_copies(&[4; 5]), 1.0, 1e-12);
        near(hash_election_copies(&[49; 1000]), 20.0, 1e-9);
    }

    #[test]
    fn a_file_is_bound_by_its_narrowest_way() {
        let mbps = |n: u64| BitRate::from_kbps(n * 1000);
        let time = |server, down, uplinks| {
            file_distribution_time_min(1e9, 10, mbps(server), mbps(down), mbps(uplinks))
        };
        assert_eq!(time(10, 100, 990), Some(Span::from_secs(100)));
        assert_eq!(time(500, 5, 9500), Some(Span::from_secs(200)));
        assert_eq!(time(20, 100, 0), Some(Span::from_secs(500)));
        assert_eq!((time(0, 1, 1), time(1, 0, 1)), (None, None));
    }
}
