//! What the trees would lose with a peer, and what they have left: the quality of the topology at one
//! instant, as it is and not as anybody believes it.

use super::ancestry::Ancestry;
use super::peers::Slot;
use super::recorder::Quality;
use super::world::World;
use crate::units::Substream;

/// What the children of a session take together when all is well, in bits per second.
fn promised(world: &World<'_>, slot: Slot) -> f64 {
    let peer = world.peer(slot);
    let content = &world.scenario.contents[peer.content.index()];
    let rate = content.bitrate.as_f64() / f64::from(content.substreams.max(1));
    rate * f64::from(peer.children)
}

/// A look at all trees, place by place.
#[derive(Debug)]
pub(super) struct QualityLook {
    quality: Quality,
    /// By slot, how many places data reach through it.
    below: Vec<u32>,
    /// The viewers above the place that is looked at.
    way: Vec<Slot>,
}

impl QualityLook {
    pub(super) fn new(slots: usize) -> Self {
        Self { quality: Quality::default(), below: vec![0; slots], way: Vec::new() }
    }

    /// Looks at one substream of one viewer; returns where it stands.
    pub(super) fn place(
        &mut self,
        world: &World<'_>,
        slot: Slot,
        substream: Substream,
    ) -> Ancestry {
        self.way.clear();
        let ancestry = world.ancestry_through(slot, substream, |above| self.way.push(above));
        if ancestry.source.is_some() {
            self.quality.fed += 1;
            self.way.iter().for_each(|above| self.below[*above as usize] += 1);
        }
        ancestry
    }

    /// Looks at what a viewer lends, what of it is left, and in how many substreams it feeds others.
    pub(super) fn viewer(&mut self, world: &World<'_>, slot: Slot) {
        let (peer, quality) = (world.peer(slot), &mut self.quality);
        if world.stands_for_its_host(slot) {
            let used: f64 =
                world.on_same_host(slot).into_iter().map(|on| promised(world, on)).sum();
            quality.lent += peer.lent.as_f64();
            quality.spare += (peer.lent.as_f64() - used).max(0.0);
        }
        if world.fetches(slot) {
            return;
        }
        let mut substreams = world.edges.children(slot).iter().map(|child| child.substream);
        if let Some(first) = substreams.next() {
            quality.interior += 1;
            quality.disjoint += u64::from(substreams.all(|other| other == first));
        }
    }

    /// What was seen.
    pub(super) fn done(self) -> Quality {
        let worst = self.below.into_iter().max().unwrap_or(0);
        Quality { worst_below: u64::from(worst), ..self.quality }
    }
}
