//! Transfers over the fluid network from one change of rates to the next.

use super::input::{FlowRow, LinkRow};
use crate::engine::{EventKey, Queue};
use crate::net::fluid::Fluid;
use crate::units::{FlowId, SimTime, Span};

/// How a flow ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outcome {
    pub(super) finish: SimTime,
    pub(super) bytes: f64,
    pub(super) done: bool,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    /// Look whether the flow with this fluid id is done.
    Check(FlowId),
    /// The flow of this row stops, if it still moves.
    Stop(u32),
    /// The flow of this row starts.
    Start(u32),
}

impl Event {
    /// At equal times, what ends comes before what begins.
    const fn class(self) -> u8 {
        match self {
            Self::Check(_) => 0,
            Self::Stop(_) => 1,
            Self::Start(_) => 2,
        }
    }
}

/// A flow that moves data.
#[derive(Clone, Copy, Debug)]
struct Active {
    row: u32,
    /// Infinite when unbounded.
    size_bits: f64,
    /// Moved until `since`.
    moved_bits: f64,
    since: SimTime,
    bits_per_ns: f64,
    /// When the flow is looked at again.
    check: Option<(SimTime, EventKey)>,
}

impl Active {
    fn advance(&mut self, now: SimTime) {
        self.moved_bits += self.bits_per_ns * now.since(self.since).as_nanos() as f64;
        self.since = now;
    }

    /// Whether at most one more nanosecond is needed: completion times are rounded up.
    fn is_done(&self) -> bool {
        self.size_bits - self.moved_bits <= self.bits_per_ns
    }

    /// When it is done at the present rate; `None` when that is not in any run's time.
    fn eta(&self) -> Option<SimTime> {
        let nanos = ((self.size_bits - self.moved_bits) / self.bits_per_ns).ceil();
        let eta = self.since + Span::from_nanos(nanos as u64);
        (eta < SimTime::NEVER).then_some(eta)
    }
}

/// Where a row's flow is in the tables; `NONE` before it starts and after it ends.
const NONE: u32 = u32::MAX;

/// A replay in progress.
struct Replay<'a> {
    rows: &'a [FlowRow],
    fluid: Fluid,
    queue: Queue<Event>,
    /// By fluid id.
    active: Vec<Active>,
    flow_of: Vec<u32>,
    outcomes: Vec<Option<Outcome>>,
}

/// Moves everything until nothing is left to happen. A flow that never finishes has no outcome.
pub(super) fn run(links: &[LinkRow], rows: &[FlowRow]) -> Vec<Option<Outcome>> {
    let mut fluid = Fluid::new();
    links.iter().for_each(|link| _ = fluid.add_link(link.capacity));
    let mut replay = Replay {
        rows,
        fluid,
        queue: Queue::new(),
        active: Vec::new(),
        flow_of: vec![NONE; rows.len()],
        outcomes: vec![None; rows.len()],
    };
    for (row, flow) in rows.iter().enumerate() {
        replay.schedule(flow.start.min(flow.stop), Event::Start(row as u32));
    }
    while let Some(now) = replay.queue.peek_time() {
        replay.instant(now);
    }
    replay.outcomes
}

impl Replay<'_> {
    fn schedule(&mut self, time: SimTime, event: Event) -> EventKey {
        self.queue.schedule(time, event.class(), event)
    }

    /// All events of an instant, and then one new sharing.
    fn instant(&mut self, now: SimTime) {
        while self.queue.peek_time() == Some(now) {
            match self.queue.pop() {
                Some((_, Event::Check(flow))) => self.check(flow, now),
                Some((_, Event::Stop(row))) if self.flow_of[row as usize] != NONE => {
                    self.end(FlowId::new(self.flow_of[row as usize]), now);
                }
                Some((_, Event::Start(row))) => self.start(row, now),
                _ => {}
            }
        }
        self.fluid.settle();
        for index in 0..self.fluid.changed().len() {
            let flow = self.fluid.changed()[index];
            let active = &mut self.active[flow.index()];
            active.advance(now);
            active.bits_per_ns = self.fluid.rate(flow).as_bps_f64() / 1e9;
            self.plan(flow);
        }
    }

    fn start(&mut self, row: u32, now: SimTime) {
        let flow = &self.rows[row as usize];
        if flow.stop <= flow.start || flow.bytes == 0.0 {
            let done = flow.stop > flow.start;
            self.outcomes[row as usize] = Some(Outcome { finish: now, bytes: 0.0, done });
            return;
        }
        if flow.stop < SimTime::NEVER {
            self.schedule(flow.stop, Event::Stop(row));
        }
        let Ok(id) = self.fluid.add_flow(flow.links.iter().copied(), flow.cap) else { return };
        let (size_bits, moved_bits, bits_per_ns) = (flow.bytes * 8.0, 0.0, 0.0);
        let active = Active { row, size_bits, moved_bits, since: now, bits_per_ns, check: None };
        if id.index() == self.active.len() {
            self.active.push(active);
        } else {
            self.active[id.index()] = active;
        }
        self.flow_of[row as usize] = id.get();
    }

    fn check(&mut self, flow: FlowId, now: SimTime) {
        let active = &mut self.active[flow.index()];
        active.check = None;
        active.advance(now);
        if active.is_done() {
            self.end(flow, now);
        } else {
            self.plan(flow);
        }
    }

    /// Sees to it that the flow is looked at no later than it is done.
    ///
    /// A check that comes too early costs one more; so a flow whose rate goes up and down is
    /// planned once for many changes, and not at each.
    fn plan(&mut self, flow: FlowId) {
        let active = self.active[flow.index()];
        let Some(eta) = active.eta() else { return };
        let time = match active.check {
            Some((check, _)) if check <= eta => return,
            Some((_, key)) => {
                self.queue.cancel(key);
                early(active.since, eta)
            }
            None => eta,
        };
        let key = self.schedule(time, Event::Check(flow));
        self.active[flow.index()].check = Some((time, key));
    }

    fn end(&mut self, flow: FlowId, now: SimTime) {
        let active = &mut self.active[flow.index()];
        active.advance(now);
        let (row, done) = (active.row as usize, active.is_done());
        let bytes = if done { active.size_bits } else { active.moved_bits } / 8.0;
        if let Some((_, key)) = active.check.take() {
            self.queue.cancel(key);
        }
        self.outcomes[row] = Some(Outcome { finish: now, bytes, done });
        self.flow_of[row] = NONE;
        self.fluid.remove_flow(flow);
    }
}

/// A sixteenth of the remaining time before `eta`, unless that is near.
fn early(now: SimTime, eta: SimTime) -> SimTime {
    let margin = eta.since(now) / 16;
    if margin < Span::from_millis(1) { eta } else { eta.back(margin) }
}
