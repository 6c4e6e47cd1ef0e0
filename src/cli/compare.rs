//! `grandstand compare`: what changed between two runs, or two sets of them, and how surely.

use super::args::CompareArguments;
use super::exit::{Failure, say, tell};
use super::points::{self, Stored};
use super::run::compare::width;
use super::{load, output};
use crate::check::{Comparison, Unpaired, compare as paired};
use crate::metrics::{ComparisonRow, Verdict};
use crate::report::charts::{Format, differences};
use crate::report::csv::comparison_csv;
use crate::report::{Table, is_headline};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;

/// Lines that say what only one side has, unless all are asked for.
const MOST_UNPAIRED: usize = 12;
/// Names that are told in one line.
const MOST_NAMES: usize = 8;

/// Reads, compares, writes and tells; something worse is a failure.
pub(super) fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let format = arguments.chart.as_deref().map(format_of).transpose()?;
    let (a, b) = (points::read(&arguments.a)?, points::read(&arguments.b)?);
    check_metrics(&arguments.metrics, &a, &b)?;
    note_scenarios(&a, &b);
    let comparison = compared(arguments, &a, &b)?;
    note_unpaired(&comparison.unpaired, arguments.all);
    if comparison.rows.is_empty() {
        return Err(nothing_in_common(&a, &b));
    }
    let shown = shown(&comparison.rows, arguments);
    write_files(arguments, format, &comparison.rows, &shown)?;
    let files = [&arguments.markdown, &arguments.csv];
    if !files.iter().any(|file| file.as_deref().is_some_and(output::is_standard_output)) {
        say(&text(arguments, &comparison.rows, &shown))?;
    }
    outcome(&comparison.rows)
}

fn format_of(path: &Path) -> Result<Format, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let kinds = [Format::Svg, Format::Png];
    let format = kinds.into_iter().find(|kind| ending.as_deref() == Some(kind.extension()));
    let told = || format!("--chart {}: expected a name that ends in .svg or .png", path.display());
    format.ok_or_else(|| Failure::input(told()))
}

fn compared(arguments: &CompareArguments, a: &Stored, b: &Stored) -> Result<Comparison, Failure> {
    let refused = |error: &dyn Display| {
        let (a, b) = (arguments.a.display(), arguments.b.display());
        Failure::input(format_args!("{a} or {b}: {error}"))
    };
    let comparison = paired(&a.points, &b.points, arguments.tolerance);
    let mut comparison = comparison.map_err(|error| refused(&error))?;
    let is_wanted =
        |name: &String| arguments.metrics.is_empty() || arguments.metrics.contains(name);
    comparison.rows.retain(|row| is_wanted(&row.metric));
    comparison.unpaired.retain(|only| only.metric.as_ref().is_none_or(is_wanted));
    Ok(comparison)
}

/// Every figure asked for by name must be in one of the two.
fn check_metrics(wanted: &[String], a: &Stored, b: &Stored) -> Result<(), Failure> {
    let rows = a.points.rows.iter().chain(&b.points.rows);
    let known: BTreeSet<&str> = rows.map(|row| row.metric.as_str()).collect();
    let unknown = wanted.iter().find(|name| !known.contains(name.as_str()));
    unknown.map_or(Ok(()), |name| {
        Err(Failure::input(format_args!(
            "--metric {name}: neither A nor B has such a figure{}",
            load::nearest(name, known)
        )))
    })
}

fn note_scenarios(a: &Stored, b: &Stored) {
    for (side, stored) in [("A", a), ("B", b)] {
        if !stored.mixed.is_empty() {
            tell(&format!("note: the runs in {side} differ in {}\n", stored.mixed));
        }
    }
    let difference = points::difference(a, b);
    if !difference.is_empty() {
        tell(&format!("note: the scenarios of A and B differ in {difference}\n"));
    }
}

fn note_unpaired(unpaired: &[Unpaired], all: bool) {
    let most = if all { usize::MAX } else { MOST_UNPAIRED };
    let lines = unpaired.iter().take(most).map(|only| format!("note: {only}\n"));
    tell(&lines.collect::<String>());
    if unpaired.len() > most {
        let rest = unpaired.len() - most;
        tell(&format!("note: and {rest} more that only one of the two has; --all lists them\n"));
    }
}

fn nothing_in_common(a: &Stored, b: &Stored) -> Failure {
    let runs = |stored: &Stored| {
        let rows = stored.points.rows.iter();
        let runs: BTreeSet<String> =
            rows.map(|row| format!("{} with seed {}", row.coordinator, row.seed)).collect();
        let named: Vec<String> = runs.iter().take(MOST_NAMES).cloned().collect();
        let rest = if runs.len() > named.len() { " and others" } else { "" };
        if named.is_empty() { "nothing".to_string() } else { named.join(", ") + rest }
    };
    Failure::input(format_args!(
        "nothing to compare: no figure has a value in both; A has {}; B has {}; \
         expected runs of the same point, coordinator and seed",
        runs(a),
        runs(b)
    ))
}

/// What the table has: all that was asked for, or headlines and what is better or worse.
fn shown<'a>(rows: &'a [ComparisonRow], arguments: &CompareArguments) -> Vec<&'a ComparisonRow> {
    let all = arguments.all || !arguments.metrics.is_empty();
    let is_judged = |row: &ComparisonRow| matches!(row.verdict, Verdict::Better | Verdict::Worse);
    rows.iter().filter(|row| all || is_headline(&row.metric) || is_judged(row)).collect()
}

fn write_files(
    arguments: &CompareArguments,
    format: Option<Format>,
    rows: &[ComparisonRow],
    shown: &[&ComparisonRow],
) -> Result<(), Failure> {
    if let Some(path) = &arguments.csv {
        output::put(path, &comparison_csv(rows))?;
    }
    if let Some(path) = &arguments.markdown {
        output::put(path, markdown(arguments, rows, shown).as_bytes())?;
    }
    if let Some((path, format)) = arguments.chart.as_ref().zip(format) {
        let mut drawn = shown.to_vec();
        // Where not all have room: first what is judged, headlines before others.
        drawn.sort_by_key(|row| {
            let is_judged = row.verdict < Verdict::Changed;
            (!is_judged, !is_headline(&row.metric), row.verdict)
        });
        let chart = differences(&drawn, &caption(arguments, rows), format);
        let chart = chart.map_err(|error| Failure::Bug(format!("bug: {error}\n")))?;
        output::put(path, &chart)?;
    }
    Ok(())
}

/// What the chart is of, in about a line.
fn caption(arguments: &CompareArguments, rows: &[ComparisonRow]) -> String {
    const LONGEST: usize = 30;
    let short = |path: &Path| {
        let path = path.display().to_string();
        let over = path.chars().count().saturating_sub(LONGEST);
        let end: String = path.chars().skip(over).collect();
        if over > 0 { format!("…{end}") } else { end }
    };
    let coordinators: BTreeSet<&str> = rows.iter().map(|row| row.coordinator.as_str()).collect();
    let [pairs, only] = [rows.iter().map(|row| row.pairs).max().unwrap_or(0), coordinators.len()];
    let under = coordinators.first().filter(|_| only == 1).map(|name| format!("{name}, "));
    let (a, b) = (short(&arguments.a), short(&arguments.b));
    format!("{}A: {a}, B: {b}, {pairs} pairs", under.unwrap_or_default())
}

fn sides(arguments: &CompareArguments) -> String {
    format!("A: {}, B: {}", arguments.a.display(), arguments.b.display())
}

/// The tables of all coordinators and points, with their headings.
fn sections(shown: &[&ComparisonRow]) -> Vec<(String, Table)> {
    let mut groups: Vec<(String, Vec<&ComparisonRow>)> = Vec::new();
    for row in shown {
        let heading = heading(row);
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((heading, vec![row])),
        }
    }
    groups.into_iter().map(|(heading, rows)| (heading, Table::of_differences(&rows))).collect()
}

fn heading(row: &ComparisonRow) -> String {
    let values = row.values.iter().map(|(key, value)| format!(", {key} = {value}"));
    row.coordinator.clone() + &values.collect::<String>()
}

fn text(arguments: &CompareArguments, rows: &[ComparisonRow], shown: &[&ComparisonRow]) -> String {
    let mut text = format!("{}\n", sides(arguments));
    for (heading, table) in sections(shown) {
        text.push_str(&format!("\n{heading}\n{}", table.render(width())));
    }
    text + &format!("\n{}\n", counts(rows))
}

fn markdown(
    arguments: &CompareArguments,
    rows: &[ComparisonRow],
    shown: &[&ComparisonRow],
) -> String {
    let (a, b) = (arguments.a.display(), arguments.b.display());
    let mut text = format!("A: `{a}`, B: `{b}`\n");
    for (heading, table) in sections(shown) {
        text.push_str(&format!("\n**{heading}**\n\n{}", table.markdown()));
    }
    text + &format!("\n{}\n", counts(rows))
}

/// How many figures have which verdict, those without a line in the table too.
fn counts(rows: &[ComparisonRow]) -> String {
    let plural = if rows.len() == 1 { "" } else { "s" };
    format!("{} figure{plural}: {}", rows.len(), ComparisonRow::counts(rows))
}

fn outcome(rows: &[ComparisonRow]) -> Result<(), Failure> {
    let worse = rows.iter().filter(|row| row.verdict == Verdict::Worse);
    let is_single = rows.iter().all(|row| heading(row) == heading(&rows[0]));
    let name = |row: &ComparisonRow| {
        if is_single { row.metric.clone() } else { format!("{} ({})", row.metric, heading(row)) }
    };
    let worse: Vec<String> = worse.map(name).collect();
    if worse.is_empty() {
        return Ok(());
    }
    let mut told = worse[..worse.len().min(MOST_NAMES)].join(", ");
    if worse.len() > MOST_NAMES {
        told.push_str(&format!(" and {} more", worse.len() - MOST_NAMES));
    }
    Err(Failure::Failed(format!("worse in B: {told}\n")))
}
