//! Transfers over the fluid network from one change of rates to the next.

use super::input::{FlowRow, LinkRow};
use crate::engine::{EventKey, Queue};
use crate::net::fluid::{FlowRate, Fluid, Pace};
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

/// Data moved, exactly: in 10^-15 bits, which is a micro-bit per second for a nanosecond.
type Amount = u128;

/// Amounts in a byte.
const BYTE: f64 = 8e15;

/// A flow that moves data, or a bundle of such. Aligned so as to lie in as few cache lines as it can.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Active {
    row: u32,
    /// [`Amount::MAX`] when unbounded.
    size: Amount,
    /// Moved until `since`.
    moved: Amount,
    since: SimTime,
    pace: Pace,
    /// What the flow's bundle, or all bundles ahead of it, had moved at `since`.
    mark: Amount,
    /// When the flow is looked at again.
    check: Option<(SimTime, EventKey)>,
}

impl Active {
    /// A flow of this row at rest; a bundle has none.
    fn new(row: u32, bytes: f64, now: SimTime) -> Self {
        let size = if bytes.is_finite() { (bytes * BYTE) as Amount } else { Amount::MAX };
        let pace = Pace::Alone(FlowRate::ZERO);
        Self { row, size, moved: 0, since: now, pace, mark: 0, check: None }
    }

    /// What is left at `since`.
    const fn left(&self) -> Amount {
        self.size.saturating_sub(self.moved)
    }

    /// Whether nothing has to be planned: the flow is looked at no later than [`Self::eta`], or never
    /// done. Found without a division, which takes longest of all.
    fn is_planned(&self) -> bool {
        let limit = Amount::from(self.pace.limit().get());
        let is_early = |(check, _): (SimTime, EventKey)| {
            let nanos = Amount::from(check.since(self.since).as_nanos());
            nanos == 0 || (nanos - 1) * limit < self.left()
        };
        limit == 0 || self.size == Amount::MAX || self.check.is_some_and(is_early)
    }

    /// The first nanosecond at which it can be done; `None` when that is not in any run's time.
    fn eta(&self) -> Option<SimTime> {
        let limit = Amount::from(self.pace.limit().get());
        let nanos = (limit > 0).then(|| self.left().div_ceil(limit))?;
        let eta = self.since + Span::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
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
    /// By fluid id, the bundles that a flow leaves their rates to.
    ahead: Vec<Vec<FlowId>>,
    flow_of: Vec<u32>,
    outcomes: Vec<Option<Outcome>>,
}

/// Moves everything until nothing is left to happen. A flow that never finishes has no outcome.
pub(super) fn run(links: &[LinkRow], rows: &[FlowRow]) -> Vec<Option<Outcome>> {
    run_on(Fluid::bundling(), links, rows)
}

/// The same over a network that is still empty.
pub(super) fn run_on(
    mut fluid: Fluid,
    links: &[LinkRow],
    rows: &[FlowRow],
) -> Vec<Option<Outcome>> {
    links.iter().for_each(|link| _ = fluid.add_link(link.capacity));
    let mut replay = Replay {
        rows,
        fluid,
        queue: Queue::new(),
        active: Vec::new(),
        ahead: Vec::new(),
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
    fn schedule(&mut self, time: SimTime, event: Event) {
        self.queue.schedule(time, event.class(), event);
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
            self.make_room(flow, now);
            self.advance(flow, now);
        }
        for index in 0..self.fluid.changed().len() {
            let flow = self.fluid.changed()[index];
            self.follow(flow, now);
            self.plan(flow);
        }
    }

    /// Sees that a bundle that is new has a place among the flows.
    fn make_room(&mut self, flow: FlowId, now: SimTime) {
        if flow.index() < self.active.len() {
            return;
        }
        let count = flow.index() + 1;
        self.active.resize_with(count, || Active::new(NONE, f64::INFINITY, now));
        self.ahead.resize_with(count, Vec::new);
    }

    /// What a flow has moved by now.
    fn moved(&self, flow: FlowId, now: SimTime) -> Amount {
        let active = &self.active[flow.index()];
        let nanos = Amount::from(now.since(active.since).as_nanos());
        active.moved
            + match active.pace {
                Pace::Alone(rate) => Amount::from(rate.get()) * nanos,
                Pace::Bundled { bundle, .. } => self.moved(bundle, now) - active.mark,
                Pace::Resting { base, parts, .. } => {
                    let ahead = self.moved_ahead(flow, now) - active.mark;
                    (Amount::from(base.get()) * nanos - ahead) / Amount::from(parts)
                }
            }
    }

    /// What the bundles ahead of a flow have moved by now.
    fn moved_ahead(&self, flow: FlowId, now: SimTime) -> Amount {
        self.ahead[flow.index()].iter().map(|bundle| self.moved(*bundle, now)).sum()
    }

    /// What [`Active::mark`] is at this pace.
    fn mark(&self, flow: FlowId, pace: Pace, now: SimTime) -> Amount {
        match pace {
            Pace::Alone(_) => 0,
            Pace::Bundled { bundle, .. } => self.moved(bundle, now),
            Pace::Resting { .. } => self.moved_ahead(flow, now),
        }
    }

    /// Brings a flow's account up to now.
    fn advance(&mut self, flow: FlowId, now: SimTime) {
        let moved = self.moved(flow, now);
        let mark = self.mark(flow, self.active[flow.index()].pace, now);
        let active = &mut self.active[flow.index()];
        (active.moved, active.mark, active.since) = (moved, mark, now);
    }

    /// From now on the flow moves as the network says.
    fn follow(&mut self, flow: FlowId, now: SimTime) {
        let pace = self.fluid.pace(flow);
        if let Pace::Resting { .. } = pace {
            self.ahead[flow.index()].clear();
            self.ahead[flow.index()].extend(self.fluid.ahead_of(flow));
        }
        let mark = self.mark(flow, pace, now);
        let active = &mut self.active[flow.index()];
        (active.pace, active.mark) = (pace, mark);
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
        self.make_room(id, now);
        self.active[id.index()] = Active::new(row, flow.bytes, now);
        self.flow_of[row as usize] = id.get();
    }

    fn check(&mut self, flow: FlowId, now: SimTime) {
        self.active[flow.index()].check = None;
        self.advance(flow, now);
        if self.active[flow.index()].left() == 0 {
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
        let active = &self.active[flow.index()];
        if active.is_planned() {
            return;
        }
        let Some(eta) = active.eta() else { return };
        let time = match active.check {
            Some((_, key)) => {
                self.queue.cancel(key);
                early(active.since, eta)
            }
            None => eta,
        };
        let check = Event::Check(flow);
        let key = self.queue.schedule_revocable(time, check.class(), check);
        self.active[flow.index()].check = Some((time, key));
    }

    fn end(&mut self, flow: FlowId, now: SimTime) {
        self.advance(flow, now);
        // Completions are rounded up, so a stop may come a fraction of a nanosecond before.
        let rate = Amount::from(self.fluid.rate(flow).get());
        let active = &mut self.active[flow.index()];
        let (row, done) = (active.row as usize, active.left() <= rate);
        let bytes = if done { active.size } else { active.moved } as f64 / BYTE;
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
