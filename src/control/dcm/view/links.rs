//! The trees: siblings in linked lists, depths, and walks up and down.

use super::View;
use crate::control::dcm::member::{Edge, MemberId, NOBODY, Source};
use crate::units::{NatKind, Substream};

impl View {
    pub(super) fn unlink(&mut self, child: MemberId, substream: Substream) {
        let Edge { parent, next, previous, .. } = *self.edge(child, substream);
        match parent {
            Source::None => return,
            Source::Server(_) => return self.unlist_server_fed(child, substream),
            Source::Outside(_) => return self.unlist_outside(child, substream),
            Source::Member(above) if previous == NOBODY => {
                self.edge_mut(above, substream).first_child = next
            }
            Source::Member(_) => self.edge_mut(previous, substream).next = next,
        }
        if next != NOBODY {
            self.edge_mut(next, substream).previous = previous;
        }
        let edge = self.edge_mut(child, substream);
        (edge.next, edge.previous) = (NOBODY, NOBODY);
    }

    /// Members that no peer can reach are not listed: they stay with the CDN for ever.
    pub(super) fn list_server_fed(&mut self, child: MemberId, substream: Substream) {
        if self.members[child as usize].nat != NatKind::UdpBlocked {
            let fed = &mut self.server_fed[substream.index()];
            fed.push(child);
            // A server-fed edge has no siblings; its link keeps the place in the list.
            let place = fed.len() as MemberId - 1;
            self.edge_mut(child, substream).next = place;
        }
    }

    fn unlist_server_fed(&mut self, child: MemberId, substream: Substream) {
        let place = std::mem::replace(&mut self.edge_mut(child, substream).next, NOBODY);
        if place == NOBODY {
            return;
        }
        let fed = &mut self.server_fed[substream.index()];
        fed.swap_remove(place as usize);
        if let Some(moved) = fed.get(place as usize).copied() {
            self.edge_mut(moved, substream).next = place;
        }
    }

    pub(super) fn link(&mut self, child: MemberId, substream: Substream, above: MemberId) {
        let first = std::mem::replace(&mut self.edge_mut(above, substream).first_child, child);
        self.edge_mut(child, substream).next = first;
        if first != NOBODY {
            self.edge_mut(first, substream).previous = child;
        }
    }

    /// Sets the depth of `top` and of everything below it.
    pub(super) fn set_depth(&mut self, top: MemberId, substream: Substream, depth: u8) {
        let old = std::mem::replace(&mut self.edge_mut(top, substream).depth, depth);
        if old == depth {
            return;
        }
        self.count_fed(substream, old, depth);
        let mut walk = std::mem::take(&mut self.walk);
        walk.push(top);
        while let Some(id) = walk.pop() {
            self.refresh_room(id);
            // Below somebody who is not fed, nobody is.
            let below = match self.edge(id, substream).depth {
                0 => 0,
                depth => depth.saturating_add(1),
            };
            let mut child = self.edge(id, substream).first_child;
            while child != NOBODY {
                let edge = self.edge_mut(child, substream);
                let next = edge.next;
                // Whose depth is right has everything below it right.
                let before = std::mem::replace(&mut edge.depth, below);
                if before != below {
                    self.count_fed(substream, before, below);
                    walk.push(child);
                }
                child = next;
            }
        }
        self.walk = walk;
    }

    /// A depth has changed: 0 is that of those whom no data reach.
    fn count_fed(&mut self, substream: Substream, before: u8, after: u8) {
        let fed = &mut self.fed[substream.index()];
        *fed = *fed + u32::from(after > 0) - u32::from(before > 0);
    }

    /// The children of a member in one substream.
    pub(in crate::control::dcm) fn children(
        &self,
        id: MemberId,
        substream: Substream,
    ) -> impl Iterator<Item = MemberId> {
        let first = self.edge(id, substream).first_child;
        std::iter::successors((first != NOBODY).then_some(first), move |child| {
            let next = self.edge(*child, substream).next;
            (next != NOBODY).then_some(next)
        })
    }

    /// Members in the subtree of `top`, itself included.
    pub(in crate::control::dcm) fn subtree_size(
        &self,
        top: MemberId,
        substream: Substream,
    ) -> usize {
        let (mut stack, mut size) = (Vec::from([top]), 0);
        while let Some(id) = stack.pop() {
            size += 1;
            stack.extend(self.children(id, substream));
        }
        size
    }

    /// Whether `id` is in the subtree of `top`, or is it itself.
    pub(in crate::control::dcm) fn is_below(
        &self,
        id: MemberId,
        top: MemberId,
        substream: Substream,
    ) -> bool {
        let above = |at: &MemberId| match self.edge(*at, substream).parent {
            Source::Member(above) => Some(above),
            Source::None | Source::Server(_) | Source::Outside(_) => None,
        };
        std::iter::successors(Some(id), above).any(|at| at == top)
    }

    /// Whether data can reach `id` without passing `through`: its ancestors end at a CDN node or at the level
    /// above, which takes nothing from below. What lies beyond a parent in another cluster of the same
    /// level is not known here, and may lead back.
    pub(in crate::control::dcm) fn fed_without(
        &self,
        id: MemberId,
        through: MemberId,
        substream: Substream,
    ) -> bool {
        let mut at = id;
        loop {
            if at == through {
                return false;
            }
            match self.edge(at, substream).parent {
                Source::None => return false,
                Source::Outside(_) => return self.is_from_above(at, substream),
                Source::Server(_) => return true,
                Source::Member(above) => at = above,
            }
        }
    }
}
