//! Grandstand: a deterministic simulator of video delivered to very many viewers over CDN servers
//! and the viewers' own uplinks, under one control center.

pub mod baseline;
pub mod check;
pub mod cli;
pub mod control;
pub mod engine;
pub mod metrics;
pub mod net;
pub mod peer;
pub mod plan;
pub mod proto;
pub mod replay;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod sweep;
pub mod units;
