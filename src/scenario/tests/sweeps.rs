//! What a sweep varies, from lists and ranges.

use super::super::{Axis, Rule};
use super::rules::{Case, case, untold};
use super::{BASE, loaded};

const OUTPUT: &str = "[output]\n";

const CASES: &[Case] = &[
    case(
        Rule::Combination,
        OUTPUT,
        "[[sweep.axis]]\nkey = \"seed\"\nfrom = 1\n[output]\n",
        "[[sweep.axis]]",
        "either `values`, or `from`, `to` and `count`",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[[sweep.axis]]\nkey = \"seed\"\nvalues = [1]\nwith = \"sed\"\n[output]\n",
        "sed",
        "no axis comes before",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[sweep]\naxis = [{ key = \"seed\", values = [1] }, \
         { key = \"a\", values = [1, 2], with = \"seed\" }]\n[output]\n",
        "seed",
        "as many values as `seed` has: 1, not 2",
    ),
    case(
        Rule::Combination,
        OUTPUT,
        "[sweep]\naxis = [{ key = \"a\", from = \"1 s\", to = \"1 min\", count = 3 }]\n[output]\n",
        "1 min",
        "a number in `s`, as in `from`",
    ),
    case(
        Rule::OutOfRange,
        OUTPUT,
        "[sweep]\naxis = [{ key = \"a\", from = 0, to = 9, count = 3, scale = \"logarithmic\" }]\n\
         [output]\n",
        "0",
        "more than 0, for a logarithmic scale",
    ),
    case(
        Rule::Quantity,
        OUTPUT,
        "[sweep]\naxis = [{ key = \"a\", from = \"few\", to = 9, count = 3 }]\n[output]\n",
        "few",
        "a number, with its unit",
    ),
    case(
        Rule::WrongType,
        OUTPUT,
        "[sweep]\naxis = [{ key = \"a\", values = [[1]] }]\n[output]\n",
        "[1]",
        "a single value",
    ),
];

#[test]
fn what_is_wrong_with_an_axis_is_told_with_its_place() {
    let untold: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

/// The axes of `BASE` with these.
fn axes(text: &str) -> Vec<Axis> {
    loaded(&format!("{BASE}[sweep]\naxis = [{text}]\n")).unwrap().sweep.axes
}

fn values(text: &str) -> Vec<String> {
    axes(text).swap_remove(0).values
}

#[test]
fn values_are_what_an_override_would_say() {
    let found = values("{ key = \"a\", values = [1, 0.5, true, \"1 Gbps\", \"cdn-only\"] }");
    assert_eq!(found, ["1", "0.5", "true", "1 Gbps", "cdn-only"]);
}

#[test]
fn ranges_are_linear_or_logarithmic_and_keep_their_unit() {
    let linear = values("{ key = \"a\", from = \"1 Mbps\", to = \"2 Mbps\", count = 5 }");
    assert_eq!(linear, ["1 Mbps", "1.25 Mbps", "1.5 Mbps", "1.75 Mbps", "2 Mbps"]);
    let steps = "{ key = \"a\", from = 1000, to = 1_000_000, count = 4, scale = \"logarithmic\" }";
    assert_eq!(values(steps), ["1000", "10000", "100000", "1000000"]);
    assert_eq!(values("{ key = \"a\", from = 1, to = 2, count = 3 }"), ["1", "2", "2"]);
    assert_eq!(values("{ key = \"a\", from = 0.1, to = 0.3, count = 3 }"), ["0.1", "0.2", "0.3"]);
    assert_eq!(values("{ key = \"a\", from = \"5 %\", to = \"0 %\", count = 2 }"), ["5 %", "0 %"]);
}

#[test]
fn an_axis_may_go_in_step_with_an_earlier_one() {
    let found = axes(
        "{ key = \"a\", values = [1, 2] }, { key = \"b\", from = 5, to = 6, count = 2, with = \"a\" }",
    );
    assert_eq!(found[1].with.as_deref(), Some("a"));
    assert_eq!(found[1].values, ["5", "6"]);
}
