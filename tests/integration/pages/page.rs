//! The page as a file: what is in it, that it needs nothing else, and that no name breaks it.

#![allow(
    clippy::disallowed_methods,
    reason = "result folders are changed before they are reported"
)]

use super::html::tags;
use super::*;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

/// What a browser would fetch, by attribute.
const FETCHING: [&str; 9] =
    ["src", "srcset", "href", "xlink:href", "action", "data", "poster", "background", "ping"];
const SECTIONS: [&str; 8] =
    ["figures", "charts", "networks", "wrong", "topology", "decisions", "scenario", "reproduce"];

#[test]
fn the_page_asks_nobody_for_anything() {
    for page in [center_page(), comparison_page()] {
        let tags = tags(page).unwrap();
        for tag in &tags {
            for (key, value) in &tag.attributes {
                let fetches = FETCHING.contains(&key.as_str());
                assert!(!fetches || value.starts_with('#'), "<{} {key}={value}>", tag.name);
                assert!(!key.starts_with("on"), "<{} {key}={value}>", tag.name);
            }
            let fetching = ["link", "img", "iframe", "object", "embed", "base", "image"];
            assert!(!fetching.contains(&tag.name.as_str()), "{tag:?}");
        }
        let without_names = page.replace("http://www.w3.org/2000/svg", "");
        let (text, _) = without_names.split_once("How to repeat it</h2>").unwrap();
        for outside in ["http://", "https://", "url(", "@import", "fetch(", "XMLHttpRequest"] {
            assert!(!text.contains(outside), "{outside}");
        }
        let policy = tags.iter().find(|tag| tag.get("http-equiv").is_some()).unwrap();
        let policy = policy.get("content").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
        assert!(!policy.contains("http") && !policy.contains('*'), "{policy}");
    }
}

#[test]
fn every_section_is_there_and_every_anchor_leads_somewhere() {
    for (page, suffixes) in [
        (center_page(), vec![""]),
        (
            comparison_page(),
            vec!["-control-center", "-cdn-only", "-tracker-random", "-tracker-local"],
        ),
    ] {
        let tags = tags(page).unwrap();
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        for section in SECTIONS {
            let of_run = ["wrong", "topology", "decisions"].contains(&section);
            let suffixes = if of_run { suffixes.clone() } else { vec![""] };
            for suffix in suffixes {
                let id = format!("{section}{suffix}");
                assert_eq!(ids.iter().filter(|found| **found == id).count(), 1, "{id}");
            }
        }
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "an id is there twice: {ids:?}");
        let anchors = tags.iter().filter_map(|tag| tag.get("href"));
        let labels = tags.iter().filter_map(|tag| tag.get("aria-labelledby"));
        for anchor in anchors.map(|href| &href[1..]).chain(labels) {
            assert!(ids.contains(&anchor), "#{anchor}");
        }
    }
}

#[test]
fn the_page_has_the_figures_the_charts_and_the_command() {
    // The template writes a slash as this.
    let page = &center_page().replace("&#x2f;", "/");
    for row in rows(on_four_threads(), &format!("{CENTER}/summary.csv")) {
        let cells = format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td class=\"num\">{}</td><td>{}</td></tr>",
            row[0], row[2], row[1]
        );
        assert!(page.contains(&cells), "{cells}");
    }
    assert!(page.contains("class=\"num bound\">"), "no bound");
    assert_eq!(tags(page).unwrap().iter().filter(|tag| tag.name == "figcaption").count(), 8 + 12);
    assert!(page.contains("grandstand run tiny --coordinator control-center --seed 1</pre>"));
    assert!(page.contains("title = &quot;Thirty viewers, four networks, every row written&quot;"));
    assert!(page.contains("20.0 % of the viewers vanish without a word"));
}

#[test]
fn a_table_of_the_page_has_heads_and_a_drawing_has_words() {
    let tags = tags(comparison_page()).unwrap();
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!(count("table"), count("thead"));
    assert!(tags.iter().filter(|tag| tag.name == "th").all(|tag| tag.get("scope").is_some()));
    let drawings = tags.iter().filter(|tag| tag.name == "svg");
    for drawing in drawings {
        let named = drawing.get("role") == Some("img") && drawing.get("aria-label").is_some();
        assert!(named || drawing.get("aria-hidden") == Some("true"), "{drawing:?}");
    }
    let fields = tags.iter().filter(|tag| ["input", "select"].contains(&tag.name.as_str()));
    assert_eq!(fields.count(), count("label"), "every field stands in a label");
    assert!(tags[0].get("lang").is_some() && count("main") == 1 && count("h1") == 1);
}

#[test]
fn a_comparison_has_a_column_and_the_sections_of_every_coordinator() {
    let page = comparison_page();
    let head = "<th scope=\"col\" class=\"num\">control-center</th><th scope=\"col\" \
                class=\"num\">cdn-only</th><th scope=\"col\" class=\"num\">tracker-random</th>\
                <th scope=\"col\" class=\"num\">tracker-local</th>";
    assert!(page.contains(head));
    assert_eq!(page.matches("its viewers choose for themselves").count(), 2);
    for coordinator in ["control-center", "cdn-only", "tracker-random", "tracker-local"] {
        let command = format!("grandstand run tiny --coordinator {coordinator} --seed 1</pre>");
        assert!(page.contains(&command), "{command}");
    }
}

#[test]
fn the_same_folder_gives_the_same_page_and_no_other_file_changes() {
    let folder = tiny();
    for (result, page) in [(CENTER, center_page()), (COMPARISON, comparison_page())] {
        assert!(page_of(folder.path(), result) == page, "{result}");
        assert!(page_of(folder.path(), result) == page, "{result}, over itself");
        fs::remove_file(folder.path().join(result).join("report.html")).unwrap();
    }
    assert_eq!(crate::cli::contents(folder.path()), *on_four_threads());
    // A later run replaces the folder with the page in it.
    page_of(folder.path(), CENTER);
    let run = ["run", "tiny", "--coordinator", "control-center", "--quiet"];
    grandstand(folder.path(), &run).assert().success();
    assert!(!folder.path().join(CENTER).join("report.html").exists());
}

/// Names that would end a script, a tag or an attribute, wherever a scenario lets its author write.
#[test]
fn no_name_in_a_scenario_breaks_the_page() {
    const NASTY: &str = "</script><script>alert(1)</script><b a='x' c=\"y\">&amp;]]>";
    let folder = tiny();
    let place = folder.path().join(CENTER);
    let path = place.join("manifest.toml");
    let quoted = NASTY.replace('"', "\\\"");
    let text = fs::read_to_string(&path).unwrap();
    let text = text
        .replace("name = \"tiny\"", &format!("name = \"{quoted}\""))
        .replace("overrides = []", &format!("overrides = [\"{quoted}\"]"))
        .replace("attribution = []", &format!("attribution = [\"{quoted}\"]"))
        .replace("coordinator = \"control-center\"", &format!("coordinator = \"{quoted}\""));
    // Inside the scenario's own text the quotes need one more backslash.
    let inner = quoted.replace('\\', "\\\\");
    let text = text
        .replace("\"Thirty viewers, four networks, every row written\"", &format!("\"{inner}\""))
        .replace("\"North\"", &format!("\"{inner}\""))
        .replace("\"origin\"", &format!("\"{inner}\""));
    assert!(text.matches("alert(1)").count() >= 7, "{text}");
    fs::write(&path, text).unwrap();
    let doubled = NASTY.replace('"', "\"\"");
    for (name, from, to) in [
        ("isps.csv", "North", format!("\"{doubled}\"")),
        ("peers.csv", "fibre", format!("\"{doubled}\"")),
        ("events.csv", "peers_vanish 0.2", format!("\"cdn_down {doubled}\"")),
        ("summary.csv", "viewers_peak,viewers", format!("viewers_peak,\"{doubled}\"")),
    ] {
        let path = place.join(name);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name}");
        fs::write(path, text.replace(from, &to)).unwrap();
    }
    let page = page_of(folder.path(), CENTER);
    let tags = tags(&page).unwrap();
    let scripts: Vec<_> = tags.iter().filter(|tag| tag.name == "script").collect();
    assert_eq!(scripts.len(), 3, "two of data and the page's own: {scripts:?}");
    assert!(!page.contains("<script>") && !page.contains("alert(1)</script>"));
    assert!(!tags.iter().any(|tag| tag.name == "b" && !tag.attributes.is_empty()));
    assert!(page.matches("alert(1)").count() > 20, "{}", page.matches("alert(1)").count());
}

#[test]
fn tables_that_were_not_kept_give_a_sentence() {
    let folder = folder();
    let none = ["peers", "assignments", "transfers"].map(|table| format!("output.{table}=none"));
    let mut run = vec!["run", "tiny", "--coordinator", "control-center", "--quiet"];
    none.iter().for_each(|set| run.extend(["--set", set.as_str()]));
    run.extend(["--set", "output.topology_at=[]", "--out", "bare"]);
    grandstand(folder.path(), &run).assert().success();
    let page = page_of(folder.path(), "bare");
    tags(&page).unwrap();
    assert!(page.contains("No decision was kept: <code>output.assignments</code> is none."));
    assert!(page.contains("Nobody looked at the topology"));
    assert!(page.contains(
        "1 fault, 0 standing pictures, 0 refusals, 0 losses of parents (0 with a good-bye), \
         0 links held to be in trouble among"
    ));
    assert!(page.contains("--set output.peers=none --set output.assignments=none"));

    // Of an older version, or thinned out by hand.
    for name in ["events", "peers", "assignments", "transfers", "topology", "isps", "bounds"] {
        fs::remove_file(folder.path().join(format!("bare/{name}.csv"))).unwrap();
    }
    let page = page_of(folder.path(), "bare");
    tags(&page).unwrap();
    assert!(page.contains("No row about viewers was kept"));
    assert!(page.contains("No access ISP is in the tables"));
}

#[test]
fn large_tables_are_thinned_out_and_it_is_said() {
    let folder = tiny();
    let path = folder.path().join(CENTER).join("assignments.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let count = rows.lines().count();
    let times = 15_000 / count + 1;
    fs::write(&path, format!("{head}\n{}", rows.repeat(times))).unwrap();
    let page = page_of(folder.path(), CENTER);
    let note = format!(" of {} rows of assignments.csv are in this page", count * times);
    assert!(page.contains(&note), "{note}");
    assert!(page.len() < 1_500_000, "{}", page.len());
}

#[test]
fn what_is_no_result_is_refused_with_what_is_expected() {
    let folder = tiny();
    let refused = |arguments: &[&str]| grandstand(folder.path(), arguments).assert().code(2);
    refused(&["report", "results/tiny"]).stderr(
        contains("results/tiny: not a result folder, but one of result folders: name one of")
            .and(contains("comparison-seed1, control-center-seed1")),
    );
    refused(&["report", "nowhere"]).stderr(contains("nowhere: not a result folder"));
    fs::write(folder.path().join(CENTER).join("peers.csv"), "peer\n1\n").unwrap();
    refused(&["report", CENTER]).stderr(contains("peers.csv:1: `peer`: expected the header"));
    assert!(!folder.path().join(CENTER).join("report.html").exists());
}

#[test]
fn the_page_goes_where_it_is_told() {
    let folder = tiny();
    let told = grandstand(folder.path(), &["report", CENTER, "--out", "a.html"]).assert().success();
    told.stderr(contains("wrote a.html ("));
    assert!(fs::read_to_string(folder.path().join("a.html")).unwrap() == center_page());
    assert!(!folder.path().join(CENTER).join("report.html").exists());
}
