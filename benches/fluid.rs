//! Replays of explicit flows on three kinds of network, in CPU seconds (wall clock where the system
//! does not tell), with a digest of the answers: what makes it faster must not change it.
//!
//! `star`: transfers between random pairs over access links. `as`: the same with ISPs whose border
//! links saturate. `tree`: a stream of four substreams through four trees with churn. The numbers
//! of peers can be given: `cargo bench --bench fluid -- star 100000`.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::disallowed_types, reason = "a benchmark measures the clock")]

use grandstand::cli::usage::thread_cpu_time;
use grandstand::engine::{Digest, Queue};
use grandstand::replay::replay;
use grandstand::units::{Rng, SimTime, Span, dist, math, stream};
use std::collections::VecDeque;
use std::fmt::Write;
use std::time::Instant;

/// The two tables of a replay.
struct Tables {
    links: String,
    flows: String,
    flow_count: u32,
}

impl Tables {
    fn new() -> Self {
        Self {
            links: "name,capacity_bps,latency_s\n".to_string(),
            flows: "id,start_s,bytes,rate_cap_bps,links,stop_s\n".to_string(),
            flow_count: 0,
        }
    }

    fn link(&mut self, name: &str, capacity: f64, latency: f64) {
        _ = writeln!(self.links, "{name},{capacity:.0},{latency:.4}");
    }

    fn flow(&mut self, start: f64, bytes: &str, cap: &str, path: &str, stop: f64) {
        let id = self.flow_count;
        self.flow_count += 1;
        _ = writeln!(self.flows, "{id},{start:.6},{bytes},{cap},{path},{stop:.6}");
    }
}

const HORIZON_S: f64 = 600.0;

fn log_uniform(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low * math::pow(high / low, dist::uniform(rng))
}

/// Access links `u0`, `d0`, ...; the uplinks' capacities in bit/s are returned.
fn access_links(tables: &mut Tables, rng: &mut Rng, peers: u32, latency: bool) -> Vec<f64> {
    let mut delay = {
        let mut rng = stream(1, "bench latency", 0);
        move || if latency { 0.005 + 0.035 * dist::uniform(&mut rng) } else { 0.0 }
    };
    let mut uplinks = Vec::new();
    for peer in 0..peers {
        let up = log_uniform(rng, 0.25e6, 10e6);
        let down = log_uniform(rng, 1e6, 100e6).max(up);
        tables.link(&format!("u{peer}"), up, delay());
        tables.link(&format!("d{peer}"), down, delay());
        uplinks.push(up);
    }
    uplinks
}

/// Two transfers a peer of 1 to 50 MB, begun within 200 s; over `isps` ISPs if there are any.
fn transfers(peers: u32, isps: u32) -> Tables {
    let (mut tables, mut rng) = (Tables::new(), stream(1, "bench transfers", u64::from(isps)));
    access_links(&mut tables, &mut rng, peers, true);
    for isp in 0..isps {
        for side in ["ao", "ai"] {
            let capacity = 250e3 * f64::from(peers) / f64::from(isps);
            tables.link(&format!("{side}{isp}"), capacity, 0.02);
        }
    }
    let mut now = 0.0;
    loop {
        now += dist::exponential(&mut rng, 100.0 / f64::from(peers));
        if now >= 200.0 {
            return tables;
        }
        let mut draw = |n: u32| dist::below(&mut rng, u64::from(n)) as u32;
        let (from, mut to) = (draw(peers), draw(peers - 1));
        to += u32::from(to >= from);
        if isps > 0 && draw(2) == 0 && to / isps * isps + from % isps < peers {
            to = to / isps * isps + from % isps;
        }
        let bytes = (1_000_000 + draw(49_000_000)).to_string();
        let path = match (from % isps.max(1), to % isps.max(1)) {
            _ if from == to => continue,
            (out, into) if out == into => format!("u{from};d{to}"),
            (out, into) => format!("u{from};ao{out};ai{into};d{to}"),
        };
        tables.flow(now, &bytes, "", &path, HORIZON_S);
    }
}

const SUBSTREAMS: usize = 4;
const SUBSTREAM_BPS: f64 = 250e3;

#[derive(Clone, Copy)]
enum Churn {
    Leave(u32),
    /// Those who lost a parent longest ago find others.
    Adopt,
}

/// Four trees over peers 0 to n - 1 and the source, which is n.
struct Forest {
    tables: Tables,
    rng: Rng,
    source: u32,
    free: Vec<i64>,
    joined: Vec<u32>,
    parent: Vec<[Option<u32>; SUBSTREAMS]>,
    since: Vec<[f64; SUBSTREAMS]>,
    children: Vec<[Vec<u32>; SUBSTREAMS]>,
}

impl Forest {
    fn new(peers: u32) -> Self {
        let (mut tables, mut rng) = (Tables::new(), stream(1, "bench tree", 0));
        let uplinks = access_links(&mut tables, &mut rng, peers, false);
        let source_slots = (peers / 5).max(40);
        tables.link(&format!("u{peers}"), f64::from(source_slots) * SUBSTREAM_BPS, 0.0);
        // One peer in five promises a slot more than it has, so that its uplink saturates.
        let slots = |up: &f64| (up / SUBSTREAM_BPS) as i64 + i64::from(dist::chance(&mut rng, 0.2));
        let mut free: Vec<i64> = uplinks.iter().map(slots).collect();
        free.push(i64::from(source_slots));
        let nodes = peers as usize + 1;
        Self {
            tables,
            rng,
            source: peers,
            free,
            joined: Vec::new(),
            parent: vec![[None; SUBSTREAMS]; nodes],
            since: vec![[0.0; SUBSTREAMS]; nodes],
            children: vec![Default::default(); nodes],
        }
    }

    fn is_below(&self, tree: usize, mut node: u32, top: u32) -> bool {
        while node != top {
            match self.parent[node as usize][tree] {
                Some(parent) => node = parent,
                None => return false,
            }
        }
        true
    }

    /// A peer with a free slot, mostly one that serves in this tree; the source at last.
    fn pick(&mut self, tree: usize, child: u32) -> u32 {
        for _ in 0..if self.joined.is_empty() { 0 } else { 60 } {
            let nth = dist::below(&mut self.rng, self.joined.len() as u64);
            let candidate = self.joined[nth as usize];
            let serves =
                candidate as usize % SUBSTREAMS == tree || dist::chance(&mut self.rng, 0.1);
            let fed = self.parent[candidate as usize][tree].is_some();
            let free = self.free[candidate as usize] > 0;
            if serves && fed && free && !self.is_below(tree, candidate, child) {
                return candidate;
            }
        }
        self.source
    }

    fn attach(&mut self, tree: usize, child: u32, now: f64) {
        let parent = self.pick(tree, child);
        self.free[parent as usize] -= 1;
        self.children[parent as usize][tree].push(child);
        self.parent[child as usize][tree] = Some(parent);
        self.since[child as usize][tree] = now;
    }

    fn detach(&mut self, tree: usize, child: u32, now: f64) {
        let Some(parent) = self.parent[child as usize][tree].take() else { return };
        self.free[parent as usize] += 1;
        self.children[parent as usize][tree].retain(|other| *other != child);
        let since = self.since[child as usize][tree];
        if now > since {
            self.tables.flow(since, "", "250000", &format!("u{parent};d{child}"), now);
        }
    }

    /// A peer leaves, and another takes its access link; who was its child is an orphan.
    fn leave(&mut self, peer: u32, now: f64) -> Vec<(usize, u32)> {
        let mut orphans = Vec::new();
        for tree in 0..SUBSTREAMS {
            for child in self.children[peer as usize][tree].clone() {
                self.detach(tree, child, now);
                orphans.push((tree, child));
            }
            self.detach(tree, peer, now);
        }
        (0..SUBSTREAMS).for_each(|tree| self.attach(tree, peer, now));
        orphans
    }
}

/// Sessions of 30 minutes on average; orphans find a parent after 2 s.
fn trees(peers: u32) -> Tables {
    let (mut forest, mut queue) = (Forest::new(peers), Queue::new());
    // By the time at which they are adopted.
    let mut orphans = VecDeque::new();
    let session = |rng: &mut Rng| Span::from_secs_f64(dist::exponential(rng, 1800.0));
    for peer in 0..peers {
        (0..SUBSTREAMS).for_each(|tree| forest.attach(tree, peer, 0.0));
        forest.joined.push(peer);
        queue.schedule(SimTime::ZERO + session(&mut forest.rng), 0, Churn::Leave(peer));
    }
    while let Some((time, event)) = queue.pop() {
        let now = time.as_secs_f64();
        if now >= HORIZON_S {
            break;
        }
        match event {
            Churn::Leave(peer) => {
                orphans.push_back(forest.leave(peer, now));
                queue.schedule(time + Span::from_secs(2), 0, Churn::Adopt);
                queue.schedule(time + session(&mut forest.rng), 0, Churn::Leave(peer));
            }
            Churn::Adopt => {
                for (tree, child) in orphans.pop_front().unwrap_or_default() {
                    if forest.parent[child as usize][tree].is_none() {
                        forest.attach(tree, child, now);
                    }
                }
            }
        }
    }
    for peer in 0..peers {
        (0..SUBSTREAMS).for_each(|tree| forest.detach(tree, peer, HORIZON_S));
    }
    forest.tables
}

/// CPU seconds of this thread so far, or those since `begin` where Linux's figure is not there.
fn seconds(begin: Instant) -> f64 {
    thread_cpu_time().unwrap_or_else(|| begin.elapsed()).as_secs_f64()
}

fn measure(kind: &str, peers: u32) {
    let tables = match kind {
        "star" => transfers(peers, 0),
        "as" => transfers(peers, 20),
        _ => trees(peers),
    };
    let begin = Instant::now();
    let before = seconds(begin);
    let out = replay(&tables.links, &tables.flows).expect("the benchmark's own tables are valid");
    let seconds = seconds(begin) - before;
    let mut digest = Digest::new();
    out.bytes().for_each(|byte| digest.word(u64::from(byte)));
    let (flows, micros) = (tables.flow_count, seconds * 1e6 / f64::from(tables.flow_count));
    println!("{kind:6}{peers:>8}{flows:>10}{seconds:>10.3}{micros:>12.1}  {:016x}", digest.value());
}

fn main() {
    // `cargo bench` passes --bench; without it this is a test, and tiny.
    let full = std::env::args().any(|argument| argument == "--bench");
    let given: Vec<String> = std::env::args().skip(1).collect();
    let kinds = ["star", "as", "tree"];
    let named = |kind: &str| given.iter().any(|argument| argument == kind);
    let mut sizes: Vec<u32> = given.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = if full { vec![1000, 10_000] } else { vec![100] };
    }
    println!("kind     peers     flows     CPU s   us a flow  digest");
    for kind in kinds.into_iter().filter(|kind| named(kind) || !kinds.iter().any(|k| named(k))) {
        sizes.iter().for_each(|peers| measure(kind, *peers));
    }
}
