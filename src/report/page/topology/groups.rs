//! A drawing for many viewers: one mark for all of a network that are equally far from the source.

use super::super::super::words::counted;
use super::canvas::{Canvas, NODE, across};
use super::forest::Forest;
use super::networks::Networks;
use crate::units::PeerId;
use std::collections::BTreeMap;

const STEP: f64 = 92.0;
const TOP: f64 = 44.0;
/// Everybody deeper than this stands in the last level.
pub(super) const DEEPEST: usize = 12;

/// A level and a class.
type Group = (usize, usize);

#[derive(Debug, Default)]
struct Members {
    count: u64,
    dry: u64,
}

/// Draws the forest by groups; `description` is read out instead of it.
pub(super) fn draw(forest: &Forest<'_>, networks: &Networks, description: &str) -> String {
    let group = |peer: &PeerId| (forest.level[peer].min(DEEPEST), networks.class(*peer));
    let mut groups: BTreeMap<Group, Members> = BTreeMap::new();
    let mut flows: BTreeMap<(Group, Group), u64> = BTreeMap::new();
    for peer in &forest.order {
        let members = groups.entry(group(peer)).or_default();
        members.count += 1;
        members.dry += u64::from(forest.is_dry(*peer));
        if let Some(row) = forest.edges.get(peer) {
            *flows.entry((group(&row.parent), group(peer))).or_default() += 1;
        }
    }
    let levels = forest.levels().min(DEEPEST + 1);
    let mut canvas = Canvas::new(TOP * 2.0 + STEP * (levels - 1) as f64 + 16.0);
    for level in 0..levels {
        let deeper = if level == DEEPEST { " or more" } else { "" };
        canvas.level(TOP + STEP * level as f64, &format!("{}{deeper}", super::level_name(level)));
    }
    let columns = columns(&groups);
    draw_flows(&mut canvas, &flows, &columns);
    draw_groups(&mut canvas, &groups, networks, &columns);
    canvas.finish(description)
}

/// The classes that have a column, from left to right: all but CDN nodes, which stand in the middle.
fn columns(groups: &BTreeMap<Group, Members>) -> Vec<usize> {
    let mut classes: Vec<usize> =
        groups.keys().map(|(_, class)| *class).filter(|class| *class != NODE).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

fn place((level, class): Group, columns: &[usize]) -> (f64, f64) {
    let column = columns.iter().position(|of| *of == class);
    let share = column.map_or(0.5, |column| (column as f64 + 0.5) / columns.len() as f64);
    (across(share), TOP + STEP * level as f64)
}

fn draw_flows(canvas: &mut Canvas, flows: &BTreeMap<(Group, Group), u64>, columns: &[usize]) {
    let most = flows.values().max().copied().unwrap_or(1).max(1) as f64;
    for ((from, to), count) in flows {
        let ((x1, y1), (x2, y2)) = (place(*from, columns), place(*to, columns));
        let class = if from.1 == to.1 { "e" } else { "e x" };
        let width = 0.8 + 13.0 * *count as f64 / most;
        canvas.lines(class, width, &[[x1, y1, x2, y2]]);
    }
}

fn draw_groups(
    canvas: &mut Canvas,
    groups: &BTreeMap<Group, Members>,
    networks: &Networks,
    columns: &[usize],
) {
    let of_viewers = groups.iter().filter(|((_, class), _)| *class != NODE);
    let most = of_viewers.map(|(_, members)| members.count).max().unwrap_or(1) as f64;
    for (group, members) in groups {
        let (x, y) = place(*group, columns);
        let name = networks.class_name(group.1);
        let radius =
            if group.1 == NODE { 11.0 } else { 4.0 + 20.0 * (members.count as f64 / most).sqrt() };
        let who = if group.1 == NODE {
            counted(members.count, "CDN node", "CDN nodes")
        } else {
            format!("{name}: {}", counted(members.count, "viewer", "viewers"))
        };
        let dry = match members.dry {
            0 => String::new(),
            dry => format!(", {dry} without data at the moment"),
        };
        canvas.mark(group.1, false, [x, y, radius], format_args!(""), &format!("{who}{dry}"));
        canvas.label((x, y + radius + 15.0), &members.count.to_string());
    }
}
