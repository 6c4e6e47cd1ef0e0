//! What a scenario gets that does not say otherwise, each value with its source.
//!
//! Settings of the player, the coordinators and the protocols have their defaults beside their types.

use super::lines::{AccessClass, NatMix, UplinkRule};
use super::model::{Network, OutputConfig, Rows, SessionKind};
use super::trouble::Feeds;
use crate::proto::Terms;
use crate::units::{BitRate, Ratio, Span};

/// Substreams of a content: assumption, a parent's fall costs a child a quarter.
pub(super) const SUBSTREAMS: u8 = 4;

/// Cities of an ISP: assumption.
pub(super) const METROS: u32 = 4;

/// DCMs of an ISP: one cluster, as the source describes a region before it is split.
pub(super) const DCMS: u16 = 1;

/// Standard deviation of the logarithm of actual over advertised rate: assumption.
pub(super) const VARIATION: f64 = 0.25;

/// Capacity of a link between networks: assumption, a link that rarely binds.
pub(super) const LINK_CAPACITY: BitRate = BitRate::from_kbps(100_000_000);

fn ratio(value: f64) -> Ratio {
    Ratio::new(value).unwrap_or_default()
}

/// How messages and data travel.
pub(super) fn network() -> Network {
    Network {
        control_loss: Ratio::ZERO, // assumption: the transport repeats what is lost
        convergence: Span::from_secs(30), // BGP's minimum advertisement interval (RFC 4271)
        nat_success: ratio(0.95), // assumption: 5 % of the possible pairs fail by races and time-outs
    }
}

/// Feeds are right and come at once: what they may be wrong by is a question of its own.
pub(super) const FEEDS: Feeds = Feeds {
    route_delay: Span::ZERO,
    missing_routes: Ratio::ZERO,
    wrong_routes: Ratio::ZERO,
    wrong_addresses: Ratio::ZERO,
};

/// Leavers without a good-bye: assumption; browsers close without a word.
pub(super) fn silent_leave() -> Ratio {
    ratio(0.5)
}

/// What of its uplink a user lends: assumption; half the line, and no more than twice what it
/// takes.
pub(super) fn uplink_rule() -> UplinkRule {
    UplinkRule { share: ratio(0.5), bitrates: 2.0 }
}

/// What a mobile user lends: nothing, as most products do on cellular networks.
pub(super) const fn mobile_uplink_rule() -> UplinkRule {
    UplinkRule { share: Ratio::ZERO, bitrates: 0.0 }
}

/// What is written.
pub(super) fn output() -> OutputConfig {
    OutputConfig {
        sample: Span::from_secs(10),
        peers: Rows::All,
        assignments: Rows::OneIn(10),
        transfers: Rows::OneIn(10),
        topology_at: Vec::new(),
    }
}

/// Fixed lines of the 2020s.
///
/// Shares: OECD broadband statistics (fibre 47 % at the end of 2024, DSL 20 % at the end of 2023,
/// fixed
/// wireless 5.8 %, cable 32 % in 2021, gigabit tiers 19 %), scaled to add up to 1. Speeds and round
/// trips:
/// Ookla, United States, of the provider named; assumption where none is.
pub(super) fn access() -> Vec<AccessClass> {
    vec![
        line("ftth-gigabit", 0.15, [800_000, 300_000], 5), // assumption
        line("ftth", 0.32, [250_000, 130_000], 8),         // AT&T, Verizon
        line("cable", 0.29, [200_000, 15_000], 14),        // Comcast, Charter, Cox
        line("dsl", 0.16, [40_000, 10_000], 15),           // CenturyLink
        line("fixed-wireless", 0.06, [110_000, 12_000], 31), // T-Mobile
        line("satellite", 0.02, [80_000, 8_000], 40),      // assumption: low earth orbit
    ]
}

fn line(name: &str, share: f64, [down_kbps, up_kbps]: [u64; 2], rtt_ms: u64) -> AccessClass {
    AccessClass {
        name: name.to_string(),
        share,
        downlink: BitRate::from_kbps(down_kbps),
        uplink: BitRate::from_kbps(up_kbps),
        rtt: Span::from_millis(rtt_ms),
        variation: VARIATION,
        cpu: None,
        storage: None,
        lends: uplink_rule(),
        overstated: None,
        mobile: false,
        terms: Terms::default(),
        enterprise: None,
        sessions: Vec::new(),
        silent_leave: None,
    }
}

/// NAT on fixed lines.
///
/// Assumption, which gives 78 % of the pairs; anchors: 64 % of P2P peers behind NAT where punching
/// should
/// work, more than 80 % of attempts succeed (Halkes, Pouwelse 2010), above 90 % of DSL lines NATed
/// (Maier et
/// al. 2011).
pub(super) const NAT_FIXED: NatMix = NatMix([0.15, 0.15, 0.10, 0.45, 0.12, 0.03]);

/// NAT on mobile lines: assumption; above 90 % of cellular networks use carrier-grade NAT (Richter
/// et al. 2016).
pub(super) const NAT_MOBILE: NatMix = NatMix([0.05, 0.10, 0.05, 0.35, 0.42, 0.03]);

/// How long viewers stay: assumption, after the many short channel holds of IPTV households (Cha et
/// al. 2008).
pub(super) fn sessions() -> Vec<SessionKind> {
    vec![
        SessionKind {
            name: "zapper".to_string(),
            share: 0.3,
            median: Span::from_secs(20),
            sigma: 1.0,
        },
        SessionKind {
            name: "watcher".to_string(),
            share: 0.7,
            median: Span::from_secs(35 * 60),
            sigma: 0.9,
        },
    ]
}
