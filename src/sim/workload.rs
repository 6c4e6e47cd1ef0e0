//! Who comes, when, from where and with what line: drawn before the run, so that every coordinator
//! meets the same viewers.

use crate::scenario::{Arrivals, Phase, Scenario, Shape};
use crate::units::{
    BitRate, Bytes, ContentId, HostId, Metro, NatKind, Ratio, Rng, SimTime, Span, dist, stream,
};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One viewer's session as it would go if nothing went wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Session {
    pub(super) join: SimTime,
    pub(super) leave: SimTime,
    pub(super) content: ContentId,
    pub(super) device: HostId,
    /// The same, where sessions of other contents run on it too.
    pub(super) host: Option<HostId>,
    pub(super) isp: u16,
    pub(super) access: u16,
    pub(super) metro: Metro,
    pub(super) nat: NatKind,
    /// Leaves without a word.
    pub(super) silent: bool,
    pub(super) downlink: BitRate,
    /// Uplink that the user lends, for all that it watches.
    pub(super) lent: BitRate,
    /// What the device can forward and keep for others, where that is limited.
    pub(super) cpu: Option<BitRate>,
    /// Of several contents each has its part by rate, so that all reach equally far back.
    pub(super) storage: Option<Bytes>,
    /// Shifts the client's timers.
    pub(super) phase: Span,
}

/// From when to when, and what a trace says of the viewer.
struct Visit {
    join: SimTime,
    leave: SimTime,
    access: Option<usize>,
    isp: Option<usize>,
}

/// Between two looks at the audience curve.
const STEP: Span = Span::from_secs(1);

/// All sessions of a run in the order of joining.
pub(super) fn sessions(scenario: &Scenario, seed: u64) -> Vec<Session> {
    let mut visits = match &scenario.audience.arrivals {
        Arrivals::Curve { peak, initial, phases } => {
            follow_curve(scenario, *peak as f64, *initial, phases, seed)
        }
        Arrivals::Poisson { per_second } => poisson(scenario, *per_second, seed),
        Arrivals::Trace(rows) => rows
            .iter()
            .map(|row| Visit { join: row.join, leave: row.leave, access: row.access, isp: row.isp })
            .collect(),
    };
    visits.sort_by_key(|visit| visit.join);
    let visits = visits.iter().enumerate();
    visits.flat_map(|(number, visit)| describe(scenario, seed, number as u64, visit)).collect()
}

/// What a viewer watches.
fn watched(scenario: &Scenario, seed: u64, number: u64) -> &[ContentId] {
    let watches = &scenario.audience.watches;
    let shares: Vec<f64> = watches.iter().map(|watch| watch.share).collect();
    let drawn = match shares.len() {
        0 | 1 => 0,
        _ => dist::weighted(&mut stream(seed, "watch", number), &shares),
    };
    watches.get(drawn).map_or(&[], |watch| &watch.contents)
}

/// The most sessions that are there at the same time. A leave and a join at one instant count as both
/// there: the order of such events is the queue's business.
pub(super) fn most_at_once(sessions: &[Session]) -> usize {
    let mut leaves: Vec<SimTime> = sessions.iter().map(|session| session.leave).collect();
    leaves.sort_unstable();
    let present = sessions.iter().enumerate().map(|(number, session)| {
        number + 1 - leaves.partition_point(|leave| *leave < session.join)
    });
    present.max().unwrap_or(0)
}

fn poisson(scenario: &Scenario, per_second: f64, seed: u64) -> Vec<Visit> {
    let (mut rng, mut visits) = (stream(seed, "arrivals", 0), Vec::new());
    let mut at = 0.0;
    loop {
        at += dist::exponential(&mut rng, 1.0 / per_second);
        let join = SimTime::ZERO + Span::from_secs_f64(at);
        if join >= SimTime::ZERO + scenario.duration {
            return visits;
        }
        let leave = join + stay(scenario, &mut rng);
        visits.push(Visit { join, leave, access: None, isp: None });
    }
}

/// How long a viewer stays.
fn stay(scenario: &Scenario, rng: &mut Rng) -> Span {
    let kinds = &scenario.audience.sessions;
    let shares: Vec<f64> = kinds.iter().map(|kind| kind.share).collect();
    let kind = &kinds[dist::weighted(rng, &shares)];
    Span::from_secs_f64(dist::log_normal(rng, kind.median.as_secs_f64(), kind.sigma))
}

/// Viewers such that their number follows the curve: as many come each second as are missing, and
/// when too many are left, some, drawn at random, go early.
fn follow_curve(
    scenario: &Scenario,
    peak: f64,
    initial: f64,
    phases: &[Phase],
    seed: u64,
) -> Vec<Visit> {
    let mut rng = stream(seed, "arrivals", 0);
    let mut crowd = Crowd::default();
    let end = SimTime::ZERO + scenario.duration;
    let mut now = SimTime::ZERO;
    while now < end {
        let next = now + STEP;
        crowd.let_go(next);
        let wanted = (peak * level(initial, phases, next)).round() as usize;
        while crowd.present.len() > wanted {
            let early = now + within_step(&mut rng);
            crowd.send_away(&mut rng, early);
        }
        for _ in crowd.present.len()..wanted {
            let join = now + within_step(&mut rng);
            let leave = join + stay(scenario, &mut rng);
            crowd.welcome(Visit { join, leave, access: None, isp: None });
        }
        now = next;
    }
    crowd.visits
}

fn within_step(rng: &mut Rng) -> Span {
    Span::from_nanos(dist::below(rng, STEP.as_nanos()))
}

/// Share of the peak at an instant.
fn level(initial: f64, phases: &[Phase], at: SimTime) -> f64 {
    let (mut from, mut before) = (SimTime::ZERO, initial);
    for phase in phases {
        if at < phase.until {
            let done = at.since(from).as_secs_f64() / phase.until.since(from).as_secs_f64();
            let part = match phase.shape {
                Shape::Linear => done,
                Shape::Smooth => done * done * (3.0 - 2.0 * done),
                Shape::Step => 1.0,
            };
            return before + (phase.level - before) * part;
        }
        (from, before) = (phase.until, phase.level);
    }
    before
}

/// Those present while the sessions are drawn.
#[derive(Default)]
struct Crowd {
    visits: Vec<Visit>,
    present: Vec<usize>,
    /// Where each visit stands in `present`; none when it has left.
    places: Vec<Option<usize>>,
    leaving: BinaryHeap<Reverse<(SimTime, usize)>>,
}

impl Crowd {
    fn welcome(&mut self, visit: Visit) {
        let number = self.visits.len();
        self.leaving.push(Reverse((visit.leave, number)));
        self.places.push(Some(self.present.len()));
        self.present.push(number);
        self.visits.push(visit);
    }

    fn let_go(&mut self, now: SimTime) {
        while let Some(Reverse((leave, number))) = self.leaving.peek().copied()
            && leave <= now
        {
            self.leaving.pop();
            self.remove(number);
        }
    }

    fn send_away(&mut self, rng: &mut Rng, at: SimTime) {
        let number = self.present[dist::below(rng, self.present.len() as u64) as usize];
        let visit = &mut self.visits[number];
        // One who joined within this second stays a moment.
        visit.leave = at.max(visit.join + Span::from_nanos(1));
        self.remove(number);
    }

    fn remove(&mut self, number: usize) {
        if let Some(place) = self.places[number].take() {
            self.present.swap_remove(place);
            if let Some(moved) = self.present.get(place) {
                self.places[*moved] = Some(place);
            }
        }
    }
}

/// Everything about a viewer, from a stream of its own: a session for each content that it watches.
fn describe(scenario: &Scenario, seed: u64, number: u64, visit: &Visit) -> Vec<Session> {
    let contents = watched(scenario, seed, number);
    let rate_of = |content: ContentId| scenario.contents[content.index()].bitrate;
    let bitrate: BitRate = contents.iter().map(|content| rate_of(*content)).sum();
    let mut rng = stream(seed, "viewer", number);
    let weights: Vec<f64> = scenario.topology.isps.iter().map(|isp| isp.weight).collect();
    let shares: Vec<f64> = scenario.access.iter().map(|access| access.share).collect();
    let (drawn_isp, drawn_access) =
        (dist::weighted(&mut rng, &weights), dist::weighted(&mut rng, &shares));
    let isp = visit.isp.unwrap_or(drawn_isp);
    let access = &scenario.access[visit.access.unwrap_or(drawn_access)];
    let metros = u64::from(scenario.topology.isps[isp].metros.max(1));
    let metro = Metro::new(dist::below(&mut rng, metros) as u32);
    let mix = if access.mobile { &scenario.nat_mobile } else { &scenario.nat_fixed };
    let nat = NatKind::ALL[dist::weighted(&mut rng, &mix.0)];
    let actual = dist::log_normal(&mut rng, 1.0, access.variation);
    let silent = dist::chance(&mut rng, scenario.audience.silent_leave.get());
    let uplink = scaled(access.uplink, actual);
    let lent = uplink.scaled(access.lends.share).min(scaled(bitrate, access.lends.bitrates));
    let interval = scenario.client.heartbeat.as_nanos().max(1);
    let phase = Span::from_nanos(dist::below(&mut rng, interval));
    let device = HostId::from_index(number as usize);
    let session = Session {
        content: ContentId::new(0),
        device,
        host: (contents.len() > 1).then_some(device),
        join: visit.join,
        leave: visit.leave,
        isp: isp as u16,
        access: visit.access.unwrap_or(drawn_access) as u16,
        metro,
        nat,
        silent,
        // A line that is slower than the stream would never play; what is sold as broadband is not.
        downlink: scaled(access.downlink, actual),
        lent,
        cpu: access.cpu,
        storage: access.storage,
        phase,
    };
    let of_content = |(nth, content): (usize, &ContentId)| {
        let mut own = Session { content: *content, ..session.clone() };
        if own.host.is_some() {
            let part = Ratio::new(rate_of(*content).as_f64() / bitrate.as_f64());
            own.storage = own.storage.map(|all| scaled_bytes(all, part.unwrap_or(Ratio::ONE)));
        }
        if nth > 0 {
            // Each session has timers of its own.
            let mut rng = stream(seed, "channel", number << 8 | nth as u64);
            own.phase = Span::from_nanos(dist::below(&mut rng, interval));
        }
        own
    };
    contents.iter().enumerate().map(of_content).collect()
}

fn scaled_bytes(bytes: Bytes, by: Ratio) -> Bytes {
    Bytes::new((bytes.as_f64() * by.get()) as u64)
}

impl Session {
    /// What can really be sent to others: of the lent uplink no more than the device forwards.
    pub(super) fn usable(&self) -> BitRate {
        self.cpu.map_or(self.lent, |cpu| self.lent.min(cpu))
    }
}

fn scaled(rate: BitRate, by: f64) -> BitRate {
    BitRate::from_bps((rate.as_f64() * by) as u64)
}
