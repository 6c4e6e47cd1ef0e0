//! Settings of clients and coordinators, as the file says them.

use super::{At, Duration, Share};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The player.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPlayer {
    /// Media in the buffer before playback begins.
    pub startup: Option<At<Duration>>,
    /// Media in the buffer before playback goes on after a stall.
    pub resume: Option<At<Duration>>,
    /// How far behind the live edge a newcomer begins: its buffer once it has caught up.
    pub join_back: Option<At<Duration>>,
    /// Data become due at the latest this long after joining, whether playback began or not.
    pub patience: Option<At<Duration>>,
}

/// The tree protocol.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTree {
    /// A child that is behind may take up to this many times the substream's rate; 1 or above.
    pub catch_up: Option<At<f64>>,
    /// From the last byte in to the first byte out at every hop.
    pub forward_delay: Option<At<Duration>>,
    /// How much of the past a peer keeps for its children; not shorter than `player.join_back`.
    pub buffer: Option<At<Duration>>,
    /// From the encoder to the first byte that a CDN node can send.
    pub origin_delay: Option<At<Duration>>,
}

/// How a client talks.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawClient {
    /// Between two reports.
    pub heartbeat: Option<At<Duration>>,
    /// Round trips from asking a parent to its first byte.
    pub connect_rtts: Option<At<f64>>,
    /// How long a client waits for a parent that does not answer.
    pub connect_timeout: Option<At<Duration>>,
    /// How long it waits for an answer to its join before it asks again.
    pub join_retry: Option<At<Duration>>,
    /// Heartbeats without an answer after which the coordinator counts as unreachable.
    pub unreachable_heartbeats: Option<At<i64>>,
    /// Heartbeats without data after which it asks a CDN node by itself, when nobody told it whom
    /// to ask.
    pub fallback_heartbeats: Option<At<i64>>,
}

/// The control center.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawControl {
    /// Number of the network that connects the coordinator's machine; that of the first CDN node
    /// when left out.
    pub site_as: Option<At<i64>>,
    /// Country of the coordinator's machine, two capital letters; that of the first CDN node when
    /// left out.
    pub site_country: Option<At<String>>,
    /// How regions are drawn.
    pub region: Option<At<RawRegion>>,
    /// Between two heartbeats, as clients are told; `client.heartbeat` when left out.
    pub heartbeat: Option<At<Duration>>,
    /// Intervals without data from a parent, when nothing else says that it is gone.
    pub silent_heartbeats: Option<At<i64>>,
    /// Intervals below the substream's rate before the path counts as congested.
    pub congested_heartbeats: Option<At<i64>>,
    /// Below this share of the substream's rate an interval counts as congested.
    pub congested_below: Option<At<Share>>,
    /// Missed heartbeats after which a client is gone.
    pub expiry_heartbeats: Option<At<i64>>,
    /// When more than this share of a cluster falls silent at once, the network is cut, not the
    /// clients dead.
    pub cut_off_share: Option<At<Share>>,
    /// Copies of each substream that enter a region from outside.
    pub feeds: Option<At<i64>>,
    /// Share of the lent uplink that is kept free so that children can catch up.
    pub catch_up_reserve: Option<At<Share>>,
    /// A peer younger than this feeds others only when no older one has room; of no account with `history`.
    pub maturity: Option<At<Duration>>,
    /// Whether parents and feeds are ranked by the history of clients: how long they are expected to stay,
    /// and what was lost on the way from them.
    pub history: Option<At<bool>>,
    /// How many clients are remembered; those not seen for longest are forgotten first.
    pub history_clients: Option<At<i64>>,
    /// Candidates from the priority queue, of which one is chosen.
    pub candidates: Option<At<i64>>,
    /// How often places are looked at again, second by second.
    pub reassess: Option<At<Duration>>,
    /// How often the whole topology is recomputed.
    pub recompute: Option<At<Duration>>,
    /// Share of a cluster's uplink that has come or gone since the last recomputation, above which
    /// the next one does not wait.
    pub recompute_above: Option<At<Share>>,
    /// The same, above which the next recomputation is of the whole topology; 1 is never.
    pub recompute_whole_above: Option<At<Share>>,
    /// Changes of parents for the better, for each viewer of a cluster and minute, at most.
    pub improvements: Option<At<f64>>,
    /// Whether viewers may serve in more than one substream to save CDN nodes copies; they always do for
    /// those who would get nothing.
    pub spread: Option<At<bool>>,
    /// How parents are found for many clients at once.
    pub assignment: Option<At<RawAssignmentOrder>>,
    /// How long newcomers are gathered before they are told their parents; not at all when zero.
    pub gather: Option<At<Duration>>,
    /// How DCMs of several contents share the uplink of somebody who is on more than one of them.
    pub sharing: Option<At<RawSharing>>,
    /// How a parent is taken from the candidates.
    pub selection: Option<At<RawSelection>>,
    /// Whether the condition monitor looks for links in trouble; without it each child is moved by what it
    /// reports itself.
    pub monitor: Option<At<bool>>,
    /// Whether it is measured what uplinks carry; without it clients are believed.
    pub measure_uplinks: Option<At<bool>>,
    /// After how long an uplink that was found to carry less than its client says is measured again.
    pub remeasure: Option<At<Duration>>,
    /// Weights of the objective function.
    pub objective: Option<At<RawObjective>>,
    /// When clusters are split and merged.
    pub clusters: Option<At<RawClusters>>,
    /// How long the machine of a DCM takes for what it does.
    pub service: Option<At<RawService>>,
    /// Three levels of viewers, by what they lend and how they have proved themselves; one when left out.
    pub levels: Option<At<RawLevels>>,
}

/// Three levels of viewers, each with DCMs of its own.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLevels {
    /// Whether there are levels, so that a sweep can compare both; yes when left out.
    pub enabled: Option<At<bool>>,
    /// Viewers of each region at the top; 3 when left out.
    pub top_members: Option<At<i64>>,
    /// The top, which CDN nodes feed.
    pub top: Option<At<RawLevel>>,
    /// The strong ones of each region, whom the top feeds.
    pub second: Option<At<RawLevel>>,
    /// All others, whom the strong ones of their region feed.
    pub bottom: Option<At<RawLevel>>,
    /// When relays are called for a region whose strong viewers are too few, and given back.
    pub relays: Option<At<RawRelays>>,
}

/// When relays are called and given back: waypoint servers, and viewers of another content.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawRelays {
    /// Whether any are called; yes when left out.
    pub enabled: Option<At<bool>>,
    /// Whether strong viewers of another content may be told to serve this one, too; no when left out.
    pub draft: Option<At<bool>>,
    /// How long strong viewers must have been too few before a relay is called, and before the next one;
    /// 20 s when left out.
    pub call_after: Option<At<Duration>>,
    /// How long a region must have been able to do without a relay before it is given back; 60 s when left out.
    pub give_back_after: Option<At<Duration>>,
    /// So much more than is lacking must be there without it meanwhile; 25 % when left out.
    pub margin: Option<At<Share>>,
    /// A region with fewer viewers of a content calls nobody; 25 when left out.
    pub least_viewers: Option<At<i64>>,
}

/// What is different at each level.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLevel {
    /// Copies of each substream that enter a cluster from the level above; 4 at the top, 3 at the second
    /// level and 2 at the bottom when left out.
    pub feeds: Option<At<i64>>,
    /// How its viewers pass on data; in trees when left out.
    pub protocol: Option<At<RawProtocol>>,
}

/// How viewers pass on data.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawProtocol {
    /// In a tree for each substream.
    Tree,
}

/// When clusters are split and merged, in viewers: members and those who stand in line to become one.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawClusters {
    /// A cluster with more is split, 10 or more.
    pub split_above: Option<At<i64>>,
    /// Two that were one and have no more together are one again, at most half of `split_above`; half of
    /// it when left out.
    pub merge_below: Option<At<i64>>,
}

/// How long the machine of a DCM takes for what it does, one thing after the other; what comes meanwhile
/// stands in line. 0 is no time at all.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawService {
    /// To take a viewer in and choose its first parents.
    pub join: Option<At<Duration>>,
    /// To choose other parents for a viewer and tell it.
    pub assignment: Option<At<Duration>>,
    /// To take in a report, or anything else that a viewer says.
    pub heartbeat: Option<At<Duration>>,
    /// To hand one viewer over to another DCM.
    pub handover: Option<At<Duration>>,
}

/// How regions are drawn.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawRegion {
    /// One region an ISP.
    Isp,
    /// One region a country.
    Country,
    /// One region in all.
    World,
}

/// How parents are found for many clients at once.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawAssignmentOrder {
    /// One client after the other, all its substreams.
    Sequential,
    /// A parent for one client, a parent for the next, another for the first.
    Interleaved,
    /// Each parent chooses the nearest children.
    ChildSelection,
}

/// How DCMs of several contents share a host's uplink.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawSharing {
    /// By leases: who needs more gets what others do not use.
    Leases,
    /// In equal and fixed parts.
    Halves,
}

/// How a parent is taken from the candidates.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawSelection {
    /// The nearest.
    Nearest,
    /// At random.
    Random,
}

/// Weights of the objective function: cost of one Mbps, except where said.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawObjective {
    /// Sent by a CDN node.
    pub cdn: Option<At<f64>>,
    /// Sent by a peer into another network.
    pub cross_isp: Option<At<f64>>,
    /// For each hop between the source and a viewer.
    pub hop: Option<At<f64>>,
    /// Due and not delivered.
    pub unserved: Option<At<f64>>,
    /// Of one change of parent.
    pub switch: Option<At<f64>>,
}

/// The tracker of the baselines.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTracker {
    /// Between two announces of a client.
    pub announce: Option<At<Duration>>,
    /// Peers named in an answer of the random tracker.
    pub random_answer: Option<At<i64>>,
    /// Neighbors that a client keeps.
    pub neighbors: Option<At<i64>>,
    /// Below this many it asks again at once; not more than `neighbors`.
    pub fewest_neighbors: Option<At<i64>>,
    /// Peers named by the local tracker from outside the asker's network; not more than
    /// `neighbors`.
    pub external: Option<At<i64>>,
    /// Announces missed before an entry is evicted.
    pub evict_announces: Option<At<i64>>,
}

/// The baseline `cdn-only`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCdnOnly {
    /// What a node does with a viewer for whom it has no room.
    pub admission: Option<At<RawAdmission>>,
    /// Share of a node's capacity that is not given out, so that viewers can fill their buffers and
    /// catch up; of no account when nodes share.
    pub catch_up_reserve: Option<At<Share>>,
}

/// What a CDN node does with a viewer for whom it has no room.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawAdmission {
    /// Viewers wait, first come first served.
    Queue,
    /// Everybody gets less.
    Share,
    /// Viewers are refused for good; those whose node is lost wait all the same.
    Reject,
}
