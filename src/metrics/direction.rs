//! Which way is good, for every figure in `summary.csv`.

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

/// What a figure's name may end with when it is one of a distribution.
const PARTS: [&str; 6] = [".mean", ".p05", ".p50", ".p95", ".p99", ".max"];

/// Figures without the part of the distribution.
const NAMES: [(&str, Direction); 82] = [
    // The audience
    ("viewers_peak", Neither),
    ("sessions", Neither),
    ("peer_seconds", Neither),
    // What viewers see
    ("continuity", Higher),
    ("continuity_per_session", Higher),
    ("rebuffering_ratio", Lower),
    ("stalls_per_hour", Lower),
    ("skipped_s", Lower),
    ("sessions_without_picture", Lower),
    ("startup_delay", Lower),
    ("lag", Lower),
    // Who sends, and over what; bytes depend on the audience, so only the CDN's have a good way
    ("peer_offload", Higher),
    ("peer_bytes", Neither),
    ("cdn_bytes", Lower),
    ("cdn_rate_peak", Lower),
    ("cross_isp_share", Lower),
    ("on_net_bytes_from_peers", Neither),
    ("on_net_bytes_from_cdn", Neither),
    ("on_net_share", Higher),
    ("peering_bytes_from_peers", Neither),
    ("peering_bytes_from_cdn", Neither),
    ("peering_share", Neither),
    ("transit_bytes_from_peers", Neither),
    ("transit_bytes_from_cdn", Neither),
    ("transit_share", Lower),
    ("resource_index", Neither),
    ("border_copies", Lower),
    ("border_copies_reachable", Lower),
    ("border_copies_bound", Neither),
    // The topology
    ("tree_depth", Lower),
    ("tree_depth_bound", Neither),
    ("path_stretch", Lower),
    ("objective", Lower),
    ("objective_before", Neither),
    // What it takes to keep it
    ("control_bytes_share", Lower),
    ("control_messages", Lower),
    ("control_messages_per_s", Lower),
    ("assignments", Neither),
    ("parent_changes_per_peer_minute", Lower),
    ("refusals", Lower),
    ("policy_violations", Lower),
    ("rejoins", Lower),
    ("connect_attempts", Neither),
    ("connect_refused", Lower),
    ("connect_timeouts", Lower),
    ("losses_never_repaired", Lower),
    ("time_to_detect", Lower),
    ("time_to_detect_graceful", Lower),
    ("time_to_detect_cdn_node", Lower),
    ("time_to_detect_link", Lower),
    ("time_to_repair", Lower),
    ("time_to_repair_graceful", Lower),
    ("time_to_repair_cdn_node", Lower),
    ("time_to_repair_link", Lower),
    // What the coordinators say of themselves
    ("control_dcms", Neither),
    ("control_dcms_at_end", Neither),
    ("control_clients_at_end", Neither),
    ("control_refusals", Lower),
    ("control_policy_classes", Neither),
    ("control_locations_disputed", Neither),
    ("control_deaths_concluded", Neither),
    ("control_cuts_concluded", Neither),
    ("control_rejoins_asked", Neither),
    ("recomputations_whole", Neither),
    ("recomputations_part", Neither),
    ("recomputations_worse", Lower),
    ("recomputation_moves", Neither),
    ("control_paths_measured", Neither),
    ("control_path_rtt", Neither),
    ("control_cpu_load", Lower),
    ("cdn_reserved_at_end", Neither),
    ("cdn_nodes_lost", Neither),
    ("admission_refused", Lower),
    ("admission_waited", Neither),
    ("admission_most_waiting", Lower),
    ("admission_waiting_at_end", Lower),
    ("tracker_answers", Neither),
    ("tracker_peers_named", Neither),
    ("tracker_named_in_network", Neither),
    // One a policy or a kind of terms, whose name follows
    ("refusals.", Lower),
    ("policy_violations.", Lower),
    ("term_violations.", Lower),
];

/// Which way of the figure with this name in `summary.csv` is good; none for a name that is not in
/// the table.
#[must_use]
pub fn direction(metric: &str) -> Option<Direction> {
    let of = |name: &str| NAMES.iter().find(|(known, _)| *known == name).map(|(_, way)| *way);
    if let Some(known) = of(metric) {
        return Some(known);
    }
    if let Some(counted) = metric.strip_suffix(".count") {
        return of(counted).map(|_| Neither);
    }
    let family = metric.split_inclusive('.').next().filter(|family| family.ends_with('.'));
    let part = PARTS.iter().find_map(|part| metric.strip_suffix(part));
    family.and_then(of).or_else(|| part.and_then(of))
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
        assert_eq!(direction("viewers_peak"), Some(Neither));
        for unknown in ["", "lags", "lag.p42", "lag.", ".mean", "new.count"] {
            assert_eq!(direction(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn no_name_is_listed_twice() {
        for (place, (name, _)) in NAMES.iter().enumerate() {
            assert!(!NAMES[..place].iter().any(|(known, _)| known == name), "{name}");
        }
    }
}
