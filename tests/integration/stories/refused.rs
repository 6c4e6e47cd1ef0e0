//! Who gets nothing, and what it is told.

use super::stage::{Setting, Stage};
use grandstand::control::{Condition, Effect, Policy};
use grandstand::proto::{Feed, Input, Refusal, ToClient};
use grandstand::units::{ContentId, NatKind};

/// A policy about all contents.
fn policy(name: &str, condition: Condition) -> Policy {
    Policy { name: name.into(), content: None, condition, effect: Effect::Deny }
}

/// A stage on which nobody in the country of the networks from 10 to 19 may watch.
fn blocked() -> Setting {
    let policies = vec![policy("rights", Condition::CountryIn(vec![*b"AB"]))];
    Setting { policies, ..Setting::default() }
}

/// What a client was told last.
fn last_word(stage: &Stage, name: &str) -> ToClient {
    let peer = stage.peer(name);
    let last = stage.messages.iter().rfind(|(_, to, _)| *to == peer);
    last.expect("an answer").2.clone()
}

fn no(policy: &str) -> ToClient {
    ToClient::Refuse(Refusal::Policy(policy.into()))
}

#[test]
fn a_viewer_of_a_denied_country_is_told_which_policy_it_is() {
    let mut stage = Stage::new(blocked());
    stage.join_from("anna", 1200, NatKind::Open, 11);
    stage.join_from("bob", 0, NatKind::Open, 1);
    assert_eq!(last_word(&stage, "anna"), no("rights"));
    let ToClient::Refuse(refusal) = last_word(&stage, "anna") else { panic!("no refusal") };
    assert_eq!(refusal.reason(), "the policy \"rights\" forbids it");
    stage.run(10);
    assert!(stage.is_fed("bob"));
    assert_eq!(stage.parent("bob"), "cdn", "who is refused is nobody's parent");
    assert_eq!(stage.figure("control_refusals"), 1.0);
}

#[test]
fn whoever_asks_again_is_refused_again_and_judged_once() {
    let mut stage = Stage::new(blocked());
    for name in ["anna", "bob"] {
        stage.join_from(name, 1200, NatKind::Open, 11);
        stage.ask(stage.peer(name));
        assert_eq!(last_word(&stage, name), no("rights"));
    }
    assert_eq!(stage.figure("control_refusals"), 4.0);
    assert_eq!(stage.figure("control_policy_classes"), 1.0);
}

#[test]
fn only_where_an_address_lies_counts() {
    let mut stage = Stage::new(blocked());
    // No feed knows network 0: it is in no country that is denied ...
    stage.join_from("nowhere", 1200, NatKind::Open, 0);
    assert_eq!(stage.parent("nowhere"), "cdn");
    // ... and in none that is allowed.
    let policies = vec![policy("home", Condition::CountryNotIn(vec![*b"AA"]))];
    let mut stage = Stage::new(Setting { policies, ..Setting::default() });
    stage.join_from("nowhere", 1200, NatKind::Open, 0);
    assert_eq!(last_word(&stage, "nowhere"), no("home"));
    stage.join("anna", 1200);
    assert_eq!(stage.parent("anna"), "cdn");
}

#[test]
fn a_policy_about_another_content_is_no_matter() {
    let other = Policy { content: Some(ContentId::new(7)), ..blocked().policies[0].clone() };
    let mut stage = Stage::new(Setting { policies: vec![other], ..Setting::default() });
    stage.join_from("anna", 1200, NatKind::Open, 11);
    assert_eq!(stage.parent("anna"), "cdn");
}

#[test]
fn nobody_gets_what_is_not_in_the_catalogue() {
    let mut stage = Stage::new(Setting::default());
    stage.input(Input::Feed(&Feed::Catalogue(Vec::new())));
    stage.join("anna", 1000);
    assert_eq!(last_word(&stage, "anna"), ToClient::Refuse(Refusal::UnknownContent));
}
