//! Which figures the table shows, in which order, by their names in `summary.csv`.

use super::number::Kind;

/// One row of the table.
pub(super) struct Row {
    /// Its name in `summary.csv`.
    pub(super) metric: &'static str,
    pub(super) kind: Kind,
    pub(super) bound: Bound,
    /// It is left out where no run has the figure.
    pub(super) is_of_some: bool,
}

/// Where the bound of a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    None,
    /// A quantity of `bounds.csv`, for the whole run.
    Quantity(&'static str),
    /// A figure of `summary.csv`.
    Figure(&'static str),
}

const fn free(metric: &'static str, kind: Kind) -> Row {
    Row { metric, kind, bound: Bound::None, is_of_some: false }
}

/// Of runs of some kind only.
const fn of_some(metric: &'static str, kind: Kind) -> Row {
    Row { is_of_some: true, ..free(metric, kind) }
}

const fn bounded(metric: &'static str, kind: Kind, bound: Bound) -> Row {
    Row { metric, kind, bound, is_of_some: false }
}

/// From top to bottom.
pub(super) const ROWS: [Row; 36] = [
    free("viewers_peak", Kind::Count),
    free("sessions", Kind::Count),
    free("continuity", Kind::Share),
    free("continuity_per_session.p05", Kind::Share),
    free("startup_delay.p50", Kind::Seconds),
    free("startup_delay.p95", Kind::Seconds),
    free("rebuffering_ratio", Kind::Share),
    free("lag.p50", Kind::Seconds),
    free("lag.p95", Kind::Seconds),
    of_some("downloads", Kind::Count),
    of_some("downloads_completed", Kind::Count),
    of_some("download_time.p50", Kind::Seconds),
    of_some("download_slowdown.p95", Kind::Number("")),
    bounded("peer_offload", Kind::Share, Bound::Quantity("peer_offload")),
    bounded("cdn_bytes", Kind::Bytes, Bound::Quantity("cdn_bytes")),
    free("cdn_rate_peak", Kind::Rate),
    free("cross_isp_share", Kind::Share),
    free("transit_share", Kind::Share),
    bounded(
        "border_copies.mean",
        Kind::Number("copies"),
        Bound::Figure("border_copies_bound.mean"),
    ),
    free("border_copies.max", Kind::Number("copies")),
    free("border_copies_reachable.mean", Kind::Number("copies")),
    free("border_copies_reachable.max", Kind::Number("copies")),
    bounded("tree_depth.mean", Kind::Number("hops"), Bound::Quantity("tree_depth")),
    free("tree_depth.max", Kind::Number("hops")),
    free("path_stretch.p50", Kind::Number("")),
    free("time_to_detect.p50", Kind::Seconds),
    free("time_to_detect.p95", Kind::Seconds),
    free("time_to_repair.p50", Kind::Seconds),
    free("time_to_repair.p95", Kind::Seconds),
    free("parent_changes_per_peer_minute", Kind::Number("")),
    free("control_messages", Kind::Count),
    free("control_bytes_share", Kind::Share),
    free("refusals", Kind::Count),
    free("policy_violations", Kind::Count),
    free("resource_index", Kind::Number("")),
    free("objective", Kind::Number("per Mbps")),
];
