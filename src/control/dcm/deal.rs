//! In which tree each member is to be interior, so that every tree has uplink enough (row R1).
//!
//! Homes stay as they are where they suffice. A tree that is short gets a member of another, or a larger one
//! for a smaller one, as long as that leaves fewer to be fed by CDN nodes. In a small cluster, two of these are
//! tried together where none alone helps: slots that one tree can spare come to another by way of a third.

use super::member::MemberId;
use super::plan::Known;
use super::view::View;
use crate::units::{NatKind, Substream};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Changes of homes in one plan, at most (assumption).
const CHANGES: usize = 32;
/// Swaps for each of which a second one is looked for, at most (assumption).
const FIRSTS: usize = 256;

/// Of each size the member of one home that serves the fewest now, by slots: how many it serves, and who.
type Sizes = BTreeMap<u16, (u16, MemberId)>;

/// How many fewer depend on CDN nodes, with how few children moved, and of how few slots.
type Rank = (i64, Reverse<(u16, u16)>);

/// Changes of homes that are made together.
pub(super) struct Change(Vec<Swap>);

/// A member goes to another home, and maybe one from there comes in its place.
#[derive(Clone, Copy)]
struct Swap {
    goes: MemberId,
    comes: Option<MemberId>,
    from: Substream,
    to: Substream,
    /// What one tree gains and the other loses.
    slots: i64,
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
        change.0.iter().for_each(|swap| swap.note(&mut shorts));
        change.make(&mut homes);
        changes.push(change);
    }
    changes
}

impl Change {
    /// Notes it in the table of homes.
    pub(super) fn make(&self, homes: &mut [Substream]) {
        self.0.iter().for_each(|swap| swap.make(homes));
    }
}

impl Swap {
    fn make(&self, homes: &mut [Substream]) {
        homes[self.goes as usize] = self.to;
        self.comes.into_iter().for_each(|id| homes[id as usize] = self.from);
    }

    /// Notes it in the table of how short trees are.
    fn note(&self, shorts: &mut [i64]) {
        shorts[self.to.index()] -= self.slots;
        shorts[self.from.index()] += self.slots;
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
    let single = best_swap(known, homes, shorts).filter(|((gain, _), _)| *gain > 0);
    match single {
        Some((_, swap)) => Some(Change(vec![swap])),
        None if known.is_small() => best_pair(known, homes, shorts),
        None => None,
    }
}

fn best_swap(known: Known<'_>, homes: &[Substream], shorts: &[i64]) -> Option<(Rank, Swap)> {
    first_best(swaps(&sizes(known, homes, shorts.len()), shorts))
}

/// The best that two swaps do together, if that is something.
fn best_pair(known: Known<'_>, homes: &[Substream], shorts: &[i64]) -> Option<Change> {
    let sizes = sizes(known, homes, shorts.len());
    let mut firsts: Vec<(Rank, Swap)> = swaps(&sizes, shorts).collect();
    firsts.sort_by_key(|(rank, _)| Reverse(*rank));
    firsts.truncate(FIRSTS);
    let pairs = firsts.into_iter().filter_map(|((gain, Reverse((moved, _))), first)| {
        let (mut homes, mut shorts) = (homes.to_vec(), shorts.to_vec());
        first.make(&mut homes);
        first.note(&mut shorts);
        let ((more, Reverse((too, _))), second) = best_swap(known, &homes, &shorts)?;
        let rank = (gain + more, Reverse(u32::from(moved) + u32::from(too)));
        Some((rank, [first, second]))
    });
    let best = first_best(pairs).filter(|((gain, _), _)| *gain > 0);
    best.map(|(_, pair)| Change(pair.to_vec()))
}

/// The first of those that rank highest.
fn first_best<R: Ord, T>(ranked: impl Iterator<Item = (R, T)>) -> Option<(R, T)> {
    ranked.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

/// What can be done for trees that are short: of each size a member comes, for nobody or for a smaller one.
fn swaps(sizes: &[Sizes], shorts: &[i64]) -> impl Iterator<Item = (Rank, Swap)> {
    let trees = || Substream::all(shorts.len() as u8);
    let short = trees().filter(|to| shorts[to.index()] > 0);
    let pairs = short
        .flat_map(move |to| trees().filter(move |from| *from != to).map(move |from| (from, to)));
    pairs.flat_map(move |(from, to)| {
        let lacking = [shorts[to.index()], shorts[from.index()]];
        sizes[from.index()].iter().flat_map(move |(size, (used, goes))| {
            let nobody = std::iter::once((0, 0, None));
            let others = sizes[to.index()].range(..*size);
            let others = others.map(|(size, (used, comes))| (*size, *used, Some(*comes)));
            nobody.chain(others).map(move |(less, theirs, comes)| {
                let slots = i64::from(size - less);
                let rank = (gain(lacking, slots), Reverse((used + theirs, *size)));
                (rank, Swap { goes: *goes, comes, from, to, slots })
            })
        })
    })
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
