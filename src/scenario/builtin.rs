//! The scenarios carried in the program.

/// Name and text of each.
const ALL: &[(&str, &str)] = &[
    ("live_sport", include_str!("../../scenarios/live_sport.toml")),
    ("million", include_str!("../../scenarios/million.toml")),
    ("tiny", include_str!("../../scenarios/tiny.toml")),
    ("control/channels", include_str!("../../scenarios/control/channels.toml")),
    ("control/congested_peering", include_str!("../../scenarios/control/congested_peering.toml")),
    ("control/devices", include_str!("../../scenarios/control/devices.toml")),
    ("control/downloads", include_str!("../../scenarios/control/downloads.toml")),
    ("control/enterprises", include_str!("../../scenarios/control/enterprises.toml")),
    ("control/flash_crowd", include_str!("../../scenarios/control/flash_crowd.toml")),
    ("control/friends", include_str!("../../scenarios/control/friends.toml")),
    ("control/geo_block", include_str!("../../scenarios/control/geo_block.toml")),
    ("control/hovering", include_str!("../../scenarios/control/hovering.toml")),
    ("control/levels", include_str!("../../scenarios/control/levels.toml")),
    ("control/many_at_once", include_str!("../../scenarios/control/many_at_once.toml")),
    ("control/link_faults", include_str!("../../scenarios/control/link_faults.toml")),
    ("control/priority", include_str!("../../scenarios/control/priority.toml")),
    ("control/scarce", include_str!("../../scenarios/control/scarce.toml")),
    ("control/serving_hours", include_str!("../../scenarios/control/serving_hours.toml")),
    ("control/strong_nodes", include_str!("../../scenarios/control/strong_nodes.toml")),
    ("control/unreliable", include_str!("../../scenarios/control/unreliable.toml")),
    ("control/uplinks", include_str!("../../scenarios/control/uplinks.toml")),
    ("control/waypoints", include_str!("../../scenarios/control/waypoints.toml")),
];

/// Name and title of every built-in scenario; the first is the one to begin with.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().map(|(name, text)| (*name, title(text)))
}

/// The text of the built-in scenario with this name.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The title as the file writes it: there is one, on a line of its own.
fn title(text: &'static str) -> &'static str {
    let line = text.lines().find_map(|line| line.strip_prefix("title = \""));
    line.and_then(|rest| rest.strip_suffix('"')).unwrap_or_default()
}
