//! Tells the program which commit a release was built from.
//!
//! Only for release builds, so that a commit does not rebuild what tests and lints use; and only in
//! a checkout, so that a packaged crate builds without git.

#![allow(clippy::print_stdout, reason = "cargo reads a build script's output")]

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let release = std::env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    if !release || !Path::new(".git").exists() {
        return;
    }
    // The log of HEAD changes with every commit and checkout.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo:rerun-if-changed={log}");
    }
    if let Some(commit) = git(&["rev-parse", "HEAD"]) {
        println!("cargo:rustc-env=GRANDSTAND_COMMIT={commit}");
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim().to_string();
    (output.status.success() && !text.is_empty()).then_some(text)
}
