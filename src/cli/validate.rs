//! `grandstand validate`: what is wrong with scenarios, or what is in them.

use super::args::ValidateArguments;
use super::exit::{Failure, say};
use super::load;
use crate::scenario::Scenario;
use crate::sim;

/// Says what is in each; the errors of all come at the end, together.
pub(super) fn validate(arguments: &ValidateArguments) -> Result<(), Failure> {
    let mut errors = String::new();
    for name in &arguments.scenarios {
        match load::scenario(name, &[]) {
            Ok(scenario) => say(&description(name, &scenario))?,
            Err(Failure::Input(text)) => errors.push_str(&text),
            Err(other) => return Err(other),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Failure::Input(errors)) }
}

/// What was read and inferred, and how many come, one fact a line.
fn description(name: &str, scenario: &Scenario) -> String {
    let (seed, duration) = (scenario.seed, scenario.duration);
    let mut text = format!("{name}: {}\n", scenario.title);
    for note in &scenario.topology.notes {
        text.push_str(&format!("  {note}\n"));
    }
    let sessions = sim::session_count(scenario, seed);
    text + &format!("  {sessions} sessions expected in {duration} with seed {seed}\n")
}
