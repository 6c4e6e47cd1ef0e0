//! The scenario file as it is written: every key optional, every value with its place in the text.
//!
//! The doc comments here are the descriptions in the JSON Schema and in the scenario reference.
//! Nothing is checked here beyond the shape; `validate` turns this into a [`super::Scenario`].

mod audience;
mod cost;
mod expect;
mod policy;
mod settings;
mod sweep;
mod topology;
mod value;

pub use audience::{
    RawAccess, RawAudience, RawEnterprise, RawFriends, RawHours, RawLends, RawNat, RawNatMix,
    RawOverstated, RawPhase, RawSession, RawShape, RawStrangers, RawWatch,
};
pub use cost::RawCost;
pub use expect::{RawExpect, RawOver};
pub use policy::RawPolicy;
pub use settings::{
    RawAdmission, RawAssignmentOrder, RawCdnOnly, RawClient, RawClusters, RawControl, RawLevel,
    RawLevels, RawObjective, RawPlayer, RawProtocol, RawRegion, RawRelays, RawSelection,
    RawService, RawSharing, RawTracker, RawTree,
};
pub use sweep::{RawAxis, RawScale, RawSweep};
pub use topology::{RawFormat, RawIsp, RawLink, RawLinkKind, RawRelationships, RawTopology};
pub use value::{At, Duration, Quantity, Rate, Scalar, Share, Size};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scenario of Grandstand: everything that a run depends on.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Grandstand scenario")]
pub struct RawScenario {
    /// One line for people; the scenario's name when it is left out.
    pub title: Option<At<String>>,
    /// Seed of all random streams, 0 or above.
    pub seed: Option<At<i64>>,
    /// How long the run lasts.
    #[schemars(required)]
    pub duration: Option<At<Duration>>,
    /// What is run when the command line names no coordinator.
    pub coordinators: Option<At<Vec<At<RawCoordinator>>>>,
    /// The graph of networks, when it comes from a file; left out when `[[isp]]` and `[[link]]` say
    /// it all.
    pub topology: Option<At<RawTopology>>,
    /// With a graph: the access ISPs in it that have viewers. Without one: all networks.
    #[schemars(required)]
    pub isp: Option<At<Vec<At<RawIsp>>>>,
    /// Links between the networks of `[[isp]]`, when there is no graph.
    pub link: Option<At<Vec<At<RawLink>>>>,
    /// How messages and data travel.
    pub network: Option<At<RawNetwork>>,
    /// What is watched; at least one.
    #[schemars(required)]
    pub content: Option<At<Vec<At<RawContent>>>>,
    /// CDN nodes; at least one.
    #[schemars(required)]
    pub cdn: Option<At<Vec<At<RawServer>>>>,
    /// Waypoint servers, which stand by until `control.levels` calls them for a region without strong viewers.
    pub waypoint: Option<At<Vec<At<RawServer>>>>,
    /// Who watches, from when to when.
    #[schemars(required)]
    pub audience: Option<At<RawAudience>>,
    /// Kinds of access lines; their shares add up to 1. The table replaces the built-in one as a
    /// whole.
    pub access: Option<At<Vec<At<RawAccess>>>>,
    /// What stands between viewers and the Internet.
    pub nat: Option<At<RawNat>>,
    /// The player.
    pub player: Option<At<RawPlayer>>,
    /// The tree protocol.
    pub tree: Option<At<RawTree>>,
    /// How a client talks.
    pub client: Option<At<RawClient>>,
    /// What the owner and the law demand: only the control center knows policies.
    pub policy: Option<At<Vec<At<RawPolicy>>>>,
    /// The control center.
    pub control: Option<At<RawControl>>,
    /// The tracker of the baselines `tracker-random` and `tracker-local`.
    pub tracker: Option<At<RawTracker>>,
    /// The baseline `cdn-only`.
    pub cdn_only: Option<At<RawCdnOnly>>,
    /// How late and how wrong the feeds are that coordinators get of routes and addresses.
    pub feeds: Option<At<RawFeeds>>,
    /// What goes wrong and is mended.
    pub fault: Option<At<Vec<At<RawFault>>>>,
    /// What traffic costs.
    pub cost: Option<At<RawCost>>,
    /// What is written.
    pub output: Option<At<RawOutput>>,
    /// What a sweep varies.
    pub sweep: Option<At<RawSweep>>,
    /// What `grandstand check` holds runs against.
    pub expect: Option<At<Vec<At<RawExpect>>>>,
}

/// Who decides where viewers get their data from.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawCoordinator {
    /// The control center.
    ControlCenter,
    /// CDN nodes serve everybody.
    CdnOnly,
    /// A tracker names random peers.
    TrackerRandom,
    /// A tracker names local peers and a few others.
    TrackerLocal,
}

/// How messages and data travel.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNetwork {
    /// Share of the control messages that get lost.
    pub control_loss: Option<At<Share>>,
    /// From the failure or repair of a link until routes avoid or use it again.
    pub convergence: Option<At<Duration>>,
    /// Share of the pairs that could connect through their NATs and do.
    pub nat_success: Option<At<Share>>,
}

/// A live stream or a file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawContent {
    /// Its name in results; no two contents have the same.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Who owns it, for the transfer records; its name when left out.
    pub owner: Option<At<String>>,
    /// Live stream or file.
    pub kind: Option<At<RawContentKind>>,
    /// Its rate; of a file, how fast a client fetches it at most.
    #[schemars(required)]
    pub bitrate: Option<At<Rate>>,
    /// Into how many substreams it is cut, 1 to 64; of a file, portions that may come from different sources.
    pub substreams: Option<At<i64>>,
    /// When it begins, from the start of the run; of a file, when it is published.
    pub start: Option<At<Duration>>,
    /// How long a live stream is; until the end of the run when it is left out.
    pub duration: Option<At<Duration>>,
    /// How large a file is; required for files.
    pub size: Option<At<Size>>,
    /// Where the line of somebody who watches several contents cannot serve all, the higher comes first;
    /// 0 to 255.
    pub priority: Option<At<i64>>,
}

/// What kind of content it is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawContentKind {
    /// Everybody wants the same instant.
    Live,
    /// Everybody wants it from the beginning.
    File,
}

/// A server in a data center: a CDN node, or a waypoint server.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawServer {
    /// Its name in results; no two CDN nodes or waypoint servers have the same.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Number of the network that connects its data center.
    #[serde(rename = "as")]
    #[schemars(required)]
    pub network: Option<At<i64>>,
    /// Country of the data center, two capital letters.
    #[schemars(required)]
    pub country: Option<At<String>>,
    /// What it may send in all; a waypoint server receives at most as much.
    #[schemars(required)]
    pub capacity: Option<At<Rate>>,
}

/// How late and how wrong the feeds are that coordinators get of routes and addresses. The same pairs and
/// ranges are wrong all the time.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFeeds {
    /// From the moment at which routes have changed until the route feed tells it.
    pub route_delay: Option<At<Duration>>,
    /// Share of the pairs of places between which the route feed knows no route.
    pub missing_routes: Option<At<Share>>,
    /// Of the others, the share for which it gives a way round over links that exist but are not used.
    pub wrong_routes: Option<At<Share>>,
    /// Share of the address ranges for which the address feed gives the place of another range.
    pub wrong_addresses: Option<At<Share>>,
}

/// Something that goes wrong and is mended; exactly one of the last five keys says what.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFault {
    /// When, from the start of the run.
    #[schemars(required)]
    pub at: Option<At<Duration>>,
    /// For how long; left out for `peers_vanish`.
    pub lasts: Option<At<Duration>>,
    /// How long before it begins the ISP announces it to coordinators; only of links, and left out where
    /// nobody announces it.
    pub announced: Option<At<Duration>>,
    /// The link between these two networks carries nothing.
    pub link_down: Option<At<Vec<At<i64>>>>,
    /// The link between two networks has another capacity, both ways.
    pub link_capacity: Option<At<RawLinkCapacity>>,
    /// This CDN node is gone.
    pub cdn_down: Option<At<String>>,
    /// This share of the viewers vanishes without a good-bye.
    pub peers_vanish: Option<At<Share>>,
    /// `true`: the coordinator's machine is cut off.
    pub control_down: Option<At<bool>>,
}

/// The new capacity of a link.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLinkCapacity {
    /// The numbers of the two networks.
    #[schemars(required)]
    pub between: Option<At<Vec<At<i64>>>>,
    /// Capacity while the fault lasts.
    #[schemars(required)]
    pub capacity: Option<At<Rate>>,
}

/// What is written.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOutput {
    /// Between two samples of the time series.
    pub sample: Option<At<Duration>>,
    /// Rows of `peers.csv` and `events.csv`: `all`, `none`, or those of one client in so many, as in `1/10`.
    pub peers: Option<At<String>>,
    /// Rows of `assignments.csv`, likewise, by client.
    pub assignments: Option<At<String>>,
    /// Rows of `transfers.csv`, likewise.
    pub transfers: Option<At<String>>,
    /// When `topology.csv` is taken, from the start of the run.
    pub topology_at: Option<At<Vec<At<Duration>>>>,
}
