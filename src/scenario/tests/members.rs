//! Who comes again, how long viewers stay, and how the control center treats them.

use super::super::Rule;
use super::rules::{Case, case, untold};
use super::{BASE, loaded};
use crate::control::AssignmentOrder;

const CASES: &[Case] = &[
    case(
        Rule::OutOfRange,
        "[audience]",
        "[control]\nhistory_clients = 0\n[audience]",
        "0",
        "a whole number from 1 to 100000000",
    ),
    case(
        Rule::WrongType,
        "[audience]",
        "[control]\nhistory = \"yes\"\n[audience]",
        "\"yes\"",
        "true or false",
    ),
    case(Rule::Quantity, "peak = 10", "peak = 10\nreturning = 1.5", "1.5", "between 0 and 1"),
    case(
        Rule::Combination,
        "peak = 10\n[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n",
        "trace = \"ok.csv\"\nreturning = \"30 %\"\n",
        "30 %",
        "a trace says itself who comes",
    ),
    case(
        Rule::Quantity,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nsilent_leave = \"110 %\"",
        "110 %",
        "between 0 % and 100 %",
    ),
    case(
        Rule::EmptyList,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nsession = []",
        "[]",
        "at least one kind of session",
    ),
    case(
        Rule::OutOfRange,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\noverstated = { share = \"20 %\", factor = 0.5 }",
        "0.5",
        "from 1 to 1000",
    ),
    case(
        Rule::MissingKey,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\noverstated = { share = \"20 %\" }",
        "factor",
        "of `access.overstated`: a number",
    ),
    case(
        Rule::OutOfRange,
        "[audience]",
        "[control]\nimprovements = -1\n[audience]",
        "-1",
        "from 0",
    ),
];

#[test]
fn what_is_wrong_with_visitors_and_their_history_is_told_with_its_place() {
    let untold: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn newcomers_are_not_gathered_and_slots_not_spread_unless_the_file_says_so() {
    let usual = loaded(BASE).unwrap_or_else(|e| panic!("{e}")).control;
    assert_eq!((usual.assignment, usual.spread), (AssignmentOrder::Sequential, false));
    let text = format!("{BASE}[control]\nspread = true\nassignment = \"child-selection\"\n");
    let other = loaded(&text).unwrap_or_else(|e| panic!("{e}")).control;
    assert_eq!((other.assignment, other.spread), (AssignmentOrder::ChildSelection, true));
}
