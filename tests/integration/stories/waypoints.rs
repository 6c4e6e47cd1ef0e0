//! Waypoint servers by message alone (row W4): called when strong viewers are too few, given back when they are
//! enough again, and neither for a moment's want.

use super::stage::{Setting, Stage};
use grandstand::control::{ControlConfig, LevelsConfig, RelaysConfig};
use grandstand::proto::{RelayReason, StandBy, ToCenter, ToClient, Trigger};
use grandstand::units::{Address, NatKind, PeerId, Span};
use std::collections::BTreeSet;

const WEAK: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
const STRONG: [&str; 4] = ["anna", "bob", "carl", "dora"];

/// Ten viewers of one network who lend nothing; a waypoint server in another one, nearer than the CDN node.
struct Valley {
    stage: Stage,
    way: PeerId,
    read: usize,
}

impl Valley {
    fn new() -> Self {
        let relays = RelaysConfig { least_viewers: 8, ..RelaysConfig::default() };
        let levels = LevelsConfig { top_members: 1, relays, ..LevelsConfig::default() };
        let maturity = Span::from_secs(10);
        let config = ControlConfig { levels: Some(levels), maturity, ..ControlConfig::default() };
        let nodes = vec![("cdn", 9, 40_000)];
        let (bitrate_kbps, substreams) = (500, 2);
        let mut stage =
            Stage::new(Setting { config, nodes, substreams, bitrate_kbps, ..Setting::default() });
        let way = stage.enter("way", 2, NatKind::Open, 40_000);
        stage.actors[way.index()].alive = false;
        for name in WEAK {
            stage.join(name, 0);
        }
        Self { stage, way, read: 0 }
    }

    /// So many seconds pass; the waypoint server does as it is told.
    fn run(&mut self, seconds: u64) {
        for second in 0..seconds {
            if second % 2 == 0 && !self.serves() {
                let address = Address(2_000_000 + self.way.get());
                let uplink = self.stage.actors[self.way.index()].uplink;
                self.stage.send(self.way, &ToCenter::StandBy(StandBy { address, uplink }));
            }
            self.stage.run(1);
            self.obey();
        }
    }

    fn serves(&self) -> bool {
        self.stage.actors[self.way.index()].alive
    }

    fn obey(&mut self) {
        let told: Vec<ToClient> = self.stage.messages[self.read..]
            .iter()
            .filter(|(_, to, _)| *to == self.way)
            .map(|(.., message)| message.clone())
            .collect();
        self.read = self.stage.messages.len();
        for message in told {
            match message {
                ToClient::Serve { .. } if !self.serves() => {
                    let edge = self.stage.live_edge();
                    let actor = &mut self.stage.actors[self.way.index()];
                    (actor.alive, actor.left) = (true, false);
                    // It begins where the stream is, whenever it was entered.
                    actor.last.fill(edge);
                    let mut join = self.stage.join_of(self.way);
                    join.called = Some(self.way);
                    self.stage.send(self.way, &ToCenter::Join(join));
                }
                ToClient::Release if self.serves() => self.stage.leave("way"),
                _ => {}
            }
        }
    }

    /// What was done about relays: called or not, and why.
    fn done(&self) -> Vec<(bool, RelayReason)> {
        self.stage.relays.iter().map(|change| (change.called, change.reason)).collect()
    }

    fn parents(&self, name: &str) -> BTreeSet<String> {
        [0, 1].map(|substream| self.stage.parent_in(name, substream).to_string()).into()
    }
}

const CALLED: (bool, RelayReason) = (true, RelayReason::TooFewStrong);
const RELEASED: (bool, RelayReason) = (false, RelayReason::EnoughStrong);

#[test]
fn a_region_of_weak_viewers_calls_a_waypoint_after_a_while_and_lives_on_it() {
    let mut valley = Valley::new();
    valley.run(15);
    assert_eq!(valley.done(), [], "a want must last");
    valley.run(25);
    assert_eq!(valley.done(), [CALLED]);
    assert!(valley.serves());
    for name in WEAK {
        assert_eq!(valley.parents(name), ["way".to_string()].into(), "{name}");
    }
    assert_eq!(valley.parents("way"), ["cdn".to_string()].into());
    let first = valley.stage.decisions.iter().filter(|row| row.child == valley.way);
    assert!(first.take(2).all(|row| row.trigger == Trigger::Called), "its decisions say so");
    assert_eq!(valley.stage.figure("level_second_at_end"), 0.0, "no strength of the region's own");
    valley.run(120);
    assert_eq!(valley.done(), [CALLED], "one is enough");
    valley.stage.audit();
}

#[test]
fn it_is_given_back_when_strong_viewers_have_been_enough_for_long() {
    let mut valley = Valley::new();
    valley.run(40);
    STRONG.into_iter().for_each(|name| valley.stage.join(name, 2500));
    valley.run(50);
    assert_eq!(valley.done(), [CALLED], "they must last");
    let before = valley.stage.now;
    valley.run(40);
    assert_eq!(valley.done(), [CALLED, RELEASED]);
    assert!(!valley.serves(), "it was let go when nobody took from it any more");
    for name in WEAK {
        let parents = valley.parents(name);
        assert!(valley.stage.is_fed(name) && !parents.contains("way"), "{name}: {parents:?}");
        let triggers = valley.stage.triggers_since(before, name);
        assert!(
            !triggers.contains(&Trigger::ParentLeft),
            "{name} waited for nothing: {triggers:?}"
        );
    }
    valley.stage.audit();
}

#[test]
fn an_audience_that_hovers_calls_once() {
    let mut valley = Valley::new();
    for _ in 0..6 {
        STRONG.into_iter().for_each(|name| valley.stage.join(&fresh(&valley, name), 2500));
        valley.run(45);
        let here: Vec<String> =
            valley.stage.actors.iter().map(|actor| actor.name.clone()).collect();
        let strong = here.iter().filter(|name| {
            STRONG.iter().any(|strong| name.starts_with(strong)) && valley.stage.actor(name).alive
        });
        let leaving: Vec<String> = strong.cloned().collect();
        leaving.iter().for_each(|name| valley.stage.leave(name));
        valley.run(30);
    }
    assert_eq!(valley.done(), [CALLED], "six times too few, and six times enough for a moment");
    valley.stage.audit();
}

/// A name that nobody has had.
fn fresh(valley: &Valley, name: &str) -> String {
    format!("{name}{}", valley.stage.actors.len())
}

#[test]
fn who_does_not_come_when_called_is_not_waited_for() {
    let mut valley = Valley::new();
    // It says that it is there, and does nothing.
    for _ in 0..40 {
        let address = Address(2_000_000 + valley.way.get());
        let uplink = valley.stage.actors[valley.way.index()].uplink;
        valley.stage.send(valley.way, &ToCenter::StandBy(StandBy { address, uplink }));
        valley.stage.run(2);
    }
    assert_eq!(valley.done(), [CALLED, (false, RelayReason::NoAnswer)]);
    assert!(WEAK.iter().all(|name| valley.stage.is_fed(name)), "by the CDN node");
    valley.stage.audit();
}
