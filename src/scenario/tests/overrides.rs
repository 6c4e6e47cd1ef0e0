//! `--set path=value`.

use super::super::{Arrivals, Rule};
use super::{BASE, set};
use crate::units::{BitRate, SimTime, Span};

fn refused(change: &str) -> (Rule, usize, String) {
    let errors = set(BASE, &[change]).unwrap_err();
    assert_eq!(errors.iter().len(), 1, "{errors}");
    let error = errors.iter().next().unwrap();
    assert_eq!((error.file(), error.line()), ("--set", 1));
    (error.rule, error.column(), format!("{} {}", error.expected, error.hints.join(" ")))
}

#[test]
fn a_value_is_set_by_keys_index_and_name() {
    let changes =
        ["audience.peak=20000", "cdn[0].capacity=\"5 Gbps\"", "access.dsl.uplink = 2 Mbps"];
    let scenario = set(BASE, &changes).unwrap();
    assert!(matches!(scenario.audience.arrivals, Arrivals::Curve { peak: 20_000, .. }));
    assert_eq!(scenario.cdn[0].capacity, BitRate::from_kbps(5_000_000));
    assert_eq!(scenario.access[0].uplink, BitRate::from_kbps(2_000));
    assert_eq!(scenario.overrides, changes);
}

#[test]
fn a_table_that_is_not_there_is_made() {
    let scenario = set(BASE, &["player.startup=3 s", "control.objective.cdn=2"]).unwrap();
    assert_eq!(scenario.player.startup, Span::from_secs(3));
    assert_eq!(scenario.control.objective.cdn, 2.0);
}

#[test]
fn a_list_is_set_as_a_whole_and_by_element() {
    let changes = ["output.topology_at=[\"1 s\", \"2 s\"]", "output.topology_at[1]=9 s"];
    let scenario = set(BASE, &changes).unwrap();
    assert_eq!(scenario.output.topology_at, [SimTime::from_secs(1), SimTime::from_secs(9)]);
    let scenario = set(BASE, &["fault=[]", "title=2006"]).unwrap();
    assert!(scenario.faults.is_empty());
    assert_eq!(scenario.title, "2006");
}

#[test]
fn the_last_of_two_wins() {
    assert_eq!(set(BASE, &["seed=2", "seed=3"]).unwrap().seed, 3);
}

#[test]
fn an_error_inside_a_value_is_told_at_its_column() {
    let (rule, column, _) =
        refused("cdn=[{name=\"origin\", as=64501, country=\"DE\", capacity=\"1 gbps\"}]");
    assert_eq!((rule, column), (Rule::Quantity, 55));
}

#[test]
fn what_is_no_override_is_refused() {
    assert_eq!(refused("audience.peak").0, Rule::OverrideForm);
    assert_eq!(refused("audience..peak=3").0, Rule::OverrideForm);
    assert_eq!(refused("cdn[x].capacity=3").0, Rule::OverrideForm);
    assert_eq!(refused("=3").0, Rule::OverrideForm);
}

#[test]
fn an_unknown_key_is_told_with_the_nearest() {
    let (rule, column, told) = refused("audience.paek=3");
    assert_eq!((rule, column), (Rule::UnknownKey, 10));
    assert!(told.contains("did you mean `peak`?"), "{told}");
}

#[test]
fn an_element_that_is_not_there_is_told_with_those_that_are() {
    let (rule, column, told) = refused("cdn[1].capacity=3");
    assert_eq!((rule, column), (Rule::OverridePath, 4));
    assert!(told.contains("one of `origin`, or an index up to [0]"), "{told}");
    let (rule, _, told) = refused("cdn.orgin.capacity=3");
    assert_eq!(rule, Rule::OverridePath);
    assert!(told.contains("did you mean `origin`?"), "{told}");
    assert!(refused("tracker.announce.x=1").2.contains("end before"));
    assert!(refused("fault.x.at=1 s").2.contains("an index, [0] to [0]"));
}

#[test]
fn a_built_in_list_is_not_changed_by_element() {
    let text = super::changed(
        "[[access]]\nname = \"dsl\"\nshare = 1\n\
         downlink = \"10 Mbps\"\nuplink = \"1 Mbps\"\nrtt = \"10 ms\"\n",
        "",
    );
    let errors = set(&text, &["access.dsl.share=1"]).unwrap_err();
    assert!(errors.to_string().contains("it has no `access`"), "{errors}");
}
