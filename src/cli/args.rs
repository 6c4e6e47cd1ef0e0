//! The arguments of every command.

use super::batch::Pace;
use super::instant::instant;
use crate::scenario::{CoordinatorKind, Scenario};
use crate::sweep::Shard;
use crate::units::{SimTime, Span, parse};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// What is run when no scenario is named.
const FIRST_SCENARIO: &str = "live_sport";

/// Simulates video delivered to very many viewers over CDN servers and the viewers' own uplinks.
///
/// Without a command, the built-in scenario live_sport is run.
#[derive(Debug, Parser)]
#[command(name = "grandstand", version, after_help = ALL_EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const ALL_EXAMPLES: &str = "\
Exit status: 0 fine, 1 something is worse, 2 bad input or usage, 3 a bug, 130 interrupted.

Examples:
  grandstand list
  grandstand run tiny --coordinator control-center --out first";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Run(RunArguments),
    /// List the built-in scenarios
    #[command(after_help = "Examples:\n  grandstand list\n  grandstand show tiny")]
    List,
    Show(ShowArguments),
    Init(InitArguments),
    Validate(ValidateArguments),
    /// Print the JSON Schema of scenario files, for editors
    #[command(
        after_help = "Examples:\n  grandstand schema\n  grandstand schema > scenario.schema.json"
    )]
    Schema,
    Compare(CompareArguments),
    Check(CheckArguments),
    Plan(PlanArguments),
    Plot(PlotArguments),
    Report(ReportArguments),
    Explain(ExplainArguments),
    ReplayFlows(ReplayArguments),
    Sweep(SweepArguments),
    Merge(MergeArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Run a scenario under one or more coordinators
///
/// Results go to results/SCENARIO/COORDINATOR-seedN/, one folder a coordinator, and a comparison of
/// all of them to results/SCENARIO/comparison-seedN/. The same scenario and seed give the same bytes,
/// except in timing.csv.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:\n  grandstand run tiny\n  \
    grandstand run tiny --coordinator control-center --set audience.peak=20 --out smaller")]
pub(super) struct RunArguments {
    /// A built-in scenario or a scenario file
    #[arg(default_value = FIRST_SCENARIO)]
    pub(super) scenario: String,
    #[command(flatten)]
    pub(super) choices: Choices,
    /// The folder of the results; of a run with several coordinators, one folder in it for each
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Write the sampled topologies as GraphML, too
    #[arg(long)]
    pub(super) graphml: bool,
    /// Check the invariants at every sample, run twice and compare the events
    #[arg(long)]
    pub(super) check: bool,
}

/// What every command that runs scenarios can be told.
#[derive(Debug, Default, Args)]
pub(super) struct Choices {
    /// Who decides where viewers get their data from; repeatable [default: the scenario's]
    #[arg(long, value_name = "NAME", value_parser = coordinator())]
    pub(super) coordinator: Vec<CoordinatorKind>,
    /// Seed of all random draws, the first one of several [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub(super) seed: Option<u64>,
    /// Change a value of the scenario, as in audience.peak=2000; repeatable
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) overrides: Vec<String>,
    /// End each run at this simulated time, as in "90 s"
    #[arg(long, value_name = "SPAN", value_parser = until)]
    pub(super) until: Option<Span>,
    /// No progress, no table
    #[arg(long)]
    pub(super) quiet: bool,
    /// How many runs at once [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
}

/// With how many seeds everything is run.
#[derive(Debug, Default, Args)]
pub(super) struct Seeds {
    /// How many seeds everything is run with, from the scenario's on [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: Option<u32>,
}

impl Choices {
    /// Those who are named, or else those of the scenario, once each and in the order of tables.
    pub(super) fn coordinators(&self, of_scenario: &[CoordinatorKind]) -> Vec<CoordinatorKind> {
        let wanted = if self.coordinator.is_empty() { of_scenario } else { &self.coordinator };
        CoordinatorKind::ALL.into_iter().filter(|kind| wanted.contains(kind)).collect()
    }

    /// Puts what was chosen into a scenario that is run with several seeds.
    pub(super) fn apply(&self, seeds: &Seeds, scenario: &mut Scenario) {
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        scenario.sweep.seeds = seeds.seeds.unwrap_or(scenario.sweep.seeds);
        scenario.coordinators = self.coordinators(&scenario.coordinators);
    }

    /// How many runs at once, and whether progress is shown.
    pub(super) fn pace(&self) -> Pace {
        Pace { jobs: self.jobs.unwrap_or(0), quiet: self.quiet }
    }
}

/// Print a scenario with every default filled in
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  grandstand show tiny\n  grandstand show live_sport > mine.toml"
)]
pub(super) struct ShowArguments {
    /// A built-in scenario or a scenario file
    pub(super) name: String,
}

/// Write a copy of a built-in scenario, to be edited
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  grandstand init tiny\n  grandstand init live_sport final.toml"
)]
pub(super) struct InitArguments {
    /// A built-in scenario
    pub(super) name: String,
    /// The file to write [default: NAME.toml]
    pub(super) file: Option<PathBuf>,
}

/// Check scenarios and say what is in them; all errors at once
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand validate tiny\n  \
    grandstand validate tiny live_sport")]
pub(super) struct ValidateArguments {
    /// Built-in scenarios or scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
}

/// Compare two runs, or two sets of runs, seed by seed
///
/// A and B are each the folder of a run, a folder of such folders, the folder of a sweep, or a
/// points.csv. Runs are paired by point, coordinator and seed; a figure is better or worse when the
/// 95 % interval of its differences leaves zero out, which takes two seeds and better five. The exit
/// status is 1 when a figure of B is worse.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  grandstand compare results/tiny/control-center-seed1 smaller\n  \
    grandstand compare results/tiny/control-center-seed1 smaller --metric cdn_bytes --markdown -"
)]
pub(super) struct CompareArguments {
    /// What is compared with
    pub(super) a: PathBuf,
    /// What is judged
    pub(super) b: PathBuf,
    /// Compare this figure of summary.csv only, as in lag.p95; repeatable
    #[arg(long = "metric", value_name = "NAME")]
    pub(super) metrics: Vec<String>,
    /// Forgive changes up to so much of A's mean, and call wider intervals around zero too few seeds
    #[arg(long, allow_negative_numbers = true, value_name = "PERCENT", value_parser = percent)]
    pub(super) tolerance: Option<f64>,
    /// Show all figures, not only headlines and what is better or worse
    #[arg(long)]
    pub(super) all: bool,
    /// Write the table as Markdown; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) markdown: Option<PathBuf>,
    /// Write all figures with their intervals as CSV; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Draw the changes with their intervals, as SVG or PNG by the name's ending
    #[arg(long, value_name = "FILE")]
    pub(super) chart: Option<PathBuf>,
}

/// Run scenarios and fail when they do not show what is expected of them
///
/// What is expected is said by the scenarios' [[expect]], and by a baseline that an earlier check has
/// saved. Against a baseline a figure fails when it is worse, the 95 % interval of the differences, seed
/// by seed, leaves zero out, and the change is larger than the tolerance. The exit status is 1 when
/// something fails.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand check tiny --seeds 2\n  \
    grandstand check tiny --seeds 2 --save-baseline main.csv --junit junit.xml")]
pub(super) struct CheckArguments {
    /// Built-in scenarios or scenario files
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    #[command(flatten)]
    pub(super) seeds: Seeds,
    #[command(flatten)]
    pub(super) choices: Choices,
    /// Compare with the figures in this file
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the compared figures of these runs, to compare with them later
    #[arg(long, value_name = "FILE")]
    pub(super) save_baseline: Option<PathBuf>,
    /// Compare this figure with the baseline; repeatable [default: headlines and expected figures]
    #[arg(long = "metric", value_name = "NAME")]
    pub(super) metrics: Vec<String>,
    /// Forgive changes up to so much of the baseline's mean
    #[arg(long, default_value = "1 %", allow_negative_numbers = true, value_name = "PERCENT",
        value_parser = percent)]
    pub(super) tolerance: f64,
    /// Write the outcome as JUnit XML; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Write the outcome as Markdown; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) markdown: Option<PathBuf>,
}

/// Find the smallest value of a knob that meets targets, along an axis
///
/// At every value of the axis the knob is bracketed and then bisected, each value with all seeds. The
/// belief that more is never worse is checked above the answer. Results go to results/SCENARIO/plan/:
/// plan.csv has the answers with the theoretical minimum, trials.csv every value that was tried, and
/// charts/plan.svg the answers along the axis. With prices in the scenario's [cost], what a run costs is
/// said, too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    grandstand plan tiny --knob cdn.capacity --target 'continuity >= 0.9' --seeds 1\n  \
    grandstand plan tiny --knob cdn.capacity --target 'lag.p95 <= 15 s' --axis audience=20,30")]
pub(super) struct PlanArguments {
    /// A built-in scenario or a scenario file
    pub(super) scenario: String,
    /// What is turned: cdn.capacity, or a path with the least and the largest value
    #[arg(long, value_name = "PATH[=FROM..TO]")]
    pub(super) knob: String,
    /// What must be met, as in 'continuity.p05 >= 0.99'; repeatable
    #[arg(long = "target", required = true, value_name = "FIGURE>=VALUE")]
    pub(super) targets: Vec<String>,
    /// What varies from place to place, as in audience=5k..200k
    #[arg(long, value_name = "PATH=VALUES")]
    pub(super) axis: Option<String>,
    /// How many places a range of the axis has, at equal ratios
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    pub(super) steps: u32,
    /// Meet the targets in the mean over the seeds, not with every seed
    #[arg(long)]
    pub(super) mean: bool,
    /// How near the answer must be to a value that does not do
    #[arg(long, value_name = "PERCENT", default_value = "5", value_parser = percent)]
    pub(super) precision: f64,
    #[command(flatten)]
    pub(super) seeds: Seeds,
    #[command(flatten)]
    pub(super) choices: Choices,
    /// The folder of the results
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

/// Draw the charts of a result folder again from its tables
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand plot results/tiny/control-center-seed1\n  \
    grandstand plot results/tiny/comparison-seed1")]
pub(super) struct PlotArguments {
    /// The folder of one run, or of a comparison
    pub(super) dir: PathBuf,
}

/// Write a page about a run or a comparison: one file that needs no network
///
/// Key figures with their bounds, charts, what went wrong and when, who fed whom at the sampled
/// instants, decisions with their reasons, the scenario, and how to repeat it. A part of the address
/// chooses what is seen, as in report.html#topology&t=00:03:00&peer=17.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand report results/tiny/control-center-seed1\n  \
    grandstand report results/tiny/comparison-seed1 --out tiny.html")]
pub(super) struct ReportArguments {
    /// The folder of one run, or of a comparison
    pub(super) dir: PathBuf,
    /// The file to write [default: DIR/report.html]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// Tell the story of one viewer: its parents and why, what went wrong, how it left
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  grandstand explain results/tiny/control-center-seed1 --peer 9\n  \
    grandstand explain results/tiny/control-center-seed1 --peer 9 --at 00:00:30"
)]
pub(super) struct ExplainArguments {
    /// The folder of one run
    pub(super) dir: PathBuf,
    /// The number of the viewer, as in peers.csv
    #[arg(long, value_name = "N")]
    pub(super) peer: u32,
    /// Tell the state at this time first, and mark what is around it: hh:mm:ss, or "31 min 20 s"
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(super) at: Option<SimTime>,
}

/// Run the network model alone on explicit flows
///
/// LINKS has the columns name,capacity_bps,latency_s; FLOWS has id,start_s,bytes,rate_cap_bps,links
/// and optionally stop_s, where links are names joined by `;` and an empty field is none. OUT gets
/// id,finish_s,bytes_done,status.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand replay-flows links.csv flows.csv finished.csv\n  \
    grandstand replay-flows links.csv flows.csv -")]
pub(super) struct ReplayArguments {
    /// The links, a CSV file
    pub(super) links: PathBuf,
    /// The flows, a CSV file
    pub(super) flows: PathBuf,
    /// The file to write; `-` is standard output
    pub(super) out: PathBuf,
}

/// Run a grid of points with several seeds on all cores; goes on where it was stopped
///
/// The points are those of the scenario's [sweep] and of --vary. Results go to
/// results/SCENARIO/sweep/: points.csv has a row for each point, coordinator, seed and figure,
/// aggregate.csv their means over the seeds with 95 % intervals. Each run that is done is kept at
/// once, in runs/: the same command after an interruption runs what is missing, and ends with the
/// same bytes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand sweep tiny --seeds 2 --dry-run\n  \
    grandstand sweep tiny --vary audience.peak=10,20 --seeds 2 --coordinator cdn-only")]
pub(super) struct SweepArguments {
    /// A built-in scenario or a scenario file
    pub(super) scenario: String,
    /// One more axis, as in audience.peak=1000,2000; repeatable, axes cross
    #[arg(long, value_name = "PATH=VALUE,...")]
    pub(super) vary: Vec<String>,
    #[command(flatten)]
    pub(super) seeds: Seeds,
    #[command(flatten)]
    pub(super) choices: Choices,
    /// The folder of the results
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Run only the runs of one machine of several, as in 0/4; `merge` puts them together
    #[arg(long, value_name = "I/N")]
    pub(super) shard: Option<Shard>,
    /// List all runs, with what is done, and run nothing
    #[arg(long)]
    pub(super) list: bool,
    /// Check every point and say how much there is to do, and run nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Run again what is done
    #[arg(long)]
    pub(super) force: bool,
}

/// Put the shards of a sweep together, as if one machine had run it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand merge results/tiny/sweep\n  \
    grandstand merge results/tiny/sweep --out merged")]
pub(super) struct MergeArguments {
    /// Folders that `sweep --shard` wrote to
    #[arg(required = true, value_name = "DIR")]
    pub(super) dirs: Vec<PathBuf>,
    /// The folder of the whole result [default: the first of the folders]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

/// Print the completions of all commands for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand completions bash > grandstand.bash\n  \
    grandstand completions fish")]
pub(super) struct CompletionsArguments {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

/// Print a manual page
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  grandstand man > grandstand.1\n  \
    grandstand man sweep > grandstand-sweep.1")]
pub(super) struct ManArguments {
    /// The command that the page is about [default: the program]
    pub(super) command: Option<String>,
}

impl Default for Command {
    fn default() -> Self {
        Self::Run(RunArguments { scenario: FIRST_SCENARIO.to_string(), ..RunArguments::default() })
    }
}

fn coordinator() -> impl TypedValueParser<Value = CoordinatorKind> {
    let names = CoordinatorKind::ALL.map(CoordinatorKind::name);
    PossibleValuesParser::new(names).try_map(|name| {
        let kind = CoordinatorKind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.ok_or("not a coordinator")
    })
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim_end().parse::<f64>();
    let valid = number.ok().filter(|percent| percent.is_finite() && *percent >= 0.0);
    valid.ok_or_else(|| "expected a number from 0, as in 5".to_string())
}

fn until(text: &str) -> Result<Span, String> {
    let span = parse::span(text).map_err(|error| error.to_string())?;
    if span == Span::ZERO { Err("expected more than nothing".to_string()) } else { Ok(span) }
}
