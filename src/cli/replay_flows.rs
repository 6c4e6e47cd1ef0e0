//! `grandstand replay-flows`: the network model alone.

use super::args::ReplayArguments;
use super::exit::{Failure, say};
use super::{load, output};
use crate::replay::{File, ReplayError, replay};
use std::path::Path;

/// Two tables in, one out.
pub(super) fn replay_flows(arguments: &ReplayArguments) -> Result<(), Failure> {
    let (links, flows) = (load::text(&arguments.links)?, load::text(&arguments.flows)?);
    let finished = replay(&links, &flows).map_err(|error| refusal(arguments, &error))?;
    if arguments.out == Path::new("-") {
        say(&finished)
    } else {
        output::file(&arguments.out, finished.as_bytes())
    }
}

fn refusal(arguments: &ReplayArguments, error: &ReplayError) -> Failure {
    let path = match error.file {
        File::Links => &arguments.links,
        File::Flows => &arguments.flows,
    };
    Failure::input(format_args!("{}:{}{}", path.display(), error.line, error.detail()))
}
