//! Shares are never more than there is, however letters go.

use super::targets::{Asked, targets};
use super::{Keepers, Lease, Terms};
use crate::control::config::Sharing;
use crate::proto::{Amounts, Holder, Rank, ToHolder, ToKeeper, Wish};
use crate::units::{BitRate, HostId, PeerId, SimTime, Span};
use proptest::prelude::*;

const TERMS: Terms =
    Terms { rule: Sharing::Leases, term: Span::from_secs(6), grace: Span::from_secs(6) };

fn kbps(rate: u64) -> BitRate {
    BitRate::from_kbps(rate)
}

fn live(priority: u8) -> Rank {
    Rank { live: true, priority }
}

const FILE: Rank = Rank { live: false, priority: 255 };

fn wish(uses: u64, urgent: u64, needs: u64, likes: u64) -> Wish {
    Wish { uses: kbps(uses), urgent: kbps(urgent), needs: kbps(needs), likes: kbps(likes) }
}

fn asked(rank: Rank, portion: u64, wish: Wish) -> Asked {
    Asked { rank, wish, portion: kbps(portion) }
}

fn shared_out(has: u64, asked: &[Asked]) -> Vec<u64> {
    targets(Sharing::Leases, kbps(has), asked).iter().map(|rate| rate.as_bps() / 1000).collect()
}

#[test]
fn who_needs_more_gets_what_others_do_not_use() {
    // One has plenty and uses 500 of what it would like, the other lacks all that there is.
    let plenty = asked(live(0), 250, wish(500, 500, 500, 1500));
    let short = asked(live(0), 500, wish(1000, 1000, 9000, 9000));
    assert_eq!(shared_out(5000, &[plenty, short]), [500, 4500]);
    // Where nobody lacks anything, both keep room for newcomers.
    let fed = asked(live(0), 500, wish(1000, 1000, 1000, 3000));
    assert_eq!(shared_out(5000, &[plenty, fed]), [1500, 3000]);
    assert_eq!(targets(Sharing::Halves, kbps(5000), &[plenty, short]), [kbps(2500); 2]);
}

#[test]
fn among_equals_nothing_in_use_is_moved_and_the_rest_is_divided_evenly() {
    let first = asked(live(3), 100, wish(600, 600, 1000, 1000));
    let second = asked(live(3), 100, wish(100, 1000, 1000, 1000));
    assert_eq!(shared_out(1000, &[first, second]), [600, 400]);
    let newcomer = asked(live(3), 100, wish(0, 0, 1000, 1000));
    assert_eq!(shared_out(1000, &[newcomer, newcomer]), [500, 500]);
    // What is left is too little for a portion of the one, and not of the other.
    let coarse = asked(live(3), 400, wish(0, 0, 1000, 1000));
    assert_eq!(shared_out(1000, &[coarse, asked(live(3), 300, wish(0, 0, 900, 900))]), [400, 600]);
}

#[test]
fn live_asks_first_and_takes_from_a_download_what_its_viewers_lack() {
    let download = asked(FILE, 250, wish(2000, 2000, 4000, 4000));
    let fed = asked(live(0), 250, wish(500, 500, 500, 500));
    assert_eq!(shared_out(4000, &[download, fed]), [3500, 500], "what live leaves");
    let saves = asked(live(0), 250, wish(500, 500, 3000, 3000));
    assert_eq!(shared_out(4000, &[download, saves]), [2000, 2000], "in use is not moved for that");
    let hungry = asked(live(0), 250, wish(500, 3000, 3000, 3000));
    assert_eq!(shared_out(4000, &[download, hungry]), [1000, 3000], "but for viewers without data");
    let higher = asked(live(1), 250, wish(0, 4000, 4000, 4000));
    assert_eq!(shared_out(4000, &[download, hungry, higher]), [0, 0, 4000]);
}

/// One host, its keeper, the DCMs that hold shares of it, and letters on their way in both directions.
struct Play {
    now: SimTime,
    keepers: Keepers,
    sessions: Vec<Session>,
    to_keeper: Vec<ToKeeper>,
    to_holder: Vec<ToHolder>,
}

struct Session {
    lease: Lease,
    /// What children have reserved; what the session itself takes.
    uses: Amounts,
    wants: Amounts,
    there: bool,
}

const HAS: Amounts =
    Amounts { uplink: BitRate::from_kbps(300), downlink: BitRate::from_kbps(4000) };

#[derive(Clone, Debug)]
enum Act {
    /// A session is taken in, the same again when it is there: its rank and its portion of the uplink.
    Enter(usize, bool, u64),
    Leave(usize),
    /// Its cluster comes to want so much.
    Want(usize, u64, u64),
    /// A child is taken on, if there is room for it.
    Serve(usize),
    /// A child goes.
    Drop(usize),
    /// It begins or ends to take its own stream, if its share allows.
    Watch(usize, bool),
    /// The client reports, so its DCM claims.
    Claim(usize),
    /// One of the letters on their way arrives, and stays for another time or not.
    ToKeeper(usize, bool),
    ToHolder(usize, bool),
    /// One gets lost.
    LoseToKeeper(usize),
    LoseToHolder(usize),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let (who, again) = (|| 0..3_usize, || prop::bool::weighted(0.3));
    let act = prop_oneof![
        1 => (who(), any::<bool>(), Just(1_u64)).prop_map(|(who, live, n)| Act::Enter(who, live, n)),
        1 => who().prop_map(Act::Leave),
        6 => (who(), prop::sample::select(vec![0_u64, 1, 3, 3]), 0..2_u64).prop_map(|(who, up, down)| Act::Want(who, up, down)),
        20 => who().prop_map(Act::Serve),
        3 => who().prop_map(Act::Drop),
        3 => (who(), any::<bool>()).prop_map(|(who, on)| Act::Watch(who, on)),
        10 => who().prop_map(Act::Claim),
        14 => (any::<usize>(), again()).prop_map(|(n, again)| Act::ToKeeper(n, again)),
        22 => (any::<usize>(), again()).prop_map(|(n, again)| Act::ToHolder(n, again)),
        1 => any::<usize>().prop_map(Act::LoseToKeeper),
        1 => any::<usize>().prop_map(Act::LoseToHolder),
        3 => (0..5000_u64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..200)
}

impl Play {
    fn new() -> Self {
        let mut play = Self {
            now: SimTime::from_secs(1),
            keepers: Keepers::default(),
            sessions: Vec::new(),
            to_keeper: Vec::new(),
            to_holder: Vec::new(),
        };
        (0..3).for_each(|who| play.sessions.push(play.session(who)));
        play
    }

    fn session(&self, who: u32) -> Session {
        let holder = Holder { host: HostId::new(7), client: PeerId::new(who), since: self.now };
        let nothing = Amounts::default();
        Session { lease: Lease::new(holder), uses: nothing, wants: nothing, there: false }
    }

    fn act(&mut self, act: &Act) {
        // No two stays of one client begin at the same instant.
        self.wait(1);
        match *act {
            Act::Enter(who, live, portion) => self.enter(who, live, portion),
            Act::Leave(who) => {
                let holder = self.sessions[who].lease.holder();
                self.to_keeper.push(ToKeeper::Leave { holder });
                self.sessions[who] = self.session(who as u32);
            }
            Act::Want(who, up, down) => {
                self.sessions[who].wants =
                    Amounts { uplink: kbps(up * 100), downlink: kbps(down * 3000) }
            }
            Act::Serve(who) => {
                let Session { lease, uses, .. } = &mut self.sessions[who];
                if uses.uplink + kbps(100) <= lease.usable(self.now).uplink {
                    uses.uplink += kbps(100);
                }
            }
            Act::Drop(who) => {
                let uses = &mut self.sessions[who].uses;
                uses.uplink = uses.uplink - kbps(100);
            }
            Act::Watch(who, on) => {
                let Session { lease, uses, .. } = &mut self.sessions[who];
                let may = on && kbps(3000) <= lease.usable(self.now).downlink;
                uses.downlink = if may { kbps(3000) } else { BitRate::ZERO };
            }
            Act::Claim(who) => self.claim(who),
            Act::ToKeeper(number, again) => self.deliver_to_keeper(number, again),
            Act::ToHolder(number, again) => self.deliver_to_holder(number, again),
            Act::LoseToKeeper(number) => _ = take(&mut self.to_keeper, number, false),
            Act::LoseToHolder(number) => _ = take(&mut self.to_holder, number, false),
            Act::Wait(millis) => self.wait(millis),
        }
    }

    fn enter(&mut self, who: usize, live: bool, portion: u64) {
        if !std::mem::replace(&mut self.sessions[who].there, true) {
            self.sessions[who] = Session { there: true, ..self.session(who as u32) };
        }
        let portion = Amounts { uplink: kbps(portion * 100), downlink: kbps(3000) };
        let holder = self.sessions[who].lease.holder();
        let rank = Rank { live, priority: 0 };
        self.to_keeper.push(ToKeeper::Enter { holder, has: HAS, portion, rank });
    }

    fn claim(&mut self, who: usize) {
        let Session { lease, uses, wants, there } = &mut self.sessions[who];
        if *there {
            let ask = |uses: BitRate, wants: BitRate| {
                let most = wants.max(uses);
                Wish { uses, urgent: uses, needs: most, likes: most }
            };
            let letter =
                lease.claim(ask(uses.uplink, wants.uplink), ask(uses.downlink, wants.downlink));
            self.to_keeper.push(letter);
        }
    }

    fn deliver_to_keeper(&mut self, number: usize, again: bool) {
        if let Some(letter) = take(&mut self.to_keeper, number, again) {
            self.to_holder.extend(self.keepers.read(self.now, &letter, TERMS));
        }
    }

    fn deliver_to_holder(&mut self, number: usize, again: bool) {
        if let Some(letter) = take(&mut self.to_holder, number, again) {
            let client = letter.holder().client.index();
            self.sessions[client].lease.read(&letter);
        }
    }

    /// Time passes, and whose share has run out moves its children within the grace.
    fn wait(&mut self, millis: u64) {
        self.now += Span::from_millis(millis);
        for session in &mut self.sessions {
            if session.lease.until() <= self.now {
                session.uses = Amounts::default();
            }
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let sum = |of: fn(Amounts) -> BitRate| -> BitRate {
            self.sessions.iter().map(|session| of(session.uses)).sum()
        };
        prop_assert!(sum(|uses| uses.uplink) <= HAS.uplink, "the uplink is oversubscribed");
        prop_assert!(sum(|uses| uses.downlink) <= HAS.downlink, "the downlink is oversubscribed");
        if let Some((has, held)) = self.keepers.balance(HostId::new(7)) {
            prop_assert!(held.uplink <= has.uplink && held.downlink <= has.downlink, "{held:?}");
        }
        Ok(())
    }
}

/// A letter, and where it `stays` a copy of it that arrives another time.
fn take<L: Copy>(letters: &mut Vec<L>, number: usize, stays: bool) -> Option<L> {
    let number = number % letters.len().max(1);
    let letter = letters.get(number).copied();
    if letter.is_some() && !stays {
        letters.remove(number);
    }
    letter
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Three DCMs decide at once, and letters come late, twice, in any order or never.
    #[test]
    fn no_line_is_oversubscribed_however_letters_go(acts in acts()) {
        let mut play = Play::new();
        for who in 0..3 {
            play.act(&Act::Enter(who, who != 2, 1));
            play.deliver_to_keeper(0, false);
        }
        for act in &acts {
            play.act(act);
            play.check()?;
        }
    }

    /// Once letters arrive, whoever asks gets all that nobody else wants.
    #[test]
    fn when_letters_arrive_nothing_lies_idle_that_somebody_needs(acts in acts()) {
        let mut play = Play::new();
        acts.iter().for_each(|act| play.act(act));
        for who in 0..3 {
            play.act(&Act::Enter(who, true, 1));
            play.act(&Act::Want(who, if who == 1 { 3 } else { 0 }, 0));
        }
        for _ in 0..5 {
            // What a former stay was given by a letter that came late runs out.
            play.wait(5_000);
            (0..3).for_each(|who| play.claim(who));
            while !play.to_keeper.is_empty() {
                play.deliver_to_keeper(0, false);
            }
            while !play.to_holder.is_empty() {
                play.deliver_to_holder(0, false);
            }
            play.check()?;
        }
        let free = HAS.uplink - play.sessions[0].uses.uplink - play.sessions[2].uses.uplink;
        let held = play.sessions[1].lease.usable(play.now).uplink;
        prop_assert!(held + kbps(100) > free, "{held} of {free}");
    }
}

#[test]
fn a_share_ends_with_its_session_and_an_account_with_its_last() {
    let mut play = Play::new();
    for act in [Act::Enter(0, true, 1), Act::Want(0, 3, 0), Act::Claim(0)] {
        play.act(&act);
    }
    (0..2).for_each(|_| play.deliver_to_keeper(0, false));
    assert_eq!(play.keepers.balance(HostId::new(7)).unwrap().1.uplink, kbps(300));
    play.act(&Act::Leave(0));
    play.deliver_to_keeper(0, false);
    assert_eq!((play.keepers.balance(HostId::new(7)), play.keepers.len()), (None, 0));
}

/// Two sessions that are taken in; the first asks for all, and its grant is under way.
fn one_asks_for_all() -> Play {
    let mut play = Play::new();
    for who in 0..2 {
        play.act(&Act::Enter(who, true, 1));
        play.deliver_to_keeper(0, false);
    }
    play.to_holder.clear();
    play.act(&Act::Want(0, 3, 0));
    play.act(&Act::Claim(0));
    play.deliver_to_keeper(0, false);
    play
}

#[test]
fn a_copy_of_a_grant_does_not_bring_back_what_was_given_back() {
    let mut play = one_asks_for_all();
    play.deliver_to_holder(0, true);
    assert_eq!(play.sessions[0].lease.usable(play.now).uplink, kbps(300));
    play.act(&Act::Want(0, 1, 0));
    play.act(&Act::Claim(0));
    play.deliver_to_holder(0, false);
    assert_eq!(play.sessions[0].lease.usable(play.now).uplink, kbps(100));
}

#[test]
fn a_share_runs_out_before_another_gets_it() {
    let mut play = one_asks_for_all();
    play.deliver_to_holder(0, false);
    let usable = |play: &Play, who: usize| play.sessions[who].lease.usable(play.now).uplink;
    // The first is heard no more. The second asks all the time.
    play.act(&Act::Want(1, 3, 0));
    let ask = |play: &mut Play, millis| {
        play.wait(millis);
        play.claim(1);
        play.deliver_to_keeper(0, false);
        while !play.to_holder.is_empty() {
            // What is called back from the first gets lost.
            let letter = play.to_holder.remove(0);
            if letter.holder().client.index() == 1 {
                play.sessions[1].lease.read(&letter);
            }
        }
        (usable(play, 0), usable(play, 1))
    };
    assert_eq!(ask(&mut play, 5_900), (kbps(300), BitRate::ZERO));
    assert_eq!(ask(&mut play, 1_000), (BitRate::ZERO, BitRate::ZERO), "its children are moved");
    assert_eq!(ask(&mut play, 5_000), (BitRate::ZERO, BitRate::ZERO));
    assert_eq!(ask(&mut play, 1_000), (BitRate::ZERO, kbps(300)));
}
