//! A drawing in which every viewer has its own mark: trees, CDN nodes on top, a level a hop.

use super::super::super::facts::Facts;
use super::canvas::{Canvas, across};
use super::forest::Forest;
use super::networks::Networks;
use crate::units::PeerId;

/// Between two levels.
const STEP: f64 = 84.0;
const TOP: f64 = 34.0;
/// So many marks have their number beside them.
const MOST_NUMBERED: usize = 60;

/// Draws the forest; `description` is read out instead of it.
pub(super) fn draw(
    forest: &Forest<'_>,
    networks: &Networks,
    facts: &Facts,
    description: &str,
) -> String {
    let (places, leaves) = forest.places();
    let mut canvas = Canvas::new(TOP * 2.0 + STEP * (forest.levels() - 1) as f64);
    let share = |peer: &PeerId| (places[peer] + 0.5) / leaves as f64;
    let at = |peer: &PeerId| (across(share(peer)), TOP + STEP * forest.level[peer] as f64);
    for level in 0..forest.levels() {
        let name = super::level_name(level);
        canvas.level(TOP + STEP * level as f64, &name);
    }
    draw_edges(&mut canvas, forest, networks, at);
    let radius = (across(1.0) - across(0.0)) / leaves as f64 * 0.36;
    for peer in &forest.order {
        let (x, y) = at(peer);
        let parent = forest.edges.get(peer).map(|row| format!(" data-f=\"{}\"", row.parent));
        let data = format_args!(" data-p=\"{peer}\"{}", parent.unwrap_or_default());
        let (class, mark) = (networks.class(*peer), [x, y, radius.clamp(2.0, 8.0)]);
        let title = title(forest, networks, facts, *peer);
        canvas.mark(class, forest.is_dry(*peer), mark, data, &title);
        match facts.node(*peer) {
            Some(node) => canvas.label((x, y - 13.0), &shortened(&node.name)),
            None if forest.order.len() <= MOST_NUMBERED => {
                canvas.label((x, y + 22.0), &peer.to_string());
            }
            None => {}
        }
    }
    canvas.finish(description)
}

/// Lines from parents to children: those that cross from one network into another are dashed.
fn draw_edges(
    canvas: &mut Canvas,
    forest: &Forest<'_>,
    networks: &Networks,
    at: impl Fn(&PeerId) -> (f64, f64),
) {
    let (mut inside, mut across) = (Vec::new(), Vec::new());
    for (child, row) in &forest.edges {
        let ((x1, y1), (x2, y2)) = (at(&row.parent), at(child));
        let crosses = networks.network(row.parent) != networks.network(*child);
        if crosses { &mut across } else { &mut inside }.push([x1, y1, x2, y2]);
    }
    canvas.lines("e", 1.2, &inside);
    canvas.lines("e x", 1.2, &across);
}

/// As much of a name as there is room for.
fn shortened(name: &str) -> String {
    let short: String = name.chars().take(16).collect();
    if short.len() < name.len() { short + "…" } else { short }
}

fn title(forest: &Forest<'_>, networks: &Networks, facts: &Facts, peer: PeerId) -> String {
    let name = facts.name(peer);
    let network = networks.name(peer);
    match forest.edges.get(&peer) {
        None if networks.is_node(peer) => format!("{name}, {network}"),
        None => format!("{name}, {network}: nobody feeds it"),
        Some(row) => format!(
            "{name}, {network}: {} kbps from {}",
            row.rate.as_bps() / 1000,
            facts.name(row.parent)
        ),
    }
}
