//! The DCM (delivery coordinator manager): keeps the distribution topology of one cluster.
//!
//! A cluster is the viewers of one content in one region. Each substream has a tree of its own,
//! fed by CDN nodes; a member is interior in one tree and a leaf in the others, so that its loss
//! costs a child one substream. Decisions are made on the [`view`] by pure functions ([`choose`]),
//! applied here, and only what changed is sent.

mod account;
mod border;
mod choose;
mod churn;
mod counts;
mod cut;
mod deal;
mod detect;
mod draft;
mod duty;
mod hours;
mod improve;
mod member;
mod moves;
mod newcomers;
mod openings;
mod parcel;
mod plan;
mod preempt;
mod recompute;
mod relays;
mod repair;
mod reports;
mod ripening;
mod rising;
mod shares;
mod shelves;
mod shortage;
mod slots;
mod stays;
mod testimony;
#[cfg(test)]
mod tests;
mod uplinks;
mod view;
mod waiting;

pub(crate) use border::{About, Notice};
pub(crate) use choose::Surroundings;
pub(crate) use counts::{Costs, Counts};
pub(crate) use cut::Cut;
pub(crate) use member::MemberId;

use crate::control::clients::Clients;
use crate::control::history::{FailedPairs, History, Standing, Traits};
use crate::control::levels::{Level, Post};
use crate::control::servers::Servers;
use crate::proto::{
    Amounts, Assignment, ContentInfo, Decision, Heartbeat, Join, Outbox, ParentChoice, Place, Rule,
    Terms, ToClient, ToKeeper, Trigger,
};
use crate::units::{Address, Bytes, PeerId, SimTime, Substream};
use choose::Choice;
use member::{GroupNumber, Member, Source, Stay};
use shares::Shares;
use uplinks::Proof;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use view::View;
use waiting::Waiting;

/// The coordinator of one cluster.
#[derive(Debug)]
pub(crate) struct Dcm {
    number: u32,
    content: ContentInfo,
    view: View,
    history: FailedPairs,
    stays: stays::Stays,
    ripening: ripening::Ripening,
    timetable: hours::Timetable,
    /// The affinity groups of its members, present and former.
    groups: BTreeMap<Arc<str>, GroupNumber>,
    waiting: Waiting,
    newcomers: newcomers::Newcomers,
    allowance: churn::Allowance,
    /// Members that get nothing because there is not enough for all.
    left_out: usize,
    /// Since when somebody waits although nothing is left to give.
    short_since: Option<SimTime>,
    shares: Shares,
    relays: relays::Relays,
    /// Stays of members that are to go to the level above.
    rising: Vec<Stay>,
    /// Members that came from another DCM and have not said yet that they know.
    unaware: BTreeSet<Stay>,
    /// Where the search for members to be moved from CDN nodes goes on, by substream.
    trim_from: Vec<usize>,
    /// Slots of all members together.
    slots: u64,
    next_sweep: SimTime,
    /// So many were missing in the last sweep that the network between must be cut.
    cut_off: bool,
    recomputing: recompute::Schedule,
    pending: moves::Pending,
    seen_losses: u32,
    troubles: testimony::Troubles,
    accounts: account::Accounts,
    uplinks: uplinks::Uplinks,
    /// Nobody was left at a periodic recomputation: another DCM is made when somebody comes.
    retired: bool,
    counts: Counts,
}

/// A change of the topology, in the making.
pub(crate) struct Step<'a, 'b> {
    pub(crate) with: &'a Surroundings<'a>,
    pub(crate) servers: &'a mut Servers,
    pub(crate) clients: &'a mut Clients,
    /// What each DCM is there for, by its number.
    pub(crate) posts: &'a [Post],
    /// What other DCMs are to be told of edges between clusters.
    pub(crate) notices: &'b mut Vec<Notice>,
    pub(crate) history: &'a mut History,
    pub(crate) outbox: &'b mut Outbox,
    /// Letters to the keepers of hosts that are on several contents.
    pub(crate) letters: &'a mut Vec<ToKeeper>,
}

impl Step<'_, '_> {
    /// Whether a client is at a level above this one.
    fn is_above(&self, client: PeerId, level: Level) -> bool {
        self.level_of(client).is_some_and(|own| own.is_above(level))
    }

    /// The level of a client that is known.
    fn level_of(&self, client: PeerId) -> Option<Level> {
        let dcm = self.clients.dcm_of(client)?;
        self.posts.get(dcm).map(|post| post.level)
    }
}

/// Why a substream gets a parent.
#[derive(Clone, Copy, Debug)]
struct Cause {
    trigger: Trigger,
    /// The former parent, when it is not in the view any more.
    departed: Option<PeerId>,
}

impl From<Trigger> for Cause {
    fn from(trigger: Trigger) -> Self {
        Self { trigger, departed: None }
    }
}

impl Dcm {
    pub(crate) fn new(
        now: SimTime,
        content: ContentInfo,
        number: usize,
        recompute: crate::units::Span,
    ) -> Self {
        // Clusters take turns, so that not all recompute in the same second.
        let offset = recompute * (number as u64 % 16) / 16;
        Self {
            number: number as u32,
            content,
            view: View::new(content.substreams),
            history: FailedPairs::default(),
            stays: stays::Stays::default(),
            ripening: ripening::Ripening::default(),
            timetable: hours::Timetable::default(),
            groups: BTreeMap::new(),
            waiting: Waiting::new(content.substreams),
            newcomers: newcomers::Newcomers::default(),
            allowance: churn::Allowance::new(now),
            left_out: 0,
            short_since: None,
            shares: Shares::new(content.substreams),
            relays: relays::Relays::new(content.substreams),
            rising: Vec::new(),
            unaware: BTreeSet::new(),
            trim_from: vec![0; usize::from(content.substreams)],
            slots: 0,
            next_sweep: now,
            cut_off: false,
            recomputing: recompute::Schedule::new(now + recompute + offset, content.substreams),
            pending: moves::Pending::default(),
            seen_losses: 0,
            troubles: testimony::Troubles::default(),
            accounts: account::Accounts::new(content.substreams),
            uplinks: uplinks::Uplinks::default(),
            retired: false,
            counts: Counts::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.view.len()
    }

    /// A word of everything that a heartbeat of this member will need, for reading ahead.
    pub(crate) fn words(&self, id: MemberId) -> u64 {
        self.view.reports.words(id)
    }

    /// Whether it has been given up because it had no members.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes a newcomer in, which has no parents yet. What a host on several contents lends is shared out by
    /// the keeper of its account: nothing of it counts before that.
    pub(crate) fn admit(
        &mut self,
        peer: PeerId,
        join: &Join,
        place: Place,
        step: &mut Step<'_, '_>,
    ) -> MemberId {
        let now = step.with.now;
        self.keep_hours(step);
        let usable = join.usable();
        let lent = usable - usable.scaled(step.with.config.catch_up_reserve);
        let slots = if join.host.is_some() { 0 } else { step.with.slots_in(lent) };
        let default = Terms::default();
        let terms = join.terms.as_deref().unwrap_or(&default);
        let member = Member {
            peer,
            place,
            nat: join.nat,
            slots,
            said: slots,
            proof: if join.called.is_some()
                || join.host.is_some()
                || !step.with.config.measure_uplinks
            {
                Proof::Believed
            } else {
                Proof::Word
            },
            used: 0,
            home: self.view.scarcest(),
            standing: if join.called.is_some() { Standing::Stable } else { Standing::Unsure },
            alive: true,
            relay: join.called.is_some(),
            lends: false,
            resting: terms.no_serving.iter().any(|hours| hours.contain(now)),
            group: self.group_of(terms, join.address),
            strangers: terms.strangers(),
            lan: terms.lan_only,
            priority: terms.priority,
            since: now,
            left_out: false,
            room: None,
            kept: join.device.storage.map(|storage| self.packets_kept(storage)),
            behind: step.with.packets_in(join.behind) as u32,
        };
        let id = self.view.add(member, now);
        self.open_stay(id, Traits::of(join, place, now), step);
        self.timetable.enter(now, self.view.stay(id), &terms.no_serving);
        self.slots += u64::from(slots);
        self.recomputing.note(self.view.member(id).home, slots);
        if let Some(host) = join.host {
            self.open_share(id, host, Amounts { uplink: lent, downlink: join.downlink }, step);
        }
        id
    }

    /// When something is to be done before the next tick.
    pub(crate) fn due(&self) -> Option<SimTime> {
        self.newcomers.due()
    }

    /// The group that is named; numbers are given in the order of first mention.
    fn group_of(&mut self, terms: &Terms, address: Address) -> Option<GroupNumber> {
        if terms.lan_only {
            return Some(self.number_of(&format!("from {}", address.0).into()));
        }
        Some(self.number_of(&terms.friends.as_ref()?.group))
    }

    fn number_of(&mut self, group: &Arc<str>) -> GroupNumber {
        let next = GroupNumber::from_index(self.groups.len());
        *self.groups.entry(Arc::clone(group)).or_insert(next)
    }

    /// Packets of each substream that so much storage holds.
    fn packets_kept(&self, storage: Bytes) -> u32 {
        let packet = self.content.packet.get().max(1) * u64::from(self.view.substreams.max(1));
        (storage.get() / packet).min(u64::from(u32::MAX)) as u32
    }

    /// Members that have been moved and have not said yet that they know.
    pub(crate) fn unaware(&self) -> usize {
        self.unaware.len()
    }

    /// What a heartbeat is answered with: where it belongs now, if it has moved and does not know yet.
    pub(crate) fn answer(&mut self, id: MemberId, beat: &Heartbeat) -> ToClient {
        if self.unaware.is_empty() {
            return ToClient::Ack;
        }
        let told = beat.news.as_ref().and_then(|news| news.dcm);
        let stay = self.view.stay(id);
        if told == Some(self.number) {
            self.unaware.remove(&stay);
        }
        let unaware = self.unaware.contains(&stay);
        if unaware { ToClient::Moved { dcm: self.number } } else { ToClient::Ack }
    }

    /// Ends it: its members are another DCM's.
    pub(crate) fn retire(&mut self) {
        self.view = View::new(self.content.substreams);
        self.unaware.clear();
        self.retired = true;
    }

    /// Where a client of it is.
    pub(crate) fn place_of(&self, peer: PeerId, clients: &Clients) -> Option<Place> {
        clients.find(peer).map(|(_, id)| self.place(id))
    }

    /// What it is there for.
    fn post(&self, step: &Step<'_, '_>) -> Post {
        step.posts[self.number as usize]
    }

    pub(crate) fn content(&self) -> &ContentInfo {
        &self.content
    }

    /// Tells a member that asks again what it should already know.
    pub(crate) fn repeat(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        self.view.reports.beat_mut(id).at = step.with.now;
        self.tell_whole(id, step);
    }

    /// Finds parents for all substreams of a member and sends them in one message.
    fn tell_all(&mut self, id: MemberId, trigger: Trigger, step: &mut Step<'_, '_>) {
        for substream in self.view.all_substreams() {
            self.find_parent(id, substream, trigger, step);
        }
        self.tell_whole(id, step);
    }

    /// Tells a member the parents of all its substreams.
    fn tell_whole(&self, id: MemberId, step: &mut Step<'_, '_>) {
        let parents =
            self.view.all_substreams().map(|substream| self.parent_choice(id, substream)).collect();
        let assignment = Assignment { content: self.content.content, parents };
        step.outbox.send(self.view.member(id).peer, ToClient::Assign(assignment));
    }

    fn parent_choice(&self, id: MemberId, substream: Substream) -> ParentChoice {
        ParentChoice { substream, parent: self.view.report(id, substream).assigned }
    }

    fn peer_of(&self, source: Source, servers: &Servers) -> Option<PeerId> {
        match source {
            Source::None => None,
            Source::Server(number) => Some(servers.peer(number)),
            Source::Member(id) => Some(self.view.member(id).peer),
            Source::Outside(peer) => Some(peer),
        }
    }

    /// Finds a parent for one substream and notes it, without telling the member.
    fn find_parent(
        &mut self,
        id: MemberId,
        substream: Substream,
        cause: impl Into<Cause>,
        step: &mut Step<'_, '_>,
    ) {
        let choice = if !self.may_receive(id, step) {
            Choice::without_line(self.view.others_fed(id, substream))
        } else if self.is_outranked(id, substream) {
            Choice::outranked(self.view.others_fed(id, substream))
        } else {
            self.choose(id, substream, step)
        };
        if choice.source == Source::None && choice.rule != Rule::DownlinkTaken {
            self.waiting.enter(self.view.stay(id), substream, self.view.member(id).priority);
        }
        self.adopt(id, substream, choice, cause, step);
    }

    /// The best parent, for which another member's home may have been moved.
    fn choose(&mut self, id: MemberId, substream: Substream, step: &Step<'_, '_>) -> Choice {
        let choice =
            choose::parent((&self.view, &self.history), step.servers, id, substream, step.with);
        let found = matches!(choice.source, Source::Member(_));
        if !found && let Some(above) = self.relay_for(id, substream, step) {
            return above;
        }
        let opened = !found
            && (self.open_room(id, substream, step)
                || (choice.source == Source::None && self.call_help(id, substream, step)));
        if opened {
            return choose::parent(
                (&self.view, &self.history),
                step.servers,
                id,
                substream,
                step.with,
            );
        }
        choice
    }

    /// Finds a new parent for one substream and tells the member.
    fn replace(
        &mut self,
        id: MemberId,
        substream: Substream,
        cause: impl Into<Cause>,
        step: &mut Step<'_, '_>,
    ) {
        self.find_parent(id, substream, cause, step);
        self.tell(id, substream, step);
    }

    fn tell(&self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) {
        let parents = vec![self.parent_choice(id, substream)];
        let assignment = Assignment { content: self.content.content, parents };
        step.outbox.send(self.view.member(id).peer, ToClient::Assign(assignment));
    }

    /// Notes a choice and sends it.
    fn reassign(
        &mut self,
        id: MemberId,
        substream: Substream,
        choice: Choice,
        cause: impl Into<Cause>,
        step: &mut Step<'_, '_>,
    ) {
        self.adopt(id, substream, choice, cause, step);
        self.tell(id, substream, step);
    }

    /// Notes a choice: the new parent's uplink is reserved at once, the old one's freed when the
    /// child has reported the change.
    fn adopt(
        &mut self,
        id: MemberId,
        substream: Substream,
        choice: Choice,
        cause: impl Into<Cause>,
        step: &mut Step<'_, '_>,
    ) {
        let Cause { trigger, departed } = cause.into();
        let old_parent = self.view.report(id, substream).assigned.or(departed);
        let new_parent = self.peer_of(choice.source, step.servers);
        self.retire_parent(id, substream, step);
        if let Source::Server(number) = choice.source {
            step.servers.reserve(number, step.with.rate);
        }
        self.open_account(id, substream, step.with);
        match choice.source {
            Source::Outside(parent) => self.take_from_above(id, (substream, parent), step),
            source => self.view.attach(id, substream, source, new_parent),
        }
        self.open_feed(id, substream, step.with.now);
        step.outbox.explain(Decision {
            time: step.with.now,
            child: self.view.member(id).peer,
            substream,
            dcm: Some(self.number),
            trigger,
            old_parent,
            new_parent,
            rule: choice.rule,
            feasible: choice.feasible,
            pruned_uplink: choice.pruned_uplink,
            pruned_policy: choice.pruned_policy,
            pruned_nat: choice.pruned_nat,
            pruned_congestion: choice.pruned_congestion,
            pruned_history: choice.pruned_history,
            considered: choice.considered,
            outlook: self.outlook_of(choice.source, step),
        });
    }
}
