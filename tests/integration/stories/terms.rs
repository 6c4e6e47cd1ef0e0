//! On which terms clients take part: hours, friends, subscriptions (rows A2, P18, P19, R13).

use super::stage::{Setting, Stage};
use grandstand::proto::{Friends, Hours, Rule, Strangers, Terms, Trigger};
use grandstand::units::SimTime;

/// Serves nobody between these seconds.
fn away(from: u64, until: u64) -> Terms {
    let hours = Hours { from: SimTime::from_secs(from), until: SimTime::from_secs(until) };
    Terms { no_serving: vec![hours], ..Terms::default() }
}

fn friend(group: &str, strangers: Strangers) -> Terms {
    let friends = Some(Friends { group: group.into(), strangers });
    Terms { friends, ..Terms::default() }
}

fn subscriber(priority: u8) -> Terms {
    Terms { priority, ..Terms::default() }
}

#[test]
fn in_its_hours_nobody_is_sent_to_a_client_and_after_them_again() {
    let mut stage = Stage::new(Setting::default());
    stage.join_on("anna", 3000, away(5, 60));
    stage.join("bob", 0);
    assert_eq!(stage.parent("bob"), "cdn", "ten seconds into the run anna serves nobody");
    let why = stage.why("bob");
    assert_eq!((why.feasible, why.pruned_policy, why.rule), (1, 1, Rule::NoPeerHasRoom));
    stage.run(45);
    stage.audit();
    assert_eq!(stage.children("anna").len(), 0);
    stage.run(10);
    assert_eq!(stage.parent("bob"), "anna");
    assert_eq!(stage.why("bob").pruned_policy, 0);
}

#[test]
fn when_its_hours_begin_its_children_are_moved_and_miss_nothing() {
    const CROWD: [&str; 5] = ["bob", "carl", "dora", "emil", "fritz"];
    let mut stage = Stage::new(Setting::default());
    stage.join_on("anna", 3000, away(30, 3600));
    // Bob carries two of the others.
    CROWD.iter().for_each(|name| stage.join(name, if *name == "bob" { 1200 } else { 0 }));
    stage.run(15);
    let children: Vec<String> = stage.children("anna").iter().map(ToString::to_string).collect();
    assert_eq!(children, ["bob", "emil", "fritz"]);
    let before = stage.now;
    while stage.now < SimTime::from_secs(60) {
        stage.step();
        stage.audit();
        assert!(CROWD.iter().all(|name| stage.is_fed(name)), "{}", stage.now);
    }
    for name in CROWD {
        let triggers = stage.triggers_since(before, name);
        let moved = children.iter().any(|child| child == name);
        let expected: &[Trigger] = if moved { &[Trigger::ServingHours] } else { &[] };
        assert_eq!(triggers, expected, "{name}");
        let soon = SimTime::from_secs(30)..=SimTime::from_secs(31);
        assert!(!moved || soon.contains(&stage.why(name).time));
    }
    assert_eq!(stage.children("anna").len(), 0);
    assert!(stage.is_fed("anna"), "she watches on");
}

#[test]
fn hours_hold_from_their_first_moment_and_not_from_the_next_look() {
    let hours =
        Hours { from: SimTime::from_nanos(20_300_000_000), until: SimTime::from_secs(3600) };
    let mut stage = Stage::new(Setting::default());
    stage.join_on("anna", 3000, Terms { no_serving: vec![hours], ..Terms::default() });
    while stage.now < hours.from {
        stage.step();
    }
    assert!(stage.due() > Some(stage.now), "the next look is still to come");
    stage.join("bob", 0);
    assert_eq!(stage.parent("bob"), "cdn");
}

#[test]
fn two_whose_hours_begin_together_are_not_sent_to_each_other() {
    let mut stage = Stage::new(Setting::default());
    stage.join_on("anna", 1200, away(30, 3600));
    stage.join_on("bob", 1200, away(30, 3600));
    stage.join("carl", 0);
    stage.join("dora", 0);
    stage.run(22);
    stage.audit();
    assert_eq!(["carl", "dora"].map(|name| stage.parent(name)), ["cdn"; 2]);
}

#[test]
fn a_friend_is_asked_before_a_stranger() {
    let mut stage = Stage::new(Setting::default());
    stage.join("anna", 3000);
    stage.run(5);
    stage.join_on("bob", 3000, friend("choir", Strangers::Always));
    stage.join_on("carl", 0, friend("choir", Strangers::Always));
    stage.join_on("dora", 0, friend("team", Strangers::Always));
    assert_eq!(stage.parent("carl"), "bob", "though anna is nearer to the source");
    assert_eq!(stage.why("carl").rule, Rule::NearestOfFriends);
    assert_ne!(stage.parent("dora"), "cdn", "strangers are served as well");
    assert_eq!(stage.why("dora").rule, Rule::NearestOfCandidates);
    stage.audit();
}

#[test]
fn strangers_come_last_or_never_where_that_is_the_word() {
    for (word, parent) in [(Strangers::Last, "bob"), (Strangers::Never, "cdn")] {
        let mut stage = Stage::new(Setting::default());
        stage.join("anna", 600);
        stage.join_on("bob", 3000, friend("choir", word));
        stage.run(5);
        stage.join("carl", 0);
        let expected = if stage.parent("bob") == "anna" { parent } else { "anna" };
        assert_eq!(stage.parent("carl"), expected, "{word:?}");
        stage.join("dora", 0);
        assert_eq!(stage.parent("dora"), parent, "nobody else has room, {word:?}");
        let pruned = u32::from(word == Strangers::Never);
        assert_eq!(stage.why("dora").pruned_policy, pruned);
        stage.join_on("emil", 0, friend("choir", word));
        assert_eq!(stage.parent("emil"), "bob", "a friend of his, {word:?}");
        stage.run(30);
        stage.audit();
    }
}

#[test]
fn who_serves_friends_only_is_used_before_who_serves_all() {
    let mut stage = Stage::new(Setting::default());
    stage.join_on("anna", 3000, friend("choir", Strangers::Always));
    stage.join_on("bob", 3000, friend("choir", Strangers::Never));
    stage.run(5);
    stage.join_on("carl", 0, friend("choir", Strangers::Always));
    assert_eq!(stage.parent("carl"), "bob");
}

/// A CDN node for two, and two who wait.
fn short(first: u8, second: u8) -> Stage {
    let mut stage = Stage::new(Setting { nodes: vec![("cdn", 9, 1200)], ..Setting::default() });
    for name in ["anna", "bob"] {
        stage.join(name, 0);
    }
    stage.join_on("carl", 0, subscriber(first));
    stage.join_on("dora", 0, subscriber(second));
    assert_eq!(["carl", "dora"].map(|name| stage.parent(name)), ["nobody"; 2]);
    stage.run(5);
    stage
}

#[test]
fn of_those_who_wait_the_higher_priority_is_served_first() {
    for (first, second, served) in [(0, 0, "carl"), (0, 1, "dora"), (2, 1, "carl")] {
        let mut stage = short(first, second);
        stage.leave("anna");
        stage.run(2);
        assert!(stage.children("cdn").contains(served), "of {first} and {second}");
        stage.leave("bob");
        stage.run(2);
        assert_eq!(["carl", "dora"].map(|name| stage.parent(name)), ["cdn"; 2]);
    }
}

#[test]
fn nobody_comes_before_a_higher_priority_by_asking_at_the_right_moment() {
    let mut stage = Stage::new(Setting { nodes: vec![("cdn", 9, 1200)], ..Setting::default() });
    for name in ["anna", "bob", "dora"] {
        stage.join_on(name, 0, subscriber(1));
        stage.run(1);
    }
    stage.run(8);
    assert_eq!(stage.parent("dora"), "nobody", "she came last");
    stage.leave("anna");
    stage.join("emil", 0);
    assert_eq!(stage.parent("emil"), "nobody", "there is room, but dora waits");
    assert_eq!(stage.why("emil").rule, Rule::Ejected);
    stage.join_on("fritz", 0, subscriber(2));
    assert_eq!(stage.parent("fritz"), "cdn", "who is worth more need not wait for her");
    stage.run(2);
    assert_eq!(stage.parent("dora"), "nobody");
    stage.leave("fritz");
    stage.run(2);
    assert_eq!((stage.parent("dora"), stage.parent("emil")), ("cdn", "nobody"));
}

#[test]
fn whoever_has_only_begun_to_wait_comes_before_a_lower_priority_too() {
    let mut stage = Stage::new(Setting { nodes: vec![("cdn", 9, 1200)], ..Setting::default() });
    for name in ["anna", "bob", "dora"] {
        stage.join_on(name, 0, subscriber(1));
    }
    assert_eq!(stage.why("dora").rule, Rule::NothingHasRoom);
    stage.leave("anna");
    stage.join("emil", 0);
    assert_eq!(stage.parent("emil"), "nobody", "there is room, but dora waits");
    assert_eq!(stage.why("emil").rule, Rule::HigherPriorityWaits);
    stage.run(2);
    assert_eq!((stage.parent("dora"), stage.parent("emil")), ("cdn", "nobody"));
}

#[test]
fn where_there_is_not_enough_the_lowest_priority_gives_way_and_comes_back() {
    let mut stage = short(1, 2);
    stage.run(5);
    assert_eq!(["anna", "bob"].map(|name| stage.parent(name)), ["nobody"; 2]);
    assert_eq!(["carl", "dora"].map(|name| stage.parent(name)), ["cdn"; 2]);
    let why = ["anna", "bob"].map(|name| (stage.why(name).trigger, stage.why(name).rule));
    assert_eq!(why, [(Trigger::Shortage, Rule::Ejected); 2]);
    let time = stage.now;
    stage.run(60);
    assert!(stage.told_since(time).is_empty(), "{:?}", stage.told_since(time));
    stage.leave("carl");
    stage.run(2);
    assert_eq!(["anna", "bob"].map(|name| stage.parent(name)), ["cdn", "nobody"]);
    stage.audit();
}

#[test]
fn who_lacks_a_part_gives_it_to_those_who_can_have_the_whole() {
    // Room for five copies of four substreams: one viewer can have all, a second one only one.
    let nodes = vec![("cdn", 9, 1400)];
    let setting = Setting { nodes, substreams: 4, bitrate_kbps: 1000, ..Setting::default() };
    let mut stage = Stage::new(setting);
    for name in ["anna", "bob"] {
        stage.join(name, 0);
        stage.run(1);
    }
    stage.run(10);
    let parents = |name| [0, 1, 2, 3].map(|substream| stage.parent_in(name, substream));
    assert_eq!((parents("anna"), parents("bob")), (["cdn"; 4], ["nobody"; 4]));
    assert_eq!(stage.figure("control_ejections"), 1.0);
}

#[test]
fn nobody_is_left_out_who_gives_more_than_it_takes() {
    let mut stage = Stage::new(Setting { nodes: vec![("cdn", 9, 600)], ..Setting::default() });
    stage.join_on("anna", 0, subscriber(2));
    stage.run(1);
    stage.join_on("bob", 1200, subscriber(0));
    stage.run(10);
    assert_eq!((stage.parent("bob"), stage.parent("anna")), ("cdn", "bob"));
    assert_eq!(stage.figure("control_ejections"), 0.0);
}
