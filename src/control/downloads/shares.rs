//! What a file's DCM holds of devices that are on other contents, too: streams come first (row C10).

use super::fetcher::{Fetcher, Source};
use super::{FileDcm, Step};
use crate::control::channels::{Lease, wish_under};
use crate::proto::{Amounts, Holder, Rank, ToHolder, ToKeeper, Trigger, Wish};
use crate::units::{BitRate, PeerId};

impl FileDcm {
    /// A client's device gets an account, or the account another session: nothing of it counts before that.
    pub(super) fn open_share(
        &mut self,
        client: PeerId,
        holder: Holder,
        has: Amounts,
        step: &mut Step<'_>,
    ) {
        let Some(fetcher) = self.fetchers.get_mut(&client) else { return };
        fetcher.lease = Some(Lease::new(holder));
        (fetcher.lends, fetcher.takes) = (BitRate::ZERO, BitRate::ZERO);
        step.letters.push(ToKeeper::Enter {
            holder,
            has,
            // A file may come in parts, which a stream cannot.
            portion: Amounts { uplink: step.with.rate, downlink: step.with.rate },
            rank: Rank { live: false, priority: self.content.priority },
        });
    }

    /// Asks for what a client's share should be; what is not wanted goes back.
    pub(super) fn claim(&mut self, client: PeerId, step: &mut Step<'_>) {
        let lacks = self.lacking;
        let Some(fetcher) = self.fetchers.get_mut(&client) else { return };
        if fetcher.lease.is_none() {
            return;
        }
        let uplink = wish_under(step.with.config.sharing, uplink_wish(fetcher, lacks, step));
        let downlink = downlink_wish(fetcher, step.with.rate);
        if let Some(lease) = &mut fetcher.lease {
            step.letters.push(lease.claim(uplink, downlink));
        }
        self.use_share(client, step);
    }

    /// Takes a letter of a keeper in.
    pub(crate) fn read_share(&mut self, client: PeerId, letter: &ToHolder, step: &mut Step<'_>) {
        let lease = self.fetchers.get_mut(&client).and_then(|fetcher| fetcher.lease.as_mut());
        if let Some(lease) = lease {
            lease.read(letter);
            if letter.opens() {
                return;
            }
            if self.fetchers.get(&client).is_some_and(|fetcher| !fetcher.answered) {
                self.take_share(client, step);
                return self.answer(client, step);
            }
            self.use_share(client, step);
        }
    }

    /// Renews what clients that are not heard have not renewed by their reports.
    pub(super) fn renew_shares(&mut self, step: &mut Step<'_>) {
        self.count_lacking();
        let now = step.with.now;
        let due = |fetcher: &Fetcher| fetcher.lease.is_some_and(|lease| lease.ends_soon(now));
        let due: Vec<PeerId> =
            self.fetchers.iter().filter(|(_, own)| due(own)).map(|(peer, _)| *peer).collect();
        due.into_iter().for_each(|client| self.claim(client, step));
    }

    /// Counts what is lacking, for each client with a share.
    fn count_lacking(&mut self) {
        let lacking = |fetcher: &Fetcher| {
            let is_lacking = |portion| {
                let own = fetcher.portion(portion);
                !own.done && !matches!(own.source, Source::Peer(_))
            };
            self.portions().filter(|portion| is_lacking(*portion)).count() as u64
        };
        let sharers = self.fetchers.values().filter(|fetcher| fetcher.lease.is_some()).count();
        let all: u64 = self.fetchers.values().map(lacking).sum();
        self.lacking = all.div_ceil(sharers.max(1) as u64);
    }

    /// Notes what a client's share allows now; what that is, where it has one and has been answered.
    fn take_share(&mut self, client: PeerId, step: &Step<'_>) -> Option<Amounts> {
        let fetcher = self.fetchers.get_mut(&client)?;
        let usable = fetcher.lease?.usable(step.with.now);
        (fetcher.lends, fetcher.takes) = (usable.uplink, usable.downlink);
        let answered = fetcher.answered;
        self.note_room(client, step.with.rate);
        answered.then_some(usable)
    }

    /// Does with a client what its share allows now.
    fn use_share(&mut self, client: PeerId, step: &mut Step<'_>) {
        let Some(usable) = self.take_share(client, step) else { return };
        let fetcher = &self.fetchers[&client];
        let (rate, children) = (step.with.rate, u64::from(fetcher.children));
        let kept = |line: BitRate| line.as_bps() / rate.as_bps().max(1);
        let (over, above) = (
            children.saturating_sub(kept(usable.uplink)),
            fetcher.fetching().saturating_sub(kept(usable.downlink)),
        );
        if over > 0 {
            for (child, portion) in self.children_of(client).into_iter().take(over as usize) {
                self.counts.recalled += 1;
                self.replace(child, portion, Trigger::ShareRecalled, step);
            }
        }
        if above > 0 {
            self.pause(client, above as usize, step);
        } else {
            let given = self.supply(client, Trigger::Improvement, step);
            self.tell(client, given, step);
        }
    }

    /// A client's own line is needed for a stream: so many of its portions wait, those first that have least.
    fn pause(&mut self, client: PeerId, count: usize, step: &mut Step<'_>) {
        let fetcher = &self.fetchers[&client];
        let mut fetching: Vec<_> = self.portions().collect();
        fetching.retain(|portion| fetcher.portion(*portion).source != Source::None);
        fetching.sort_by_key(|portion| fetcher.portion(*portion).has);
        for portion in fetching.into_iter().take(count) {
            self.counts.recalled += 1;
            self.replace(client, portion, Trigger::ShareRecalled, step);
        }
    }
}

/// What of a device's uplink the file wants for those who fetch from it. Nobody's picture depends on it.
fn uplink_wish(fetcher: &Fetcher, lacks: u64, step: &Step<'_>) -> Wish {
    let rate = step.with.rate;
    let uses = rate * u64::from(fetcher.children);
    let needs = if fetcher.serves_at(step.with.now) { uses + rate * lacks } else { uses };
    Wish { uses, urgent: uses, needs, likes: needs }
}

/// What of its device's downlink a client wants: as much as it has portions to fetch, but a stream first.
fn downlink_wish(fetcher: &Fetcher, rate: BitRate) -> Wish {
    let (uses, needs) = (rate * fetcher.fetching(), rate * fetcher.missing());
    Wish { uses, urgent: uses, needs, likes: needs }
}
