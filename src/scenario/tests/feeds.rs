//! How late and how wrong feeds are, and what ISPs announce.

use super::super::Rule;
use super::rules::{Case, case, untold};
use super::{BASE, loaded};
use crate::units::Span;

const CASES: &[Case] = &[
    case(
        Rule::Combination,
        "cdn_down = \"origin\"",
        "cdn_down = \"origin\"\nannounced = \"1 s\"",
        "1 s",
        "ISPs tell of links",
    ),
    case(
        Rule::OutsideRun,
        "cdn_down = \"origin\"",
        "link_down = [64500, 64501]\nannounced = \"9 min\"",
        "9 min",
        "before the start of the run",
    ),
    case(
        Rule::Quantity,
        "[[fault]]",
        "[feeds]\nwrong_routes = \"120 %\"\n[[fault]]",
        "120 %",
        "share",
    ),
    case(
        Rule::WrongType,
        "[[fault]]",
        "[feeds]\nroute_delay = 5\n[[fault]]",
        "5",
        "a value with its unit",
    ),
];

#[test]
fn what_is_wrong_with_feeds_and_notices_is_told_with_its_place() {
    let untold: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn feeds_are_right_and_at_once_unless_the_file_says_otherwise() {
    let right = loaded(BASE).unwrap_or_else(|e| panic!("{e}")).feeds;
    assert_eq!((right.route_delay, right.wrong_routes.get()), (Span::ZERO, 0.0));
    let text = format!("{BASE}[feeds]\nroute_delay = \"20 s\"\nwrong_routes = \"25 %\"\n");
    let late = loaded(&text).unwrap_or_else(|e| panic!("{e}")).feeds;
    assert_eq!((late.route_delay, late.wrong_routes.get()), (Span::from_secs(20), 0.25));
}
