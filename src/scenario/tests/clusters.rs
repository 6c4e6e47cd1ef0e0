//! When clusters split and merge, and how long machines take.

use super::super::Rule;
use super::rules::{Case, case, untold};
use super::{BASE, loaded};
use crate::units::Span;

const CASES: &[Case] = &[
    case(
        Rule::OutOfRange,
        "[audience]",
        "[control.clusters]\nsplit_above = 100\nmerge_below = 51\n[audience]",
        "51",
        "a whole number from 0 to 50",
    ),
    case(
        Rule::Quantity,
        "[audience]",
        "[control.service]\njoin = \"200 usec\"\n[audience]",
        "200 usec",
        "did you mean `200 us`?",
    ),
];

#[test]
fn what_is_wrong_with_clusters_and_machines_is_told_with_its_place() {
    let untold: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn clusters_merge_at_half_the_size_at_which_they_split_unless_told_otherwise() {
    let text = format!(
        "{BASE}[control]\nclusters = {{ split_above = 101 }}\nservice = {{ join = \"200 us\" }}\n"
    );
    let control = loaded(&text).unwrap_or_else(|e| panic!("{e}")).control;
    assert_eq!((control.clusters.split_above, control.clusters.merge_below), (101, 50));
    assert_eq!(control.service.join, Span::from_micros(200));
    assert_eq!(control.service.heartbeat, Span::ZERO);
}
