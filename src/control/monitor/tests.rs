//! Hundreds of random faults in small worlds: how many are located, and how many verdicts are right.

use super::*;
use crate::proto::PathClass;
use crate::units::{Rng, dist, stream};

/// The heartbeat and the time between judgements.
const HEARTBEAT: Span = Span::from_secs(2);
const SECOND: Span = Span::from_secs(1);
const NETWORKS: u32 = 12;
const CHILDREN: u32 = 30;
const PARENTS: u32 = 20;
const SUBSTREAMS: u32 = 4;
/// When the fault begins, and how long a world is watched.
const BEGINS: SimTime = SimTime::from_secs(20);
const WATCHED: u64 = 40;

/// How good the route feed is.
#[derive(Clone, Copy, Debug)]
enum RouteFeed {
    Right,
    /// As it was before another link failed, which real routes avoid.
    Stale,
    /// A tenth of the routes is missing, and another tenth is another way than the one in use.
    Wrong,
}

/// One substream of one child.
#[derive(Clone, Copy, Debug)]
struct Edge {
    parent: PeerId,
    child: PeerId,
    networks: [AsNumber; 2],
    /// When in each heartbeat it is reported.
    phase: Span,
}

/// Networks, who takes from whom, and what is wrong.
struct World {
    edges: Vec<Edge>,
    /// The real routes.
    routes: BTreeMap<[AsNumber; 2], Vec<AsNumber>>,
    feed: RouteTable,
    fault: [AsNumber; 2],
    silent: bool,
    /// Of every edge whether it is slow for reasons of its own line.
    slow: Vec<bool>,
}

fn number(n: u64) -> AsNumber {
    AsNumber::new(n as u32 + 1)
}

/// Three networks that all know each other, and others each with a link to two of those before it.
fn adjacencies(rng: &mut Rng) -> BTreeSet<[AsNumber; 2]> {
    let mut links: BTreeSet<_> =
        [[0, 1], [0, 2], [1, 2]].map(|ends: [u64; 2]| ends.map(number)).into();
    for network in 3..u64::from(NETWORKS) {
        for _ in 0..2 {
            links.insert([number(dist::below(rng, network)), number(network)]);
        }
    }
    links
}

/// The shortest ways, of several the first in the order of numbers.
fn routes(links: &BTreeSet<[AsNumber; 2]>) -> BTreeMap<[AsNumber; 2], Vec<AsNumber>> {
    let mut routes = BTreeMap::new();
    for from in (0..u64::from(NETWORKS)).map(number) {
        let mut ways = vec![vec![from]];
        let mut seen = BTreeSet::from([from]);
        while !ways.is_empty() {
            let mut longer = Vec::new();
            for way in ways {
                let end = way[way.len() - 1];
                let next = links.iter().filter_map(|[a, b]| match end {
                    end if end == *a => Some(*b),
                    end if end == *b => Some(*a),
                    _ => None,
                });
                for network in next.filter(|network| seen.insert(*network)).collect::<Vec<_>>() {
                    longer.push([&way[..], &[network]].concat());
                }
                routes.insert([from, end], way);
            }
            ways = longer;
        }
    }
    routes
}

fn crosses(route: &[AsNumber], link: [AsNumber; 2]) -> bool {
    let [a, b] = link;
    route.windows(2).any(|ends| ends == [a, b] || ends == [b, a])
}

impl World {
    fn new(seed: u64, quality: RouteFeed) -> Self {
        let mut rng = stream(seed, "world", 0);
        let links = adjacencies(&mut rng);
        let home = |peer: u32| {
            number(dist::below(&mut stream(seed, "home", peer.into()), NETWORKS.into()))
        };
        let edges: Vec<Edge> = (0..CHILDREN * SUBSTREAMS)
            .map(|edge| {
                let child = PARENTS + edge / SUBSTREAMS;
                let parent = dist::below(&mut rng, PARENTS.into()) as u32;
                let phase =
                    HEARTBEAT.mul_f64(dist::uniform(&mut stream(seed, "phase", child.into())));
                let [parent, child] = [parent, child].map(|peer| (PeerId::new(peer), home(peer)));
                Edge { parent: parent.0, child: child.0, networks: [parent.1, child.1], phase }
            })
            .collect();
        let known = routes(&links);
        let mut real = known.clone();
        if matches!(quality, RouteFeed::Stale) {
            // Nobody is cut off: everybody has two ways.
            let lost =
                *links.iter().nth(dist::below(&mut rng, links.len() as u64) as usize).unwrap();
            real = routes(&links.iter().copied().filter(|link| *link != lost).collect());
        }
        let in_use = edges.iter().filter_map(|edge| real.get(&edge.networks)).collect::<Vec<_>>();
        let used: Vec<_> =
            links.iter().filter(|link| in_use.iter().any(|way| crosses(way, **link))).collect();
        let fault = *used[dist::below(&mut rng, used.len() as u64) as usize];
        let slow_line =
            |peer: PeerId| dist::chance(&mut stream(seed, "line", peer.get().into()), 0.05);
        let slow =
            edges.iter().map(|edge| slow_line(edge.child) || slow_line(edge.parent)).collect();
        let feed = feed(&known, quality, &mut rng);
        let silent = dist::chance(&mut rng, 0.5);
        Self { edges, routes: real, feed, fault, silent, slow }
    }

    fn is_struck(&self, edge: &Edge) -> bool {
        self.routes.get(&edge.networks).is_some_and(|route| crosses(route, self.fault))
    }

    /// What the last report of an edge before `now` shows, and the first one that shows the trouble.
    fn report(&self, place: usize, now: SimTime) -> Option<Report> {
        let edge = &self.edges[place];
        let past = now.since(SimTime::ZERO + edge.phase).as_nanos() / HEARTBEAT.as_nanos();
        let at = SimTime::ZERO + edge.phase + HEARTBEAT * past;
        // Whole heartbeats since something went wrong: the first report may see some of it.
        let since = if self.is_struck(edge) { BEGINS } else { SimTime::ZERO };
        let whole =
            at.since(since.max(SimTime::ZERO + edge.phase)).as_nanos() / HEARTBEAT.as_nanos();
        let ill = self.is_struck(edge) && at > BEGINS || self.slow[place];
        let seen = match (ill, whole) {
            (false, _) => Seen::Well,
            // One interval that is partly bad is neither.
            (true, 0) => return None,
            (true, _) if self.is_struck(edge) && self.silent && at > BEGINS => Seen::Silent,
            (true, _) => Seen::Slow,
        };
        let first = at.back(HEARTBEAT * whole.saturating_sub(1));
        let at = if seen == Seen::Well { at } else { first };
        Some(Report {
            seen,
            parent: Some(edge.parent),
            child: edge.child,
            networks: edge.networks,
            at,
        })
    }

    /// Every verdict in the time that the world is watched; nobody is moved out of the way.
    fn verdicts(&self) -> Vec<Finding> {
        let mut monitor = Monitor::default();
        assert_eq!(monitor.learn_routes(SimTime::ZERO, &self.feed), []);
        let mut verdicts = Vec::new();
        for second in 14..WATCHED {
            let now = SimTime::ZERO + SECOND * second;
            let reports = (0..self.edges.len()).filter_map(|place| self.report(place, now));
            let (well, bad): (Vec<_>, Vec<_>) =
                reports.partition(|report| report.seen == Seen::Well);
            let questions = monitor.questions(&bad);
            verdicts.extend(monitor.judge(now, &bad, &well, &questions));
        }
        verdicts.retain(|finding| finding.verdict != LinkVerdict::Cleared);
        verdicts
    }
}

fn feed(
    known: &BTreeMap<[AsNumber; 2], Vec<AsNumber>>,
    quality: RouteFeed,
    rng: &mut Rng,
) -> RouteTable {
    let mut table = RouteTable::default();
    for ([from, to], way) in known {
        let draw = dist::uniform(rng);
        let by = number(dist::below(rng, NETWORKS.into()));
        let round = [&known[&[*from, by]][..], &known[&[by, *to]][1..]].concat();
        let is_way = round.iter().collect::<BTreeSet<_>>().len() == round.len();
        match quality {
            RouteFeed::Wrong if draw < 0.1 => {}
            RouteFeed::Wrong if draw < 0.2 && is_way => {
                table.insert(*from, *to, PathClass::Transit, 30, &round);
            }
            _ => table.insert(*from, *to, PathClass::Transit, 30, way),
        }
    }
    table
}

/// How many verdicts of all are right, and how many faults of all are found, and after how many seconds on
/// average.
fn score(quality: RouteFeed, worlds: u64) -> (f64, f64, f64) {
    let (mut verdicts, mut right, mut found, mut seconds) = (0, 0, 0, 0.0);
    for seed in 0..worlds {
        let world = World::new(seed, quality);
        let is_right = |finding: &&Finding| crosses(&[finding.from, finding.to], world.fault);
        let all = world.verdicts();
        verdicts += all.len();
        right += all.iter().filter(|finding| finding.time >= BEGINS).filter(is_right).count();
        if let Some(first) = all.iter().find(is_right) {
            found += 1;
            seconds += first.time.since(BEGINS).as_secs_f64();
        }
    }
    (right as f64 / verdicts as f64, f64::from(found) / worlds as f64, seconds / f64::from(found))
}

#[test]
#[allow(clippy::print_stdout, reason = "the table in docs/model.md is made by this")]
fn most_of_many_random_faults_are_located_and_few_links_are_accused_wrongly() {
    // The figures of the table less two points.
    for (quality, precision, recall) in [
        (RouteFeed::Right, 0.93, 0.96),
        (RouteFeed::Stale, 0.83, 0.95),
        (RouteFeed::Wrong, 0.86, 0.92),
    ] {
        let (right, found, seconds) = score(quality, 200);
        println!(
            "{quality:?}: precision {right:.3}, recall {found:.3}, located after {seconds:.1} s"
        );
        assert!(right >= precision && found >= recall, "{quality:?}: {right:.3}, {found:.3}");
    }
}
