//! The keeper's side: one account a host, of what it has and who may hold how much of it.

use super::targets::{Asked, targets};
use crate::control::config::{ControlConfig, Sharing};
use crate::proto::{Amounts, Holder, Line, Rank, ToHolder, ToKeeper, Wish};
use crate::units::{BitRate, HostId, SimTime, Span};
use std::collections::BTreeMap;

/// The rules of all accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) rule: Sharing,
    /// How long a grant holds without renewal.
    pub(crate) term: Span,
    /// How long after that it may take until nothing of it is in use any more.
    pub(crate) grace: Span,
}

/// The accounts of all hosts on several contents.
#[derive(Debug, Default)]
pub(crate) struct Keepers {
    accounts: BTreeMap<HostId, Account>,
    counts: Counts,
}

/// What keepers count.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Grants of more than was held before.
    pub(crate) grants: u64,
    /// Letters that ask for something back.
    pub(crate) recalls: u64,
    /// Shares that ran out.
    pub(crate) lapses: u64,
    /// Letters from both sides.
    pub(crate) letters: u64,
}

/// One host.
#[derive(Debug)]
struct Account {
    has: Amounts,
    epoch: u32,
    /// In the order in which they came.
    holdings: Vec<Holding>,
}

/// One session on it.
#[derive(Clone, Copy, Debug)]
struct Holding {
    holder: Holder,
    rank: Rank,
    portion: Amounts,
    /// The most that it may believe to hold.
    held: Amounts,
    /// Of its last grant.
    epoch: u32,
    until: SimTime,
    uplink: Wish,
    downlink: Wish,
    /// The client has joined anew.
    is_over: bool,
}

impl Terms {
    /// What the settings say: a share that is not renewed runs out when a client that is not heard would
    /// count as gone, and it may take as long again until its children have been moved.
    pub(crate) fn of(config: &ControlConfig) -> Self {
        let patience = config.heartbeat * u64::from(config.expiry_heartbeats);
        Self { rule: config.sharing, term: patience, grace: patience }
    }
}

impl Keepers {
    /// Takes a letter in; the answers are for whoever they name.
    pub(crate) fn read(&mut self, now: SimTime, letter: &ToKeeper, terms: Terms) -> Vec<ToHolder> {
        let host = letter.holder().host;
        if let ToKeeper::Enter { has, .. } = letter {
            let opened = || Account { has: *has, epoch: 0, holdings: Vec::new() };
            self.accounts.entry(host).or_insert_with(opened);
        }
        let Some(account) = self.accounts.get_mut(&host) else { return Vec::new() };
        self.counts.lapses += account.lapse(now, terms.grace);
        match *letter {
            ToKeeper::Enter { holder, has, portion, rank } => {
                account.enter(holder, has, portion, rank)
            }
            ToKeeper::Claim { .. } => account.claim(letter),
            ToKeeper::Leave { holder } => account.leave(holder),
        }
        if account.holdings.is_empty() {
            self.accounts.remove(&host);
            return Vec::new();
        }
        let before = account.epoch;
        let answers = account.share_out(now, terms, letter.holder());
        self.counts.grants += u64::from(account.epoch - before);
        let is_recall = |answer: &&ToHolder| matches!(answer, ToHolder::Recall { .. });
        self.counts.recalls += answers.iter().filter(is_recall).count() as u64;
        self.counts.letters += 1 + answers.len() as u64;
        answers
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Hosts with an account.
    pub(crate) fn len(&self) -> usize {
        self.accounts.len()
    }

    /// What a host has, and what is held of it at most.
    #[cfg(test)]
    pub(super) fn balance(&self, host: HostId) -> Option<(Amounts, Amounts)> {
        let account = self.accounts.get(&host)?;
        let sum = |line| account.holdings.iter().map(|holding| holding.held.of(line)).sum();
        let held = Amounts { uplink: sum(Line::Uplink), downlink: sum(Line::Downlink) };
        Some((account.has, held))
    }
}

impl Account {
    /// A session that is new, or has begun anew. Where two of them say different things of their host, the
    /// lesser counts.
    fn enter(&mut self, holder: Holder, has: Amounts, portion: Amounts, rank: Rank) {
        self.has = self.has.min(has);
        if self.holdings.iter().any(|known| known.holder == holder) {
            return;
        }
        for former in self.holdings.iter_mut().filter(|known| known.holder.client == holder.client)
        {
            // Its good-bye got lost: what it held may be in use until it runs out.
            (former.uplink, former.downlink, former.is_over) =
                (Wish::default(), Wish::default(), true);
        }
        self.holdings.push(Holding {
            holder,
            rank,
            portion,
            held: Amounts::default(),
            epoch: 0,
            until: SimTime::ZERO,
            uplink: Wish::default(),
            downlink: Wish::default(),
            is_over: false,
        });
    }

    /// What was written before the last grant arrived does not lessen what that grant allows.
    fn claim(&mut self, letter: &ToKeeper) {
        let ToKeeper::Claim { holder, epoch, holds, uplink, downlink } = *letter else { return };
        let known = self.holdings.iter_mut().find(|known| known.holder == holder);
        if let Some(holding) = known {
            if !holding.is_over {
                (holding.uplink, holding.downlink) = (uplink, downlink);
            }
            if epoch == holding.epoch {
                holding.held = holding.held.min(holds);
            }
        }
    }

    fn leave(&mut self, holder: Holder) {
        self.holdings.retain(|known| known.holder != holder);
    }

    /// Takes back what ran out so long ago that nobody can be using it. Its epoch is over, too: a letter
    /// from that time changes nothing.
    fn lapse(&mut self, now: SimTime, grace: Span) -> u64 {
        let mut lapsed = 0;
        for holding in &mut self.holdings {
            if holding.held != Amounts::default() && holding.until + grace < now {
                self.epoch += 1;
                (holding.held, holding.epoch) = (Amounts::default(), self.epoch);
                (holding.uplink, holding.downlink) = (Wish::default(), Wish::default());
                lapsed += 1;
            }
        }
        self.holdings.retain(|holding| !holding.is_over || holding.held != Amounts::default());
        lapsed
    }

    /// Gives out what is free to those who should have more, asks those for something who should have
    /// less if anybody is short, and renews the share of whoever has written.
    fn share_out(&mut self, now: SimTime, terms: Terms, writer: Holder) -> Vec<ToHolder> {
        let mut answers = Vec::new();
        let goals = Line::BOTH.map(|line| self.goals(line, terms.rule));
        let mut wanted = vec![Amounts::default(); self.holdings.len()];
        for (line, goals) in Line::BOTH.into_iter().zip(&goals) {
            for (wanted, goal) in wanted.iter_mut().zip(goals) {
                *wanted = wanted.with(line, *goal);
            }
        }
        let granted = Line::BOTH.map(|line| self.grants(line, &wanted));
        for (number, wanted) in wanted.iter().enumerate() {
            let more = Amounts { uplink: granted[0][number], downlink: granted[1][number] };
            if more != Amounts::default() || self.holdings[number].holder == writer {
                answers.push(self.grant(number, more, now + terms.term));
            }
            let keep = self.to_keep(number, *wanted, &goals);
            answers.extend(
                keep.map(|keep| ToHolder::Recall { holder: self.holdings[number].holder, keep }),
            );
        }
        answers
    }

    /// What each should hold of a line. Only the uplink is ever halved: half a downlink plays nothing.
    fn goals(&self, line: Line, rule: Sharing) -> Vec<BitRate> {
        let asked: Vec<Asked> = self
            .holdings
            .iter()
            .map(|holding| Asked {
                rank: holding.rank,
                wish: holding.wish(line),
                portion: holding.portion.of(line),
            })
            .collect();
        let rule = if line == Line::Downlink { Sharing::Leases } else { rule };
        targets(rule, self.has.of(line), &asked)
    }

    /// How much more each can be given of a line now, those of a higher rank first.
    fn grants(&self, line: Line, wanted: &[Amounts]) -> Vec<BitRate> {
        let held: BitRate = self.holdings.iter().map(|holding| holding.held.of(line)).sum();
        let mut free = self.has.of(line) - held;
        let mut order: Vec<usize> = (0..self.holdings.len()).collect();
        order.sort_by_key(|number| std::cmp::Reverse(self.holdings[*number].rank));
        let mut grants = vec![BitRate::ZERO; self.holdings.len()];
        for number in order {
            let holding = &self.holdings[number];
            let more = (wanted[number].of(line) - holding.held.of(line)).min(free);
            grants[number] = more;
            free = free - more;
        }
        grants
    }

    /// Raises what a session may hold, and tells it so: the same again when there is no more for it.
    fn grant(&mut self, number: usize, more: Amounts, until: SimTime) -> ToHolder {
        let holding = &mut self.holdings[number];
        if more != Amounts::default() {
            self.epoch += 1;
            holding.epoch = self.epoch;
            holding.held = Amounts {
                uplink: holding.held.uplink + more.uplink,
                downlink: holding.held.downlink + more.downlink,
            };
        }
        holding.until = until;
        let Holding { holder, epoch, held, .. } = *holding;
        ToHolder::Grant { holder, epoch, amounts: held, until }
    }

    /// What a session is to keep, if it holds more than it should of a line of which somebody is short.
    fn to_keep(
        &self,
        number: usize,
        wanted: Amounts,
        goals: &[Vec<BitRate>; 2],
    ) -> Option<Amounts> {
        let held = self.holdings[number].held;
        let is_short = |line: Line, goals: &[BitRate]| {
            let mut all = self.holdings.iter().zip(goals);
            all.any(|(holding, goal)| holding.held.of(line) < *goal)
        };
        let mut keep = held;
        for (line, goals) in Line::BOTH.into_iter().zip(goals) {
            if is_short(line, goals) {
                keep = keep.with(line, held.of(line).min(wanted.of(line)));
            }
        }
        (keep != held).then_some(keep)
    }
}

impl Holding {
    const fn wish(&self, line: Line) -> Wish {
        match line {
            Line::Uplink => self.uplink,
            Line::Downlink => self.downlink,
        }
    }
}
