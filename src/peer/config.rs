//! What the client agent is set to, each value with its source.

use crate::units::Span;

/// The player.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayerConfig {
    /// Media in the buffer before playback begins.
    pub startup: Span,
    /// Media in the buffer before playback goes on after a stall.
    pub resume: Span,
    /// How far behind the live edge a newcomer begins: its buffer once it has caught up.
    pub join_back: Span,
    /// Data become due at the latest this long after joining, whether playback began or not.
    pub patience: Span,
}

impl Default for PlayerConfig {
    fn default() -> Self {
        Self {
            startup: Span::from_secs(2), // assumption: one key-frame interval (HLS authoring specification)
            resume: Span::from_secs(1),  // assumption
            join_back: Span::from_secs(8), // assumption: between low-latency HLS (3 s) and four 6 s segments
            patience: Span::from_secs(10), // assumption: 14 % of sessions waited longer (SIGCOMM 2012)
        }
    }
}

/// The tree protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeConfig {
    /// A child that is behind may take up to this many times the substream's rate.
    pub catch_up: f64,
    /// From the last byte in to the first byte out at every hop.
    pub forward_delay: Span,
    /// How much of the past a peer keeps for its children.
    pub buffer: Span,
    /// From the encoder to the first byte that a CDN node can send.
    pub origin_delay: Span,
}

impl Default for TreeConfig {
    fn default() -> Self {
        Self {
            catch_up: 2.0,                        // assumption
            forward_delay: Span::from_millis(50), // assumption: two packets of a 500 kbps substream, and scheduling
            buffer: Span::from_secs(30),          // assumption: CoolStreaming's peers kept 60 s
            origin_delay: Span::from_secs(1),     // assumption: encode and package one part
        }
    }
}

/// How a client talks.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientConfig {
    /// Between two reports.
    pub heartbeat: Span,
    /// Round trips from asking a parent to its first byte.
    pub connect_rtts: f64,
    /// How long a client waits for a parent that does not answer.
    pub connect_timeout: Span,
    /// How long it waits for an answer to its join before it asks again.
    pub join_retry: Span,
    /// Heartbeats without an answer after which the coordinator counts as unreachable.
    pub unreachable_heartbeats: u32,
    /// Heartbeats without data after which it asks a CDN node by itself, when nobody told it whom to ask.
    pub fallback_heartbeats: u32,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            heartbeat: Span::from_secs(2), // seconds, as the source wants for live sport; the figure is an assumption
            connect_rtts: 2.5, // hole punching takes 2 to 3 round trips (Halkes, Pouwelse 2010)
            // Assumption: an answer takes 2.5 round trips; stacks that wait 5 to 10 s also try relays.
            connect_timeout: Span::from_secs(2),
            join_retry: Span::from_secs(3), // assumption
            unreachable_heartbeats: 3,      // assumption
            fallback_heartbeats: 3,         // assumption
        }
    }
}
