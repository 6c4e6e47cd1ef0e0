//! What a plan found: a table for people, two for programs, and a chart.

use super::super::charts;
use super::super::exit::Failure;
use super::super::output::{Files, PLAN};
use super::Question;
use super::place::Place;
use crate::report::charts::{Trend, TrendLine, TrendPanel, TrendPoint, TrendScale, trend};
use crate::report::csv::{PlanRow, plan_csv, trials_csv};
use crate::scenario::to_toml;
use crate::units::range::Amount;

fn row(question: &Question<'_>, place: &Place) -> Option<PlanRow> {
    let (answer, value) = place.answer()?;
    let (tried, runs) = place.effort();
    Some(PlanRow {
        place: place.label.clone(),
        answer,
        value,
        seeds: place.seeds(&question.targets),
        bound: place.bound_bps().and_then(|bps| question.knob.of_bps(bps)),
        tried,
        runs,
        cost: place.figure("cost"),
    })
}

fn rows(question: &Question<'_>, places: &[Place]) -> Vec<PlanRow> {
    places.iter().filter_map(|place| row(question, place)).collect()
}

/// The tables and the chart.
pub(super) fn files(question: &Question<'_>, places: &[Place]) -> Result<Files, Failure> {
    let (axis, knob, unit) = (&question.axis.key, question.knob.path(), question.knob.unit());
    let rows = rows(question, places);
    let trials: Vec<_> = places.iter().flat_map(|place| place.trials(&question.targets)).collect();
    let mut files = vec![
        (PLAN.to_string(), asked(question).into_bytes()),
        ("plan.csv".to_string(), plan_csv(axis, knob, unit, &rows)),
        ("trials.csv".to_string(), trials_csv(axis, knob, unit, &trials)),
    ];
    if rows.len() > 1 {
        let chart = chart(question, &rows);
        files.extend(charts::both("plan", |format| trend(&chart, format))?);
    }
    Ok(files)
}

/// What was asked of which scenario, and by which version of the program.
fn asked(question: &Question<'_>) -> String {
    let arguments = question.arguments;
    let list = |texts: &[String]| toml::Value::from(texts.to_vec());
    let mut table = toml::Table::new();
    let mut put = |key: &str, value: toml::Value| _ = table.insert(key.to_string(), value);
    put("name", question.base.name.as_str().into());
    put("version", env!("CARGO_PKG_VERSION").into());
    put("commit", option_env!("GRANDSTAND_COMMIT").unwrap_or_default().into());
    put("coordinator", question.coordinator.name().into());
    put("knob", arguments.knob.as_str().into());
    put("targets", list(&arguments.targets));
    put("over", if arguments.mean { "mean" } else { "every-seed" }.into());
    put("axis", arguments.axis.clone().unwrap_or_default().into());
    put("steps", i64::from(arguments.steps).into());
    put("precision_percent", arguments.precision.into());
    put("first_seed", question.seeds.first().map_or(0, |seed| *seed as i64).into());
    put("seeds", (question.seeds.len() as i64).into());
    put("until", arguments.choices.until.map_or(String::new(), |until| until.to_string()).into());
    put("overrides", list(&arguments.choices.overrides));
    put("scenario", to_toml(&question.base).into());
    toml::to_string(&table).unwrap_or_default()
}

/// The knob along the axis, with the bound beside it, and the cost below.
fn chart(question: &Question<'_>, rows: &[PlanRow]) -> Trend {
    let amounts: Vec<Option<Amount>> = rows.iter().map(|row| Amount::parse(&row.place)).collect();
    let numbers: Option<Vec<f64>> = amounts.iter().map(|a| Some(a.as_ref()?.number)).collect();
    let numbers = numbers.filter(|numbers| numbers.iter().all(|number| *number > 0.0));
    let names = || TrendScale::Names(rows.iter().map(|row| row.place.clone()).collect());
    let scale = numbers.as_ref().map_or_else(names, |_| TrendScale::Logarithmic);
    let xs = numbers.unwrap_or_else(|| (0..rows.len()).map(|at| at as f64).collect());
    let name = format!("smallest that does, {}", question.coordinator.name());
    let panel = |label: String, value: &dyn Fn(&PlanRow) -> Option<TrendPoint>| {
        let points = xs.iter().zip(rows);
        let points = points.filter_map(|(x, row)| Some(TrendPoint { x: *x, ..value(row)? }));
        let points = points.collect();
        TrendPanel {
            label,
            lines: vec![TrendLine { name: name.clone(), points }],
            bound: Vec::new(),
        }
    };
    let mut panels =
        vec![panel(format!("{} ({})", question.knob.path(), question.knob.unit()), &answer)];
    let bounds = xs.iter().zip(rows).filter_map(|(x, row)| Some((*x, row.bound?)));
    panels[0].bound = bounds.collect();
    if rows.iter().any(|row| row.cost.is_some()) {
        panels.push(panel("cost of a run (money)".to_string(), &|row| row.cost.map(plain)));
    }
    let unit =
        amounts.into_iter().flatten().map(|amount| amount.unit).find(|unit| !unit.is_empty());
    let unit = unit.map_or(String::new(), |unit| format!(" ({unit})"));
    Trend {
        title: format!("How much {} it takes", question.knob.path()),
        caption: format!("scenario {}, {}; band: single seeds", question.base.name, goal(question)),
        x: format!("{}{unit}", question.axis.key),
        scale,
        panels,
    }
}

/// What lies beyond the largest value that was tried has no point.
fn answer(row: &PlanRow) -> Option<TrendPoint> {
    let point = TrendPoint { ends: row.seeds, ..plain(row.value) };
    (row.answer != "beyond").then_some(point)
}

const fn plain(mean: f64) -> TrendPoint {
    TrendPoint { x: 0.0, mean, ends: None }
}

/// The targets in words, with the seeds.
fn goal(question: &Question<'_>) -> String {
    let targets: Vec<String> = question
        .targets
        .iter()
        .map(|target| format!("{} {} {}", target.metric, target.limits(), target.scope()))
        .collect();
    let seeds = match question.seeds.as_slice() {
        [seed] => format!("seed {seed}"),
        [first, .., last] => format!("seeds {first} to {last}"),
        [] => String::new(),
    };
    format!("{}, {seeds}", targets.join(" and "))
}

/// The table on the terminal.
pub(super) fn text(question: &Question<'_>, places: &[Place]) -> String {
    let knob = question.knob.path();
    let head = format!(
        "{}: smallest {knob} for {}, under {}\n\n",
        question.base.name,
        goal(question),
        question.coordinator.name()
    );
    let rows = rows(question, places);
    let runs: u32 = rows.iter().map(|row| row.runs).sum();
    let lines: String = rows.iter().map(|row| line(question, row)).collect();
    format!("{head}{lines}\n{runs} runs\n")
}

fn line(question: &Question<'_>, row: &PlanRow) -> String {
    let place = if row.place.is_empty() {
        String::new()
    } else {
        format!("{} = {}: ", question.axis.key, row.place)
    };
    let value = question.knob.show(row.value);
    let answer = match row.answer {
        "at_most" => format!("{value} or less (the least that was tried)"),
        "beyond" => format!("more than {value} (the most that was tried)"),
        _ => value,
    };
    let bound = row.bound.map_or(String::new(), |bound| {
        let shown = question.knob.show(question.knob.rounded(bound));
        let ratio =
            if bound > 0.0 { format!(", {:.2} times", row.value / bound) } else { String::new() };
        format!("; theory allows {shown}{ratio}")
    });
    let cost = row.cost.map_or(String::new(), |cost| format!("; a run costs {cost:.2}"));
    format!("  {place}{answer}{bound}{cost} ({} values tried)\n", row.tried)
}

/// What a reader must know: where more was seen to be worse.
pub(super) fn warnings(question: &Question<'_>, places: &[Place]) -> String {
    let warning = |place: &Place| {
        let (met, failed) = place.not_monotone()?;
        let [met, failed] = [met, failed].map(|value| question.knob.show(value));
        let place = if place.label.is_empty() {
            String::new()
        } else {
            format!("{} = {}: ", question.axis.key, place.label)
        };
        Some(format!(
            "warning: {place}not monotone: {met} does and {failed} does not; the smallest value that \
             does may lie elsewhere, see trials.csv\n"
        ))
    };
    places.iter().filter_map(warning).collect()
}
