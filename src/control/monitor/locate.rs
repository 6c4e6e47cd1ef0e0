//! Where the trouble is: the smallest set of links that explains the bad paths and lies on no healthy one.
//!
//! Binary network tomography. With exact reports, the smallest consistent set of failed links (Duffield
//! 2006, "Network tomography of binary network performance characteristics", IEEE Trans. Inf. Theory
//! 52(12)); finding the smallest is set cover, so it is taken greedily. Routes may be wrong, so a link is
//! not cleared by one healthy path: its hit ratio, the share of bad ones among all paths over it, must be
//! high enough (Kompella, Yates, Greenberg, Snoeren 2005, "IP fault localization via risk modeling",
//! NSDI). A pure function of what was observed.

use crate::units::{AsNumber, BitRate, PeerId};
use std::collections::BTreeMap;

/// A link between two networks, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) from: AsNumber,
    pub(crate) to: AsNumber,
}

/// What a path is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    /// The access line of the parent.
    Up(PeerId),
    /// The access line of the child.
    Down(PeerId),
    /// A link between networks.
    Link(Link),
}

/// What a child's reports show of one substream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Data come at the rate.
    Well,
    /// Data come below the rate although the parent has them.
    Slow,
    /// No data come although the parent has them.
    Silent,
}

/// One substream of one child, and the path that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Observation {
    pub(crate) seen: Seen,
    pub(crate) path: Vec<Element>,
}

/// A link that explains what is bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suspicion {
    pub(crate) link: Link,
    /// Most of what it explains is silent, not slow.
    pub(crate) silent: bool,
    /// Bad observations that it explains.
    pub(crate) explains: usize,
    /// Links that explain exactly the same just as well: nothing observed tells them apart.
    pub(crate) alike: Vec<Link>,
}

/// Share of bad paths among all over a link, from which on it may be the cause (assumption: above a
/// half, so that wrong routes in a small part of a feed neither hide a link nor accuse one).
pub(super) const HIT_RATIO: f64 = 0.7;

/// What was observed of an element.
#[derive(Clone, Debug, Default)]
struct Tally {
    well: usize,
    bad: Vec<usize>,
}

impl Tally {
    fn hit_ratio(&self) -> f64 {
        self.bad.len() as f64 / (self.bad.len() + self.well).max(1) as f64
    }
}

/// The links that explain the bad observations, most telling first. `load` decides between links that
/// explain the same: the fuller one is the likelier.
pub(crate) fn locate(
    observations: &[Observation],
    load: impl Fn(Link) -> BitRate,
) -> Vec<Suspicion> {
    let tallies = tally(observations);
    let mut explained = vec![false; observations.len()];
    let mut suspicions = Vec::new();
    while let Some(element) = most_telling(&tallies, &explained, &load) {
        if let Element::Link(link) = element {
            suspicions.push(suspicion(link, &tallies, &explained, observations));
        }
        tallies[&element].bad.iter().for_each(|bad| explained[*bad] = true);
    }
    suspicions
}

fn tally(observations: &[Observation]) -> BTreeMap<Element, Tally> {
    let mut tallies = BTreeMap::<Element, Tally>::new();
    for (number, observation) in observations.iter().enumerate() {
        for element in &observation.path {
            let tally = tallies.entry(*element).or_default();
            match observation.seen {
                Seen::Well => tally.well += 1,
                Seen::Slow | Seen::Silent => tally.bad.push(number),
            }
        }
    }
    tallies
}

/// Those of a tally that nothing explains yet.
fn open<'a>(tally: &'a Tally, explained: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
    tally.bad.iter().copied().filter(|bad| !explained[*bad])
}

/// The element that explains most of what is not explained; an access line before a link that
/// explains no more, because lines are slow far more often.
fn most_telling(
    tallies: &BTreeMap<Element, Tally>,
    explained: &[bool],
    load: &impl Fn(Link) -> BitRate,
) -> Option<Element> {
    let rank = |element: &Element, tally: &Tally| {
        let (is_line, load) = match element {
            Element::Up(_) | Element::Down(_) => (true, BitRate::ZERO),
            Element::Link(link) => (false, load(*link)),
        };
        (open(tally, explained).count(), std::cmp::Reverse(tally.well), is_line, load)
    };
    let eligible = tallies.iter().filter(|(_, tally)| tally.hit_ratio() >= HIT_RATIO);
    let ranked = eligible.map(|(element, tally)| (rank(element, tally), *element));
    // Of equals the first in the order of elements: the result does not depend on that of reports.
    let best = ranked.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.filter(|((explains, ..), _)| *explains > 0).map(|(_, element)| element)
}

fn suspicion(
    link: Link,
    tallies: &BTreeMap<Element, Tally>,
    explained: &[bool],
    observations: &[Observation],
) -> Suspicion {
    let own = &tallies[&Element::Link(link)];
    let bad: Vec<usize> = open(own, explained).collect();
    let silent = bad.iter().filter(|bad| observations[**bad].seen == Seen::Silent).count();
    let same = |element: &Element, tally: &Tally| match element {
        Element::Link(other) if *other != link => {
            let as_well = tally.well <= own.well && tally.hit_ratio() >= HIT_RATIO;
            (as_well && open(tally, explained).eq(bad.iter().copied())).then_some(*other)
        }
        Element::Link(_) | Element::Up(_) | Element::Down(_) => None,
    };
    let alike = tallies.iter().filter_map(|(element, tally)| same(element, tally)).collect();
    Suspicion { link, silent: 2 * silent > bad.len(), explains: bad.len(), alike }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: u32, to: u32) -> Link {
        Link { from: AsNumber::new(from), to: AsNumber::new(to) }
    }

    /// A path over these networks, from parent to child.
    fn path(seen: Seen, up: u32, networks: &[u32], down: u32) -> Observation {
        let links = networks.windows(2).map(|ends| Element::Link(link(ends[0], ends[1])));
        let ends = [Element::Up(PeerId::new(up)), Element::Down(PeerId::new(down))];
        Observation { seen, path: ends.into_iter().chain(links).collect() }
    }

    fn located(observations: &[Observation]) -> Vec<Link> {
        locate(observations, |_| BitRate::ZERO).iter().map(|found| found.link).collect()
    }

    #[test]
    fn the_link_that_all_bad_paths_share_and_no_healthy_one_crosses_is_the_cause() {
        let seen = [
            path(Seen::Silent, 1, &[10, 20, 30], 2),
            path(Seen::Silent, 1, &[10, 20, 40], 3),
            path(Seen::Well, 1, &[10, 50], 4),
            path(Seen::Well, 5, &[20, 30], 6),
        ];
        let found = locate(&seen, |_| BitRate::ZERO);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].link, found[0].silent, found[0].explains), (link(10, 20), true, 2));
        assert_eq!(found[0].alike, []);
    }

    #[test]
    fn two_faults_at_once_are_two_links() {
        let seen = [
            path(Seen::Slow, 1, &[10, 20, 30], 2),
            path(Seen::Slow, 9, &[10, 20, 40], 3),
            path(Seen::Silent, 5, &[60, 70], 6),
            path(Seen::Silent, 7, &[60, 70], 8),
        ];
        let mut found = located(&seen);
        found.sort_unstable();
        assert_eq!(found, [link(10, 20), link(60, 70)]);
    }

    #[test]
    fn a_line_that_all_bad_paths_end_at_explains_them_and_no_link_does() {
        let slow = |up, network| path(Seen::Slow, up, &[network, 30], 2);
        assert_eq!(located(&[slow(1, 10), slow(3, 20), slow(4, 40)]), []);
        // The same of a parent, whose children are everywhere.
        let slow = |network, down| path(Seen::Slow, 1, &[10, network], down);
        assert_eq!(located(&[slow(20, 5), slow(30, 6), slow(40, 7)]), []);
    }

    #[test]
    fn what_nothing_tells_apart_is_named_together_and_the_fuller_first() {
        let seen =
            [path(Seen::Silent, 1, &[10, 20, 30], 2), path(Seen::Silent, 3, &[10, 20, 30], 4)];
        let load = |at: Link| BitRate::from_kbps(u64::from(at.from.get()));
        let found = locate(&seen, load);
        assert_eq!((found[0].link, &found[0].alike[..]), (link(20, 30), &[link(10, 20)][..]));
    }

    #[test]
    fn a_wrong_route_neither_hides_a_link_nor_accuses_one() {
        let mut seen = vec![path(Seen::Well, 50, &[10, 20], 51)];
        seen.extend((0..3).map(|n| path(Seen::Silent, n, &[10, 20], 60 + n)));
        seen.extend((0..3).map(|n| path(Seen::Well, 70 + n, &[30, 40], 80 + n)));
        seen.push(path(Seen::Silent, 90, &[30, 40], 91));
        assert_eq!(located(&seen), [link(10, 20)], "three of four are bad, and one of four");
    }

    #[test]
    fn where_all_is_well_nothing_is_found() {
        assert_eq!(located(&[path(Seen::Well, 1, &[10, 20], 2)]), []);
        assert_eq!(located(&[]), []);
    }
}
