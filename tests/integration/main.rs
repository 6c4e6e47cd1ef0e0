//! The one integration-test binary; a module a concern.

mod cli;
mod closed_forms;
mod compare;
mod golden;
mod interrupt;
mod pages;
mod runs;
mod stories;
mod sweep;
mod tidy;
mod waiting;
