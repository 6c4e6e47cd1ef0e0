//! Files in the repository that are generated from the code.

use super::super::{reference, schema};
use std::path::Path;

/// Compares a file of the repository with what the code gives, or writes it anew.
#[allow(
    clippy::disallowed_methods,
    reason = "a test may look at the repository and at how it was started"
)]
fn golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(&path, text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == text, "{file} is not what the code gives: run `UPDATE_GOLDEN=1 cargo test`");
}

#[test]
fn the_scenario_reference_is_up_to_date() {
    golden("docs/scenario-reference.md", &reference());
}

#[test]
fn the_schema_beside_the_scenarios_is_up_to_date() {
    golden("scenarios/scenario.schema.json", &schema());
}
