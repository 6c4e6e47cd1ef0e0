//! Settings of clients and coordinators back to the file.

use super::topology::number;
use super::{at, quantity, text, whole};
use crate::baseline::{Admission, CdnOnlyConfig, TrackerConfig};
use crate::control::{
    AssignmentOrder, ControlConfig, LevelConfig, LevelsConfig, ObjectiveConfig, Protocol,
    RegionRule, RelaysConfig, Selection, ServiceConfig, Sharing,
};
use crate::net::AsGraph;
use crate::peer::{ClientConfig, PlayerConfig, TreeConfig};
use crate::scenario::model::ControlSite;
use crate::scenario::raw::{
    RawAdmission, RawAssignmentOrder, RawCdnOnly, RawClient, RawClusters, RawControl, RawLevel,
    RawLevels, RawObjective, RawPlayer, RawProtocol, RawRegion, RawRelays, RawSelection,
    RawService, RawSharing, RawTracker, RawTree,
};

pub(super) fn player(player: &PlayerConfig) -> RawPlayer {
    RawPlayer {
        startup: quantity(player.startup),
        resume: quantity(player.resume),
        join_back: quantity(player.join_back),
        patience: quantity(player.patience),
    }
}

pub(super) fn tree(tree: &TreeConfig) -> RawTree {
    RawTree {
        catch_up: at(tree.catch_up),
        forward_delay: quantity(tree.forward_delay),
        buffer: quantity(tree.buffer),
        origin_delay: quantity(tree.origin_delay),
    }
}

pub(super) fn client(client: &ClientConfig) -> RawClient {
    RawClient {
        heartbeat: quantity(client.heartbeat),
        connect_rtts: at(client.connect_rtts),
        connect_timeout: quantity(client.connect_timeout),
        join_retry: quantity(client.join_retry),
        unreachable_heartbeats: whole(client.unreachable_heartbeats),
        fallback_heartbeats: whole(client.fallback_heartbeats),
    }
}

pub(super) fn control(control: &ControlConfig, site: &ControlSite, graph: &AsGraph) -> RawControl {
    RawControl {
        site_as: number(graph, site.network),
        site_country: text(&String::from_utf8_lossy(&site.country)),
        region: at(match control.region {
            RegionRule::Isp => RawRegion::Isp,
            RegionRule::Country => RawRegion::Country,
            RegionRule::World => RawRegion::World,
        }),
        heartbeat: quantity(control.heartbeat),
        silent_heartbeats: whole(control.silent_heartbeats),
        congested_heartbeats: whole(control.congested_heartbeats),
        congested_below: quantity(control.congested_below),
        expiry_heartbeats: whole(control.expiry_heartbeats),
        cut_off_share: quantity(control.cut_off_share),
        feeds: whole(control.feeds),
        catch_up_reserve: quantity(control.catch_up_reserve),
        maturity: quantity(control.maturity),
        history: at(control.history),
        history_clients: whole(control.history_clients),
        candidates: whole(control.candidates),
        reassess: quantity(control.reassess),
        recompute: quantity(control.recompute),
        recompute_above: quantity(control.recompute_above),
        recompute_whole_above: quantity(control.recompute_whole_above),
        improvements: at(control.improvements),
        spread: at(control.spread),
        assignment: at(match control.assignment {
            AssignmentOrder::Sequential => RawAssignmentOrder::Sequential,
            AssignmentOrder::Interleaved => RawAssignmentOrder::Interleaved,
            AssignmentOrder::ChildSelection => RawAssignmentOrder::ChildSelection,
        }),
        gather: quantity(control.gather),
        sharing: at(match control.sharing {
            Sharing::Leases => RawSharing::Leases,
            Sharing::Halves => RawSharing::Halves,
        }),
        selection: at(match control.selection {
            Selection::Nearest => RawSelection::Nearest,
            Selection::Random => RawSelection::Random,
        }),
        monitor: at(control.monitor),
        measure_uplinks: at(control.measure_uplinks),
        remeasure: quantity(control.remeasure),
        objective: at(objective(&control.objective)),
        clusters: at(RawClusters {
            split_above: whole(control.clusters.split_above),
            merge_below: whole(control.clusters.merge_below),
        }),
        service: at(service(&control.service)),
        levels: control.levels.as_ref().and_then(|own| at(levels(own))),
    }
}

fn levels(levels: &LevelsConfig) -> RawLevels {
    let level = |level: &LevelConfig| {
        at(RawLevel {
            feeds: whole(level.feeds),
            protocol: at(match level.protocol {
                Protocol::Tree => RawProtocol::Tree,
            }),
        })
    };
    RawLevels {
        enabled: at(true),
        top_members: whole(levels.top_members),
        top: level(&levels.top),
        second: level(&levels.second),
        bottom: level(&levels.bottom),
        relays: at(relays(&levels.relays)),
    }
}

fn relays(relays: &RelaysConfig) -> RawRelays {
    RawRelays {
        enabled: at(relays.enabled),
        draft: at(relays.draft),
        call_after: quantity(relays.call_after),
        give_back_after: quantity(relays.give_back_after),
        margin: quantity(relays.margin),
        least_viewers: whole(relays.least_viewers),
    }
}

fn service(service: &ServiceConfig) -> RawService {
    RawService {
        join: quantity(service.join),
        assignment: quantity(service.assignment),
        heartbeat: quantity(service.heartbeat),
        handover: quantity(service.handover),
    }
}

fn objective(weights: &ObjectiveConfig) -> RawObjective {
    RawObjective {
        cdn: at(weights.cdn),
        cross_isp: at(weights.cross_isp),
        hop: at(weights.hop),
        unserved: at(weights.unserved),
        switch: at(weights.switch),
    }
}

pub(super) fn tracker(tracker: &TrackerConfig) -> RawTracker {
    RawTracker {
        announce: quantity(tracker.announce),
        random_answer: whole(tracker.random_answer),
        neighbors: whole(tracker.neighbors),
        fewest_neighbors: whole(tracker.fewest_neighbors),
        external: whole(tracker.external),
        evict_announces: whole(tracker.evict_announces),
    }
}

pub(super) fn cdn_only(config: &CdnOnlyConfig) -> RawCdnOnly {
    RawCdnOnly {
        admission: at(match config.admission {
            Admission::Queue => RawAdmission::Queue,
            Admission::Share => RawAdmission::Share,
            Admission::Reject => RawAdmission::Reject,
        }),
        catch_up_reserve: quantity(config.catch_up_reserve),
    }
}
