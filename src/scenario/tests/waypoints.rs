//! Waypoint servers, and the lines that an ISP sells: what is wrong with them is told with its place.

use super::super::Rule;
use super::{BASE, errors, loaded};

const WAYPOINT: &str =
    "[[waypoint]]\nname = \"alp\"\nas = 64501\ncountry = \"CH\"\ncapacity = \"1 Gbps\"\n";

/// The base with a waypoint server in which one thing is another.
fn with(from: &str, to: &str) -> String {
    let waypoint = WAYPOINT.replace(from, to);
    assert!(waypoint != WAYPOINT || from == to, "{from}");
    BASE.replace("[audience]", &format!("{waypoint}[audience]"))
}

#[test]
fn a_waypoint_server_is_read_and_there_are_none_without_one() {
    assert_eq!(loaded(BASE).unwrap().waypoints, []);
    let scenario = loaded(&with("", "")).unwrap();
    let [alp] = scenario.waypoints.as_slice() else { panic!("one waypoint server") };
    assert_eq!((alp.name.as_str(), alp.capacity.as_bps()), ("alp", 1_000_000_000));
    assert_eq!(&alp.country, b"CH");
}

#[test]
fn what_is_wrong_with_a_waypoint_server_is_told() {
    let cases = [
        ("name = \"alp\"", "name = \"origin\"", Rule::DuplicateName),
        ("64501", "7", Rule::UnknownNetwork),
        ("\"CH\"", "\"ch\"", Rule::Country),
        ("\"1 Gbps\"", "\"0 bps\"", Rule::OutOfRange),
        ("\"1 Gbps\"", "\"1 gbps\"", Rule::Quantity),
        ("capacity = \"1 Gbps\"\n", "", Rule::MissingKey),
    ];
    for (from, to, rule) in cases {
        let found = errors(&with(from, to));
        assert!(found.iter().any(|error| error.rule == rule), "{to}: {found:?}");
    }
}

#[test]
fn an_isp_sells_lines_that_there_are() {
    let sells = |lines: &str| {
        BASE.replacen("country = \"DE\"\n", &format!("country = \"DE\"\nlines = {lines}\n"), 1)
    };
    let unknown = errors(&sells("[\"no such line\"]"));
    assert!(unknown.iter().any(|error| error.rule == Rule::UnknownGroup), "{unknown:?}");
    let none = errors(&sells("[]"));
    assert!(none.iter().any(|error| error.rule == Rule::EmptyList), "{none:?}");
}
