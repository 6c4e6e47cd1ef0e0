//! What a client's user allows and has subscribed to, as the client says it in its join.
//!
//! Not here: what the owner of a content or the law demands; of that no client is asked.

use crate::units::SimTime;
use std::sync::Arc;

/// The terms on which a client takes part; the default is to serve everybody at all times.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Terms {
    /// When it serves nobody, in the order of time and without overlaps.
    pub no_serving: Vec<Hours>,
    /// With whom it shares first; with all alike where there is none.
    pub friends: Option<Friends>,
    /// What its subscription is worth: where not all can be served, the higher is placed first.
    pub priority: u8,
    /// It is on an enterprise's network: it serves only those who come from the same public address, over
    /// that network, and takes from them first; friends are of no account then.
    pub lan_only: bool,
}

/// A stretch of time, its end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From when on.
    pub from: SimTime,
    /// Until when.
    pub until: SimTime,
}

/// An affinity group and what a member of it does for those outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friends {
    /// Its name.
    pub group: Arc<str>,
    /// Whether strangers are served.
    pub strangers: Strangers,
}

/// What a member of an affinity group does for those who are not of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Strangers {
    /// Serves them like friends; only for its own parents it looks among friends first.
    #[default]
    Always,
    /// Serves them when nobody else has room.
    Last,
    /// Serves none.
    Never,
}

impl Hours {
    /// Whether an instant lies within.
    #[must_use]
    pub fn contain(&self, instant: SimTime) -> bool {
        self.from <= instant && instant < self.until
    }
}

impl Terms {
    /// Whether a client that says this would serve one of `group`, the time and networks of its own aside.
    #[must_use]
    pub fn befriend(&self, group: Option<&str>) -> bool {
        let closed = self.friends.as_ref().filter(|own| own.strangers == Strangers::Never);
        closed.is_none_or(|own| group == Some(&*own.group))
    }

    /// What it does for those outside its group, or outside its network.
    #[must_use]
    pub fn strangers(&self) -> Strangers {
        let friends = self.friends.as_ref().map(|own| own.strangers);
        if self.lan_only { Strangers::Never } else { friends.unwrap_or_default() }
    }

    /// The name of its group, if it is of one.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.friends.as_ref().map(|friends| &*friends.group)
    }

    /// Estimated bytes on the wire: a byte of flags for what there is, times of four bytes each, the group's name.
    pub(super) fn size(&self) -> u64 {
        let group = self.group().map_or(0, |name| 1 + name.len() as u64);
        2 + 8 * self.no_serving.len() as u64 + group
    }
}
