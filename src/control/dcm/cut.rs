//! Where a cluster is split (row C11): pure functions from the view to a line.

use super::Dcm;
use super::member::{MemberId, Source};
use super::view::View;
use crate::control::regions::{By, Continents, Line, Viewer};
use std::collections::BTreeMap;

/// A line through a cluster, and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) line: Line,
    /// The smaller side goes to another DCM.
    pub(crate) inside_goes: bool,
    /// Tree edges across it.
    pub(crate) crossing: usize,
}

impl Dcm {
    /// The line that leaves the fewest tree edges across it, of one for each way of telling viewers
    /// apart; by chance when none of these leaves enough on both sides. Those who `wait` to join count.
    pub(crate) fn best_cut(
        &self,
        wait: &[Viewer],
        chance: u8,
        continents: &Continents,
    ) -> Option<Cut> {
        let members = members(&self.view);
        let all = || members.iter().copied().chain(wait.iter().copied());
        let told = By::TOLD.into_iter().filter_map(|by| cut_by(by, &self.view, all(), continents));
        told.min_by_key(|cut| cut.crossing)
            .or_else(|| cut_by(By::Chance(chance), &self.view, all(), continents))
    }

    /// Members on the side of a line that goes.
    pub(crate) fn side(&self, cut: &Cut, continents: &Continents) -> Vec<MemberId> {
        let goes = |viewer| cut.line.encloses(viewer, continents) == cut.inside_goes;
        let members = self.view.members().map(|(id, _)| (id, viewer(&self.view, id)));
        members.filter(|(_, viewer)| goes(*viewer)).map(|(id, _)| id).collect()
    }

    /// A member as it is told apart from others.
    pub(crate) fn viewer(&self, id: MemberId) -> Viewer {
        viewer(&self.view, id)
    }

    /// All members.
    pub(crate) fn everybody(&self) -> Vec<MemberId> {
        self.view.members().map(|(id, _)| id).collect()
    }
}

fn viewer(view: &View, id: MemberId) -> Viewer {
    let member = view.member(id);
    Viewer { peer: member.peer, place: member.place }
}

fn members(view: &View) -> Vec<Viewer> {
    view.members().map(|(id, _)| viewer(view, id)).collect()
}

fn cut_by(
    by: By,
    view: &View,
    all: impl Iterator<Item = Viewer>,
    continents: &Continents,
) -> Option<Cut> {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    all.for_each(|viewer| *counts.entry(by.key(viewer, continents)).or_default() += 1);
    let line = by.line(&counts)?;
    let total: usize = counts.values().sum();
    let inside: usize = line.inside.iter().filter_map(|key| counts.get(key)).sum();
    let crossing = crossing(view, &line, continents);
    Some(Cut { line, inside_goes: inside <= total - inside, crossing })
}

/// Tree edges with one end on each side.
fn crossing(view: &View, line: &Line, continents: &Continents) -> usize {
    let side = |id: MemberId| line.encloses(viewer(view, id), continents);
    let edges = view.members().flat_map(|(id, _)| {
        view.all_substreams().filter_map(move |substream| match view.edge(id, substream).parent {
            Source::Member(parent) => Some((id, parent)),
            Source::None | Source::Server(_) | Source::Outside(_) => None,
        })
    });
    edges.filter(|(child, parent)| side(*child) != side(*parent)).count()
}
