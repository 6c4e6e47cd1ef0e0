//! What decisions of the control center take, one kind at a time: to take a viewer in, to take in a report,
//! to give a child another parent, to hand a viewer over to another DCM when a cluster is split, and to
//! recompute all trees.
//!
//! The figures are the measure of what `control.service` is set to in scenarios (docs/model.md). Sizes of
//! the cluster can be given: `cargo bench --bench decisions -- 1000 10000`.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use grandstand::cli::usage::thread_cpu_time;
use grandstand::control::{ClusterConfig, ControlCenter, ControlConfig};
use grandstand::proto::{
    Believed, ContentInfo, ContentKind, Coordinator, Device, Feed, Heartbeat, Input, Join, Outbox,
    Output, Received, ServerInfo, ToCenter, ToClient,
};
use grandstand::units::{
    Address, BitRate, Bytes, ContentId, HostId, Metro, NatKind, PeerId, SimTime, Span,
};

// As the program does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SUBSTREAMS: u8 = 5;
/// Goals: parents given to newcomers in a second, one for one substream each, and milliseconds of a
/// recomputation of all trees of 10,000 viewers.
const ASSIGNMENTS_A_SECOND: f64 = 200_000.0;
const RECOMPUTATION_MS: f64 = 50.0;
/// Between two recomputations here.
const RECOMPUTE: Span = Span::from_secs(20);

/// A control center and its viewers.
struct Stage {
    center: ControlCenter,
    outbox: Outbox,
    now: SimTime,
    /// The parents that each viewer was told, by its number.
    told: Vec<Vec<Option<PeerId>>>,
    assignments: usize,
}

impl Stage {
    /// Splits above `limit`.
    fn new(viewers: u32, limit: u32) -> Self {
        let clusters = ClusterConfig { split_above: limit, merge_below: 0 };
        let config = ControlConfig { clusters, recompute: RECOMPUTE, ..ControlConfig::default() };
        let center = ControlCenter::new(config);
        let told = vec![vec![None; usize::from(SUBSTREAMS)]; viewers as usize + 1];
        let mut stage = Self {
            center,
            outbox: Outbox::new(false),
            now: SimTime::from_secs(10),
            told,
            assignments: 0,
        };
        let content = ContentInfo {
            content: ContentId::new(0),
            kind: ContentKind::Live,
            bitrate: BitRate::from_kbps(2500),
            substreams: SUBSTREAMS,
            packet: Bytes::new(1200),
            start: SimTime::ZERO,
            end: SimTime::from_secs(10_000),
            priority: 0,
        };
        let capacity = BitRate::from_kbps(2500) * u64::from(viewers);
        let server = ServerInfo { peer: PeerId::new(0), address: Address(0), capacity };
        for feed in [Feed::Catalogue(vec![content]), Feed::Servers(vec![server])] {
            stage.center.handle(stage.now, Input::Feed(&feed), &mut stage.outbox);
        }
        stage
    }

    fn say(&mut self, from: u32, message: &ToCenter) {
        self.input(Input::Message { from: PeerId::new(from), message });
    }

    /// The look at the cluster that is due every second.
    fn tick(&mut self) {
        self.now += Span::from_secs(1);
        self.input(Input::Timeout);
    }

    fn figure(&self, name: &str) -> f64 {
        let figures = self.center.figures();
        let figure = figures.iter().find(|figure| figure.metric == name);
        figure.and_then(|figure| figure.value).unwrap_or(f64::NAN)
    }

    fn input(&mut self, input: Input<'_>) {
        self.center.handle(self.now, input, &mut self.outbox);
        for output in self.outbox.drain() {
            let Output::Send { to, message: ToClient::Assign(assignment) } = output else {
                continue;
            };
            self.assignments += assignment.parents.len();
            for choice in assignment.parents {
                self.told[to.index()][choice.substream.index()] = choice.parent;
            }
        }
    }

    /// Two in three lend twice the bitrate; all live in one of sixteen cities.
    fn join(&mut self, viewer: u32) {
        let uplink = BitRate::from_kbps(if viewer.is_multiple_of(3) { 0 } else { 5000 });
        let location = Some(Believed { country: *b"DE", metro: Metro::new(viewer % 16) });
        let join = Join {
            client: HostId::new(viewer),
            content: ContentId::new(0),
            address: Address(0),
            nat: NatKind::Open,
            uplink,
            downlink: BitRate::from_kbps(50_000),
            behind: Span::from_secs(8),
            device: Device { location, ..Device::default() },
            terms: None,
            host: None,
            called: None,
        };
        self.say(viewer, &ToCenter::Join(join));
    }

    /// A report of one to whom everything has come.
    fn report(&mut self, viewer: u32) {
        let last = (self.now.as_secs_f64() * 50.0) as u32;
        let told = self.told[viewer as usize].iter();
        let received = told.map(|parent| Received { parent: *parent, last }).collect();
        let beat = Heartbeat { received, ..Heartbeat::default() };
        self.say(viewer, &ToCenter::Heartbeat(beat));
    }
}

/// Microseconds of processor time that something takes.
fn micros(act: impl FnOnce()) -> f64 {
    let begin = thread_cpu_time();
    act();
    begin.zip(thread_cpu_time()).map_or(f64::NAN, |(from, to)| (to - from).as_secs_f64() * 1e6)
}

/// What was measured at one size of the cluster.
struct Figures {
    viewers: u32,
    /// Microseconds each.
    join: f64,
    report: f64,
    reassign: f64,
    handover: f64,
    /// Milliseconds: the look of every second, and what a recomputation of all trees adds to it.
    look: f64,
    recompute: f64,
}

fn measure(viewers: u32, full: bool) -> Figures {
    let mut stage = Stage::new(viewers, viewers - 1);
    let joining = micros(|| (1..viewers).for_each(|viewer| stage.join(viewer)));
    let rounds = (300_000 / viewers).min(if full { 300 } else { 1 });
    let reporting = micros(|| {
        for _ in 0..rounds {
            stage.now += Span::from_secs(2);
            (1..viewers).for_each(|viewer| stage.report(viewer));
        }
    });
    stage.assignments = 0;
    let leavers = viewers / 10;
    let leaving = micros(|| (1..=leavers).for_each(|viewer| stage.say(viewer, &ToCenter::Leave)));
    let assigned = stage.assignments;
    // The one too many has the cluster split.
    (1..=leavers).for_each(|viewer| stage.join(viewer));
    let handing = micros(|| stage.join(viewers));
    let moved = stage.figure("cluster_moves");
    assert!(moved > f64::from(viewers) / 5.0, "{moved} have been handed over");
    let (look, recompute) = recomputation(viewers);
    Figures {
        viewers,
        join: joining / f64::from(viewers - 1),
        report: reporting / f64::from(rounds) / f64::from(viewers - 1),
        reassign: leaving / assigned.max(1) as f64,
        handover: handing / moved,
        look,
        recompute,
    }
}

/// A cluster that has come to rest and of which every tenth has left since: milliseconds of the looks of
/// every second, and what those take more in which all is computed again.
fn recomputation(viewers: u32) -> (f64, f64) {
    let mut stage = Stage::new(viewers, viewers);
    (1..=viewers).for_each(|viewer| stage.join(viewer));
    let gone = |viewer: u32| viewer.is_multiple_of(10);
    let (mut looks, mut wholes) = (Vec::new(), Vec::new());
    for second in 0..=2 * RECOMPUTE.as_secs_f64() as u32 {
        if second == 10 {
            (1..=viewers).filter(|viewer| gone(*viewer)).for_each(|viewer| {
                stage.say(viewer, &ToCenter::Leave);
            });
        }
        if second % 2 == 0 {
            let stays = |viewer: &u32| second < 10 || !gone(*viewer);
            (1..=viewers).filter(stays).for_each(|viewer| stage.report(viewer));
            stage.say(0, &ToCenter::Heartbeat(Heartbeat::default()));
        }
        let before = stage.figure("recomputations_whole");
        let took = micros(|| stage.tick()) / 1000.0;
        let whole = stage.figure("recomputations_whole") > before;
        if whole { wholes.push(took) } else { looks.push(took) }
    }
    looks.sort_by(f64::total_cmp);
    let look = looks[looks.len() / 2];
    assert!(!wholes.is_empty(), "all is computed again");
    (look, wholes.iter().sum::<f64>() / wholes.len() as f64 - look)
}

fn print(figures: &Figures) {
    let Figures { viewers, join, report, reassign, handover, look, recompute } = figures;
    let a_second = 1e6 / join * f64::from(SUBSTREAMS);
    println!(
        "{viewers:>9}{join:>10.2}{a_second:>14.0}{report:>10.2}{reassign:>12.2}{handover:>10.2}{look:>10.2}{recompute:>13.2}"
    );
}

fn main() {
    // `cargo bench` passes --bench; without it this is a test, and tiny.
    let full = std::env::args().any(|argument| argument == "--bench");
    let mut sizes: Vec<u32> =
        std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = if full { vec![1_000, 10_000, 100_000] } else { vec![100] };
    }
    println!("processor time, by viewers of the cluster, {SUBSTREAMS} substreams each");
    println!(
        "{:>9}{:>10}{:>14}{:>10}{:>12}{:>10}{:>10}{:>13}",
        "viewers", "join", "assignments", "report", "reassign", "handover", "look", "recompute"
    );
    println!(
        "{:>9}{:>10}{:>14}{:>10}{:>12}{:>10}{:>10}{:>13}",
        "", "us", "a second", "us", "us", "us", "ms", "ms"
    );
    sizes.into_iter().for_each(|viewers| print(&measure(viewers, full)));
    println!(
        "goals: {ASSIGNMENTS_A_SECOND:.0} assignments a second at any size, {RECOMPUTATION_MS:.0} ms for a \
         recomputation of 10000"
    );
}
