//! Every message between a client and its coordinator, and the boundary of a coordinator.
//!
//! Plain values: nothing here decides, sends or waits. Sizes on the wire are estimates of a compact
//! binary encoding, used for the control overhead.

mod condition;
mod feed;
mod io;
mod message;
mod record;
mod relay;
mod sharing;
mod terms;

pub use condition::{Finding, LinkVerdict, NetworkTraffic, UplinkEvidence, UplinkFinding};
pub use feed::{
    AddressRange, AddressTable, ContentInfo, ContentKind, Feed, Notice, PathClass, Place,
    RouteTable, ServerInfo,
};
pub use io::{Coordinator, Figure, Input, Outbox, Output};
pub use message::{
    Assignment, Believed, Connect, Device, Guidance, Heartbeat, Join, MeasuredPath, Neighbor, News,
    ParentChoice, Received, Refusal, Sent, StandBy, ToCenter, ToClient,
};
pub use record::{Decision, Regrouping, Rule, Trigger};
pub use relay::{RelayChange, RelayKind, RelayReason};
pub use sharing::{Amounts, Holder, Line, Rank, ToHolder, ToKeeper, Wish};
pub use terms::{Friends, Hours, Strangers, Terms};

/// The version of the messages; a coordinator refuses another major version.
pub const VERSION: u16 = 1;
