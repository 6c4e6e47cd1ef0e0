//! `grandstand report`: a page about a run or a comparison.

use super::args::ReportArguments;
use super::exit::{Failure, tell};
use super::repeat::Repeat;
use super::{charts, load, output, results};
use crate::report::page::{PageInput, Repeating, page};
use crate::report::{Manifest, RunTables};
use crate::scenario::{CoordinatorKind, to_toml};
use crate::units::parse;

/// The page's file in a result folder.
const PAGE: &str = "report.html";

/// Writes the page over the one that is there.
pub(super) fn report(arguments: &ReportArguments) -> Result<(), Failure> {
    let folder = &arguments.dir;
    let manifest = results::manifest(folder)?;
    let places = results::places(folder, &manifest)?;
    let runs: Result<Vec<RunTables>, Failure> =
        places.iter().map(|place| results::tables(place)).collect();
    let runs = runs?;
    let commands: Vec<Repeating> = runs.iter().map(|run| repeating(&run.manifest)).collect();
    let options = charts::options(&manifest);
    let text = page(&PageInput { runs: &runs, commands: &commands, options: &options });
    let text = text.map_err(|error| Failure::Bug(format!("bug: {error}\n")))?;
    let file = arguments.out.clone().unwrap_or_else(|| folder.join(PAGE));
    output::file(&file, text.as_bytes())?;
    tell(&format!("wrote {} ({} kB)\n", file.display(), text.len().div_ceil(1000)));
    Ok(())
}

/// How to run it again: by the name of a built-in scenario where that gives the same, and else from
/// the scenario that the manifest holds.
fn repeating(manifest: &Manifest) -> Repeating {
    let kind = CoordinatorKind::ALL.into_iter().find(|kind| kind.name() == manifest.coordinator);
    let until = manifest.until.as_deref().and_then(|text| parse::span(text).ok());
    let file = format!("{}.toml", manifest.name);
    let built_in = is_built_in(manifest);
    let repeat = Repeat {
        scenario: if built_in { &manifest.name } else { &file },
        coordinator: kind.unwrap_or(CoordinatorKind::ControlCenter),
        seed: manifest.seed,
        overrides: if built_in { &manifest.overrides } else { &[] },
        until,
    };
    Repeating { command: repeat.unchecked(), save_as: (!built_in).then(|| file.clone()) }
}

/// Whether the built-in scenario of this name, so changed, is what was run.
fn is_built_in(manifest: &Manifest) -> bool {
    let known = crate::scenario::builtin::text(&manifest.name).is_some();
    let scenario = known.then(|| load::scenario(&manifest.name, &manifest.overrides));
    scenario.is_some_and(|scenario| {
        scenario.is_ok_and(|mut scenario| {
            scenario.seed = manifest.seed;
            to_toml(&scenario) == manifest.scenario
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(overrides: &[&str]) -> Manifest {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let mut scenario = load::scenario("tiny", &overrides).unwrap();
        scenario.seed = 7;
        Manifest {
            name: "tiny".into(),
            coordinator: "cdn-only".into(),
            seed: 7,
            overrides,
            until: Some("90 s".into()),
            scenario: to_toml(&scenario),
            ..Manifest::default()
        }
    }

    #[test]
    fn a_built_in_scenario_is_repeated_by_its_name() {
        let command = "grandstand run tiny --coordinator cdn-only --seed 7 --set audience.peak=9 \
                       --until '90 s'";
        let expected = Repeating { command: command.into(), save_as: None };
        assert_eq!(repeating(&manifest(&["audience.peak=9"])), expected);
    }

    #[test]
    fn another_scenario_of_that_name_is_repeated_from_its_text() {
        let mut manifest = manifest(&["audience.peak=9"]);
        manifest.scenario.push_str("# mine\n");
        let command = "grandstand run tiny.toml --coordinator cdn-only --seed 7 --until '90 s'";
        let expected = Repeating { command: command.into(), save_as: Some("tiny.toml".into()) };
        assert_eq!(repeating(&manifest), expected);
    }
}
