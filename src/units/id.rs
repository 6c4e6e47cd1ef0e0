//! Names of things: numbers that cannot be confused and on which no arithmetic is possible.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u32);

        impl $name {
            /// The id with this number.
            #[must_use]
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// The id of the element at `index` of a table.
            ///
            /// # Panics
            /// When a table has more than `u32::MAX` elements.
            #[must_use]
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("fewer than 2^32 of anything"))
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> u32 {
                self.0
            }

            /// The number as an index into a table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

ids! {
    /// One viewer session or one server, as the control center and the network know it; never reused in a run.
    PeerId,
    /// A content: a live stream or a file.
    ContentId,
    /// A device with one line, the same each time that it is there: several sessions, each of another content,
    /// may run on it.
    HostId,
    /// The number of an autonomous system, as registries assign it.
    AsNumber,
    /// An autonomous system's place in the AS graph.
    AsIndex,
    /// A link in one direction, with a capacity of its own.
    LinkId,
    /// A fluid flow over a path of links.
    FlowId,
    /// A policy route between two autonomous systems.
    RouteId,
    /// A CDN node.
    ServerId,
    /// A city within an ISP.
    Metro,
}

/// A network address. The addresses are the simulator's own; only equality, ranges and feeds give them meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Address(pub u32);

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [a, b, c, d] = self.0.to_be_bytes();
        write!(f, "{a}.{b}.{c}.{d}")
    }
}

/// One substream of a content, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Substream(pub u8);

impl Substream {
    /// As an index into a table with one element a substream.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// All of `count` substreams.
    pub fn all(count: u8) -> impl Iterator<Item = Self> {
        (0..count).map(Self)
    }
}

impl std::fmt::Display for Substream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}
