//! Sources are given and taken: what is reserved where, what clients are told, and why.

use super::choose::Found;
use super::fetcher::Source;
use super::{FileDcm, Step};
use crate::control::servers::Wanted;
use crate::proto::{Assignment, Decision, ParentChoice, Rule, ToClient, Trigger};
use crate::units::{PeerId, Substream};

impl FileDcm {
    /// Finds sources for all portions of a client that have none, as far as its line goes; returns those that
    /// have one now.
    pub(super) fn supply(
        &mut self,
        client: PeerId,
        trigger: Trigger,
        step: &mut Step<'_>,
    ) -> Vec<Substream> {
        let waits = |portion: &Substream| {
            let own = self.fetchers[&client].portion(*portion);
            own.source == Source::None && !own.done
        };
        let waiting: Vec<Substream> = self.portions().filter(waits).collect();
        let given = waiting.into_iter().filter(|portion| {
            self.find(client, *portion, None, trigger, step);
            self.fetchers[&client].portion(*portion).source != Source::None
        });
        given.collect()
    }

    /// Gives a portion another source than it has, or none for now, and tells the client.
    pub(super) fn replace(
        &mut self,
        client: PeerId,
        portion: Substream,
        trigger: Trigger,
        step: &mut Step<'_>,
    ) {
        let old = self.fetchers[&client].portion(portion).assigned;
        self.release(client, portion, step);
        self.find(client, portion, old, trigger, step);
        self.tell(client, vec![portion], step);
    }

    /// The best source of a portion that has none: a peer, else a CDN node that streams leave free.
    fn find(
        &mut self,
        client: PeerId,
        portion: Substream,
        old: Option<PeerId>,
        trigger: Trigger,
        step: &mut Step<'_>,
    ) {
        let failed = old.filter(|_| trigger != Trigger::ShareRecalled);
        let mut found = if step.with.now < self.content.start {
            Found { rule: Rule::NotPublished, ..Found::NOTHING }
        } else if self.fetchers[&client].may_fetch_more(step.with.rate) {
            self.best_peer(client, portion, failed, step.with)
        } else {
            Found { rule: Rule::DownlinkTaken, ..Found::NOTHING }
        };
        if found.rule == Rule::NothingHasRoom {
            let wanted =
                Wanted { to: self.fetchers[&client].place, rate: step.with.rate, held: None };
            if let Some(number) =
                step.servers.nearest_spared(step.with.now, wanted, step.with.network)
            {
                (found.source, found.rule) = (Source::Server(number), Rule::NoPeerHasRoom);
            }
        }
        self.adopt(client, portion, found, (old, trigger), step);
    }

    /// Gives a portion this source, and says why. That it goes on waiting for the same reason is not said again.
    pub(super) fn adopt(
        &mut self,
        client: PeerId,
        portion: Substream,
        found: Found,
        (old, trigger): (Option<PeerId>, Trigger),
        step: &mut Step<'_>,
    ) {
        let rate = step.with.rate;
        let assigned = match found.source {
            Source::None => None,
            Source::Server(number) => {
                step.servers.reserve_spared(number, rate);
                Some(step.servers.peer(number))
            }
            Source::Peer(peer) => {
                self.fetchers.entry(peer).and_modify(|source| source.children += 1);
                self.note_room(peer, rate);
                Some(peer)
            }
        };
        let Some(fetcher) = self.fetchers.get_mut(&client) else { return };
        let own = fetcher.portion_mut(portion);
        self.holders[portion.index()] += u32::from(assigned.is_some());
        let waits = assigned.is_none().then_some(found.rule);
        let waits_on = waits.is_some() && own.waits == waits;
        (own.source, own.assigned) = (found.source, assigned);
        (own.still, own.unheeded, own.waits) = (0, 0, waits);
        self.note_room(client, rate);
        if !waits_on {
            step.outbox.explain(decision(step, client, portion, found, (old, assigned), trigger));
        }
    }

    /// A portion has no source any more, and what that had promised is free.
    pub(super) fn release(&mut self, client: PeerId, portion: Substream, step: &mut Step<'_>) {
        let Some(fetcher) = self.fetchers.get_mut(&client) else { return };
        let own = fetcher.portion_mut(portion);
        let source = std::mem::replace(&mut own.source, Source::None);
        own.assigned = None;
        if source == Source::None {
            return;
        }
        self.holders[portion.index()] -= u32::from(!own.done);
        self.note_room(client, step.with.rate);
        match source {
            Source::None => {}
            Source::Server(number) => step.servers.release_spared(number, step.with.rate),
            Source::Peer(peer) => {
                self.fetchers.entry(peer).and_modify(|source| source.children -= 1);
                self.note_room(peer, step.with.rate);
            }
        }
    }

    /// Tells a client the sources of these portions.
    pub(super) fn tell(&self, client: PeerId, portions: Vec<Substream>, step: &mut Step<'_>) {
        let Some(fetcher) = self.fetchers.get(&client) else { return };
        let choice = |substream| {
            let parent = fetcher.portion(substream).assigned;
            ParentChoice { substream, parent }
        };
        let parents: Vec<ParentChoice> = portions.into_iter().map(choice).collect();
        if !parents.is_empty() {
            let assignment = Assignment { content: self.content.content, parents };
            step.outbox.send(client, ToClient::Assign(assignment));
        }
    }
}

fn decision(
    step: &Step<'_>,
    child: PeerId,
    substream: Substream,
    found: Found,
    (old_parent, new_parent): (Option<PeerId>, Option<PeerId>),
    trigger: Trigger,
) -> Decision {
    Decision {
        time: step.with.now,
        child,
        substream,
        // Files have one DCM each, which is in no list of clusters.
        dcm: None,
        trigger,
        old_parent,
        new_parent,
        rule: found.rule,
        feasible: found.feasible,
        pruned_uplink: found.pruned_uplink,
        pruned_policy: found.pruned_policy,
        pruned_nat: found.pruned_nat,
        pruned_congestion: found.pruned_congestion,
        pruned_history: 0,
        considered: found.considered,
        outlook: None,
    }
}
