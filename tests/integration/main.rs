//! The one integration-test binary; a module a concern.

mod check;
mod cli;
mod closed_forms;
mod compare;
mod golden;
mod interrupt;
mod pages;
mod plan;
mod runs;
mod stories;
mod sweep;
mod tidy;
mod waiting;
