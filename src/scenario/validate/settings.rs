//! Settings of clients and coordinators: what the file says over the defaults beside their types.

use super::context::Check;
use crate::baseline::{Admission, CdnOnlyConfig, TrackerConfig};
use crate::control::{
    AssignmentOrder, ClusterConfig, ControlConfig, LevelConfig, LevelsConfig, ObjectiveConfig,
    Protocol, RegionRule, RelaysConfig, Selection, ServiceConfig, Sharing,
};
use crate::peer::{ClientConfig, PlayerConfig, TreeConfig};
use crate::scenario::diagnostics::Rule;
use crate::scenario::raw::{
    At, RawAdmission, RawAssignmentOrder, RawCdnOnly, RawClient, RawClusters, RawControl, RawLevel,
    RawLevels, RawObjective, RawPlayer, RawProtocol, RawRegion, RawRelays, RawScenario,
    RawSelection, RawService, RawSharing, RawTracker, RawTree,
};
use crate::units::Span;

/// A table of the file, or an empty one.
pub(super) fn table<T: Default + Clone>(raw: &Option<At<T>>) -> T {
    raw.as_ref().map(|at| at.value.clone()).unwrap_or_default()
}

pub(super) fn player(check: &mut Check<'_>, raw: &RawPlayer) -> PlayerConfig {
    let default = PlayerConfig::default();
    PlayerConfig {
        startup: check.quantity(&raw.startup, default.startup),
        resume: check.quantity(&raw.resume, default.resume),
        join_back: check.positive(&raw.join_back, default.join_back),
        patience: check.quantity(&raw.patience, default.patience),
    }
}

pub(super) fn tree(check: &mut Check<'_>, raw: &RawTree) -> TreeConfig {
    let default = TreeConfig::default();
    TreeConfig {
        catch_up: check.number(&raw.catch_up, 1.0..=100.0, default.catch_up),
        forward_delay: check.quantity(&raw.forward_delay, default.forward_delay),
        buffer: check.positive(&raw.buffer, default.buffer),
        origin_delay: check.quantity(&raw.origin_delay, default.origin_delay),
    }
}

pub(super) fn client(check: &mut Check<'_>, raw: &RawClient) -> ClientConfig {
    let default = ClientConfig::default();
    ClientConfig {
        heartbeat: check.positive(&raw.heartbeat, default.heartbeat),
        connect_rtts: check.number(&raw.connect_rtts, 0.0..=100.0, default.connect_rtts),
        connect_timeout: check.positive(&raw.connect_timeout, default.connect_timeout),
        join_retry: check.positive(&raw.join_retry, default.join_retry),
        unreachable_heartbeats: check.integer(
            &raw.unreachable_heartbeats,
            1..=1000,
            default.unreachable_heartbeats,
        ),
        fallback_heartbeats: check.integer(
            &raw.fallback_heartbeats,
            1..=1000,
            default.fallback_heartbeats,
        ),
    }
}

/// The control center's settings; its heartbeat is the clients' unless the file says otherwise.
pub(super) fn control(check: &mut Check<'_>, raw: &RawControl, heartbeat: Span) -> ControlConfig {
    let default = ControlConfig::default();
    let heartbeats = 1..=1000;
    ControlConfig {
        region: raw.region.as_ref().map_or(default.region, |at| region(at.value)),
        // Said of each ISP.
        dcms: default.dcms,
        heartbeat: check.positive(&raw.heartbeat, heartbeat),
        silent_heartbeats: check.integer(
            &raw.silent_heartbeats,
            heartbeats.clone(),
            default.silent_heartbeats,
        ),
        congested_heartbeats: check.integer(
            &raw.congested_heartbeats,
            heartbeats.clone(),
            default.congested_heartbeats,
        ),
        congested_below: check.quantity(&raw.congested_below, default.congested_below),
        expiry_heartbeats: check.integer(
            &raw.expiry_heartbeats,
            heartbeats,
            default.expiry_heartbeats,
        ),
        cut_off_share: check.quantity(&raw.cut_off_share, default.cut_off_share),
        feeds: check.integer(&raw.feeds, 1..=1000, default.feeds),
        catch_up_reserve: check.quantity(&raw.catch_up_reserve, default.catch_up_reserve),
        maturity: check.quantity(&raw.maturity, default.maturity),
        history: raw.history.as_ref().map_or(default.history, |at| at.value),
        history_clients: check.integer(
            &raw.history_clients,
            1..=100_000_000,
            default.history_clients,
        ),
        candidates: candidates(check, &raw.candidates, default.candidates),
        reassess: check.positive(&raw.reassess, default.reassess),
        recompute: check.positive(&raw.recompute, default.recompute),
        recompute_above: check.quantity(&raw.recompute_above, default.recompute_above),
        recompute_whole_above: check
            .quantity(&raw.recompute_whole_above, default.recompute_whole_above),
        improvements: check.number(&raw.improvements, 0.0..=1e6, default.improvements),
        spread: raw.spread.as_ref().map_or(default.spread, |at| at.value),
        assignment: raw.assignment.as_ref().map_or(default.assignment, |at| order(at.value)),
        gather: check.quantity(&raw.gather, default.gather),
        sharing: raw.sharing.as_ref().map_or(default.sharing, |at| sharing(at.value)),
        monitor: raw.monitor.as_ref().map_or(default.monitor, |at| at.value),
        measure_uplinks: raw
            .measure_uplinks
            .as_ref()
            .map_or(default.measure_uplinks, |at| at.value),
        remeasure: check.positive(&raw.remeasure, default.remeasure),
        objective: objective(check, &table(&raw.objective)),
        selection: raw.selection.as_ref().map_or(default.selection, |at| selection(at.value)),
        clusters: clusters(check, &table(&raw.clusters)),
        service: service(check, &table(&raw.service)),
        levels: raw.levels.as_ref().and_then(|at| levels(check, &at.value)),
    }
}

fn levels(check: &mut Check<'_>, raw: &RawLevels) -> Option<LevelsConfig> {
    let default = LevelsConfig::default();
    let levels = LevelsConfig {
        top_members: check.integer(&raw.top_members, 1..=1000, default.top_members),
        top: level(check, &table(&raw.top), default.top),
        second: level(check, &table(&raw.second), default.second),
        bottom: level(check, &table(&raw.bottom), default.bottom),
        relays: relays(check, &table(&raw.relays), default.relays),
    };
    let enabled = raw.enabled.as_ref().is_none_or(|at| at.value);
    enabled.then_some(levels)
}

fn relays(check: &mut Check<'_>, raw: &RawRelays, default: RelaysConfig) -> RelaysConfig {
    RelaysConfig {
        enabled: raw.enabled.as_ref().map_or(default.enabled, |at| at.value),
        draft: raw.draft.as_ref().map_or(default.draft, |at| at.value),
        call_after: check.quantity(&raw.call_after, default.call_after),
        give_back_after: check.quantity(&raw.give_back_after, default.give_back_after),
        margin: check.quantity(&raw.margin, default.margin),
        least_viewers: check.integer(&raw.least_viewers, 1..=1_000_000, default.least_viewers),
    }
}

fn level(check: &mut Check<'_>, raw: &RawLevel, default: LevelConfig) -> LevelConfig {
    let protocol = raw.protocol.as_ref().map_or(default.protocol, |at| match at.value {
        RawProtocol::Tree => Protocol::Tree,
    });
    LevelConfig { feeds: check.integer(&raw.feeds, 1..=1000, default.feeds), protocol }
}

/// Between the sizes at which clusters split and merge lies a factor of two, so that none does both in turn.
fn clusters(check: &mut Check<'_>, raw: &RawClusters) -> ClusterConfig {
    let default = ClusterConfig::default();
    let split_above = check.integer(&raw.split_above, 10..=1_000_000_000, default.split_above);
    let half = split_above / 2;
    ClusterConfig { split_above, merge_below: check.integer(&raw.merge_below, 0..=half, half) }
}

fn service(check: &mut Check<'_>, raw: &RawService) -> ServiceConfig {
    let default = ServiceConfig::default();
    ServiceConfig {
        join: check.quantity(&raw.join, default.join),
        assignment: check.quantity(&raw.assignment, default.assignment),
        heartbeat: check.quantity(&raw.heartbeat, default.heartbeat),
        handover: check.quantity(&raw.handover, default.handover),
    }
}

fn candidates(check: &mut Check<'_>, raw: &Option<At<i64>>, default: usize) -> usize {
    check.integer(raw, 1..=100_000, default)
}

const fn region(raw: RawRegion) -> RegionRule {
    match raw {
        RawRegion::Isp => RegionRule::Isp,
        RawRegion::Country => RegionRule::Country,
        RawRegion::World => RegionRule::World,
    }
}

const fn order(raw: RawAssignmentOrder) -> AssignmentOrder {
    match raw {
        RawAssignmentOrder::Sequential => AssignmentOrder::Sequential,
        RawAssignmentOrder::Interleaved => AssignmentOrder::Interleaved,
        RawAssignmentOrder::ChildSelection => AssignmentOrder::ChildSelection,
    }
}

const fn sharing(raw: RawSharing) -> Sharing {
    match raw {
        RawSharing::Leases => Sharing::Leases,
        RawSharing::Halves => Sharing::Halves,
    }
}

const fn selection(raw: RawSelection) -> Selection {
    match raw {
        RawSelection::Nearest => Selection::Nearest,
        RawSelection::Random => Selection::Random,
    }
}

fn objective(check: &mut Check<'_>, raw: &RawObjective) -> ObjectiveConfig {
    let default = ObjectiveConfig::default();
    let mut weight = |raw, default| check.number(raw, 0.0..=1e6, default);
    ObjectiveConfig {
        cdn: weight(&raw.cdn, default.cdn),
        cross_isp: weight(&raw.cross_isp, default.cross_isp),
        hop: weight(&raw.hop, default.hop),
        unserved: weight(&raw.unserved, default.unserved),
        switch: weight(&raw.switch, default.switch),
    }
}

pub(super) fn tracker(check: &mut Check<'_>, raw: &RawTracker) -> TrackerConfig {
    let default = TrackerConfig::default();
    let most = 10_000;
    TrackerConfig {
        announce: check.positive(&raw.announce, default.announce),
        random_answer: check.integer(&raw.random_answer, 1..=most, default.random_answer),
        neighbors: check.integer(&raw.neighbors, 1..=most, default.neighbors),
        fewest_neighbors: check.integer(&raw.fewest_neighbors, 0..=most, default.fewest_neighbors),
        external: check.integer(&raw.external, 0..=most, default.external),
        evict_announces: check.integer(&raw.evict_announces, 1..=1000, default.evict_announces),
    }
}

pub(super) fn cdn_only(check: &mut Check<'_>, raw: &RawCdnOnly) -> CdnOnlyConfig {
    let default = CdnOnlyConfig::default();
    let admission = match raw.admission.as_ref().map(|at| at.value) {
        None => default.admission,
        Some(RawAdmission::Queue) => Admission::Queue,
        Some(RawAdmission::Share) => Admission::Share,
        Some(RawAdmission::Reject) => Admission::Reject,
    };
    let reserve = check.quantity(&raw.catch_up_reserve, default.catch_up_reserve);
    CdnOnlyConfig { admission, catch_up_reserve: reserve }
}

/// Settings of different tables that depend on each other.
pub(super) fn consistent(
    check: &mut Check<'_>,
    raw: &RawScenario,
    player: &PlayerConfig,
    tree: &TreeConfig,
    tracker: &TrackerConfig,
) {
    let (of_player, of_tree, of_tracker) =
        (table(&raw.player), table(&raw.tree), table(&raw.tracker));
    let back = player.join_back;
    let span = [&of_player.startup, &of_player.join_back].into_iter().flatten().next();
    if player.startup > back {
        inconsistent(
            check,
            span,
            &format!(
                "`player.startup` ({}) up to `player.join_back` ({back}): playback would never begin",
                player.startup
            ),
        );
    }
    let span = [&of_player.resume, &of_player.join_back].into_iter().flatten().next();
    if player.resume > back {
        inconsistent(
            check,
            span,
            &format!("`player.resume` ({}) up to `player.join_back` ({back})", player.resume),
        );
    }
    let span = [&of_tree.buffer, &of_player.join_back].into_iter().flatten().next();
    if tree.buffer < back {
        inconsistent(
            check,
            span,
            &format!(
                "`tree.buffer` ({}) from `player.join_back` ({back}): parents lack what a newcomer begins with",
                tree.buffer
            ),
        );
    }
    let most = tracker.neighbors;
    for (name, value, at) in [
        ("fewest_neighbors", tracker.fewest_neighbors, &of_tracker.fewest_neighbors),
        ("external", tracker.external, &of_tracker.external),
    ] {
        if value > most {
            let at = at.as_ref().or(of_tracker.neighbors.as_ref());
            inconsistent(
                check,
                at,
                &format!("`tracker.{name}` ({value}) up to `tracker.neighbors` ({most})"),
            );
        }
    }
}

/// Settings without a place are defaults, which fit together.
fn inconsistent<T>(check: &mut Check<'_>, at: Option<&At<T>>, expected: &str) {
    if let Some(at) = at {
        check.report(Rule::Inconsistent, &at.span, expected);
    }
}
