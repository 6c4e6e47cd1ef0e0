//! Viewers, their sessions and their lines, as the file says them.

use super::{At, Duration, Rate, Share, Size};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who watches; exactly one of `peak`, `arrivals` and `trace` says how viewers come.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAudience {
    /// Viewers at level 1 of the curve that `[[audience.phase]]` draws.
    pub peak: Option<At<i64>>,
    /// With `peak`: level at the start of the run.
    pub initial: Option<At<Share>>,
    /// With `peak`: the stretches of the curve, one after the other. The last level holds until the
    /// end of the run.
    pub phase: Option<At<Vec<At<RawPhase>>>>,
    /// Independent arrivals at this constant rate, as in `2 /s`, `90 /min` or `500 /h`.
    pub arrivals: Option<At<String>>,
    /// A CSV file beside the scenario with columns `join_s`, `leave_s`, and if wanted `class`
    /// (name of an access class) and `isp` (name or AS number of an access ISP).
    pub trace: Option<At<String>>,
    /// What viewers watch; shares add up to 1. Left out only where there is one content, which all watch.
    pub watch: Option<At<Vec<At<RawWatch>>>>,
    /// Share of those who leave without a good-bye.
    pub silent_leave: Option<At<Share>>,
    /// Share of the sessions that are further visits of viewers who have been here before, as far as there
    /// are such who are away: same line, NAT, place and kind of session. Not with `trace`.
    pub returning: Option<At<Share>>,
    /// How long viewers stay; shares add up to 1. The table replaces the built-in one as a whole.
    pub session: Option<At<Vec<At<RawSession>>>>,
}

/// What a part of the viewers watch.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawWatch {
    /// Its name.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Of all viewers.
    #[schemars(required)]
    pub share: Option<At<Share>>,
    /// Names of the contents, all watched at the same time over one line.
    #[schemars(required)]
    pub contents: Option<At<Vec<At<String>>>>,
}

/// A stretch of the audience curve.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPhase {
    /// What happens, for charts.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// When it ends, from the start of the run.
    #[schemars(required)]
    pub until: Option<At<Duration>>,
    /// Share of the peak at its end.
    #[schemars(required)]
    pub level: Option<At<Share>>,
    /// How it gets there.
    pub shape: Option<At<RawShape>>,
}

/// How a phase goes from its first to its last level.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawShape {
    /// In a straight line.
    Linear,
    /// Slow, fast, slow, with slope 1.5 times the mean in the middle.
    Smooth,
    /// At once.
    Step,
}

/// A kind of session, log-normal in length.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSession {
    /// Its name.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Of all sessions.
    #[schemars(required)]
    pub share: Option<At<Share>>,
    /// Median length.
    #[schemars(required)]
    pub median: Option<At<Duration>>,
    /// Standard deviation of the logarithm of the length.
    #[schemars(required)]
    pub sigma: Option<At<f64>>,
}

/// A kind of access line.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAccess {
    /// Its name.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Of all viewers.
    #[schemars(required)]
    pub share: Option<At<Share>>,
    /// Advertised downlink.
    #[schemars(required)]
    pub downlink: Option<At<Rate>>,
    /// Advertised uplink.
    #[schemars(required)]
    pub uplink: Option<At<Rate>>,
    /// Round trip to the edge of the ISP.
    #[schemars(required)]
    pub rtt: Option<At<Duration>>,
    /// Standard deviation of the logarithm of actual over advertised rate; 0 = exactly as
    /// advertised.
    pub variation: Option<At<f64>>,
    /// What the device can forward to others; no limit when left out.
    pub cpu: Option<At<Rate>>,
    /// What the device keeps of the past for others, in bytes; `tree.buffer` alone limits it when
    /// left out.
    pub storage: Option<At<Size>>,
    /// What of the uplink its users lend; nothing on mobile lines when left out.
    pub lends: Option<At<RawLends>>,
    /// Users who take their uplink for wider than it is, and say so; nobody when left out.
    pub overstated: Option<At<RawOverstated>>,
    /// Whether it is behind a mobile network's NAT.
    pub mobile: Option<At<bool>>,
    /// When its users serve nobody, in the order of time; never when left out. Each client says it to
    /// its control center.
    pub no_serving: Option<At<Vec<At<RawHours>>>>,
    /// With whom its users share first; with all alike when left out. Each client says it to its control
    /// center.
    pub friends: Option<At<RawFriends>>,
    /// The enterprises in which its users sit; the rates above are then those of a device on the network
    /// inside.
    pub enterprise: Option<At<RawEnterprise>>,
    /// What its users' subscription is worth, 0 to 255: where not all can be served, the higher is
    /// placed first.
    pub priority: Option<At<i64>>,
    /// How long its users stay; shares add up to 1. As all viewers when left out; of no account with
    /// `audience.trace`.
    pub session: Option<At<Vec<At<RawSession>>>>,
    /// Share of its users who leave without a good-bye; as of all viewers when left out.
    pub silent_leave: Option<At<Share>>,
}

/// Users who take their uplink for wider than it is: sold as "up to", or shared with others at home. They
/// lend by what they believe, and the line carries what it carries.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawOverstated {
    /// How many of the class.
    #[schemars(required)]
    pub share: Option<At<Share>>,
    /// How many times as wide as it is they take it for; above 1.
    #[schemars(required)]
    pub factor: Option<At<f64>>,
}

/// A stretch of time.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHours {
    /// When it begins, from the start of the run.
    #[schemars(required)]
    pub from: Option<At<Duration>>,
    /// When it ends, from the start of the run.
    #[schemars(required)]
    pub until: Option<At<Duration>>,
}

/// Enterprises: so many viewers of one class, ISP and city are behind one line and one public address, and
/// on a network of their own, over which they serve each other and nobody else.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEnterprise {
    /// How many viewers, in the order in which they first come; the last ones of a city may be fewer.
    #[schemars(required)]
    pub viewers: Option<At<i64>>,
    /// Downlink of the line that they share.
    #[schemars(required)]
    pub downlink: Option<At<Rate>>,
    /// Its uplink.
    #[schemars(required)]
    pub uplink: Option<At<Rate>>,
}

/// An affinity group, and what its members do for others.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFriends {
    /// Its name; classes that name the same group are friends.
    #[schemars(required)]
    pub group: Option<At<String>>,
    /// Whether strangers are served.
    pub strangers: Option<At<RawStrangers>>,
}

/// What a member of an affinity group does for those who are not of it.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawStrangers {
    /// Serves them like friends; only for its own parents it looks among friends first.
    Always,
    /// Serves them when nobody else has room.
    Last,
    /// Serves none.
    Never,
}

/// What of its uplink a user lends: the smaller of the two.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLends {
    /// A share of the line.
    pub share: Option<At<Share>>,
    /// A multiple of the bitrate of what the user watches, of several contents together.
    pub bitrates: Option<At<f64>>,
}

/// What stands between viewers and the Internet.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawNat {
    /// On fixed lines. The table replaces the built-in one as a whole.
    pub fixed: Option<At<RawNatMix>>,
    /// On mobile lines. The table replaces the built-in one as a whole.
    pub mobile: Option<At<RawNatMix>>,
}

/// How common each kind of NAT is; a kind left out does not occur, and the shares add up to 1.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RawNatMix {
    /// Reachable by anybody: public address, UPnP or IPv6.
    pub open: Option<At<Share>>,
    /// Any sender may answer on a mapped port.
    pub full_cone: Option<At<Share>>,
    /// Only addresses that were sent to may answer.
    pub address_restricted: Option<At<Share>>,
    /// Only addresses and ports that were sent to may answer.
    pub port_restricted: Option<At<Share>>,
    /// A new port for every destination.
    pub symmetric: Option<At<Share>>,
    /// No datagram passes: served by CDN nodes only.
    pub udp_blocked: Option<At<Share>>,
}
