//! A check as JUnit XML, which CI systems show as tests: one an expectation and coordinator, and one a
//! coordinator for the baseline.

use super::worse;
use crate::metrics::{CheckedScenario, ExpectationRow, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;

/// The report, without times: the same check gives the same bytes.
#[must_use]
pub fn check_junit(all: &[CheckedScenario]) -> Vec<u8> {
    let mut report = Report::new("grandstand check");
    for checked in all {
        let mut suite = TestSuite::new(checked.scenario.as_str());
        suite.add_test_cases(checked.expectations.iter().map(|row| expectation(checked, row)));
        suite.add_test_cases(skipped(checked));
        suite.add_test_cases(baseline(checked));
        report.add_test_suite(suite);
    }
    let mut bytes = Vec::new();
    report.serialize(&mut bytes).expect("writing into memory does not fail");
    bytes
}

fn expectation(checked: &CheckedScenario, row: &ExpectationRow) -> TestCase {
    let mut case = case(checked, &row.coordinator, &row.statement, &row.violations);
    case.set_system_out(row.shown.as_str());
    case
}

/// What was not judged, so that nobody takes it for passed.
fn skipped(checked: &CheckedScenario) -> impl Iterator<Item = TestCase> {
    checked.skipped.iter().map(|expected| {
        let mut status = TestCaseStatus::skipped();
        status.set_message("none of its coordinators was run");
        let mut case = TestCase::new(expected.as_str(), status);
        case.set_classname(checked.scenario.as_str());
        case
    })
}

fn baseline(checked: &CheckedScenario) -> Vec<TestCase> {
    let mut coordinators: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in checked.compared.iter().flatten() {
        let own = coordinators.entry(&row.coordinator).or_default();
        if row.verdict == Verdict::Worse {
            own.push(worse(row));
        }
    }
    let name = "no figure is worse than in the baseline";
    let cases = coordinators.into_iter();
    cases.map(|(coordinator, lines)| case(checked, coordinator, name, &lines)).collect()
}

fn case(checked: &CheckedScenario, coordinator: &str, name: &str, wrong: &[String]) -> TestCase {
    let mut status = TestCaseStatus::success();
    if let Some(first) = wrong.first() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type("expectation").set_message(first.clone()).set_description(wrong.join("\n"));
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("{}.{coordinator}", checked.scenario));
    case
}
