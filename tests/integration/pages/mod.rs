//! The report page and the stories of viewers, as their readers get them from the program.

#![allow(clippy::disallowed_methods, reason = "the program's files are read")]

mod browser;
mod events;
mod explain;
mod html;
mod page;

use super::cli::{Contents, folder, grandstand, on_four_threads, restore};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

const CENTER: &str = "results/tiny/control-center-seed1";
const COMPARISON: &str = "results/tiny/comparison-seed1";

/// What `run tiny` leaves, in a folder of its own.
fn tiny() -> TempDir {
    let folder = folder();
    restore(on_four_threads(), folder.path());
    folder
}

/// Writes the page of a result in `folder` and returns its text.
fn page_of(folder: &Path, result: &str) -> String {
    grandstand(folder, &["report", result]).assert().success().stdout("");
    fs::read_to_string(folder.join(result).join("report.html")).unwrap()
}

/// The page of `tiny` under the control center.
fn center_page() -> &'static str {
    static ONCE: OnceLock<String> = OnceLock::new();
    ONCE.get_or_init(|| page_of(tiny().path(), CENTER))
}

/// The page of all coordinators of `tiny`.
fn comparison_page() -> &'static str {
    static ONCE: OnceLock<String> = OnceLock::new();
    ONCE.get_or_init(|| page_of(tiny().path(), COMPARISON))
}

/// The rows of a table, cell by cell, without its header. None of these cells has a comma in it.
fn rows(files: &Contents, path: &str) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(files.get(path).unwrap_or_else(|| panic!("no {path}"))).unwrap();
    let cells = |line: &str| line.split(',').map(ToString::to_string).collect();
    text.lines().skip(1).map(cells).collect()
}
