//! Plans played back move by move, without the bookkeeping of the one who made them.

use super::super::deal;
use super::super::plan::{self, Known, Move};
use super::super::view::View;
use super::*;

/// The parents of all members, changed move by move.
struct Playback<'a> {
    known: Known<'a>,
    parents: BTreeMap<(MemberId, Substream), Source>,
    used: BTreeMap<MemberId, u16>,
}

impl<'a> Playback<'a> {
    fn new(known: Known<'a>) -> Self {
        let edges = edges(known.view);
        let used = known.view.members().map(|(id, member)| (id, member.used)).collect();
        Self { known, parents: edges.into_iter().collect(), used }
    }

    /// Hops from a CDN node; 0 if data do not come, and nothing if the way leads back.
    fn depth(&self, id: MemberId, substream: Substream) -> Option<u8> {
        let (mut at, mut hops) = (id, 1);
        loop {
            match self.parents[&(at, substream)] {
                Source::Server(_) => return Some(hops),
                Source::None => return Some(0),
                // What is beyond is not known here.
                Source::Outside(_) => {
                    let own = self.known.view.edge(at, substream).depth;
                    return Some(if own == 0 { 0 } else { own + hops - 1 });
                }
                Source::Member(above) => (at, hops) = (above, hops + 1),
            }
            if usize::from(hops) > self.known.view.numbers() + 1 {
                return None;
            }
        }
    }

    fn cost(&self) -> f64 {
        let costs = self.parents.iter().map(|((id, substream), parent)| {
            let depth = self.depth(*id, *substream).unwrap_or(0);
            plan::cost(self.known, *id, *parent, depth)
        });
        costs.sum()
    }

    /// What is wrong with a move, which is made.
    fn make(&mut self, change: &Move) -> Option<String> {
        let Move { child, substream, from, to } = *change;
        let view = self.known.view;
        let before = self.parents.insert((child, substream), to);
        if before != Some(from) {
            return Some(format!("{before:?} is the parent"));
        }
        if let Source::Member(from) = from {
            self.used.entry(from).and_modify(|used| *used -= 1);
        }
        let depth = self.depth(child, substream);
        let Source::Member(to) = to else { return None };
        self.used.entry(to).and_modify(|used| *used += 1);
        let (parent, member) = (view.member(to), view.member(child));
        let friends = parent.group.is_some() && parent.group == member.group;
        let faults = [
            (self.used[&to] > parent.slots, "more than it lends"),
            (depth.is_none_or(|depth| depth == 0), "no data, or a circle"),
            (!parent.nat_as_parent().can_connect(member.nat), "out of reach"),
            (parent.resting, "at rest"),
            (parent.strangers == Strangers::Never && !friends, "a stranger"),
            (view.avoids(child, substream, parent.peer, self.known.with.now), "a failed path"),
        ];
        faults.into_iter().find(|(holds, _)| *holds).map(|(_, what)| what.to_string())
    }
}

fn edges(view: &View) -> Vec<((MemberId, Substream), Source)> {
    let of = |id| {
        let all = view.all_substreams();
        all.map(move |substream| ((id, substream), view.edge(id, substream).parent))
    };
    view.members().flat_map(|(id, _)| of(id)).collect()
}

/// A cluster to which all this has happened.
fn played(substreams: u8, acts: &[Act]) -> World {
    let mut world = World::new(substreams, false);
    acts.iter().for_each(|act| world.perform(act));
    world
}

proptest! {
    /// Also: nobody is fed by nobody who was fed before, and what is promised is what comes of it.
    #[test]
    fn a_plan_can_be_followed_move_by_move_and_keeps_its_promise(
        substreams in 1_u8..5,
        acts in prop::collection::vec(act(), 20..250),
    ) {
        let mut world = played(substreams, &acts);
        let fault = world.act(0, |dcm, step| {
            let part: Vec<Substream> = dcm.view.all_substreams().collect();
            let (moves, gain) = dcm.better_topology(&part, step);
            let mut playback = Playback::new(dcm.known(step));
            let before = playback.cost();
            let fault = moves.iter().find_map(|change| {
                playback.make(change).map(|fault| format!("{change:?}: {fault}"))
            });
            let promised = (before - playback.cost() - gain).abs() < 1e-9;
            let switches = step.with.config.objective.switch * moves.len() as f64;
            let pays = moves.is_empty() || gain > switches;
            fault.or((!promised).then(|| format!("{gain} of {before} were promised")))
                .or((!pays).then(|| format!("{gain} for {} switches", moves.len())))
        });
        prop_assert_eq!(fault, None);
    }

    /// Nobody goes to a tree that can spare it less than the one from which it comes.
    #[test]
    fn homes_are_dealt_anew_only_where_fewer_depend_on_nodes_then(
        substreams in 2_u8..5,
        acts in prop::collection::vec(act(), 20..250),
    ) {
        let mut world = played(substreams, &acts);
        let wants = world.act(0, |dcm, step| {
            let known = dcm.known(step);
            let want = |homes: &[Substream]| -> i64 {
                let all = dcm.view.all_substreams();
                all.map(|substream| deal::short(known, homes, substream).max(0)).sum()
            };
            let mut homes = deal::homes_today(&dcm.view);
            let mut wants = vec![want(&homes)];
            for change in deal::changes(known) {
                change.make(&mut homes);
                wants.push(want(&homes));
            }
            wants
        });
        prop_assert!(wants.is_sorted_by(|before, after| before > after), "{:?}", wants);
    }
}
