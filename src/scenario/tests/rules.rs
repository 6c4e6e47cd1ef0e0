//! One broken scenario per rule: the rule, what stands there, where, and what was expected.

use super::super::Rule;
use super::{BASE, changed, errors, loaded, set};
use std::collections::BTreeSet;

pub(super) struct Case {
    rule: Rule,
    /// What is written instead of what.
    from: &'static str,
    to: &'static str,
    found: &'static str,
    /// A part of what was expected, or of the hint.
    expected: &'static str,
}

pub(super) const fn case(
    rule: Rule,
    from: &'static str,
    to: &'static str,
    found: &'static str,
    expected: &'static str,
) -> Case {
    Case { rule, from, to, found, expected }
}

/// An inline world turned into one with a graph.
const NO_LINK: &str = "[[link]]\nfrom = 64500\nto = 64501\nkind = \"peering\"\n";
const PHASE: &str = "[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n";
const HEAD: &str = "duration = \"10 min\"\n";

const CASES: &[Case] = &[
    case(Rule::Combination, PHASE, "", "10", "an `initial` level"),
    case(Rule::OutOfRange, "access = false", "weight = -1", "-1", "a number from 0"),
    case(Rule::OutOfRange, "access = false", "dcms = 5", "5", "a whole number from 1 to 4"),
    case(Rule::Syntax, "peak = 10", "peak = 10 10", "10 10", "TOML"),
    case(
        Rule::UnknownKey,
        "bitrate = \"1 Mbps\"",
        "bitrate = \"1 Mbps\"\nsubstream = 4",
        "substream",
        "did you mean `substreams`?",
    ),
    case(Rule::WrongType, "peak = 10", "peak = \"many\"", "\"many\"", "a whole number, not text"),
    case(Rule::WrongType, "\"1 Gbps\"", "1", "1", "in quotes"),
    case(Rule::WrongType, "[[content]]", "[content]", "[content]", "write `[[content]]`"),
    case(Rule::MissingKey, "bitrate = \"1 Mbps\"\n", "", "bitrate", "as in \"2.5 Mbps\""),
    case(Rule::MissingKey, HEAD, "", "duration", "of the file"),
    case(Rule::MissingKey, "country = \"DE\"\n[[isp]]", "[[isp]]", "country", "`country`"),
    case(Rule::UnknownChoice, "\"peering\"", "\"perring\"", "perring", "did you mean `peering`?"),
    case(Rule::EmptyList, "[\"control-center\"]", "[]", "[]", "at least one coordinator"),
    case(
        Rule::EmptyList,
        "country = \"DE\"\n[[isp]]",
        "country = \"DE\"\naccess = false\n[[isp]]",
        "[[isp]]",
        "`access = true`",
    ),
    case(
        Rule::Combination,
        "bitrate = \"1 Mbps\"",
        "bitrate = \"1 Mbps\"\nkind = \"file\"",
        "file",
        "as in \"700 MB\"",
    ),
    case(Rule::Quantity, "\"1 Mbps\"", "\"1 mbps\"", "1 mbps", "did you mean `1 Mbps`?"),
    case(
        Rule::Quantity,
        "share = 1\nmedian",
        "share = \"110 %\"\nmedian",
        "110 %",
        "between 0 % and 100 %",
    ),
    case(Rule::OutOfRange, "peak = 10", "peak = 0", "0", "a whole number from 1 to 100000000"),
    case(Rule::OutOfRange, "sigma = 0.5", "sigma = nan", "nan", "a number from 0 to 10"),
    case(Rule::OutOfRange, "\"1 Gbps\"", "\"0 bps\"", "0 bps", "more than 0"),
    case(
        Rule::OutOfRange,
        "as = 64501\ncountry = \"DE\"\ncapacity",
        "as = -1\ncountry = \"DE\"\ncapacity",
        "-1",
        "an AS number",
    ),
    case(Rule::EmptyName, "name = \"match\"", "name = \" \"", "", "a name"),
    case(
        Rule::DuplicateName,
        "[[cdn]]",
        "[[cdn]]\nname = \"origin\"\nas = 64501\ncountry = \"DE\"\ncapacity = \"1 bps\"\n[[cdn]]",
        "origin",
        "no other",
    ),
    case(
        Rule::Country,
        "country = \"DE\"\ncapacity",
        "country = \"de\"\ncapacity",
        "de",
        "did you mean `DE`?",
    ),
    case(
        Rule::Quantity,
        "uplink = \"1 Mbps\"",
        "uplink = \"1 Mbps\"\nstorage = \"50 Mb\"",
        "50 Mb",
        "did you mean `50 MB`?",
    ),
    case(
        Rule::Combination,
        "[audience]",
        "[[policy]]\nname = \"p\"\n[audience]",
        "[[policy]]",
        "exactly one of `deny_countries` and `allow_countries`",
    ),
    case(
        Rule::EmptyList,
        "[audience]",
        "[[policy]]\nname = \"p\"\ndeny_countries = []\n[audience]",
        "[]",
        "at least one country",
    ),
    case(
        Rule::DuplicateName,
        "[audience]",
        "[[policy]]\nname = \"p\"\ndeny_countries = [\"DE\", \"DE\"]\n[audience]",
        "DE",
        "each country once",
    ),
    case(
        Rule::UnknownContent,
        "[audience]",
        "[[policy]]\nname = \"p\"\ncontent = \"mach\"\ndeny_countries = [\"DE\"]\n[audience]",
        "mach",
        "did you mean `match`?",
    ),
    case(
        Rule::UnknownCountry,
        "[audience]",
        "[[policy]]\nname = \"p\"\ndeny_countries = [\"DX\"]\n[audience]",
        "DX",
        "did you mean `DE`?",
    ),
    case(
        Rule::UnknownCountry,
        "[audience]",
        "[[policy]]\nname = \"p\"\nallow_countries = [\"Brazil\"]\n[audience]",
        "Brazil",
        "did you mean `BR`?",
    ),
    case(
        Rule::UnknownNetwork,
        "as = 64501\ncountry = \"DE\"\ncapacity",
        "as = 64510\ncountry = \"DE\"\ncapacity",
        "64510",
        "listed as `[[isp]]`",
    ),
    case(Rule::UnknownNetwork, "to = 64501", "to = 64502", "64502", "listed as `[[isp]]`"),
    case(
        Rule::DuplicateNetwork,
        "access = false",
        "access = false\n[[isp]]\nas = 64501\ncountry = \"DE\"",
        "64501",
        "once",
    ),
    case(Rule::LinkEnds, "to = 64501", "to = 64500", "64500", "another network"),
    case(
        Rule::LinkEnds,
        NO_LINK,
        "[[link]]\nfrom = 64500\nto = 64501\nkind = \"peering\"\n\
         [[link]]\nfrom = 64501\nto = 64500\nkind = \"peering\"\n",
        "64500",
        "one link",
    ),
    case(
        Rule::UnknownLink,
        "cdn_down = \"origin\"",
        "link_down = [64501, 64501]",
        "[64501, 64501]",
        "has links with 64500",
    ),
    case(Rule::Disconnected, NO_LINK, "", "64500", "AS64501"),
    case(Rule::Combination, "cdn_down = \"origin\"\n", "", "[[fault]]", "exactly one of"),
    case(
        Rule::Combination,
        "cdn_down = \"origin\"",
        "control_down = true\npeers_vanish = 1",
        "[[fault]]",
        "exactly one of",
    ),
    case(Rule::Combination, "cdn_down = \"origin\"", "control_down = false", "false", "`true`"),
    case(Rule::Combination, "cdn_down = \"origin\"", "peers_vanish = 1", "10 s", "no `lasts`"),
    case(Rule::Combination, "lasts = \"10 s\"\n", "", "[[fault]]", "`lasts`"),
    case(
        Rule::Combination,
        "cdn_down = \"origin\"",
        "link_down = [64500]",
        "[64500]",
        "two AS numbers",
    ),
    case(
        Rule::Combination,
        "peak = 10\n",
        "peak = 10\narrivals = \"1 /s\"\n",
        "[audience]",
        "exactly one of",
    ),
    case(
        Rule::Combination,
        "peak = 10\n",
        "arrivals = \"1 /s\"\n",
        "[[audience.phase]]",
        "only a curve has levels",
    ),
    case(
        Rule::Combination,
        HEAD,
        "duration = \"10 min\"\ntopology = { graph = \"g.txt\", format = \"edge-list\" }\n",
        "[[link]]",
        "not both",
    ),
    case(
        Rule::UnknownGraph,
        NO_LINK,
        "[topology]\ngraph = \"builtin:as-2007\"\n",
        "builtin:as-2007",
        "did you mean `builtin:as-2006`?",
    ),
    case(Rule::GraphFormat, NO_LINK, "[topology]\ngraph = \"g.txt\"\n", "g.txt", "`format`"),
    case(
        Rule::GraphFormat,
        NO_LINK,
        "[topology]\ngraph = \"builtin:as-2006\"\nrelationships = \"given\"\n",
        "given",
        "tells no relationships",
    ),
    case(
        Rule::GraphFormat,
        NO_LINK,
        "[topology]\ngraph = \"builtin:as-2006\"\nformat = \"gml\"\n",
        "gml",
        "no format",
    ),
    case(
        Rule::UnreadableFile,
        NO_LINK,
        "[topology]\ngraph = \"gone.gml\"\n",
        "gone.gml",
        "no such file",
    ),
    case(
        Rule::UnreadableFile,
        "peak = 10\n[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n",
        "trace = \"gone.csv\"\n",
        "gone.csv",
        "no such file",
    ),
    case(
        Rule::Shares,
        "share = 1\nmedian",
        "share = 0.9\nmedian",
        "[[audience.session]]",
        "not 90 %",
    ),
    case(
        Rule::Shares,
        "share = 1\ndownlink",
        "share = \"99 %\"\ndownlink",
        "[[access]]",
        "not 99 %",
    ),
    case(
        Rule::Shares,
        "[output]",
        "[nat.mobile]\nopen = 0.5\n[output]",
        "[nat.mobile]",
        "not 50 %",
    ),
    case(
        Rule::PhaseOrder,
        "[[audience.session]]",
        "[[audience.phase]]\nname = \"b\"\nuntil = \"5 min\"\nlevel = 1\n[[audience.session]]",
        "5 min",
        "00:05:00",
    ),
    case(Rule::OutsideRun, "until = \"5 min\"", "until = \"11 min\"", "11 min", "(10 min)"),
    case(
        Rule::HoursOrder,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nno_serving = [{ from = \"3 min\", until = \"2 min\" }]",
        "2 min",
        "later than its beginning (00:03:00)",
    ),
    case(
        Rule::HoursOrder,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\n[[access.no_serving]]\nfrom = \"1 min\"\nuntil = \"3 min\"\n\
         [[access.no_serving]]\nfrom = \"2 min\"\nuntil = \"4 min\"",
        "2 min",
        "the stretch before it (00:03:00)",
    ),
    case(
        Rule::OutsideRun,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nno_serving = [{ from = \"10 min\", until = \"11 min\" }]",
        "10 min",
        "before the end of the run (10 min)",
    ),
    case(
        Rule::EmptyList,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nno_serving = []",
        "[]",
        "at least one stretch of time",
    ),
    case(
        Rule::MissingKey,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nfriends = { strangers = \"last\" }",
        "group",
        "`group`",
    ),
    case(
        Rule::EmptyName,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nfriends = { group = \"\" }",
        "",
        "a name",
    ),
    case(
        Rule::UnknownChoice,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\nfriends = { group = \"choir\", strangers = \"nevr\" }",
        "nevr",
        "did you mean `never`?",
    ),
    case(
        Rule::OutOfRange,
        "rtt = \"10 ms\"",
        "rtt = \"10 ms\"\npriority = 256",
        "256",
        "a whole number from 0 to 255",
    ),
    case(
        Rule::OutsideRun,
        "at = \"2 min\"",
        "at = \"10 min\"",
        "10 min",
        "before the end of the run",
    ),
    case(
        Rule::OutsideRun,
        "bitrate = \"1 Mbps\"",
        "bitrate = \"1 Mbps\"\nstart = \"1 h\"",
        "1 h",
        "before the end of the run",
    ),
    case(Rule::OutsideRun, "peers = \"all\"", "topology_at = [\"11 min\"]", "11 min", "(10 min)"),
    case(
        Rule::UnknownCdn,
        "cdn_down = \"origin\"",
        "cdn_down = \"orgin\"",
        "orgin",
        "did you mean `origin`?",
    ),
    case(
        Rule::ArrivalRate,
        "peak = 10\n[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n",
        "arrivals = \"2 per second\"\n",
        "2 per second",
        "\"2 /s\"",
    ),
    case(Rule::Rows, "peers = \"all\"", "peers = \"1/0\"", "1/0", "`1/10`"),
    case(
        Rule::Inconsistent,
        "[output]",
        "[player]\nstartup = \"9 s\"\n[output]",
        "9 s",
        "never begin",
    ),
    case(
        Rule::Inconsistent,
        "[output]",
        "[tree]\nbuffer = \"7 s\"\n[output]",
        "7 s",
        "`player.join_back` (8 s)",
    ),
    case(
        Rule::Inconsistent,
        "[output]",
        "[tracker]\nexternal = 40\n[output]",
        "40",
        "`tracker.neighbors` (35)",
    ),
];

#[test]
fn the_scenario_that_is_broken_here_is_right() {
    let scenario = loaded(BASE).unwrap();
    assert_eq!(scenario.contents[0].name, "match");
}

/// What is not told as the case wants it.
pub(super) fn untold(case: &Case) -> Option<String> {
    let text = changed(case.from, case.to);
    let errors = errors(&text);
    let error = errors.iter().next().filter(|_| errors.iter().len() == 1);
    let told = error.is_some_and(|error| {
        let hints = error.hints.join(" ");
        let line = text.lines().nth(error.line() - 1).unwrap_or_default();
        let here: String = line.chars().skip(error.column() - 1).collect();
        let stands = here.trim_matches('"').starts_with(case.found.trim_matches('"'));
        (error.rule, error.found.as_str(), error.file()) == (case.rule, case.found, "base.toml")
            && (error.expected.contains(case.expected) || hints.contains(case.expected))
            && (stands || case.rule == Rule::MissingKey)
    });
    (!told).then(|| format!("{:?} `{}` `{}`:\n{errors}", case.rule, case.found, case.expected))
}

#[test]
fn every_rule_is_told_with_its_place_and_what_was_expected() {
    let untold: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(untold.is_empty(), "{}", untold.join("\n"));
}

#[test]
fn no_rule_is_without_a_test() {
    let cases = CASES.iter().chain(super::expectations::CASES).map(|case| case.rule);
    let others = [Rule::OverrideForm, Rule::OverridePath, Rule::MalformedFile]; // below and in `overrides`
    let tested: BTreeSet<Rule> = cases.chain(others).collect();
    let missing: Vec<_> = Rule::ALL.iter().filter(|rule| !tested.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn all_errors_come_at_once() {
    let text = changed("peak = 10", "peek = 10\npeak = \"x\"")
        .replacen("\"1 Mbps\"", "\"1 mbps\"", 1)
        .replace("name = \"dsl\"", "nam = \"dsl\"")
        .replace("cdn_down = \"origin\"", "cdn_down = \"or\"")
        .replace("[output]", "[outptu]\n[output]\nsample = 3");
    let told: Vec<Rule> = errors(&text).iter().map(|error| error.rule).collect();
    let expected = [
        Rule::Quantity,
        Rule::UnknownKey,
        Rule::WrongType,
        Rule::MissingKey,
        Rule::UnknownKey,
        Rule::UnknownCdn,
        Rule::UnknownKey,
        Rule::WrongType,
    ];
    assert_eq!(told, expected, "{}", errors(&text));
}

#[test]
fn errors_of_syntax_come_all_and_alone() {
    let text = changed("peak = 10", "peak = ").replace("sigma = 0.5", "sigma = 0.5 0.6");
    let errors = errors(&text);
    assert!(errors.iter().map(|error| error.rule).eq([Rule::Syntax; 2]), "{errors}");
}

#[test]
fn a_malformed_graph_is_named_with_its_line() {
    let text = changed(NO_LINK, "[topology]\ngraph = \"bad.gml\"\n");
    let errors = errors(&text);
    let told: Vec<_> = errors.iter().map(|e| (e.rule, e.file(), e.line())).collect();
    assert_eq!(told, [(Rule::MalformedFile, "bad.gml", 2)]);
    assert!(errors.to_string().contains("named in base.toml:11:9"), "{errors}");
}

#[test]
fn a_malformed_row_of_a_trace_is_named_with_its_line() {
    let curve = "peak = 10\n[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n";
    let errors_of = |file: &str| errors(&changed(curve, &format!("trace = \"{file}\"\n")));
    let told: Vec<_> = errors_of("bad.csv").iter().map(|e| (e.line(), e.found.clone())).collect();
    let expected = [(3, "4"), (4, "fibre"), (5, "x"), (6, "")];
    assert_eq!(told, expected.map(|(line, found)| (line, found.to_string())));
    let shown = errors_of("bad.csv").to_string();
    assert!(shown.contains("bad.csv:3:3") && shown.contains("bad.csv:4:5"), "{shown}");
    let empty = errors_of("empty.csv");
    assert!(empty.iter().all(|error| error.expected == "at least one session"), "{empty}");
    let header = errors_of("columns.csv");
    assert_eq!(
        header.iter().map(|e| (e.line(), e.found.as_str())).collect::<Vec<_>>(),
        [(1, "length")]
    );
}

#[test]
fn an_error_in_an_override_is_told_there() {
    let errors = set(BASE, &["audience.peak=0"]).unwrap_err();
    let expected = "\
error[out-of-range]: out of range: `0`
 --> --set:1:15
  |
1 | audience.peak=0
  |               ^ expected a whole number from 1 to 100000000

1 error
";
    assert_eq!(errors.to_string(), expected);
}
