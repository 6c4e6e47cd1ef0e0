//! Whatever stands in a file, loading ends with a scenario or with errors that can be shown.

use super::super::{builtin, to_toml};
use super::{BASE, loaded, set};
use proptest::prelude::*;

fn ends(text: &str, overrides: &[&str]) {
    match set(text, overrides) {
        Ok(scenario) => assert!(loaded(&to_toml(&scenario)).is_ok()),
        Err(errors) => {
            assert!(errors.iter().len() > 0);
            assert!(errors.iter().all(|error| error.line() > 0 && error.column() > 0));
            assert!(errors.to_string().contains("error["));
        }
    }
}

/// Parts of TOML that break things in interesting places.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "",
        "\"",
        "[",
        "]]",
        "=",
        "\n",
        "ö",
        "-1",
        "1e400",
        "[[isp]]\n",
        "{",
        "nan",
        "99999999999999999999",
        "\r\n",
    ];
    prop::sample::select(pieces.map(str::to_string).to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn a_file_with_a_hole_or_a_patch(at in 0..BASE.len(), length in 0..20_usize, piece in piece()) {
        let end = (at + length).min(BASE.len());
        ends(&format!("{}{piece}{}", &BASE[..at], &BASE[end..]), &[]);
    }

    #[test]
    fn a_file_without_some_lines(kept in prop::collection::vec(prop::bool::weighted(0.9), 60)) {
        let lines = BASE.lines().zip(kept).filter(|(_, kept)| *kept);
        ends(&lines.map(|(line, _)| format!("{line}\n")).collect::<String>(), &[]);
    }

    #[test]
    fn any_override(path in "[a-z_.\\[\\]0-9=]{0,24}", value in "\\PC{0,12}") {
        ends(BASE, &[&format!("{path}={value}")]);
        ends(BASE, &[&path]);
    }

    #[test]
    fn an_override_of_a_known_key(index in 0..10_usize, value in "\\PC{0,12}") {
        let paths = ["isp[0].as", "cdn.origin", "audience", "fault[0].link_down", "audience.phase",
            "access.dsl.lends.share", "nat.fixed", "topology.graph", "output.topology_at", "duration"];
        ends(BASE, &[&format!("{}={value}", paths[index])]);
    }
}

#[test]
fn the_beginnings_of_a_scenario() {
    let text = builtin::text("tiny").unwrap();
    for (end, _) in text.char_indices().step_by(37) {
        ends(&text[..end], &[]);
    }
}
