//! What the control center is set to, each value with its source.

use super::levels::Level;
use crate::units::{AsNumber, Metro, Ratio, Span};
use std::collections::BTreeMap;

/// The control center.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlConfig {
    /// How regions are drawn.
    pub region: RegionRule,
    /// Networks whose cities are dealt out to more than one DCM, and to how many.
    pub dcms: BTreeMap<AsNumber, u16>,
    /// Between two heartbeats of a client.
    pub heartbeat: Span,
    /// Intervals without data from a parent, when nothing else says that it is gone.
    pub silent_heartbeats: u32,
    /// Intervals below the substream's rate before the path counts as congested.
    pub congested_heartbeats: u32,
    /// Below this share of the substream's rate an interval counts as congested.
    pub congested_below: Ratio,
    /// Missed heartbeats after which a client is gone.
    pub expiry_heartbeats: u32,
    /// When more than this share of a cluster falls silent at once, the network is cut, not the clients dead.
    pub cut_off_share: Ratio,
    /// Copies of each substream that enter a region from outside.
    pub feeds: u32,
    /// Lent uplink kept free so that children can catch up.
    pub catch_up_reserve: Ratio,
    /// A peer younger than this feeds others only when no older one has room; of no account with
    /// `history`.
    pub maturity: Span,
    /// Parents and feeds are ranked by how long they are expected to stay and by what they lost, as the
    /// history database knows it.
    pub history: bool,
    /// How many clients the history database remembers.
    pub history_clients: usize,
    /// Candidates from the priority queue, of which one is chosen.
    pub candidates: usize,
    /// How the one is chosen.
    pub selection: Selection,
    /// How often places are looked at again, second by second.
    pub reassess: Span,
    /// How often the whole topology is recomputed.
    pub recompute: Span,
    /// Share of a cluster's uplink that has come or gone since the last recomputation, above which
    /// the next one does not wait.
    pub recompute_above: Ratio,
    /// The same, above which the next one is of the whole topology; 1 is never.
    pub recompute_whole_above: Ratio,
    /// Changes of parents for the better, for each member and minute, at most.
    pub improvements: f64,
    /// Whether members may serve in more than one substream to save CDN nodes copies; they always do
    /// for those who would get nothing.
    pub spread: bool,
    /// Who chooses first where many come at once.
    pub assignment: AssignmentOrder,
    /// How long newcomers are gathered before they are told their parents; zero is not at all.
    pub gather: Span,
    /// How DCMs of several contents share a host that is on more than one of them.
    pub sharing: Sharing,
    /// Whether the condition monitor looks for links in trouble.
    pub monitor: bool,
    /// Whether uplinks are measured, or clients believed.
    pub measure_uplinks: bool,
    /// After how long an uplink that was found to carry less than its client says is measured again.
    pub remeasure: Span,
    /// Weights of the objective function.
    pub objective: ObjectiveConfig,
    /// When clusters are split and merged.
    pub clusters: ClusterConfig,
    /// How long the machine of a DCM takes for what it does.
    pub service: ServiceConfig,
    /// The levels at which viewers are, where there are any.
    pub levels: Option<LevelsConfig>,
}

/// Three levels of viewers: a few of the strongest of every region, the strong ones of each region, the
/// others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelsConfig {
    /// Viewers of each region at the top.
    pub top_members: u32,
    /// The top, which CDN nodes feed.
    pub top: LevelConfig,
    /// The strong ones of each region, whom the top feeds.
    pub second: LevelConfig,
    /// All others, whom the strong ones of their region feed.
    pub bottom: LevelConfig,
    /// When relays are called for a region whose strong ones are too few.
    pub relays: RelaysConfig,
}

/// When relays, waypoint servers and drafted clients, are called and given back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RelaysConfig {
    /// Whether any are.
    pub enabled: bool,
    /// Whether strong viewers of another content may be told to serve this one as well.
    pub draft: bool,
    /// How long the strong viewers of a region must have been too few before one is called, and before
    /// another one is.
    pub call_after: Span,
    /// How long the region must have been able to do without one before it is given back.
    pub give_back_after: Span,
    /// So much more than is lacking must be there without it meanwhile.
    pub margin: Ratio,
    /// A region with fewer viewers of a content calls nobody.
    pub least_viewers: u32,
}

/// What is different at each level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelConfig {
    /// Copies of each substream that enter a cluster from the level above.
    pub feeds: u32,
    /// How its members pass on data.
    pub protocol: Protocol,
}

/// How viewers pass on data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// In a tree for each substream.
    Tree,
}

/// When clusters are split and merged, in clients: members and those who stand in line to become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClusterConfig {
    /// A cluster with more is split.
    pub split_above: u32,
    /// Two that were one and have no more together are one again; at most half of `split_above`.
    pub merge_below: u32,
}

/// How long the machine of a DCM takes for what it does; 0 for no time at all. It does one thing after
/// the other, and what comes meanwhile stands in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceConfig {
    /// To take a client in and choose its first parents.
    pub join: Span,
    /// To choose other parents for a client and tell it.
    pub assignment: Span,
    /// To take in a report, or anything else that a client says.
    pub heartbeat: Span,
    /// To hand one client over to another DCM.
    pub handover: Span,
}

/// How DCMs of several contents share a host's uplink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// By leases: who needs more gets what others do not use.
    Leases,
    /// In equal and fixed parts.
    Halves,
}

/// How regions are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionRule {
    /// One region an ISP.
    Isp,
    /// One region a country.
    Country,
    /// One region in all.
    World,
}

/// How parents are found for many clients at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentOrder {
    /// One client after the other, all its substreams.
    Sequential,
    /// A parent for one client, a parent for the next, another for the first.
    Interleaved,
    /// Each parent chooses the nearest children.
    ChildSelection,
}

/// How a parent is taken from the candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The nearest.
    Nearest,
    /// At random.
    Random,
}

/// Weights of the objective function: cost of one Mbps, except where said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ObjectiveConfig {
    /// Sent by a CDN node.
    pub cdn: f64,
    /// Sent by a peer into another network.
    pub cross_isp: f64,
    /// For each hop between the source and a viewer.
    pub hop: f64,
    /// Due and not delivered.
    pub unserved: f64,
    /// Of one change of parent.
    pub switch: f64,
}

impl Default for ControlConfig {
    fn default() -> Self {
        Self {
            // Administrative domain: the source's own example of a region.
            region: RegionRule::Isp,
            // One DCM a region, as the source describes it before it splits clusters.
            dcms: BTreeMap::new(),
            // Seconds, as the source wants for live sport; the figure is an assumption.
            heartbeat: Span::from_secs(2),
            // Assumption; a death that the parent's own silence confirms needs only one.
            silent_heartbeats: 2,
            // Assumption.
            congested_heartbeats: 3,
            // Assumption: sequence numbers are whole packets, so a healthy interval may show 98 %.
            congested_below: share(0.9),
            // Assumption: three lost datagrams in a row are rarer than a crash.
            expiry_heartbeats: 3,
            // Assumption.
            cut_off_share: share(0.3),
            // Assumption: one to live on, one to survive.
            feeds: 2,
            // Assumption: room for one child of nine at twice the rate.
            catch_up_reserve: share(0.1),
            // Assumption: a zapper is gone in 20 s (median).
            maturity: Span::from_secs(60),
            // Assumption: the rule of age is what can be done without accounts.
            history: false,
            // Assumption: half a kilobyte each at the most, 50 MB.
            history_clients: 100_000,
            // Assumption.
            candidates: 16,
            // The nearest, as the source's fast path ends.
            selection: Selection::Nearest,
            // Second-level intervals, as the source wants for live sport.
            reassess: Span::from_secs(1),
            // Every five minutes: the source's example.
            recompute: Span::from_secs(300),
            // Assumption.
            recompute_above: share(0.2),
            // Never: the source has it periodic.
            recompute_whole_above: share(1.0),
            // Assumption: one for each substream of a newcomer that a CDN node fed at first.
            improvements: 10.0,
            // Interior in one tree: its loss costs a child one substream.
            spread: false,
            // The source names it first.
            assignment: AssignmentOrder::Sequential,
            // Nobody waits.
            gather: Span::ZERO,
            // DCMs coordinate over a node that is on several channels, as the source wants.
            sharing: Sharing::Leases,
            // The source's own description has one.
            monitor: true,
            // High capacity is measured, as the source has it.
            measure_uplinks: true,
            // Assumption: as often as the whole is recomputed.
            remeasure: Span::from_secs(300),
            objective: ObjectiveConfig::default(),
            clusters: ClusterConfig::default(),
            service: ServiceConfig::default(),
            // One level: what the others buy has to be shown first.
            levels: None,
        }
    }
}

impl Default for LevelsConfig {
    /// Most redundancy at the top, as the source has it; the figures are assumptions.
    fn default() -> Self {
        let level = |feeds| LevelConfig { feeds, protocol: Protocol::Tree };
        Self {
            top_members: 3,
            top: level(4),
            second: level(3),
            bottom: level(2),
            relays: RelaysConfig::default(),
        }
    }
}

impl Default for RelaysConfig {
    /// All assumptions.
    fn default() -> Self {
        Self {
            enabled: true,
            // Whoever has asked for one content has not agreed to pay for another.
            draft: false,
            // A viewer's rise takes as long as its proof, a minute: a third of that is no waste yet.
            call_after: Span::from_secs(20),
            give_back_after: Span::from_secs(60),
            margin: share(0.25),
            // As many members as one more feed must be worth.
            least_viewers: 25,
        }
    }
}

impl ControlConfig {
    /// Which of a network's DCMs a city belongs to: cities are dealt out in turn, so that a city
    /// stays whole.
    pub(crate) fn part_of(&self, network: AsNumber, metro: Metro) -> u16 {
        let dcms = self.dcms.get(&network).map_or(1, |dcms| u32::from(*dcms).max(1));
        (metro.get() % dcms) as u16
    }

    /// Copies of each substream that a cluster of a level takes from outside.
    pub(crate) fn feeds_at(&self, level: Level) -> u32 {
        match (self.levels, level) {
            (Some(levels), Level::Top) => levels.top.feeds,
            (Some(levels), Level::Second) => levels.second.feeds,
            (Some(levels), Level::Bottom) => levels.bottom.feeds,
            (None, _) | (_, Level::Flat) => self.feeds,
        }
    }
}

impl Default for ClusterConfig {
    fn default() -> Self {
        // Assumption: what the machine of one DCM can recompute within a fraction of a second; twice the
        // largest cluster that the scenario of a million viewers draws beforehand.
        Self { split_above: 10_000, merge_below: 5_000 }
    }
}

impl Default for ServiceConfig {
    /// No time: decisions cost some microseconds each (docs/model.md), which matters only where
    /// thousands ask one machine within a second.
    fn default() -> Self {
        Self {
            join: Span::ZERO,
            assignment: Span::ZERO,
            heartbeat: Span::ZERO,
            handover: Span::ZERO,
        }
    }
}

impl Default for ObjectiveConfig {
    /// Assumptions: a CDN byte costs ten times a transit byte, and an unserved one more than either.
    fn default() -> Self {
        Self { cdn: 1.0, cross_isp: 0.1, hop: 0.01, unserved: 10.0, switch: 0.02 }
    }
}

/// A share that is known to lie within 0 and 1.
fn share(value: f64) -> Ratio {
    Ratio::new(value).unwrap_or_default()
}
