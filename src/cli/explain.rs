//! `grandstand explain`: the story of one session.

use super::args::ExplainArguments;
use super::exit::{Failure, say};
use super::results;
use super::run::compare::JOINT;
use crate::report::{Story, story};
use crate::units::PeerId;

/// Tells the story on standard output.
pub(super) fn explain(arguments: &ExplainArguments) -> Result<(), Failure> {
    let folder = &arguments.dir;
    let manifest = results::manifest(folder)?;
    if manifest.coordinator.contains(JOINT) {
        let places = results::places(folder, &manifest)?;
        let named: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        return Err(Failure::input(format_args!(
            "{}: a comparison of runs; expected one run, as {}",
            folder.display(),
            named.join(", ")
        )));
    }
    let run = results::tables(folder)?;
    let asked = Story { run: &run, peer: PeerId::new(arguments.peer), at: arguments.at };
    let told = story(&asked);
    say(&told.map_err(|error| Failure::input(format_args!("{}: {error}", folder.display())))?)
}
