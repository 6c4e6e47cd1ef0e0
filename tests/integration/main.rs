//! The one integration-test binary; a module a concern.

mod cli;
mod golden;
mod runs;
mod stories;
mod tidy;
