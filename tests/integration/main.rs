//! The one integration-test binary; a module a concern.

mod cli;
mod runs;
mod stories;
mod tidy;
