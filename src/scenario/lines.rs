//! The lines of viewers: access classes, enterprises, what is lent and what is said of it, NATs.

use super::model::SessionKind;
use crate::proto::Terms;
use crate::units::{BitRate, Bytes, Ratio, Span};

/// A kind of access line.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessClass {
    /// Its name.
    pub name: String,
    /// Of all viewers.
    pub share: f64,
    /// Advertised downlink.
    pub downlink: BitRate,
    /// Advertised uplink.
    pub uplink: BitRate,
    /// Round trip to the edge of the ISP.
    pub rtt: Span,
    /// Standard deviation of the logarithm of actual over advertised rate; 0 = exactly as advertised.
    pub variation: f64,
    /// What the device can forward; none where nothing limits it.
    pub cpu: Option<BitRate>,
    /// What the device keeps of the past for others; none where `tree.buffer` alone limits it.
    pub storage: Option<Bytes>,
    /// What of the uplink its users lend.
    pub lends: UplinkRule,
    /// Those of them who take it for wider than it is; none where all know.
    pub overstated: Option<Overstated>,
    /// Behind a mobile network's NAT.
    pub mobile: bool,
    /// On which terms its users take part.
    pub terms: Terms,
    /// The enterprises in which its users sit; none where each has a line of its own.
    pub enterprise: Option<Enterprise>,
    /// How long its users stay; as all viewers where it is empty.
    pub sessions: Vec<SessionKind>,
    /// Its users who leave without a good-bye; as of all viewers where there is none.
    pub silent_leave: Option<Ratio>,
}

/// Enterprises of one kind: viewers behind one line, with a network of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enterprise {
    /// Viewers of one city behind one line.
    pub viewers: u32,
    /// Downlink of the line.
    pub downlink: BitRate,
    /// Its uplink.
    pub uplink: BitRate,
}

/// Users who say more of their uplink than it carries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overstated {
    /// Of the class.
    pub share: Ratio,
    /// How many times as wide as it is they take it for.
    pub factor: f64,
}

/// What of its uplink a user lends: the smaller of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UplinkRule {
    /// A share of the line.
    pub share: Ratio,
    /// A multiple of the bitrate of what it watches, of several contents together.
    pub bitrates: f64,
}

/// How common each kind of NAT is, in the order of `NatKind::ALL`; adds up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NatMix(pub [f64; 6]);
