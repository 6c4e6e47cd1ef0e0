//! What runs are expected to show: known figures, limits in their units.

use super::super::{CoordinatorKind, Over, Rule, to_toml};
use super::rules::{Case, case, untold};
use super::{BASE, loaded};
use crate::metrics::GroupBy;

const OUTPUT: &str = "[output]\n";

pub(super) const CASES: &[Case] = &[
    case(
        Rule::UnknownMetric,
        OUTPUT,
        "[[expect]]\nmetric = \"continuty\"\nat_least = 0.9\n[output]\n",
        "continuty",
        "did you mean `continuity`?",
    ),
    case(
        Rule::UnknownMetric,
        OUTPUT,
        "[[expect]]\nmetric = \"lag\"\nat_most = \"9 s\"\n[output]\n",
        "lag",
        "did you mean `lag.mean`, `lag.p05`",
    ),
    case(
        Rule::UnknownGroup,
        OUTPUT,
        "[[expect]]\nmetric = \"continuity\"\nat_least = 0.9\nclass = \"dls\"\n[output]\n",
        "dls",
        "did you mean `dsl`?",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[[expect]]\nmetric = \"cdn_bytes\"\nat_most = \"1 GB\"\nclass = \"dsl\"\n[output]\n",
        "cdn_bytes",
        "a figure that `groups.csv` has for each class",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[[expect]]\nmetric = \"continuity\"\n[output]\n",
        "[[expect]]",
        "`at_least`, `at_most` or both",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[[expect]]\nmetric = \"continuity\"\nwithin = [0.9]\n[output]\n",
        "[0.9]",
        "two values",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[[expect]]\nmetric = \"continuity\"\nat_least = 0.9\nclass = \"dsl\"\nisp = \"64500\"\n[output]\n",
        "[[expect]]",
        "at most one of",
    ),
    case(
        Rule::Inconsistent,
        OUTPUT,
        "[[expect]]\nmetric = \"continuity\"\nwithin = [\"99 %\", 0.9]\n[output]\n",
        "[\"99 %\", 0.9]",
        "the least before the most",
    ),
    case(
        Rule::Quantity,
        OUTPUT,
        "[[expect]]\nmetric = \"lag.p95\"\nat_most = 9\n[output]\n",
        "9",
        "a span of time",
    ),
    case(
        Rule::UnknownChoice,
        OUTPUT,
        "[[expect]]\nmetric = \"continuity\"\nat_least = 0.9\nover = \"man\"\n[output]\n",
        "man",
        "mean",
    ),
];

#[test]
fn what_is_wrong_with_an_expectation_is_told_with_its_place() {
    let untold: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

const MANY: &str = "
[[expect]]
metric = \"startup_delay.p95\"
at_most = \"2500 ms\"
class = \"dsl\"
[[expect]]
metric = \"cdn_bytes\"
within = [\"1 MB\", \"2 GB\"]
over = \"mean\"
coordinators = [\"cdn-only\"]
[[expect]]
metric = \"border_copies.mean\"
at_most = 3
isp = \"AS64500\"
[[expect]]
metric = \"time_to_repair.count\"
at_least = 1
";

#[test]
fn limits_are_read_in_the_unit_of_the_figure_and_written_back() {
    let scenario = loaded(&format!("{BASE}{MANY}")).unwrap_or_else(|e| panic!("{e}"));
    let [delay, bytes, copies, count] = scenario.expectations.as_slice() else { panic!("four") };
    assert_eq!((delay.low, delay.high, delay.over), (None, Some(2.5), Over::EverySeed));
    assert_eq!(delay.group, Some((GroupBy::Class, "dsl".to_string())));
    assert_eq!((bytes.low, bytes.high, bytes.over), (Some(1e6), Some(2e9), Over::Mean));
    assert_eq!(bytes.coordinators, [CoordinatorKind::CdnOnly]);
    assert_eq!((copies.high, count.low, count.unit), (Some(3.0), Some(1.0), "count"));
    let again = loaded(&to_toml(&scenario)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(again.expectations, scenario.expectations);
}
