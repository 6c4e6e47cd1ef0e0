//! The client agent: player, substream positions, heartbeats, and its own choice of parents where a
//! tracker leaves that to it. Not here: the network that moves the data.

mod config;
mod player;
mod progress;

pub use config::{ClientConfig, PlayerConfig, TreeConfig};
pub use player::{Playback, Player};
pub use progress::{Progress, Speed};
