//! A decision and its reason, one a changed substream.

use crate::units::{PeerId, Ratio, SimTime, Substream};
use std::borrow::Cow;

/// What made a coordinator look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// A client joined.
    Join,
    /// Its parent said good-bye.
    ParentLeft,
    /// Its parent fell silent.
    ParentSilent,
    /// The parent lives, but nothing arrives from it.
    PathFailed,
    /// Data arrive below the substream's rate.
    Congestion,
    /// The parent could not be reached or refused.
    ConnectFailed,
    /// A better place became free.
    Improvement,
    /// The periodic recomputation.
    Recomputation,
    /// Its parent's hours of not serving begin.
    ServingHours,
    /// Somebody who can feed others takes the place of one who cannot.
    Preemption,
    /// There is not enough for all.
    Shortage,
    /// Another content needs what its parent's line, or its own, has carried.
    ShareRecalled,
    /// Clusters were split or merged, and its parent is in another one now.
    OtherCluster,
    /// It changed its level, or its parent did.
    LevelChange,
    /// It was called to serve others, as a waypoint server or on a viewer's device.
    Called,
    /// Its parent was a relay and is given back.
    GivenBack,
    /// The path from its parent crosses a link that is held to have failed.
    LinkFailed,
    /// The path from its parent crosses a link that is held to be congested.
    LinkCongested,
    /// The path from its parent crosses a link about which an ISP has sent a notice.
    LinkAnnounced,
    /// Its parent's uplink was found to carry less than was counted on.
    UplinkNarrow,
}

/// Which rule chose the new parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The cluster needs another feed from outside, and this is it.
    ClusterFeed,
    /// No peer of its own cluster has room: one of the level above.
    FromLevelAbove,
    /// As below, of those on the same enterprise network.
    SameEnterprise,
    /// As below, among the child's friends.
    NearestOfFriends,
    /// Among those with most spare uplink nearest to the source, the nearest to the child.
    NearestOfCandidates,
    /// Of those who have as much of a file and uplink to spare, the nearest to the child.
    NearestWithMore,
    /// The file is not published yet: nobody for now.
    NotPublished,
    /// No peer has room: a CDN node.
    NoPeerHasRoom,
    /// Not reachable by peers: a CDN node.
    NotReachable,
    /// Nothing has room at all.
    NothingHasRoom,
    /// The nearest CDN node with room.
    NearestServer,
    /// Somebody of higher priority waits for the same: nobody for now.
    HigherPriorityWaits,
    /// The place near the source of somebody who feeds nobody.
    TakesPlace,
    /// The one who has taken its place.
    BelowWhoTookItsPlace,
    /// The parent chose it, as the nearest of those who had come.
    ChosenByParent,
    /// Nobody until there is enough again: of the lowest priority with the least uplink.
    Ejected,
    /// Its line carries another content: nobody for now.
    DownlinkTaken,
}

/// A decision about one substream of one client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// When it was made.
    pub time: SimTime,
    /// For whom.
    pub child: PeerId,
    /// Which substream.
    pub substream: Substream,
    /// The DCM that made it, numbered in the order of creation; none where there are no DCMs.
    pub dcm: Option<u32>,
    /// Why it was looked at.
    pub trigger: Trigger,
    /// Who it was; none for a newcomer.
    pub old_parent: Option<PeerId>,
    /// Who it is now; none for a null assignment.
    pub new_parent: Option<PeerId>,
    /// What chose it.
    pub rule: Rule,
    /// Members of the cluster that hold the substream: data reach them from a CDN node.
    pub feasible: u32,
    /// Of these, without uplink left for it.
    pub pruned_uplink: u32,
    /// Of the rest, such as do not serve this client, or nobody now, by their own terms.
    pub pruned_policy: u32,
    /// Of the rest, not reachable through the NATs of both.
    pub pruned_nat: u32,
    /// Of the rest, such as were looked at and passed over because their path to the child crosses a link in
    /// trouble.
    pub pruned_congestion: u32,
    /// Of the rest, such as history has less faith in than in the new parent; 0 where none is kept.
    pub pruned_history: u32,
    /// Looked at one by one.
    pub considered: u32,
    /// The chance that the new parent is still there in a minute, as history says; none where none is
    /// kept, and for a CDN node.
    pub outlook: Option<Ratio>,
}

/// A change of the clusters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regrouping {
    /// When it was done.
    pub time: SimTime,
    /// A cluster was split; else two were merged.
    pub split: bool,
    /// The DCM that stays, numbered in the order of creation.
    pub dcm: u32,
    /// The one that is new, or is no more.
    pub other: u32,
    /// By what the viewers of a split cluster were told apart; none for a merge.
    pub by: Option<Cow<'static, str>>,
    /// What the viewers inside the line have, joined by semicolons: parts of the world, countries, AS
    /// numbers, AS numbers with a city each, or a bit; none for a merge.
    pub inside: Option<String>,
    /// Whether those inside got the new DCM, and not those outside; none for a merge.
    pub inside_moved: Option<bool>,
    /// Clients of both together, those in line included.
    pub clients: u32,
    /// Of these, who have another DCM now.
    pub moved: u32,
    /// Tree edges that were cut by a split, or that still led from one to the other before a merge.
    pub edges: u32,
}

impl Trigger {
    /// All triggers.
    pub const ALL: [Self; 20] = [
        Self::Join,
        Self::ParentLeft,
        Self::ParentSilent,
        Self::PathFailed,
        Self::Congestion,
        Self::ConnectFailed,
        Self::Improvement,
        Self::Recomputation,
        Self::ServingHours,
        Self::Preemption,
        Self::Shortage,
        Self::ShareRecalled,
        Self::OtherCluster,
        Self::LevelChange,
        Self::Called,
        Self::GivenBack,
        Self::LinkFailed,
        Self::LinkCongested,
        Self::LinkAnnounced,
        Self::UplinkNarrow,
    ];

    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::ParentLeft => "parent_left",
            Self::ParentSilent => "parent_silent",
            Self::PathFailed => "path_failed",
            Self::Congestion => "congestion",
            Self::ConnectFailed => "connect_failed",
            Self::Improvement => "improvement",
            Self::Recomputation => "recomputation",
            Self::ServingHours => "serving_hours",
            Self::Preemption => "preemption",
            Self::Shortage => "shortage",
            Self::ShareRecalled => "share_recalled",
            Self::OtherCluster => "other_cluster",
            Self::LevelChange => "level_change",
            Self::Called => "called",
            Self::GivenBack => "given_back",
            Self::LinkFailed => "link_failed",
            Self::LinkCongested => "link_congested",
            Self::LinkAnnounced => "link_announced",
            Self::UplinkNarrow => "uplink_narrow",
        }
    }
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 17] = [
        Self::ClusterFeed,
        Self::FromLevelAbove,
        Self::SameEnterprise,
        Self::NearestOfFriends,
        Self::NearestOfCandidates,
        Self::NearestWithMore,
        Self::NotPublished,
        Self::NoPeerHasRoom,
        Self::NotReachable,
        Self::NothingHasRoom,
        Self::NearestServer,
        Self::HigherPriorityWaits,
        Self::TakesPlace,
        Self::BelowWhoTookItsPlace,
        Self::ChosenByParent,
        Self::Ejected,
        Self::DownlinkTaken,
    ];

    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClusterFeed => "cluster_feed",
            Self::FromLevelAbove => "from_level_above",
            Self::SameEnterprise => "same_enterprise",
            Self::NearestOfFriends => "nearest_of_friends",
            Self::NearestOfCandidates => "nearest_of_candidates",
            Self::NearestWithMore => "nearest_with_more",
            Self::NotPublished => "not_published",
            Self::NoPeerHasRoom => "no_peer_has_room",
            Self::NotReachable => "not_reachable_by_peers",
            Self::NothingHasRoom => "nothing_has_room",
            Self::NearestServer => "nearest_server",
            Self::HigherPriorityWaits => "higher_priority_waits",
            Self::TakesPlace => "takes_place",
            Self::BelowWhoTookItsPlace => "below_who_took_its_place",
            Self::ChosenByParent => "chosen_by_parent",
            Self::Ejected => "ejected_until_feasible",
            Self::DownlinkTaken => "downlink_taken",
        }
    }
}
