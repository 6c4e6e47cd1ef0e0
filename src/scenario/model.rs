//! The validated scenario.

use super::lines::{AccessClass, NatMix};
use super::trouble::{Fault, Feeds};
use crate::baseline::{CdnOnlyConfig, TrackerConfig};
use crate::control::{ControlConfig, Policy};
use crate::metrics::GroupBy;
use crate::net::AsGraph;
use crate::peer::{ClientConfig, PlayerConfig, TreeConfig};
use crate::proto::ContentKind;
use crate::units::{AsIndex, BitRate, Bytes, ContentId, Ratio, SimTime, Span};
use std::sync::Arc;

/// Everything that a run depends on.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Short name, also of the results folder.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Seed of all random streams.
    pub seed: u64,
    /// How long the run lasts.
    pub duration: Span,
    /// What is run when the command line names none.
    pub coordinators: Vec<CoordinatorKind>,
    /// Networks and links.
    pub topology: Topology,
    /// How messages and data travel.
    pub network: Network,
    /// What is watched; at least one.
    pub contents: Vec<Content>,
    /// CDN nodes; at least one.
    pub cdn: Vec<Server>,
    /// Waypoint servers.
    pub waypoints: Vec<Server>,
    /// Who watches.
    pub audience: Audience,
    /// Access lines; shares add up to 1.
    pub access: Vec<AccessClass>,
    /// Kinds of NAT on fixed lines.
    pub nat_fixed: NatMix,
    /// Kinds of NAT on mobile lines.
    pub nat_mobile: NatMix,
    /// Player settings.
    pub player: PlayerConfig,
    /// Tree protocol settings.
    pub tree: TreeConfig,
    /// Client settings.
    pub client: ClientConfig,
    /// What the owner and the law demand; only the control center knows of it.
    pub policies: Vec<Policy>,
    /// Control center settings.
    pub control: ControlConfig,
    /// Where the coordinator's machine stands.
    pub control_site: ControlSite,
    /// Tracker settings.
    pub tracker: TrackerConfig,
    /// CDN-only settings.
    pub cdn_only: CdnOnlyConfig,
    /// How late and how wrong feeds are.
    pub feeds: Feeds,
    /// What goes wrong, in the order of time.
    pub faults: Vec<Fault>,
    /// What is written.
    pub output: OutputConfig,
    /// What traffic costs; nothing is said of it when there is none.
    pub cost: Option<Cost>,
    /// What a sweep varies.
    pub sweep: Sweep,
    /// What runs are expected to show.
    pub expectations: Vec<Expectation>,
    /// What `--set` changed, in order, each `path=value`.
    pub overrides: Vec<String>,
}

impl Scenario {
    /// The seeds of a sweep, a check or a plan: the scenario's own and those after it.
    pub fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
        let first = self.seed;
        (0..u64::from(self.sweep.seeds)).map(move |n| first.saturating_add(n))
    }
}

/// Who decides where viewers get their data from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoordinatorKind {
    /// The control center.
    ControlCenter,
    /// Baseline B0: CDN nodes serve everybody.
    CdnOnly,
    /// Baseline B1: a tracker names random peers.
    TrackerRandom,
    /// Baseline B2: a tracker names local peers and a few others.
    TrackerLocal,
}

/// Networks, links, and which networks have viewers.
#[derive(Clone, Debug)]
pub struct Topology {
    /// All networks and their links, relationships known or inferred.
    pub graph: Arc<AsGraph>,
    /// What was read and inferred, one line a fact, for `validate`.
    pub notes: Vec<String>,
    /// The access ISPs.
    pub isps: Vec<Isp>,
    /// Where the graph came from.
    pub source: GraphSource,
}

/// Where a graph came from.
#[derive(Clone, Debug, PartialEq)]
pub enum GraphSource {
    /// The scenario file itself.
    Inline,
    /// Another text.
    Text(GraphText),
}

/// A graph in a text of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphText {
    /// `builtin:` and a name, or a file as the scenario names it.
    pub name: String,
    /// Its format.
    pub format: GraphFormat,
    /// True when relationships were inferred, false when they were read.
    pub inferred: bool,
    /// Capacity of a customer-provider or sibling link, each way, where the text says none.
    pub transit_capacity: BitRate,
    /// Capacity of a peering link, each way, where the text says none.
    pub peering_capacity: BitRate,
    /// One-way latency of every link; by kind and place when there is none.
    pub link_latency: Option<Span>,
}

/// The format of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// CAIDA's AS relationships, serial-1 or serial-2.
    AsRel,
    /// SNAP's as-caida.
    Snap,
    /// Two AS numbers a line.
    EdgeList,
    /// Graph Modelling Language.
    Gml,
    /// GraphML.
    Graphml,
}

/// An access ISP.
#[derive(Clone, Debug, PartialEq)]
pub struct Isp {
    /// Its network.
    pub network: AsIndex,
    /// For tables and charts.
    pub name: String,
    /// Two letters, upper case.
    pub country: [u8; 2],
    /// Its part of the audience, relative to the others.
    pub weight: f64,
    /// In how many cities its viewers live.
    pub metros: u32,
    /// The access classes that its viewers have, by name; all where there are none.
    pub lines: Vec<String>,
    /// To how many DCMs its cities are dealt out.
    pub dcms: u16,
}

/// How messages and data travel.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Control messages that get lost.
    pub control_loss: Ratio,
    /// From the failure or repair of a link until routes avoid or use it again.
    pub convergence: Span,
    /// Pairs that could connect and do.
    pub nat_success: Ratio,
}

impl Scenario {
    /// Whether any content is a file.
    #[must_use]
    pub fn has_files(&self) -> bool {
        self.contents.iter().any(|content| content.kind == ContentKind::File)
    }

    /// Whether any users take their uplink for wider than it is.
    #[must_use]
    pub fn overstates(&self) -> bool {
        self.access.iter().any(|class| class.overstated.is_some())
    }
}

/// A live stream or a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Its name in results.
    pub name: String,
    /// Who owns it.
    pub owner: String,
    /// Live or file.
    pub kind: ContentKind,
    /// Its rate; of a file, how fast a client fetches it at most.
    pub bitrate: BitRate,
    /// Into how many substreams it is cut; of a file, its portions.
    pub substreams: u8,
    /// When it begins, or is published.
    pub start: SimTime,
    /// How long it is; of a file, how long it takes at its rate.
    pub duration: Span,
    /// Of a file, its bytes.
    pub size: Option<Bytes>,
    /// Where the line of somebody who watches several contents cannot serve all, the higher comes first.
    pub priority: u8,
}

/// A server in a data center: a CDN node, or a waypoint server.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Its name in results.
    pub name: String,
    /// The network that connects its data center.
    pub network: AsIndex,
    /// Country of the data center, two letters, upper case.
    pub country: [u8; 2],
    /// What it may send in all; a waypoint server receives at most as much.
    pub capacity: BitRate,
}

/// Where the coordinator's machine stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlSite {
    /// The network that connects it.
    pub network: AsIndex,
    /// Its country, two letters, upper case.
    pub country: [u8; 2],
}

/// Who watches, from when to when.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// How viewers come.
    pub arrivals: Arrivals,
    /// What they watch; shares add up to 1.
    pub watches: Vec<Watch>,
    /// How long they stay; shares add up to 1.
    pub sessions: Vec<SessionKind>,
    /// Leavers that say no good-bye.
    pub silent_leave: Ratio,
    /// Sessions that are further visits of viewers who have been here before.
    pub returning: Ratio,
    /// The file that the sessions of a trace came from, as the scenario names it.
    pub trace_file: Option<String>,
}

/// What a part of the viewers watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// Its name.
    pub name: String,
    /// Of all viewers.
    pub share: f64,
    /// All watched at the same time over one line; at least one, each once.
    pub contents: Vec<ContentId>,
}

/// How viewers come.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// The number of viewers follows a curve.
    Curve {
        /// Viewers at level 1.
        peak: u64,
        /// Level before the first phase.
        initial: f64,
        /// One after the other, the last until the end of the run.
        phases: Vec<Phase>,
    },
    /// Arrivals at a constant rate, independent of each other.
    Poisson {
        /// Arrivals per second.
        per_second: f64,
    },
    /// The sessions of a trace.
    Trace(Vec<TraceSession>),
}

/// A stretch of the audience curve, from the level before it to `level`.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// What happens, for charts.
    pub name: String,
    /// When it ends.
    pub until: SimTime,
    /// Share of the peak at its end.
    pub level: f64,
    /// How it gets there.
    pub shape: Shape,
}

/// How a phase goes from its first to its last level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In a straight line.
    Linear,
    /// Slow, fast, slow: a smooth step with slope 1.5 times the mean in the middle.
    Smooth,
    /// At once.
    Step,
}

/// One session of a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSession {
    /// When it begins.
    pub join: SimTime,
    /// When it ends.
    pub leave: SimTime,
    /// Index of its access class; drawn when the trace does not say.
    pub access: Option<usize>,
    /// Index of its ISP; drawn when the trace does not say.
    pub isp: Option<usize>,
}

/// A kind of session, log-normal in length.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionKind {
    /// Its name.
    pub name: String,
    /// Of all sessions.
    pub share: f64,
    /// Median length.
    pub median: Span,
    /// Standard deviation of the logarithm.
    pub sigma: f64,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputConfig {
    /// Between two samples of the time series.
    pub sample: Span,
    /// Rows of `peers.csv`, and rows about viewers of `events.csv`.
    pub peers: Rows,
    /// Rows of `assignments.csv`, by client.
    pub assignments: Rows,
    /// Rows of `transfers.csv`.
    pub transfers: Rows,
    /// When `topology.csv` is taken.
    pub topology_at: Vec<SimTime>,
}

/// Which rows of a large table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All.
    All,
    /// Those of one client in so many.
    OneIn(u32),
    /// None.
    None,
}

impl CoordinatorKind {
    /// All, in the order of tables and charts.
    pub const ALL: [Self; 4] =
        [Self::ControlCenter, Self::CdnOnly, Self::TrackerRandom, Self::TrackerLocal];

    /// The name in scenarios, results and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ControlCenter => "control-center",
            Self::CdnOnly => "cdn-only",
            Self::TrackerRandom => "tracker-random",
            Self::TrackerLocal => "tracker-local",
        }
    }
}

/// Prices, in whatever currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Of a gigabyte (10^9 bytes) from CDN nodes.
    pub cdn_gb: f64,
    /// Of a megabit per second of transit at the 95th percentile, for the length of the run.
    pub transit_mbps: f64,
}

/// What a sweep varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// How many seeds each point is run with, from the scenario's seed on; at least one.
    pub seeds: u32,
    /// Keys and their values; none is one point, the scenario as it is.
    pub axes: Vec<Axis>,
}

/// What runs are expected to show: a figure between two limits, of which at least one is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// The figure, as in `summary.csv`.
    pub metric: String,
    /// Its unit, also that of the limits.
    pub unit: &'static str,
    /// The least that is fine.
    pub low: Option<f64>,
    /// The most that is fine.
    pub high: Option<f64>,
    /// Over what it is judged.
    pub over: Over,
    /// Under whom; empty under all that are run.
    pub coordinators: Vec<CoordinatorKind>,
    /// About which part of the audience; about all when there is none.
    pub group: Option<(GroupBy, String)>,
}

/// Over what an expected figure is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// With every single seed.
    EverySeed,
    /// The mean over the seeds.
    Mean,
}

/// A key that a sweep varies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Its path, as in an override.
    pub key: String,
    /// Its values, as in an override; at least one.
    pub values: Vec<String>,
    /// The key of the earlier axis that it goes in step with.
    pub with: Option<String>,
}

impl Default for Sweep {
    /// Five seeds are the fewest with which an interval means something (assumption).
    fn default() -> Self {
        Self { seeds: 5, axes: Vec::new() }
    }
}
