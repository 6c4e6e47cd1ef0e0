//! What the figures of the table mean, in a few words. Not here: how they are computed.

/// What a figure means; empty where nothing is said of it.
pub(super) fn meaning(metric: &str) -> &'static str {
    let known = MEANINGS.iter().find(|(name, _)| *name == metric);
    known.map_or("", |(_, meaning)| meaning)
}

pub(super) const MEANINGS: [(&str, &str); 36] = [
    ("viewers_peak", "viewers at once, at most"),
    ("sessions", "viewers who came"),
    ("continuity", "of the media due, what was played on time"),
    ("continuity_per_session.p05", "the same, which all but the worst 5 % of viewers reach"),
    ("startup_delay.p50", "from joining to the first picture, median"),
    ("startup_delay.p95", "the same for the slowest 5 %"),
    ("rebuffering_ratio", "of the time watched, what the picture stood still"),
    ("lag.p50", "behind the live edge, median viewer"),
    ("lag.p95", "the same for the last 5 %"),
    ("downloads", "sessions that came for a file"),
    ("downloads_completed", "of these, those that got all of it"),
    ("download_time.p50", "from joining until all of it was there, median"),
    ("download_slowdown.p95", "that time over the least possible, for the slowest 5 %"),
    ("peer_offload", "of all bytes, those that came from other viewers"),
    ("cdn_bytes", "what CDN nodes sent"),
    ("cdn_rate_peak", "the most that CDN nodes sent at once"),
    ("cross_isp_share", "of the bytes from viewers, those that entered another network"),
    ("transit_share", "of all bytes, those over links that somebody pays for"),
    ("border_copies.mean", "copies of the content that entered a network, mean of networks"),
    ("border_copies.max", "the same for the worst network"),
    ("border_copies_reachable.mean", "without viewers that no peer can reach"),
    ("border_copies_reachable.max", "the same for the worst network"),
    ("tree_depth.mean", "hops from the CDN to a viewer, mean"),
    ("tree_depth.max", "hops to the farthest viewer"),
    ("path_stretch.p50", "delay of the way through the trees, over that of the direct way"),
    ("time_to_detect.p50", "until somebody acted on a parent gone silently, median"),
    ("time_to_detect.p95", "the same for the slowest 5 %"),
    ("time_to_repair.p50", "until data came again, median"),
    ("time_to_repair.p95", "the same for the slowest 5 %"),
    ("parent_changes_per_peer_minute", "how often a viewer changed a parent, a minute"),
    ("control_messages", "messages to and from the coordinator"),
    ("control_bytes_share", "of all bytes, those of control messages"),
    ("refusals", "viewers told that they do not get what they asked for"),
    ("policy_violations", "times that somebody's terms were broken"),
    ("resource_index", "what CDN and viewers can send, over what is needed"),
    ("objective", "what the topology costs by the control center's own measure"),
];

#[cfg(test)]
mod tests {
    use super::super::super::table::Table;
    use super::*;

    #[test]
    fn every_figure_of_the_table_has_a_meaning_and_no_other_has() {
        let table = Table::new(&[], &[]);
        let figures: Vec<&str> = table.rows().iter().map(|row| row[0].as_str()).collect();
        assert_eq!(MEANINGS.map(|(name, _)| name).to_vec(), figures);
    }
}
