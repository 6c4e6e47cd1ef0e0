//! Every figure in `summary.csv`: its unit, and which way of it is good.

use super::GroupBy;

/// Which way of a figure is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// It describes the run; neither way is good in itself.
    Neither,
}

use Direction::{Higher, Lower, Neither};

/// What follows the name: nothing, or the part of a distribution.
type Parts = &'static [&'static str];
const ONE: Parts = &[""];
const MEAN: Parts = &[".mean"];
const MAX: Parts = &[".max"];
const MEAN_MAX: Parts = &[".mean", ".max"];
const ALL: Parts = &[".mean", ".p05", ".p50", ".p95", ".p99", ".max"];

/// Name, unit and good way of every figure, and what may follow the name.
const NAMES: [(&str, &str, Direction, Parts); 168] = [
    // The audience
    ("viewers_peak", "viewers", Neither, ONE),
    ("sessions", "count", Neither, ONE),
    ("peer_seconds", "s", Neither, ONE),
    // What viewers see
    ("continuity", "ratio", Higher, ONE),
    ("continuity_per_session", "ratio", Higher, ALL),
    ("rebuffering_ratio", "ratio", Lower, ONE),
    ("stalls_per_hour", "1/h", Lower, ONE),
    ("skipped_s", "s", Lower, ONE),
    ("sessions_without_picture", "count", Lower, ONE),
    ("startup_delay", "s", Lower, ALL),
    ("lag", "s", Lower, ALL),
    // Where there are files; the slowdown is the time over the least that the file's rate allows
    ("downloads", "count", Neither, ONE),
    ("downloads_completed", "count", Higher, ONE),
    ("downloads_recalled", "count", Lower, ONE),
    ("download_time", "s", Lower, ALL),
    ("download_slowdown", "ratio", Lower, ALL),
    // Who sends, and over what; bytes depend on the audience, so only the CDN's have a good way
    ("peer_offload", "ratio", Higher, ONE),
    ("peer_bytes", "B", Neither, ONE),
    ("cdn_bytes", "B", Lower, ONE),
    ("cdn_rate_peak", "bps", Lower, ONE),
    ("cross_isp_share", "ratio", Lower, ONE),
    ("on_net_bytes_from_peers", "B", Neither, ONE),
    ("on_net_bytes_from_cdn", "B", Neither, ONE),
    ("on_net_share", "ratio", Higher, ONE),
    ("peering_bytes_from_peers", "B", Neither, ONE),
    ("peering_bytes_from_cdn", "B", Neither, ONE),
    ("peering_share", "ratio", Neither, ONE),
    ("transit_bytes_from_peers", "B", Neither, ONE),
    ("transit_bytes_from_cdn", "B", Neither, ONE),
    ("transit_share", "ratio", Lower, ONE),
    ("resource_index", "ratio", Neither, ONE),
    ("peer_offload_bound", "ratio", Neither, ONE),
    ("peer_offload_of_bound", "ratio", Higher, ONE),
    ("border_copies", "copies", Lower, MEAN_MAX),
    ("border_copies_reachable", "copies", Lower, MEAN_MAX),
    ("border_copies_bound", "copies", Neither, MEAN),
    ("border_copies_of_bound", "ratio", Lower, ONE),
    // Money, with prices in the scenario
    ("cost_cdn", "money", Lower, ONE),
    ("cost_transit", "money", Lower, ONE),
    ("cost", "money", Lower, ONE),
    // The topology
    ("tree_depth", "hops", Lower, ALL),
    ("tree_depth_bound", "hops", Neither, ONE),
    ("tree_depth_of_bound", "ratio", Lower, ONE),
    ("path_stretch", "ratio", Lower, ALL),
    ("interior_disjointness", "ratio", Higher, ONE),
    ("worst_loss_harm", "ratio", Lower, MEAN_MAX),
    ("residual_uplink_share", "ratio", Neither, ONE),
    ("objective", "per Mbps", Lower, ONE),
    ("objective_before", "per Mbps", Neither, ONE),
    // What it takes to keep it
    ("control_bytes_share", "ratio", Lower, ONE),
    ("control_messages", "count", Lower, ONE),
    ("control_messages_per_s", "1/s", Lower, ONE),
    ("assignments", "count", Neither, ONE),
    ("parent_changes_per_peer_minute", "1/min", Lower, ONE),
    ("refusals", "count", Lower, ONE),
    ("policy_violations", "count", Lower, ONE),
    ("lan_bytes", "B", Neither, ONE),
    ("lan_share", "ratio", Higher, ONE),
    ("rejoins", "count", Lower, ONE),
    ("connect_attempts", "count", Neither, ONE),
    ("connect_refused", "count", Lower, ONE),
    ("connect_timeouts", "count", Lower, ONE),
    ("losses_never_repaired", "count", Lower, ONE),
    ("decision_time", "s", Lower, ALL),
    ("first_byte", "s", Lower, ALL),
    ("time_to_detect", "s", Lower, ALL),
    ("time_to_detect_graceful", "s", Lower, ALL),
    ("time_to_detect_cdn_node", "s", Lower, ALL),
    ("time_to_detect_link", "s", Lower, ALL),
    ("time_to_repair", "s", Lower, ALL),
    ("time_to_repair_graceful", "s", Lower, ALL),
    ("time_to_repair_cdn_node", "s", Lower, ALL),
    ("time_to_repair_link", "s", Lower, ALL),
    // Links, where any failed or was said to have
    ("link_faults", "count", Neither, ONE),
    ("link_faults_felt", "count", Neither, ONE),
    ("link_faults_located", "count", Higher, ONE),
    ("link_verdicts", "count", Neither, ONE),
    ("link_verdict_precision", "ratio", Higher, ONE),
    ("link_fault_recall", "ratio", Higher, ONE),
    ("time_to_locate", "s", Lower, ALL),
    // Uplinks, where some are said to be wider than they are or are measured
    ("uplinks_overstated", "count", Neither, ONE),
    ("uplinks_overbooked", "count", Lower, ONE),
    ("uplinks_overbooked_found", "count", Neither, ONE),
    ("uplink_findings", "count", Neither, ONE),
    ("uplink_finding_precision", "ratio", Higher, ONE),
    ("uplink_finding_recall", "ratio", Higher, ONE),
    ("uplink_finding_error", "ratio", Lower, ALL),
    ("time_to_find_uplink", "s", Lower, ALL),
    ("uplink_probes", "count", Neither, ONE),
    ("uplink_probe_bytes", "B", Neither, ONE),
    // What the coordinators say of themselves
    ("monitor_networks", "count", Neither, ONE),
    ("monitor_links", "count", Neither, ONE),
    ("monitor_judgements", "count", Neither, ONE),
    ("monitor_observations", "count", Neither, ONE),
    ("monitor_links_held", "count", Neither, MAX),
    ("control_dcms", "count", Neither, ONE),
    ("control_dcms_at_end", "count", Neither, ONE),
    ("control_clients_at_end", "count", Neither, ONE),
    ("control_refusals", "count", Lower, ONE),
    ("control_policy_classes", "count", Neither, ONE),
    ("control_locations_disputed", "count", Neither, ONE),
    ("control_deaths_concluded", "count", Neither, ONE),
    ("control_cuts_concluded", "count", Neither, ONE),
    ("control_ejections", "count", Lower, ONE),
    ("control_readmissions", "count", Neither, ONE),
    ("changes_put_off", "count", Neither, ONE),
    ("control_rejoins_asked", "count", Neither, ONE),
    ("level_rises", "count", Neither, ONE),
    ("level_falls", "count", Neither, ONE),
    ("level_sent_back", "count", Lower, ONE),
    ("level_top_at_end", "count", Neither, ONE),
    ("level_second_at_end", "count", Neither, ONE),
    ("level_bottom_at_end", "count", Neither, ONE),
    // Relays, where any could be called; what they receive is overhead
    ("waypoints_called", "count", Neither, ONE),
    ("waypoint_hours", "h", Lower, ONE),
    ("waypoint_bytes", "B", Lower, ONE),
    ("clients_drafted", "count", Neither, ONE),
    ("drafted_hours", "h", Neither, ONE),
    ("relays_given_back", "count", Neither, ONE),
    ("relay_bytes", "B", Lower, ONE),
    ("relay_overhead", "ratio", Lower, ONE),
    ("cluster_splits", "count", Neither, ONE),
    ("cluster_merges", "count", Neither, ONE),
    ("cluster_moves", "count", Neither, ONE),
    ("cluster_unaware_at_end", "count", Lower, ONE),
    ("cluster_edges_cut", "count", Lower, ONE),
    ("cluster_edges_cut_at_end", "count", Lower, ONE),
    ("cluster_size", "viewers", Neither, MAX),
    ("cluster_above_limit", "s", Lower, MAX),
    ("control_line", "count", Lower, MAX),
    ("recomputations_whole", "count", Neither, ONE),
    ("recomputations_again", "count", Neither, ONE),
    ("recomputations_part", "count", Neither, ONE),
    ("recomputations_worse", "count", Lower, ONE),
    ("recomputation_moves", "count", Neither, ONE),
    ("shared_hosts_at_end", "count", Neither, ONE),
    ("share_letters", "count", Neither, ONE),
    ("share_grants", "count", Neither, ONE),
    ("share_recalls", "count", Neither, ONE),
    ("share_lapses", "count", Lower, ONE),
    ("share_moves", "count", Lower, ONE),
    ("share_downlinks_lost", "count", Lower, ONE),
    ("control_paths_measured", "count", Neither, ONE),
    ("control_path_rtt", "ms", Neither, MEAN),
    ("control_cpu_load", "ratio", Lower, MAX),
    ("control_history_clients", "count", Neither, ONE),
    ("control_history_classes", "count", Neither, ONE),
    ("control_history_downloads", "count", Neither, ONE),
    ("control_history_forgotten", "count", Neither, ONE),
    ("control_history_loss", "ratio", Lower, ONE),
    ("control_history_border_loss", "ratio", Lower, MAX),
    // How well the control center foretold who would be there a minute later
    ("forecasts", "count", Neither, ONE),
    ("forecast_stays", "ratio", Neither, ONE),
    ("forecast_stayed", "ratio", Neither, ONE),
    ("forecast_brier", "ratio", Lower, ONE),
    ("forecast_calibration_error", "ratio", Lower, ONE),
    ("cdn_reserved_at_end", "Mbps", Neither, ONE),
    ("cdn_nodes_lost", "count", Neither, ONE),
    ("admission_refused", "count", Lower, ONE),
    ("admission_waited", "count", Neither, ONE),
    ("admission_most_waiting", "count", Lower, ONE),
    ("admission_waiting_at_end", "count", Lower, ONE),
    ("tracker_answers", "count", Neither, ONE),
    ("tracker_peers_named", "count", Neither, ONE),
    ("tracker_named_in_network", "share", Neither, ONE),
    // One a policy or a kind of terms, whose name follows
    ("refusals.", "count", Lower, ONE),
    ("policy_violations.", "count", Lower, ONE),
    ("term_violations.", "count", Lower, ONE),
];

/// Figures that parts of an audience have, too.
const OF_GROUPS: [&str; 9] = [
    "sessions",
    "peer_seconds",
    "continuity",
    "rebuffering_ratio",
    "stalls_per_hour",
    "sessions_without_picture",
    "peer_offload",
    "continuity_per_session",
    "startup_delay",
];

/// Which way of the figure with this name in `summary.csv` is good; none for a name that is not in
/// the table.
#[must_use]
pub fn direction(metric: &str) -> Option<Direction> {
    entry(metric).map(|(_, way)| way)
}

/// The unit of the figure with this name in `summary.csv`; none for a name that is not in the table.
#[must_use]
pub fn unit(metric: &str) -> Option<&'static str> {
    entry(metric).map(|(unit, _)| unit)
}

/// All names, to find the nearest of a wrong one; without counts, and without families, which have the
/// names of policies.
pub fn metric_names() -> impl Iterator<Item = String> {
    let single = NAMES.iter().filter(|(name, ..)| !name.ends_with('.'));
    single.flat_map(|(name, .., parts)| parts.iter().map(move |part| format!("{name}{part}")))
}

/// Whether parts of an audience have this figure, too.
#[must_use]
pub fn is_of_groups(metric: &str, by: GroupBy) -> bool {
    let has = |names: &[&str]| {
        let distribution = ALL.iter().find_map(|part| metric.strip_suffix(part));
        names.contains(&metric) || distribution.is_some_and(|name| names.contains(&name))
    };
    let borders = ["border_copies.mean", "border_copies_bound.mean"];
    let bounds = ["peer_offload_bound", "peer_offload_of_bound"];
    let of_contents = by == GroupBy::Content && bounds.contains(&metric);
    has(&OF_GROUPS) || of_contents || by == GroupBy::Isp && borders.contains(&metric)
}

/// Unit and good way of a figure, of one of a family, or of the count of a distribution.
fn entry(metric: &str) -> Option<(&'static str, Direction)> {
    let is_it = |name: &str, parts: Parts| {
        let rest = metric.strip_prefix(name);
        rest.is_some_and(
            |rest| if name.ends_with('.') { !rest.is_empty() } else { parts.contains(&rest) },
        )
    };
    let found = NAMES.iter().find(|(name, .., parts)| is_it(name, parts));
    let counted = |(name, .., parts): &&(&str, &str, Direction, Parts)| {
        *parts == ALL && metric.strip_suffix(".count") == Some(*name)
    };
    let count = || NAMES.iter().find(counted).map(|_| ("count", Neither));
    found.map(|(_, unit, way, _)| (*unit, *way)).or_else(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_distributions_and_families_are_known() {
        assert_eq!(direction("continuity"), Some(Higher));
        assert_eq!(direction("continuity_per_session.p05"), Some(Higher));
        assert_eq!(direction("lag.max"), Some(Lower));
        assert_eq!(direction("time_to_repair_link.count"), Some(Neither));
        assert_eq!(direction("refusals"), Some(Lower));
        assert_eq!(direction("refusals.no-transit.p50"), Some(Lower));
        assert_eq!(direction("refusals."), None);
        assert_eq!(direction("viewers_peak"), Some(Neither));
        assert_eq!(unit("lag.p95"), Some("s"));
        assert_eq!(unit("time_to_repair.count"), Some("count"));
        for unknown in
            ["", "lag", "lags", "lag.p42", "lag.", ".mean", "new.count", "continuity.p05"]
        {
            assert_eq!(direction(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn no_name_is_listed_twice() {
        for (place, (name, ..)) in NAMES.iter().enumerate() {
            assert!(!NAMES[..place].iter().any(|(known, ..)| known == name), "{name}");
        }
    }
}
