//! The event queue against `std::collections::BinaryHeap`, in million events per second.
//!
//! PHOLD: every event schedules one more, after an exponential delay, at a node drawn uniformly,
//! and touches that node's state. Heartbeats: every node comes back after exactly 5 s.
//! Both queues must produce the same digest. Ours can tell what comes next, and as in a simulation
//! the states that this will need are read ahead; a heap cannot tell that.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use grandstand::engine::{Digest, Queue};
use grandstand::units::{Rng, SimTime, Span, dist, stream};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
#[allow(clippy::disallowed_types, reason = "a benchmark measures the wall clock")]
use std::time::Instant;

/// What both queues can do.
trait Pending {
    fn schedule(&mut self, time: SimTime, node: u32);
    fn pop(&mut self) -> Option<(SimTime, u32)>;
    /// What changes when [`Self::soon`] has news.
    fn horizon(&self) -> u64 {
        0
    }
    /// Nodes that come next, if the queue can tell.
    fn soon(&self) -> impl Iterator<Item = u32> {
        std::iter::empty()
    }
}

impl Pending for Queue<u32> {
    fn schedule(&mut self, time: SimTime, node: u32) {
        Self::schedule(self, time, 0, node);
    }
    fn pop(&mut self) -> Option<(SimTime, u32)> {
        Self::pop(self)
    }
    fn horizon(&self) -> u64 {
        Self::horizon(self)
    }
    fn soon(&self) -> impl Iterator<Item = u32> {
        Self::soon(self).copied()
    }
}

/// The yardstick, with ties in the order of scheduling.
#[derive(Default)]
struct Heap {
    entries: BinaryHeap<Reverse<(u64, u64, u32)>>,
    sequence: u64,
}

impl Pending for Heap {
    fn schedule(&mut self, time: SimTime, node: u32) {
        self.entries.push(Reverse((time.as_nanos(), self.sequence, node)));
        self.sequence += 1;
    }
    fn pop(&mut self) -> Option<(SimTime, u32)> {
        let Reverse((time, _, node)) = self.entries.pop()?;
        Some((SimTime::from_nanos(time), node))
    }
}

#[derive(Clone, Copy)]
enum Load {
    Phold,
    Heartbeat,
}

const PERIOD: Span = Span::from_secs(5);

/// A seconds-long exponential delay from a table, so that the draw costs less than the queue.
struct Delays {
    table: Vec<u64>,
    rng: Rng,
}

impl Delays {
    fn new() -> Self {
        let mut rng = stream(1, "bench delays", 0);
        let table = (0..1 << 11).map(|_| (dist::exponential(&mut rng, 1.0) * 1e9) as u64).collect();
        Self { table, rng }
    }

    fn draw(&mut self, nodes: u32) -> (Span, u32) {
        let word = dist::below(&mut self.rng, u64::from(nodes) << 11);
        (Span::from_nanos(self.table[word as usize & 0x7ff]), (word >> 11) as u32)
    }
}

/// A queue under load, and all that its events touch.
struct Bench<Q> {
    queue: Q,
    load: Load,
    delays: Delays,
    states: Vec<u32>,
    digest: Digest,
    horizon: u64,
}

impl<Q: Pending> Bench<Q> {
    fn new(mut queue: Q, load: Load, nodes: u32) -> Self {
        let mut delays = Delays::new();
        for node in 0..nodes {
            let first = match load {
                Load::Phold => delays.draw(nodes).0,
                Load::Heartbeat => {
                    Span::from_nanos(dist::below(&mut delays.rng, PERIOD.as_nanos()))
                }
            };
            queue.schedule(SimTime::ZERO + first, node);
        }
        let states = vec![0; nodes as usize];
        Self { queue, load, delays, states, digest: Digest::new(), horizon: 0 }
    }

    fn step(&mut self) {
        let Some((time, node)) = self.queue.pop() else { return };
        if self.horizon != self.queue.horizon() {
            self.horizon = self.queue.horizon();
            let states = self.queue.soon().map(|node| self.states[node as usize]);
            std::hint::black_box(states.fold(0, u32::wrapping_add));
        }
        let state = &mut self.states[node as usize];
        *state += 1;
        self.digest.event(time.as_nanos(), 0, u64::from(node) << 32 | u64::from(*state));
        let (delay, next) = match self.load {
            Load::Phold => self.delays.draw(self.states.len() as u32),
            Load::Heartbeat => (PERIOD, node),
        };
        self.queue.schedule(time + delay, next);
    }

    /// Million events per second.
    fn run(&mut self, events: u32) -> f64 {
        #[allow(clippy::disallowed_types, reason = "a benchmark measures the wall clock")]
        let begin = Instant::now();
        (0..events).for_each(|_| self.step());
        f64::from(events) / begin.elapsed().as_secs_f64() / 1e6
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The two queues take turns, so that whatever else the machine does meets both.
fn compare(name: &str, load: Load, nodes: u32, events: u32, turns: usize) {
    let mut ours = Bench::new(Queue::new(), load, nodes);
    let mut heap = Bench::new(Heap::default(), load, nodes);
    // The first turn only warms up.
    ours.run(events);
    heap.run(events);
    let speeds: Vec<(f64, f64)> =
        (0..turns).map(|_| (ours.run(events), heap.run(events))).collect();
    let (digest, expected) = (ours.digest.value(), heap.digest.value());
    assert_eq!(digest, expected, "{name}: the queue's order differs from the heap's");
    let queue_speed = median(speeds.iter().map(|(queue, _)| *queue).collect());
    let heap_speed = median(speeds.iter().map(|(_, heap)| *heap).collect());
    let ratio = median(speeds.iter().map(|(queue, heap)| queue / heap).collect());
    println!("{name:16}{queue_speed:12.2}{heap_speed:12.2}{ratio:8.2}  {digest:016x}");
}

fn main() {
    // `cargo bench` passes --bench; without it this is a test, and tiny.
    let full = std::env::args().any(|argument| argument == "--bench");
    let (large, turns) = if full { (1_000_000, 9) } else { (3_000, 3) };
    println!("{:16}{:>12}{:>12}{:>8}  digest", "load", "queue M/s", "heap M/s", "ratio");
    compare("phold 1e4", Load::Phold, large / 100, large, turns);
    compare("phold 1e6", Load::Phold, large, large, turns);
    compare("heartbeats 1e6", Load::Heartbeat, large, large, turns);
}
