//! Several contents: who watches what, and what comes first.

use super::super::{Rule, to_toml};
use super::rules::{Case, case, untold};
use super::{BASE, loaded};
use crate::control::Sharing;
use crate::units::Span;

const CONTENT: &str = "bitrate = \"1 Mbps\"\n";

/// The base with a second content, and with what follows the audience's first key.
fn two(watches: &str) -> String {
    let content = "bitrate = \"1 Mbps\"\n[[content]]\nname = \"studio\"\nbitrate = \"300 kbps\"\npriority = 7\n";
    let text = BASE.replace(CONTENT, content);
    text.replace("[[audience.session]]", &format!("{watches}[[audience.session]]"))
}

fn watch(name: &str, share: &str, contents: &str) -> String {
    format!("[[audience.watch]]\nname = \"{name}\"\nshare = {share}\ncontents = [{contents}]\n")
}

const CASES: &[Case] = &[
    case(
        Rule::UnknownContent,
        "[[audience.session]]",
        "[[audience.watch]]\nname = \"all\"\nshare = 1\ncontents = [\"mach\"]\n[[audience.session]]",
        "mach",
        "did you mean `match`?",
    ),
    case(
        Rule::DuplicateName,
        "[[audience.session]]",
        "[[audience.watch]]\nname = \"all\"\nshare = 1\ncontents = [\"match\", \"match\"]\n\
         [[audience.session]]",
        "match",
        "each content once",
    ),
    case(
        Rule::EmptyList,
        "[[audience.session]]",
        "[[audience.watch]]\nname = \"all\"\nshare = 1\ncontents = []\n[[audience.session]]",
        "[]",
        "at least one content",
    ),
    case(
        Rule::Combination,
        CONTENT,
        "bitrate = \"1 Mbps\"\n[[content]]\nname = \"studio\"\nbitrate = \"300 kbps\"\n",
        "[audience]",
        "`[[audience.watch]]`: who watches which of several contents",
    ),
    case(
        Rule::Combination,
        CONTENT,
        "bitrate = \"1 Mbps\"\nkind = \"file\"\nsize = \"1 GB\"\nduration = \"5 min\"\n",
        "5 min",
        "a file has a `size`",
    ),
    // What was to be a file is not taken for a stream, too.
    case(
        Rule::UnknownChoice,
        CONTENT,
        "bitrate = \"1 Mbps\"\nkind = \"fil\"\nsize = \"1 GB\"\n",
        "fil",
        "did you mean `file`?",
    ),
    case(
        Rule::Combination,
        CONTENT,
        "bitrate = \"1 Mbps\"\nsize = \"1 GB\"\n",
        "1 GB",
        "a live stream has a `duration`",
    ),
    case(
        Rule::OutOfRange,
        CONTENT,
        "bitrate = \"1 Mbps\"\npriority = 256\n",
        "256",
        "a whole number from 0 to 255",
    ),
    case(
        Rule::UnknownChoice,
        "[output]",
        "[control]\nsharing = \"halfs\"\n[output]",
        "halfs",
        "did you mean `halves`?",
    ),
];

#[test]
fn what_is_wrong_with_several_contents_is_told_with_its_place() {
    let told: Vec<String> = CASES.iter().filter_map(untold).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    let uneven = two(&[watch("a", "0.5", "\"match\""), watch("b", "0.4", "\"studio\"")].concat());
    let error = loaded(&uneven).unwrap_err().to_string();
    assert!(
        error.contains("shares of parts of the viewers that add up to 100 %, not 90 %"),
        "{error}"
    );
}

#[test]
fn who_watches_what_survives_the_way_back_to_a_file() {
    let both = watch("both", "0.5", "\"studio\", \"match\"");
    let text = two(&[watch("match only", "0.5", "\"match\""), both].concat());
    let scenario = loaded(&text).unwrap();
    let [alone, both] = scenario.audience.watches.as_slice() else { panic!("two parts") };
    assert_eq!((alone.contents.len(), both.contents[0].get(), both.contents[1].get()), (1, 1, 0));
    assert_eq!((scenario.contents[0].priority, scenario.contents[1].priority), (0, 7));
    assert_eq!(scenario.control.sharing, Sharing::Leases);
    let again = loaded(&to_toml(&scenario)).unwrap();
    assert_eq!((again.audience, again.contents), (scenario.audience, scenario.contents));
}

#[test]
fn a_file_has_a_size_and_takes_as_long_as_its_rate_says() {
    let text = BASE.replace(CONTENT, &format!("{CONTENT}kind = \"file\"\nsize = \"9.5 MB\"\n"));
    let scenario = loaded(&text).unwrap();
    assert!(scenario.has_files());
    assert_eq!(scenario.contents[0].duration, Span::from_secs(76));
    let again = loaded(&to_toml(&scenario)).unwrap();
    assert_eq!(again.contents, scenario.contents);
}

#[test]
fn one_content_is_watched_by_all() {
    let scenario = loaded(BASE).unwrap();
    let [all] = scenario.audience.watches.as_slice() else { panic!("one part") };
    assert_eq!((all.name.as_str(), all.share, all.contents.len()), ("match", 1.0, 1));
}
