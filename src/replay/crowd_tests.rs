//! Accounts of bytes where many flows move as one, against a replay that looks at every flow.

use super::{input, run};
use crate::net::fluid::Fluid;
use crate::units::{Rng, dist, stream};
use std::fmt::Write;

const PEERS: u64 = 600;
const ISPS: u64 = 3;

/// Links of peers, and the ISPs' out- and in-links, which saturate.
fn links() -> String {
    let (mut text, mut rng) =
        (String::from("name,capacity_bps,latency_s\n"), stream(5, "links", 0));
    for peer in 0..PEERS {
        let mut kbps = |least: f64| (least * (1.0 + 39.0 * dist::uniform(&mut rng))) as u64 * 1000;
        writeln!(text, "u{peer},{},0\nd{peer},{},0", kbps(250.0), kbps(500.0)).unwrap();
    }
    (0..ISPS).for_each(|isp| writeln!(text, "o{isp},50000000,0\ni{isp},45000000,0").unwrap());
    text
}

fn path(rng: &mut Rng) -> String {
    let [from, to] = [(); 2].map(|()| dist::below(rng, PEERS));
    if from % ISPS == to % ISPS {
        format!("u{from};d{to}")
    } else {
        format!("u{from};o{};i{};d{to}", from % ISPS, to % ISPS)
    }
}

/// A rate that hangs on others is not rounded down to whole micro-bits per second, which is 1e-11 of
/// these rates and less. Completions are rounded up to nanoseconds.
#[test]
fn transfers_end_as_if_every_flow_were_looked_at() {
    let mut text = String::from("id,start_s,bytes,rate_cap_bps,links\n");
    let mut rng = stream(5, "transfers", 0);
    for id in 0..2 * PEERS {
        let (start, bytes) = (60.0 * dist::uniform(&mut rng), dist::below(&mut rng, 20_000_000));
        writeln!(text, "{id},{start:.6},{},,{}", 1_000_000 + bytes, path(&mut rng)).unwrap();
    }
    let links = input::links(&links()).unwrap();
    let flows = input::flows(&text, &links).unwrap();
    let bundled = run::run(&links.rows, &flows);
    let plain = run::run_on(Fluid::new(), &links.rows, &flows);
    for (id, (found, expected)) in bundled.iter().zip(&plain).enumerate() {
        let (found, expected) = (found.unwrap(), expected.unwrap());
        let nanos = found.finish.as_nanos().abs_diff(expected.finish.as_nanos());
        assert!(nanos <= 10, "flow {id} ends {nanos} ns apart");
        assert_eq!((found.bytes, found.done), (expected.bytes, expected.done));
    }
}
