//! The rules of the house, held by reading the repository: who imports whom, what is banned, how files look.
//!
//! Not here: what the compiler, clippy and rustfmt hold already.

#![allow(clippy::disallowed_methods, reason = "the repository's own files are read")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Folders that may import less than their rank allows. Their own module is always allowed.
const NARROW: [(&str, &[&str]); 8] = [
    ("src/engine/", &["units"]),
    ("src/proto/", &["units"]),
    ("src/metrics/", &["units"]),
    ("src/net/", &["units"]),
    ("src/control/", &["units", "proto"]),
    ("src/baseline/", &["units", "proto"]),
    ("src/peer/", &["units"]),
    ("src/report/", &["units", "proto", "metrics"]),
];
/// Parts of the standard library that only `cli` may use.
const BANNED_PARTS: [&str; 6] = ["time", "env", "fs", "net", "process", "thread"];
/// Names that nobody may use, `cli` included.
const BANNED_NAMES: [&str; 3] = ["HashMap", "HashSet", "DefaultHasher"];
/// Ways to make a generator of random numbers; all streams come from `units::stream`.
const GENERATORS: [&str; 6] =
    ["from_seed", "seed_from_u64", "from_os_rng", "from_rng", "thread_rng", "ThreadRng"];
/// Files outside `cli` that may touch the outside world.
const OUTSIDE: [&str; 2] = ["src/main.rs", "src/scenario/tests/golden.rs"];
/// Files of more lines than `LONGEST`, by name.
const LONG: [&str; 0] = [];
const LONGEST: usize = 500;
/// Columns of a document.
const COLUMNS: usize = 118;

/// Path from the repository's root, and text.
type File = (String, String);

fn read(path: &str) -> String {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&whole).unwrap_or_else(|error| panic!("{}: {error}", whole.display()))
}

/// All files below a folder whose name ends like this.
fn files(folder: &str, ending: &str) -> Vec<File> {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut names: Vec<(String, bool)> = fs::read_dir(&whole)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path().is_dir()))
        .collect();
    names.sort();
    let mut found = Vec::new();
    for (name, is_folder) in names {
        let path = format!("{folder}/{name}");
        if is_folder {
            found.extend(files(&path, ending));
        } else if name.ends_with(ending) {
            let text = read(&path);
            found.push((path, text));
        }
    }
    found
}

fn rust_files() -> Vec<File> {
    let folders = ["src", "tests", "benches"];
    let mut found: Vec<File> = folders.iter().flat_map(|folder| files(folder, ".rs")).collect();
    found.push(("build.rs".to_string(), read("build.rs")));
    found
}

fn documents() -> Vec<File> {
    let mut found = files("docs", ".md");
    found.push(("README.md".to_string(), read("README.md")));
    found
}

/// The code of a source: comments, strings and characters are blanked out, lines stay where they are.
fn bare(source: &str) -> String {
    let (mut code, mut rest) = (String::with_capacity(source.len()), source);
    while let Some(first) = rest.chars().next() {
        let passed = passed_over(rest);
        let (piece, after) = rest.split_at(passed.max(first.len_utf8()));
        let blank = |c: char| if c == '\n' || passed == 0 { c } else { ' ' };
        code.extend(piece.chars().map(blank));
        rest = after;
    }
    code
}

/// Bytes of the comment, string or character that `rest` begins with; 0 when it begins with code.
fn passed_over(rest: &str) -> usize {
    let until = |end: &str, from: usize| {
        rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return until("\n", 2).max(3) - 1;
    }
    if rest.starts_with("/*") {
        return until("*/", 2);
    }
    if rest.starts_with('"') {
        return string(rest);
    }
    if let Some(hashes) =
        rest.strip_prefix('r').map(|raw| raw.len() - raw.trim_start_matches('#').len())
        && rest[1 + hashes..].starts_with('"')
    {
        return until(&format!("\"{}", "#".repeat(hashes)), hashes + 2);
    }
    let mut characters = rest.char_indices().skip(1);
    match (rest.starts_with('\''), characters.next(), characters.next()) {
        (true, Some((_, '\\')), Some((at, escaped))) => until("'", at + escaped.len_utf8()),
        (true, Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// Bytes of a string with its quotes.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The name at the beginning of `text`; empty when there is none.
fn name(text: &str) -> &str {
    text.split(|c| !is_part_of_name(c)).next().unwrap_or_default()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Line and first name of every path below `head`: `a` of `head::a::b`, `a` and `b` of `head::{a::c, b}`.
fn below(code: &str, head: &str) -> Vec<(usize, String)> {
    let start = format!("{head}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| is_part_of_name(c) || c == ':') {
            continue;
        }
        let after = code[at + start.len()..].trim_start();
        let names = if after.starts_with('{') { group(after) } else { vec![name(after)] };
        found.extend(names.into_iter().map(|name| (line_of(code, at), name.to_string())));
    }
    found
}

/// First names of the paths in the group in braces that `text` begins with.
fn group(text: &str) -> Vec<&str> {
    let (mut depth, mut begins, mut names) = (0_u32, false, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match c {
            '}' if depth == 0 => break,
            '{' | ',' => begins = depth == 1,
            _ if begins && is_part_of_name(c) => {
                names.push(name(&text[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

/// Line and name of what is reached by climbing to the root of the crate with `super` from a module so
/// deep, or from one within its file.
fn climbed(code: &str, depth: usize) -> Vec<(usize, String)> {
    let chain = vec!["super"; depth].join("::");
    let mut found = below(code, &chain);
    found.extend(below(code, &format!("{chain}::super")));
    found
}

/// Modules and their ranks, as the table of the architecture says.
fn ranks(document: &str) -> BTreeMap<String, u32> {
    let mut ranks = BTreeMap::new();
    for line in document.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let Some(rank) = cells.get(1).and_then(|cell| cell.parse().ok()) else { continue };
        let modules = cells.get(2).map_or("", |cell| cell).split('`').skip(1).step_by(2);
        ranks.extend(modules.map(|module| (module.to_string(), rank)));
    }
    ranks
}

/// The module that a file of `src` belongs to; none for the roots of library and program.
fn module_of(path: &str) -> Option<&str> {
    let first = path.strip_prefix("src/")?.split('/').next()?;
    let module = first.strip_suffix(".rs").unwrap_or(first);
    (module != "lib" && module != "main").then_some(module)
}

/// How deep the module of a file is below the root of the crate.
fn depth_of(path: &str) -> usize {
    let parts = path.matches('/').count();
    if path.ends_with("/mod.rs") { parts - 1 } else { parts }
}

/// What a file imports and must not, in words.
fn wrong_imports(path: &str, source: &str, ranks: &BTreeMap<String, u32>) -> Vec<String> {
    let Some(own) = module_of(path) else { return Vec::new() };
    let Some(rank) = ranks.get(own) else { return vec![format!("{path}: `{own}` has no rank")] };
    let code = bare(source);
    let climbed = climbed(&code, depth_of(path));
    let climbed = climbed.into_iter().filter(|(_, name)| ranks.contains_key(name));
    let narrow = NARROW.iter().find(|(prefix, _)| path.starts_with(prefix));
    let mut wrong = Vec::new();
    for (line, name) in below(&code, "crate").into_iter().chain(climbed) {
        if name == own {
            continue;
        }
        match ranks.get(&name) {
            None => wrong.push(format!("{path}:{line}: `{name}` has no rank")),
            Some(other) if other >= rank => {
                wrong.push(format!("{path}:{line}: `{own}` ({rank}) imports `{name}` ({other})"));
            }
            Some(_) if narrow.is_some_and(|(_, allowed)| !allowed.contains(&name.as_str())) => {
                wrong.push(format!("{path}:{line}: `{own}` may not import `{name}`"));
            }
            Some(_) => {}
        }
    }
    wrong
}

/// What a file of `src` uses and must not, in words.
fn banned(path: &str, source: &str) -> Vec<String> {
    let code = bare(source);
    let mut wrong = Vec::new();
    if module_of(path) != Some("cli") && !OUTSIDE.contains(&path) {
        for (line, part) in below(&code, "std") {
            if BANNED_PARTS.contains(&part.as_str()) {
                wrong.push(format!("{path}:{line}: std::{part}"));
            }
        }
    }
    for (number, line) in code.lines().enumerate() {
        let generators = if path == "src/units/rng.rs" { &[][..] } else { &GENERATORS[..] };
        let words: Vec<&str> = line.split(|c| !is_part_of_name(c)).collect();
        let all = BANNED_NAMES.iter().chain(generators);
        let used = all.filter(|name| words.contains(name));
        wrong.extend(used.map(|name| format!("{path}:{}: {name}", number + 1)));
    }
    wrong
}

/// Lines of a document that are too long; the row of a table cannot be broken.
fn long_lines(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('|'));
    let long = lines.filter(|(_, line)| line.chars().count() > COLUMNS);
    long.map(|(number, _)| format!("{path}:{}", number + 1)).collect()
}

/// Marks of work that is not done.
fn unfinished(path: &str, text: &str) -> Vec<String> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let lines = text.lines().enumerate();
    let marked = lines
        .filter(|(_, line)| line.split(|c| !is_part_of_name(c)).any(|word| marks.contains(&word)));
    marked.map(|(number, _)| format!("{path}:{}", number + 1)).collect()
}

/// Dependencies without a word on what they are for.
fn unexplained_dependencies(manifest: &str) -> Vec<String> {
    let (mut inside, mut wrong) = (false, Vec::new());
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && !line.starts_with('#') && line.contains('=') {
            let reason = line.rsplit_once(" # ").map_or("", |(_, reason)| reason.trim());
            if reason.is_empty() {
                wrong.push(name(line).to_string());
            }
        }
    }
    wrong
}

/// Names in backticks that look like those of tests, functions or figures.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter(|span| {
        let plain = span.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        plain && span.contains('_')
    })
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_module_imports_only_from_a_lower_rank() {
    let ranks = ranks(&read("docs/architecture.md"));
    assert!(ranks.len() >= 12, "the table of ranks was not found: {ranks:?}");
    let sources = files("src", ".rs");
    let wrong = sources.iter().flat_map(|(path, text)| wrong_imports(path, text, &ranks));
    assert_none(&wrong.collect::<Vec<_>>());
}

#[test]
fn only_cli_touches_the_outside_and_nobody_hashes_or_makes_generators() {
    let sources = files("src", ".rs");
    let wrong = sources.iter().flat_map(|(path, text)| banned(path, text));
    assert_none(&wrong.collect::<Vec<_>>());
    for path in OUTSIDE {
        let needed = below(&bare(&read(path)), "std");
        assert!(needed.iter().any(|(_, part)| BANNED_PARTS.contains(&part.as_str())), "{path}");
    }
}

#[test]
fn every_source_opens_with_what_it_is() {
    let sources = rust_files();
    let silent = sources.iter().filter(|(_, text)| !text.starts_with("//! "));
    assert_none(&silent.map(|(path, _)| path.clone()).collect::<Vec<_>>());
}

#[test]
fn files_are_short_and_finished() {
    let (sources, documents) = (rust_files(), documents());
    let long = sources.iter().filter(|(_, text)| text.lines().count() > LONGEST);
    assert_eq!(long.map(|(path, _)| path.as_str()).collect::<Vec<_>>(), LONG);
    let scenarios = files("scenarios", ".toml");
    let all = sources.iter().chain(&documents).chain(&scenarios);
    assert_none(&all.flat_map(|(path, text)| unfinished(path, text)).collect::<Vec<_>>());
    let documents = documents.iter().filter(|(path, _)| path.starts_with("docs/"));
    let long = documents.flat_map(|(path, text)| long_lines(path, text));
    assert_none(&long.collect::<Vec<_>>());
}

#[test]
fn every_dependency_says_what_it_is_for() {
    assert_none(&unexplained_dependencies(&read("Cargo.toml")));
}

#[test]
fn every_scenario_is_built_in() {
    let scenarios = files("scenarios", ".toml");
    assert!(!scenarios.is_empty());
    for (path, text) in scenarios {
        let name = path.trim_start_matches("scenarios/").trim_end_matches(".toml");
        assert_eq!(grandstand::scenario::builtin::text(name), Some(text.as_str()), "{path}");
    }
}

#[test]
fn coverage_counts_its_rows() {
    let text = read("docs/coverage.md");
    let rows = |state: &str| {
        let state = format!(" | {state} | ");
        text.lines().filter(|line| line.starts_with("| ") && line.contains(&state)).count()
    };
    let [done, part, open] = ["done", "part", "open"].map(rows);
    let all = done + part + open;
    let told = format!("Of {all} rows {done} are done, {part} in part, {open} open.");
    assert!(text.contains(&told), "{told}");
}

#[test]
fn what_documents_name_is_there() {
    let mut sources = rust_files();
    sources.extend(files("scenarios", ".toml"));
    sources.push(("Cargo.toml".to_string(), read("Cargo.toml")));
    let texts = sources.iter().flat_map(|(_, text)| text.split(|c| !is_part_of_name(c)));
    let known: BTreeSet<&str> = texts.collect();
    for (path, text) in documents() {
        let unknown: Vec<&str> = names_in(&text).filter(|name| !known.contains(name)).collect();
        assert!(unknown.is_empty(), "{path} names {unknown:?}");
    }
}

mod of_its_own {
    //! The rules themselves, on sources made up to break them.

    use super::*;

    fn table() -> BTreeMap<String, u32> {
        ranks(
            "| rank | module |\n|---|---|\n| 0 | `units` |\n| 1 | `proto`, `net` |\n| 2 | `control` |\n| 4 | `sim` |",
        )
    }

    fn wrong(path: &str, source: &str) -> usize {
        wrong_imports(path, source, &table()).len()
    }

    #[test]
    fn an_import_from_above_beside_or_nowhere_is_found() {
        assert_eq!(wrong("src/net/a.rs", "use crate::units::Span;\nuse crate::net::B;"), 0);
        assert_eq!(wrong("src/net/a.rs", "use crate::control::X;"), 1);
        assert_eq!(wrong("src/net/a.rs", "use crate::proto::X;"), 1);
        assert_eq!(wrong("src/net/a.rs", "use crate::elsewhere::X;"), 1);
        assert_eq!(wrong("src/net/a.rs", "fn f() -> crate::sim::X { todo() }"), 1);
        assert_eq!(wrong("src/net/a.rs", "use crate::{units, sim::{units, net}, net};"), 1);
        assert_eq!(wrong("src/stray.rs", ""), 1);
        let told = wrong_imports("src/net/a.rs", "\n\nuse crate::sim::X;", &table());
        assert_eq!(told, ["src/net/a.rs:3: `net` (1) imports `sim` (4)"]);
    }

    #[test]
    fn climbing_to_the_root_is_an_import_too() {
        assert_eq!(wrong("src/net/mod.rs", "use super::sim::X;"), 1);
        assert_eq!(wrong("src/net/a.rs", "use super::super::sim::X;"), 1);
        assert_eq!(
            wrong("src/net/a.rs", "mod tests { use super::super::super::{sim, units}; }"),
            1
        );
        assert_eq!(wrong("src/net/a.rs", "use super::sim_of_net::X; use super::sim;"), 0);
    }

    #[test]
    fn control_hears_messages_and_nothing_else() {
        assert_eq!(wrong("src/control/a.rs", "use crate::proto::X;\nuse crate::units::Y;"), 0);
        assert_eq!(wrong("src/control/a.rs", "use crate::net::X;"), 1);
        assert_eq!(wrong("src/control/a.rs", "#[cfg(test)]\nuse crate::net::X;"), 1);
    }

    #[test]
    fn what_comments_and_strings_say_is_no_code() {
        let source = "// crate::sim\n/* crate::sim */ let a = \"crate::sim \\\" crate::sim\";\n\
                      let b = r#\"crate::sim \" crate::sim\"#; let c = ['\"', '\\'', 'x'];\n";
        assert_eq!(wrong("src/net/a.rs", source), 0);
        let after = format!("{source}fn f<'a>(x: &'a crate::sim::X) {{}} // the end");
        assert_eq!(wrong("src/net/a.rs", &after), 1);
        assert_eq!(bare(&after).lines().count(), after.lines().count());
    }

    #[test]
    fn the_outside_is_found_however_it_is_named() {
        assert_eq!(banned("src/net/a.rs", "use std::fs;").len(), 1);
        assert_eq!(banned("src/net/a.rs", "use std::{fmt, time::Instant, fs};").len(), 2);
        assert_eq!(banned("src/net/a.rs", "let x = std::env::var(\"X\"); // std::fs").len(), 1);
        assert_eq!(
            banned("src/net/a.rs", "use std::fmt; use std::collections::BTreeMap;").len(),
            0
        );
        assert_eq!(banned("src/cli/a.rs", "use std::fs;").len(), 0);
        assert_eq!(banned("src/cli/a.rs", "use std::collections::HashMap;").len(), 1);
        assert_eq!(banned("src/net/a.rs", "let r = Rng::seed_from_u64(1);").len(), 1);
        assert_eq!(banned("src/units/rng.rs", "Rng::from_seed(x)").len(), 0);
    }

    #[test]
    fn looks_are_judged() {
        let wide = "x".repeat(COLUMNS + 1);
        assert_eq!(long_lines("a.md", &format!("{wide}\n| {wide}\nshort")), ["a.md:1"]);
        let mark = concat!("// TO", "DO: later");
        assert_eq!(unfinished("a.rs", &format!("let x;\n{mark}")), ["a.rs:2"]);
        let manifest =
            "[dependencies]\n# --- group\na = \"1\" # why\nb = \"2\"\n[profile.dev]\nc = 1";
        assert_eq!(unexplained_dependencies(manifest), ["b"]);
        assert_eq!(names_in("`a_b` c_d `E_f` `g` `h_1`").collect::<Vec<_>>(), ["a_b", "h_1"]);
    }
}
