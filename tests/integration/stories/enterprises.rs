//! Clients on the network of an enterprise: the second takes from the first (row A11).

use super::stage::{Setting, Stage};
use grandstand::proto::Rule;

/// Two substreams, one node.
fn stage() -> Stage {
    Stage::new(Setting { substreams: 2, ..Setting::default() })
}

fn parents<'a>(stage: &'a Stage, name: &str) -> [&'a str; 2] {
    [0, 1].map(|substream| stage.parent_in(name, substream))
}

#[test]
fn the_second_client_of_an_enterprise_takes_everything_from_the_first() {
    let mut stage = stage();
    stage.join("zoe", 20_000);
    stage.run(70);
    stage.join_at_work("anna", 20_000, 1);
    stage.run(5);
    assert!(!parents(&stage, "anna").contains(&"nobody"));
    stage.join_at_work("bob", 0, 1);
    // NAT would keep them apart, and each viewer feeds in one tree only elsewhere.
    assert_eq!(parents(&stage, "bob"), ["anna"; 2]);
    assert_eq!(stage.why("bob").rule, Rule::SameEnterprise);
    stage.run(30);
    assert_eq!(parents(&stage, "bob"), ["anna"; 2]);
    assert!(stage.is_fed("bob"));
    stage.audit();
}

#[test]
fn an_enterprise_serves_nobody_outside_and_no_other_enterprise() {
    let mut stage = stage();
    stage.join_at_work("anna", 20_000, 1);
    stage.run(70);
    stage.join("zoe", 0);
    stage.join_at_work("bob", 20_000, 2);
    stage.run(30);
    for name in ["zoe", "bob"] {
        assert_eq!(parents(&stage, name), ["cdn"; 2], "{name}");
    }
    stage.audit();
}

#[test]
fn when_the_first_leaves_one_of_the_others_takes_its_place() {
    let mut stage = stage();
    stage.join("zoe", 20_000);
    stage.run(5);
    let colleagues = ["anna", "bob", "carl", "dora"];
    for name in colleagues {
        stage.join_at_work(name, 20_000, 1);
        stage.run(2);
    }
    let from_outside = |stage: &Stage| -> Vec<usize> {
        let inside = |parent: &str| colleagues.contains(&parent);
        let outside = |substream: u8| {
            let here = colleagues.into_iter().filter(|name| !stage.actor(name).left);
            here.filter(|name| !inside(stage.parent_in(name, substream))).count()
        };
        (0..2_u8).map(outside).collect()
    };
    assert_eq!(from_outside(&stage), [1, 1]);
    stage.leave("anna");
    stage.run(20);
    assert_eq!(from_outside(&stage), [1, 1], "one copy of each substream");
    assert!(["bob", "carl", "dora"].iter().all(|name| stage.is_fed(name)));
    stage.audit();
}
