//! The control center: the real logic, free of I/O, that assigns every viewer its source peers.
//!
//! It knows what clients and feeds have told it and the time it is given; nothing of the simulator.

mod channels;
mod clients;
mod config;
mod dcm;
mod desks;
mod directory;
mod downloads;
mod figures;
mod history;
mod levels;
mod machine;
mod monitor;
mod objective;
mod policy;
mod regions;
mod relays;
mod servers;
mod services;
mod turns;

pub use config::{
    AssignmentOrder, ClusterConfig, ControlConfig, LevelConfig, LevelsConfig, ObjectiveConfig,
    Protocol, RegionRule, RelaysConfig, Selection, ServiceConfig, Sharing,
};
pub use machine::ControlCenter;
pub use policy::{Condition, Country, Effect, Policy};
