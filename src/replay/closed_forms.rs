//! Queueing theory through the whole chain of queue, fluid network and replay.

use super::replay;
use crate::units::{Rng, dist, stream};
use std::fmt::Write;

/// Mean time from start to completion on one link of 8 bit/s (1 byte/s), with Poisson arrivals and
/// sizes in bytes of mean 1. Averages over all arrivals but the first tenth.
fn mean_sojourn(
    link_bps: f64,
    cap_bps: &str,
    arrivals_a_second: f64,
    size: impl Fn(&mut Rng) -> f64,
) -> f64 {
    const ARRIVALS: usize = 100_000;
    let mut rng = stream(3, "sojourn", 0);
    let (mut now, mut starts) = (0.0, Vec::new());
    let mut flows = String::from("id,start_s,bytes,rate_cap_bps,links\n");
    for id in 0..ARRIVALS {
        now += dist::exponential(&mut rng, 1.0 / arrivals_a_second);
        writeln!(flows, "{id},{now:.9},{:.9},{cap_bps},link", size(&mut rng)).unwrap();
        starts.push(now);
    }
    let links = format!("name,capacity_bps,latency_s\nlink,{link_bps},\n");
    let out = replay(&links, &flows).unwrap();
    let finish = |row: &str| row.split(',').nth(1).unwrap().parse::<f64>().unwrap();
    let sojourns = out.lines().skip(1).zip(starts).map(|(row, start)| finish(row) - start);
    let counted = ARRIVALS - ARRIVALS / 10;
    sojourns.skip(ARRIVALS / 10).sum::<f64>() / counted as f64
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 0.02, "{found:.4} is not {expected:.4}");
}

/// M/G/1 processor sharing: the mean is x / (C (1 - rho)) whatever the distribution of the sizes
/// (Kleinrock, Queueing Systems II, section 4.4): at load 0.6, 2.5 times the time alone.
#[test]
fn the_mean_time_on_a_shared_link_depends_on_nothing_but_the_load() {
    close(mean_sojourn(8.0, "", 0.6, |rng| dist::exponential(rng, 1.0)), 2.5);
    close(mean_sojourn(8.0, "", 0.6, |_| 1.0), 2.5);
    // Shape 2.5 and mean 1: the smallest size is 1.5 / 2.5.
    close(mean_sojourn(8.0, "", 0.6, |rng| dist::pareto(rng, 0.6, 2.5)), 2.5);
}

/// With a cap of a tenth of the link the link is ten servers: a flow is slowed down only while more
/// than ten are there. Offered 8: the mean is 1 + ErlangC(10, 8) / (10 - 8), ErlangC being 0.4092.
#[test]
fn a_cap_makes_a_link_of_as_many_servers_as_caps_fit() {
    close(mean_sojourn(80.0, "8", 8.0, |rng| dist::exponential(rng, 1.0)), 1.2046);
    close(mean_sojourn(80.0, "8", 8.0, |_| 1.0), 1.2046);
}
