//! What the trees would lose with a peer, and what they have left: the quality of the topology at one
//! instant, as it is and not as anybody believes it.

use super::ancestry::Ancestry;
use super::peers::Slot;
use super::recorder::Quality;
use super::world::World;
use crate::units::Substream;

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
        let (peer, content) = (world.peer(slot), &world.scenario.contents[0]);
        let rate = content.bitrate.as_f64() / f64::from(content.substreams.max(1));
        let quality = &mut self.quality;
        quality.lent += peer.lent.as_f64();
        quality.spare += (peer.lent.as_f64() - rate * f64::from(peer.children)).max(0.0);
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
