//! `grandstand replay-flows`: the network model alone.

use super::args::ReplayArguments;
use super::exit::Failure;
use super::{load, output};
use crate::replay::{File, ReplayError, replay};

/// Two tables in, one out.
pub(super) fn replay_flows(arguments: &ReplayArguments) -> Result<(), Failure> {
    let (links, flows) = (load::text(&arguments.links)?, load::text(&arguments.flows)?);
    let finished = replay(&links, &flows).map_err(|error| refusal(arguments, &error))?;
    output::put(&arguments.out, finished.as_bytes())
}

fn refusal(arguments: &ReplayArguments, error: &ReplayError) -> Failure {
    let path = match error.file {
        File::Links => &arguments.links,
        File::Flows => &arguments.flows,
    };
    Failure::input(format_args!("{}:{}{}", path.display(), error.line, error.detail()))
}
