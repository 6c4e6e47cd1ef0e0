//! A check as JUnit XML, which CI systems show as tests: one an expectation and coordinator, and one a
//! coordinator for the baseline.

use super::{shown, statement, worse};
use crate::check::{Checked, Judged};
use crate::metrics::Verdict;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;

/// The report, without times: the same check gives the same bytes.
#[must_use]
pub fn check_junit(all: &[Checked<'_>]) -> Vec<u8> {
    let mut report = Report::new("grandstand check");
    for checked in all {
        let mut suite = TestSuite::new(checked.scenario);
        suite.add_test_cases(checked.judged.iter().map(|judged| expectation(checked, judged)));
        suite.add_test_cases(idle(checked));
        suite.add_test_cases(baseline(checked));
        report.add_test_suite(suite);
    }
    let mut bytes = Vec::new();
    report.serialize(&mut bytes).expect("writing into memory does not fail");
    bytes
}

fn expectation(checked: &Checked<'_>, judged: &Judged<'_>) -> TestCase {
    let violations = judged.violations().into_iter().map(|violation| violation.to_string());
    let coordinator = judged.coordinator.name();
    let mut case = case(checked, coordinator, &statement(judged), violations.collect());
    case.set_system_out(shown(judged));
    case
}

/// What was not judged, so that nobody takes it for passed.
fn idle<'a>(checked: &'a Checked<'_>) -> impl Iterator<Item = TestCase> + 'a {
    checked.idle.iter().map(|expected| {
        let mut status = TestCaseStatus::skipped();
        status.set_message("none of its coordinators was run");
        let mut case =
            TestCase::new(format!("{} {}", expected.subject(), expected.limits()), status);
        case.set_classname(checked.scenario);
        case
    })
}

fn baseline(checked: &Checked<'_>) -> Vec<TestCase> {
    let mut coordinators: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in checked.compared.iter().flatten() {
        let own = coordinators.entry(&row.coordinator).or_default();
        if row.verdict == Verdict::Worse {
            own.push(worse(row));
        }
    }
    let name = "no figure is worse than in the baseline";
    let cases = coordinators.into_iter();
    cases.map(|(coordinator, lines)| case(checked, coordinator, name, lines)).collect()
}

fn case(checked: &Checked<'_>, coordinator: &str, name: &str, wrong: Vec<String>) -> TestCase {
    let mut status = TestCaseStatus::success();
    if let Some(first) = wrong.first() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type("expectation").set_message(first.clone()).set_description(wrong.join("\n"));
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("{}.{coordinator}", checked.scenario));
    case
}
