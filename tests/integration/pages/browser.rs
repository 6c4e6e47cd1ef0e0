//! The page in a browser: its script runs without an error, time and search change what is seen.
//!
//! Skipped with a note where no Chromium is installed.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a browser is started on a page in a folder, and who runs the tests is told when there is none"
)]

use super::*;
use std::process::Command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The browser of this machine.
fn browser() -> Option<&'static str> {
    let there = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let found = NAMES.into_iter().find(there);
    if found.is_none() {
        eprintln!("note: skipped, none of {NAMES:?} is installed");
    }
    found
}

/// The page as the browser has it after the script, opened with this part of its address.
fn opened(browser: &str, page: &str, hash: &str) -> String {
    let folder = folder();
    let file = folder.path().join("page.html");
    fs::write(&file, page).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]);
    command.args(["--virtual-time-budget=5000", &profile, "--dump-dom"]);
    let output = command.arg(format!("file://{}#{hash}", file.display())).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let complaints: Vec<&str> = said.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    let dom = String::from_utf8(output.stdout).unwrap();
    assert!(dom.contains("data-ready=\"yes\""), "the script did not come to its end");
    dom
}

/// The captions of the drawings that are seen.
fn seen(dom: &str) -> Vec<String> {
    let frames = dom.split("<figure class=\"drawing frame\"").skip(1);
    let visible = frames.filter(|frame| !frame.split('>').next().unwrap().contains("hidden"));
    let caption = |frame: &str| {
        let (_, rest) = frame.split_once("<figcaption>").unwrap();
        rest.split("</figcaption>").next().unwrap().to_string()
    };
    visible.map(caption).collect()
}

/// The table of this name and the line over it.
fn table<'a>(dom: &'a str, name: &str) -> (&'a str, &'a str) {
    let (before, rest) =
        dom.split_once(&format!("<table class=\"rows\" data-rows=\"{name}\"")).unwrap();
    let count = before.rsplit_once("class=\"count\"").unwrap().1;
    (rest.split("</table>").next().unwrap(), count.split('>').nth(1).unwrap())
}

#[test]
fn time_and_substream_choose_the_drawing() {
    let Some(browser) = browser() else { return };
    let first = opened(browser, center_page(), "");
    let captions = seen(&first);
    assert_eq!(captions.len(), 1);
    assert!(captions[0].starts_with("00:01:30, substream 0: "), "{captions:?}");
    let later = opened(browser, center_page(), "topology&t=00:03:10&sub=2");
    let captions = seen(&later);
    assert_eq!(captions.len(), 1);
    assert!(captions[0].starts_with("00:03:00, substream 2: "), "{captions:?}");
    // All coordinators of a comparison are seen at the same time.
    let compared = opened(browser, comparison_page(), "t=240");
    let captions = seen(&compared);
    assert_eq!(captions.len(), 4);
    assert!(captions.iter().all(|text| text.starts_with("00:04:00, substream 0")), "{captions:?}");
}

#[test]
fn the_slider_itself_changes_the_drawing_and_the_address() {
    let Some(browser) = browser() else { return };
    let nonce = center_page().split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let moved = format!(
        "<script nonce=\"{nonce}\">const slider = document.querySelector('form.steps [name=t]');\
         slider.value = 2; slider.dispatchEvent(new Event('input', {{ bubbles: true }}));\
         document.title = location.hash;</script></body>"
    );
    let dom = opened(browser, &center_page().replace("</body>", &moved), "topology");
    assert!(seen(&dom)[0].starts_with("00:04:00, substream 0: "), "{:?}", seen(&dom));
    assert!(dom.contains("<title>#topology&amp;t=00:04:00</title>"), "no state in the address");
}

#[test]
fn a_script_that_is_not_the_page_s_own_does_not_run() {
    let Some(browser) = browser() else { return };
    let foreign = "<script>document.title = 'taken over'</script></body>";
    let page = center_page().replace("</body>", foreign);
    let dom = std::panic::catch_unwind(|| opened(browser, &page, ""));
    // The browser complains of it, which `opened` takes for an error.
    let complaint = *dom.expect_err("nothing was refused").downcast::<String>().unwrap();
    assert!(complaint.contains("Content Security Policy"), "{complaint}");
}

#[test]
fn a_search_finds_a_viewer_and_says_how_many_rows_fit() {
    let Some(browser) = browser() else { return };
    let all = rows(on_four_threads(), &format!("{CENTER}/assignments.csv"));
    // Somebody who is in the first drawing, fed by another viewer.
    let edges = rows(on_four_threads(), &format!("{CENTER}/topology.csv"));
    let edge = edges.iter().find(|row| row[0] == "90" && row[2] == "0" && row[5] == "2").unwrap();
    let (parent, peer) = (&edge[3], &edge[4]);
    let fits = |row: &&Vec<String>| [1, 5, 6].iter().any(|place| row[*place] == *peer);
    let found: Vec<&Vec<String>> = all.iter().filter(fits).collect();
    let dom = opened(browser, center_page(), &format!("decisions&peer={peer}"));
    let (lines, count) = table(&dom, "decisions");
    assert_eq!(lines.matches("<tr>").count() - 1, found.len());
    assert!(count.starts_with(&format!("{} of {} rows fit.", found.len(), all.len())), "{count}");
    let joins = found.iter().filter(|row| row[4] == "join").count();
    let dom = opened(browser, center_page(), &format!("peer={peer}&trigger=join"));
    assert_eq!(table(&dom, "decisions").0.matches("<tr>").count() - 1, joins);
    // The way of the viewer to the source is marked in the drawing, and said.
    assert!(dom.contains("class=\"way\"") && dom.contains("sought"), "no way is marked");
    let (_, way) = dom.split_once("The way to the source: ").expect("no way is said");
    assert!(way.starts_with(&format!("viewer {peer}, ")), "{way}");
    let said = format!("; viewer {parent}, ");
    assert!(way.split("; CDN node origin, ").next().unwrap().contains(&said), "{way}");
}

#[test]
fn a_search_by_time_and_kind_finds_what_went_wrong() {
    let Some(browser) = browser() else { return };
    let all = rows(on_four_threads(), &format!("{CENTER}/events.csv"));
    let within = |row: &&Vec<String>| {
        let time: f64 = row[0].parse().unwrap();
        row[1] == "loss" && (180.0..=190.0).contains(&time)
    };
    let expected = all.iter().filter(within).count();
    assert!(expected > 0, "nobody lost a parent in the wave");
    let dom = opened(browser, center_page(), "event=loss&from=00:03:00&to=3:10");
    assert_eq!(table(&dom, "wrong").0.matches("<tr>").count() - 1, expected);
}

#[test]
fn rows_that_the_script_makes_are_those_that_the_page_came_with() {
    let Some(browser) = browser() else { return };
    // All rows of the first kind, so that the first ones are the same as without a search.
    let plain = opened(browser, center_page(), "");
    let searched = opened(browser, center_page(), "from=0");
    for name in ["decisions", "wrong"] {
        let body = |dom: &str| {
            let body = table(dom, name).0.split("<tbody>").nth(1).unwrap().to_string();
            body.replace('\n', "").split("</tr>").map(ToString::to_string).collect::<Vec<_>>()
        };
        let (plain, searched) = (body(&plain), body(&searched));
        assert!(plain.len() > 10 && searched.len() > plain.len(), "{name}");
        assert_eq!(plain[..plain.len() - 1], searched[..plain.len() - 1], "{name}");
    }
}
