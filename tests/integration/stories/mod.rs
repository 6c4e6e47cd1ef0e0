//! Stories about the control center: who does what, and what it makes of it.
//!
//! Each is judged by the control center's outputs alone.

mod audit;
mod channels;
mod chaos;
mod clusters;
mod coming;
mod devices;
mod enterprises;
mod going;
mod joins;
mod levels;
mod look;
mod network;
mod optimum;
mod refused;
mod stage;
mod terms;
mod trouble;
mod upkeep;
mod uplinks;
mod waypoints;
