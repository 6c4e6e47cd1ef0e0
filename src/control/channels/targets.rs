//! Who should hold how much of one line of a host: a pure function of what is asked for.

use crate::control::config::Sharing;
use crate::proto::{Rank, Wish};
use crate::units::BitRate;
use std::cmp::Reverse;

/// What one session asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) rank: Rank,
    pub(super) wish: Wish,
    /// In which portions it can use the line.
    pub(super) portion: BitRate,
}

/// What each should hold of a line that carries `has`, in the order of `asked`; never more than `has` in all.
///
/// What is in use stays where it is unless somebody of a higher rank has viewers who get nothing. What
/// is left goes to whom it saves CDN nodes, the higher rank first, and only then to whom it would be
/// convenient; among equals portion by portion to whoever has least.
pub(super) fn targets(rule: Sharing, has: BitRate, asked: &[Asked]) -> Vec<BitRate> {
    if rule == Sharing::Halves {
        return vec![BitRate::from_bps(has.as_bps() / asked.len().max(1) as u64); asked.len()];
    }
    let mut filling = Filling { left: has, targets: vec![BitRate::ZERO; asked.len()], asked };
    let mut ranks: Vec<Rank> = asked.iter().map(|one| one.rank).collect();
    ranks.sort_unstable_by_key(|rank| Reverse(*rank));
    ranks.dedup();
    for rank in &ranks {
        filling.up_to(*rank, |wish| wish.uses);
        filling.up_to(*rank, |wish| wish.urgent);
    }
    ranks.iter().for_each(|rank| filling.up_to(*rank, |wish| wish.needs));
    ranks.iter().for_each(|rank| filling.up_to(*rank, |wish| wish.likes));
    filling.targets
}

/// A wish for an uplink under a rule: of fixed parts nothing is given back.
pub(crate) fn wish_under(rule: Sharing, wish: Wish) -> Wish {
    match rule {
        Sharing::Leases => wish,
        Sharing::Halves => Wish { likes: BitRate::from_bps(u64::MAX), ..wish },
    }
}

/// A line that is being shared out.
struct Filling<'a> {
    left: BitRate,
    targets: Vec<BitRate>,
    asked: &'a [Asked],
}

impl Filling<'_> {
    /// Raises those of one rank up to what `goal` says, portion by portion, whoever has least first.
    fn up_to(&mut self, rank: Rank, goal: impl Fn(&Wish) -> BitRate) {
        loop {
            let open = self.asked.iter().enumerate().filter(|(number, one)| {
                let fits = one.portion > BitRate::ZERO && one.portion <= self.left;
                one.rank == rank && fits && self.targets[*number] < goal(&one.wish)
            });
            let least = open.min_by_key(|(number, _)| self.targets[*number]);
            let Some((number, Asked { portion, .. })) = least else { return };
            self.targets[number] += *portion;
            self.left = self.left - *portion;
        }
    }
}
