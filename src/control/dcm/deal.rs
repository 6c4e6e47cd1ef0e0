//! In which tree each member is to be interior, so that every tree has uplink enough (row R1).
//!
//! Homes stay as they are where they suffice. A tree that is short gets a member of another, or a larger one
//! for a smaller one, as long as that leaves fewer to be fed by CDN nodes.

use super::member::MemberId;
use super::plan::Known;
use super::view::View;
use crate::units::{NatKind, Substream};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Changes of homes in one plan, at most (assumption).
const CHANGES: usize = 32;

/// Of each size the member of one home that serves the fewest now, by slots: how many it serves, and who.
type Sizes = BTreeMap<u16, (u16, MemberId)>;

/// A change: a member goes to another home, and maybe one from there comes in its place.
pub(super) struct Change {
    goes: MemberId,
    comes: Option<MemberId>,
    from: Substream,
    to: Substream,
}

/// Homes of all members, by number, as they are today.
pub(super) fn homes_today(view: &View) -> Vec<Substream> {
    let mut homes = vec![Substream(0); view.numbers()];
    view.members().for_each(|(id, member)| homes[id as usize] = member.home);
    homes
}

/// Changes of homes after which fewer depend on CDN nodes, each after those before it.
pub(super) fn changes(known: Known<'_>) -> Vec<Change> {
    let mut homes = homes_today(known.view);
    let mut changes = Vec::new();
    let all: Vec<Substream> = known.view.all_substreams().collect();
    let mut shorts: Vec<i64> =
        all.iter().map(|substream| short(known, &homes, *substream)).collect();
    for _ in 0..CHANGES {
        let Some(change) = best_change(known, &homes, &shorts) else { break };
        let slots = |id: MemberId| i64::from(known.view.member(id).slots);
        let from = change.from;
        let more = slots(change.goes) - change.comes.map_or(0, slots);
        shorts[change.to.index()] -= more;
        shorts[from.index()] += more;
        change.make(&mut homes);
        changes.push(change);
    }
    changes
}

impl Change {
    /// Notes it in the table of homes.
    pub(super) fn make(&self, homes: &mut [Substream]) {
        homes[self.goes as usize] = self.to;
        self.comes.into_iter().for_each(|id| homes[id as usize] = self.from);
    }
}

/// How many members of a tree find no peer because its uplink does not suffice, with as many fed by CDN nodes
/// as there are to be anyway; below zero there are slots to spare.
pub(super) fn short(known: Known<'_>, homes: &[Substream], substream: Substream) -> i64 {
    let (mut takers, mut slots) = (0, 0);
    for (id, member) in known.view.members() {
        let edge = known.view.edge(id, substream);
        let reachable = member.nat != NatKind::UdpBlocked;
        if edge.depth == 0 || !reachable {
            continue;
        }
        takers += 1;
        let serves = homes[id as usize] == substream && !member.resting;
        slots += if serves { i64::from(member.slots) } else { 0 };
    }
    takers - known.feeds as i64 - slots
}

/// The change that leaves the fewest without a peer, and of such the one that moves the fewest children.
fn best_change(known: Known<'_>, homes: &[Substream], shorts: &[i64]) -> Option<Change> {
    if shorts.iter().all(|short| *short <= 0) {
        return None;
    }
    let sizes = sizes(known, homes, shorts.len());
    let all: Vec<Substream> = known.view.all_substreams().collect();
    let mut best = None;
    for to in all.iter().copied().filter(|to| shorts[to.index()] > 0) {
        for from in all.iter().copied().filter(|from| *from != to) {
            for (size, (used, goes)) in &sizes[from.index()] {
                let nobody = std::iter::once((0, 0, None));
                let others = sizes[to.index()].range(..*size);
                let others = others.map(|(size, (used, comes))| (*size, *used, Some(*comes)));
                for (less, theirs, comes) in nobody.chain(others) {
                    let pair = [shorts[to.index()], shorts[from.index()]];
                    let gain = gain(pair, i64::from(size - less));
                    let rank = (gain, Reverse((used + theirs, *size)));
                    if gain > 0 && best.as_ref().is_none_or(|(least, _)| rank > *least) {
                        best = Some((rank, Change { goes: *goes, comes, from, to }));
                    }
                }
            }
        }
    }
    best.map(|(_, change)| change)
}

/// How many fewer are without a peer when so many slots go from the second tree to the first.
fn gain([to, from]: [i64; 2], slots: i64) -> i64 {
    to.max(0) + from.max(0) - (to - slots).max(0) - (from + slots).max(0)
}

fn sizes(known: Known<'_>, homes: &[Substream], substreams: usize) -> Vec<Sizes> {
    let mut sizes = vec![Sizes::new(); substreams];
    let fed = |id: MemberId| {
        known.view.all_substreams().all(|substream| known.view.edge(id, substream).depth > 0)
    };
    let serving = known.view.members().filter(|(id, member)| {
        member.slots > 0 && !member.resting && member.nat != NatKind::UdpBlocked && fed(*id)
    });
    for (id, member) in serving {
        let least = sizes[homes[id as usize].index()].entry(member.slots).or_insert((u16::MAX, id));
        *least = (*least).min((member.used, id));
    }
    sizes
}
