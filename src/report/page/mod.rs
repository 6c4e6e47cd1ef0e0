//! A page about one run or several: one HTML file that needs nothing else and asks nobody.
//!
//! A template, a style and a script are carried with the program; everything that comes from tables is
//! escaped by the template or, in drawings, where they are drawn. Not here: reading tables, writing the
//! page.

mod charts;
mod decisions;
mod escape;
mod figures;
mod glossary;
mod networks;
mod sample;
mod timeline;
mod topology;
mod wrong;

use super::charts::{ChartError, ChartOptions};
use super::facts::Facts;
use super::tables::RunTables;
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use std::fmt;

const TEMPLATES: [(&str, &str); 4] = [
    ("page.html", include_str!("../../../assets/report/page.html")),
    ("wrong.html", include_str!("../../../assets/report/wrong.html")),
    ("topology.html", include_str!("../../../assets/report/topology.html")),
    ("decisions.html", include_str!("../../../assets/report/decisions.html")),
];
const STYLE: &str = include_str!("../../../assets/report/page.css");
const SCRIPT: &str = include_str!("../../../assets/report/page.js");

/// What a page is made from.
#[derive(Debug)]
pub struct PageInput<'a> {
    /// The runs, one coordinator each.
    pub runs: &'a [RunTables],
    /// The commands that repeat them, one a run.
    pub commands: &'a [Repeating],
    /// What the charts say of the runs.
    pub options: &'a ChartOptions,
}

/// How a run is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repeating {
    /// The command, as a shell takes it.
    pub command: String,
    /// Whether the scenario on the page must be saved to a file first: its name.
    pub save_as: Option<String>,
}

/// Why there is no page: a bug, whatever the input was.
#[derive(Debug)]
pub enum PageError {
    /// A chart could not be drawn.
    Chart(ChartError),
    /// The template does not fit what it is given.
    Template(minijinja::Error),
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chart(error) => write!(f, "{error}"),
            Self::Template(error) => write!(f, "the template of the page: {error:#}"),
        }
    }
}

impl std::error::Error for PageError {}

impl From<ChartError> for PageError {
    fn from(error: ChartError) -> Self {
        Self::Chart(error)
    }
}

impl From<minijinja::Error> for PageError {
    fn from(error: minijinja::Error) -> Self {
        Self::Template(error)
    }
}

/// All that the template takes.
#[derive(Debug, Serialize)]
struct Content<'a> {
    title: String,
    manifest: &'a super::Manifest,
    coordinators: Vec<&'a str>,
    figures: Vec<figures::FigureRow>,
    all_figures: Vec<figures::FigureRow>,
    charts: Vec<charts::PageChart>,
    networks: Vec<networks::NetworkTable>,
    runs: Vec<RunSection>,
    nonce: String,
    style: &'static str,
    script: &'static str,
}

/// One run, as the template takes it.
#[derive(Debug, Serialize)]
struct RunSection {
    coordinator: String,
    /// The end of the section's anchors; empty where there is one run.
    suffix: String,
    digest: String,
    repeating: Repeating,
    wrong: Option<wrong::Wrong>,
    topology: Option<topology::Drawings>,
    decisions: Option<decisions::Decisions>,
    kept: Kept,
}

/// Which rows the run's tables have.
#[derive(Debug, Serialize)]
struct Kept {
    peers: String,
    assignments: String,
}

/// The page. The same input gives the same bytes.
///
/// # Errors
/// Only when the program itself is wrong: see [`PageError`].
pub fn page(input: &PageInput<'_>) -> Result<String, PageError> {
    let mut environment = Environment::new();
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    let nobody = super::Manifest::default();
    let content = content(input, input.runs.first().map_or(&nobody, |run| &run.manifest))?;
    Ok(environment.get_template("page.html")?.render(Serde(&content))?)
}

fn content<'a>(
    input: &PageInput<'a>,
    manifest: &'a super::Manifest,
) -> Result<Content<'a>, PageError> {
    let runs = input.runs;
    let sections = runs.iter().zip(input.commands);
    Ok(Content {
        title: Facts::of(&manifest.scenario).title,
        manifest,
        coordinators: runs.iter().map(|run| run.manifest.coordinator.as_str()).collect(),
        figures: figures::key(runs),
        all_figures: figures::all(runs),
        charts: charts::charts(runs, input.options)?,
        networks: networks::tables(runs),
        runs: sections.map(|(run, command)| section(run, command, runs.len())).collect(),
        nonce: nonce(runs),
        style: STYLE,
        script: SCRIPT,
    })
}

fn section(run: &RunTables, command: &Repeating, count: usize) -> RunSection {
    let facts = Facts::of(&run.manifest.scenario);
    let coordinator = run.manifest.coordinator.clone();
    RunSection {
        suffix: if count > 1 { format!("-{coordinator}") } else { String::new() },
        coordinator,
        digest: run.manifest.event_digest.clone(),
        repeating: command.clone(),
        wrong: wrong::wrong(run, &facts),
        topology: topology::drawings(run, &facts),
        decisions: decisions::decisions(run, &facts),
        kept: Kept {
            peers: facts.kept("peers").to_string(),
            assignments: facts.kept("assignments").to_string(),
        },
    }
}

/// What names the page's own script to the browser, which runs no other: it depends on all manifests,
/// so that nobody who wrote a name in a scenario could have known it.
fn nonce(runs: &[RunTables]) -> String {
    let mut hasher = blake3::Hasher::new();
    for run in runs {
        hasher.update(super::manifest_toml(&run.manifest).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_string()
}
