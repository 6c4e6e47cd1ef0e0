//! The command line: arguments, files, exit codes, progress and the wall clock; one file a command.
//!
//! Not here: anything that a result depends on. What a command computes comes from the modules
//! below; this one reads the files that they need and writes what they return.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the command line is where files are touched and the wall clock is read"
)]

mod args;
mod batch;
mod charts;
mod check;
mod compare;
mod exit;
mod explain;
mod guard;
mod init;
mod instant;
mod list;
mod load;
mod output;
mod plan;
mod plot;
mod points;
mod progress;
mod repeat;
mod replay_flows;
mod report;
mod results;
mod run;
mod schema;
mod shell;
mod show;
mod sweep;
mod timing;
pub mod usage;
mod validate;

use args::{Arguments, Command};
use clap::Parser;
use exit::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments, the first of which is its name.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let result = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => dispatch(arguments.command.unwrap_or_default()),
        Err(refusal) => return exit::usage(&refusal),
    };
    exit::code(result)
}

fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::List => list::list(),
        Command::Show(arguments) => show::show(&arguments),
        Command::Init(arguments) => init::init(&arguments),
        Command::Validate(arguments) => validate::validate(&arguments),
        Command::Schema => schema::schema(),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Plot(arguments) => plot::plot(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::ReplayFlows(arguments) => replay_flows::replay_flows(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Merge(arguments) => sweep::merge(&arguments),
        Command::Completions(arguments) => shell::completions(&arguments),
        Command::Man(arguments) => shell::man(&arguments),
    }
}
