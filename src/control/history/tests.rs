//! What the database says of whom, and that it forgets.

use super::*;
use crate::proto::{Device, Join, Place};
use crate::units::{Address, AsNumber, BitRate, ContentId, Metro, NatKind, SimTime};
use proptest::prelude::*;

const PLACE: Place = Place { network: AsNumber::new(1), country: *b"DE", metro: Metro::new(0) };

fn join(client: u32, uplink_kbps: u64) -> Join {
    Join {
        client: HostId::new(client),
        content: ContentId::new(0),
        address: Address(0x0A00_0001),
        nat: NatKind::Open,
        uplink: BitRate::from_kbps(uplink_kbps),
        downlink: BitRate::from_kbps(50_000),
        behind: Span::ZERO,
        device: Device::default(),
        terms: None,
        host: None,
        called: None,
    }
}

fn traits(client: u32, uplink_kbps: u64) -> Traits {
    Traits::of(&join(client, uplink_kbps), PLACE, SimTime::ZERO)
}

/// A whole visit.
fn visit(history: &mut History, who: &Traits, secs: u64, ending: Ending) {
    let stay = Span::from_secs(secs);
    for stage in 0..=stage_of(stay) {
        history.enters(who, stage);
    }
    let rate = BitRate::from_kbps(1000);
    let content = ContentId::new(0);
    history.ends(who, Download { content, stay, rate, loss: Ratio::ZERO, ending });
}

fn at_home(who: &Traits) -> Way {
    Way { sender: *who, to: PLACE.network }
}

fn minute(history: &History, who: &Traits, age: u64) -> f64 {
    history.outlook(who, Span::from_secs(age)).minute
}

#[test]
fn of_nobody_the_sessions_of_others_are_expected() {
    let history = History::new(10);
    // Log-normal, median 188 s: P(S > 60) is that of the standard normal below 0.739.
    let known = minute(&history, &traits(1, 2000), 0);
    assert!((known - 0.770).abs() < 0.001, "{known}");
    let later = minute(&history, &traits(1, 2000), 600);
    assert!(later > 0.92, "who has stayed will stay: {later}");
}

#[test]
fn a_client_is_judged_by_itself_then_by_those_like_it_then_by_all() {
    let mut history = History::new(1000);
    for client in 0..100 {
        // Strong lines stay for an hour, weak ones for twenty seconds and vanish.
        visit(&mut history, &traits(client, 8000), 3600, Ending::GoodBye);
        visit(&mut history, &traits(1000 + client, 1000), 20, Ending::Silence);
    }
    let (strong, weak) = (traits(5000, 8000), traits(5001, 1000));
    assert!(minute(&history, &strong, 0) > 0.97);
    assert!(minute(&history, &weak, 0) < 0.1);
    // A kind of line that nobody has had: as the network is, half and half.
    let unknown = minute(&history, &traits(5002, 100_000), 0);
    assert!((0.4..0.6).contains(&unknown), "{unknown}");
    // Nor the network: as everybody is, and that is the same here.
    let place = Place { network: AsNumber::new(9), ..PLACE };
    let stranger = Traits::of(&join(5003, 100_000), place, SimTime::ZERO);
    assert!((minute(&history, &stranger, 0) - unknown).abs() < 0.02);
    // One with a strong line who always goes is known for it after a few times.
    let mut before = minute(&history, &strong, 0);
    for _ in 0..6 {
        visit(&mut history, &strong, 20, Ending::Silence);
        let now = minute(&history, &strong, 0);
        assert!(now < before, "{now} after {before}");
        before = now;
    }
    assert!(before < 0.4, "{before}");
    let outlooks = [&strong, &weak].map(|who| history.outlook(who, Span::ZERO).standing());
    assert_eq!(outlooks, [Standing::Fleeting; 2]);
    assert_eq!(history.outlook(&traits(7, 8000), Span::ZERO).standing(), Standing::Stable);
}

#[test]
fn a_worked_estimate() {
    let mut history = History::new(10);
    let who = traits(1, 2000);
    let prior = history.outlook(&who, Span::from_secs(30)).minute;
    // Four visits, all over within the second half of the first minute: at each of four levels four of
    // four are added to ten of the level before it, and to three for the client itself.
    for _ in 0..4 {
        visit(&mut history, &who, 45, Ending::Silence);
    }
    let survives = |age: f64| {
        crate::units::math::normal_cdf((5.23553 - crate::units::math::ln(age)) / 1.54432)
    };
    let mut leaving: f64 = 1.0 - survives(60.0) / survives(30.0);
    for weight in [10.0, 10.0, 10.0, 10.0, 3.0] {
        leaving = (4.0 + weight * leaving) / (4.0 + weight);
    }
    // The other half minute lies in a stage of a minute of which nothing is known.
    let next = 1.0 - survives(120.0) / survives(60.0);
    let expected = (1.0 - leaving) * (1.0 - next).sqrt();
    let found = history.outlook(&who, Span::from_secs(30)).minute;
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    assert!(found < prior / 2.0);
}

#[test]
fn those_who_are_still_there_count() {
    let mut history = History::new(10);
    for client in 0..50 {
        for stage in 0..=5 {
            history.enters(&traits(client, 2000), stage);
        }
    }
    // Nobody has left yet, fifty have been here for four minutes.
    assert!(minute(&history, &traits(99, 2000), 0) > 0.95);
}

#[test]
fn loss_on_the_way_from_a_client_makes_it_a_worse_parent() {
    let mut history = History::new(10);
    let (good, bad) = (traits(1, 8000), traits(2, 8000));
    for who in [&good, &bad] {
        for _ in 0..10 {
            visit(&mut history, who, 40_000, Ending::GoodBye);
        }
        history.delivers(&at_home(who), 100);
    }
    let age = Span::from_secs(60);
    let before = history.outlook(&bad, age);
    for _ in 0..50 {
        history.loses(&at_home(&bad), Ratio::new(0.5).unwrap());
    }
    let (good, bad) = (history.outlook(&good, age), history.outlook(&bad, age));
    assert!(bad.trouble > before.trouble + 0.15 && bad.trouble > good.trouble + 0.1, "{bad:?}");
    assert_eq!(bad.minute, before.minute);
    // 50 of 250 intervals lost 55 %, the middle of their bin.
    let [Some(within), None] = history.losses() else { panic!("{:?}", history.losses()) };
    assert!((within - 0.55 * 50.0 / 250.0).abs() < 1e-9, "{within}");
}

#[test]
fn what_is_lost_between_networks_is_no_fault_of_the_sender() {
    let mut history = History::new(10);
    let who = traits(1, 8000);
    let before = history.outlook(&who, Span::ZERO);
    let abroad = Way { sender: who, to: AsNumber::new(2) };
    history.delivers(&abroad, 50);
    for _ in 0..50 {
        history.loses(&abroad, Ratio::new(0.5).unwrap());
    }
    history.delivers(&Way { to: AsNumber::new(3), ..abroad }, 7);
    assert_eq!(history.outlook(&who, Span::ZERO), before);
    let [None, Some(between)] = history.losses() else { panic!("{:?}", history.losses()) };
    assert!((between - 0.275).abs() < 1e-9, "{between}");
}

proptest! {
    #[test]
    fn memory_is_bounded_and_chances_are_chances(
        acts in prop::collection::vec((0_u32..40, 0_u64..9, 0_u64..20_000, any::<bool>()), 0..200),
    ) {
        let mut history = History::bounded(7, 9);
        for (client, uplink, secs, silent) in acts {
            let who = traits(client, 1 << uplink);
            let ending = if silent { Ending::Silence } else { Ending::GoodBye };
            visit(&mut history, &who, secs, ending);
            let [clients, classes, downloads, _] = history.counts();
            prop_assert!(clients <= 7 && classes <= 9 && downloads <= 70);
            for age in [0, 40, secs, 100_000] {
                let outlook = history.outlook(&who, Span::from_secs(age));
                prop_assert!((0.0..=1.0).contains(&outlook.minute), "{outlook:?}");
                prop_assert!((0.0..=1.0).contains(&outlook.trouble), "{outlook:?}");
            }
        }
    }

    #[test]
    fn who_stayed_longer_is_expected_to_stay_longer(short in 1_u64..50, more in 60_u64..5000) {
        let mut history = History::new(10);
        for _ in 0..5 {
            visit(&mut history, &traits(1, 2000), short, Ending::GoodBye);
            visit(&mut history, &traits(2, 2000), short + more, Ending::GoodBye);
        }
        let [left, stayed] = [1, 2].map(|client| minute(&history, &traits(client, 2000), 0));
        prop_assert!(left < stayed, "{left} {stayed}");
    }
}
