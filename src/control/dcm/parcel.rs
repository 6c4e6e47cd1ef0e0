//! Members move from one DCM to another, with all that is known of them (row C11).
//!
//! A parcel names others by their clients' ids, never by numbers of a view, so that it could as well be
//! sent to another machine. Every edge of whoever is packed is cut, and mended where both ends turn out
//! to be in one cluster again: what nobody can tell from before is that there was a move.

use super::Dcm;
use super::account::Open;
use super::member::{Former, Member, MemberId, Source, Stay};
use super::reports::{Beat, Report};
use super::ripening::Taken;
use super::stays::Noted;
use crate::control::channels::Lease;
use crate::control::clients::Clients;
use crate::units::{PeerId, SimTime, Substream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A member on its way.
#[derive(Debug)]
pub(crate) struct Parcel {
    member: Member,
    group: Option<Arc<str>>,
    beat: Beat,
    reports: Vec<Report>,
    /// Parent and depth, by substream; no parent is a member.
    edges: Vec<(Source, u8)>,
    /// By substream: who keeps uplink reserved for it, and whom it is not to try.
    releasing: Vec<Option<Former>>,
    avoided: Vec<Vec<(PeerId, SimTime)>>,
    guests: Vec<(Substream, PeerId, u8)>,
    failed: Vec<(PeerId, SimTime)>,
    /// Its share of a host that is on several contents.
    lease: Option<Lease>,
    /// What is noted of its stay for the history database.
    noted: Option<Noted>,
    accounts: Vec<Open>,
    stay: Stay,
}

/// Members on their way from one DCM to another.
#[derive(Debug)]
pub(crate) struct Parcels {
    parcels: Vec<Parcel>,
    ripening: Taken,
    hours: Vec<(Stay, SimTime, bool)>,
    waiting: Vec<(Stay, Substream)>,
}

impl Parcels {
    /// How many members.
    pub(crate) fn len(&self) -> usize {
        self.parcels.len()
    }
}

impl Dcm {
    /// Packs some members; they are members here no more.
    pub(crate) fn give(&mut self, ids: &[MemberId]) -> Parcels {
        let stays: BTreeSet<Stay> = ids.iter().map(|id| self.view.stay(*id)).collect();
        self.cut_loose(ids, &stays);
        let hours = self.timetable.take(&stays);
        let ripening = self.ripening.take_of(&stays);
        let waiting = self.waiting.take_of(&stays);
        let groups: Vec<Arc<str>> = self.group_names();
        let parcels = ids.iter().map(|id| self.pack(*id, &groups)).collect();
        if self.left_out == 0 {
            self.waiting.left_out = None;
        }
        let stayed = self.view.members().map(|(_, member)| member.peer).collect();
        self.history.keep_of(&stayed);
        Parcels { parcels, ripening, hours, waiting }
    }

    /// Cuts all edges of these members, and ends all reservations between them and others by number.
    fn cut_loose(&mut self, ids: &[MemberId], stays: &BTreeSet<Stay>) {
        for id in ids {
            let children: Vec<(MemberId, Substream)> = self.all_children(*id).collect();
            for (child, substream) in children {
                self.view.cut(child, substream);
            }
            for substream in self.view.all_substreams() {
                self.view.cut(*id, substream);
            }
        }
        let leaves = |id: MemberId, former: Former| {
            let own = stays.contains(&self.view.stay(id));
            own || matches!(former, Former::Member(stay) if stays.contains(&stay))
        };
        let reserved: Vec<(MemberId, Substream)> = self
            .view
            .all_releasing()
            .filter(|(id, _, former)| leaves(*id, *former))
            .map(|(id, substream, _)| (id, substream))
            .collect();
        for (id, substream) in reserved {
            self.view.cut_former(id, substream);
        }
    }

    /// The names of groups, by number.
    fn group_names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<(usize, &Arc<str>)> =
            self.groups.iter().map(|(name, number)| (number.index(), name)).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| Arc::clone(name)).collect()
    }

    fn pack(&mut self, id: MemberId, groups: &[Arc<str>]) -> Parcel {
        let accounts = self.give_accounts(id);
        let view = &self.view;
        let member = view.member(id).clone();
        let each = || view.all_substreams();
        let edges = each().map(|substream| view.edge(id, substream));
        let parcel = Parcel {
            group: member.group.and_then(|group| groups.get(group.index()).cloned()),
            beat: view.reports.beat(id).clone(),
            reports: view.reports.all_of(id).to_vec(),
            edges: edges.map(|edge| (edge.parent, edge.depth)).collect(),
            releasing: each().map(|substream| view.releasing(id, substream)).collect(),
            avoided: each().map(|substream| view.avoided(id, substream).to_vec()).collect(),
            guests: view.guests(id).collect(),
            failed: self.history.pairs_of(member.peer),
            lease: self.shares.pack(id),
            noted: self.stays.pack(id),
            accounts,
            stay: view.stay(id),
            member,
        };
        self.slots -= u64::from(parcel.member.slots);
        self.left_out -= usize::from(parcel.member.left_out);
        self.unaware.remove(&parcel.stay);
        self.view.remove(id);
        parcel
    }

    /// Takes members in that another DCM has packed.
    pub(crate) fn take(&mut self, now: SimTime, parcels: Parcels, clients: &mut Clients) {
        let Parcels { parcels, ripening, hours, waiting } = parcels;
        let mut stays: BTreeMap<Stay, Stay> = BTreeMap::new();
        let mut taken = Vec::with_capacity(parcels.len());
        for parcel in parcels {
            let (former, peer) = (parcel.stay, parcel.member.peer);
            let id = self.unpack(now, parcel);
            clients.set(peer, self.number as usize, id);
            stays.insert(former, self.view.stay(id));
            self.unaware.insert(self.view.stay(id));
            taken.push(id);
        }
        let ripening = ripening.into_iter().map(|(nth, due, stay)| (nth, due, stays[&stay]));
        self.ripening.take_in(ripening.collect());
        for (stay, at, begins) in hours {
            self.timetable.note(stays[&stay], at, begins);
        }
        for (stay, substream) in waiting {
            self.waits_again(stays[&stay], substream);
        }
        for id in taken {
            self.mend_all(id, clients);
        }
    }

    /// Whoever waited elsewhere waits here.
    fn waits_again(&mut self, stay: Stay, substream: Substream) {
        if self.view.edge(stay.id, substream).parent == Source::None {
            self.waiting.enter(stay, substream, self.view.member(stay.id).priority);
        } else {
            self.waiting.suspect(stay, substream);
        }
    }

    fn unpack(&mut self, now: SimTime, parcel: Parcel) -> MemberId {
        let Parcel { mut member, group, beat, reports, edges, releasing, avoided, .. } = parcel;
        let peer = member.peer;
        member.group = group.map(|name| self.number_of(&name));
        member.room = None;
        self.slots += u64::from(member.slots);
        self.left_out += usize::from(member.left_out);
        let id = self.view.add(member, now);
        self.view.reports.restore(id, beat, &reports);
        for (substream, (parent, depth)) in self.view.all_substreams().zip(edges) {
            self.view.restore_edge(id, substream, parent, depth);
        }
        for (substream, former) in self.view.all_substreams().zip(releasing) {
            if let Some(former) = former {
                self.view.release_later(id, substream, former);
            }
        }
        for (substream, avoided) in self.view.all_substreams().zip(avoided) {
            for (parent, until) in avoided {
                self.view.avoid(id, substream, parent, until);
            }
        }
        for (substream, child, slots) in parcel.guests {
            self.view.add_guest(id, substream, child, slots);
        }
        if let Some(noted) = parcel.noted {
            self.stays.unpack(id, noted);
        }
        self.take_accounts(id, &parcel.accounts);
        if self.view.member(id).slots < self.view.member(id).said && parcel.lease.is_none() {
            self.uplinks.note_narrow(self.view.stay(id));
        }
        if let Some(lease) = parcel.lease {
            self.shares.unpack(id, lease);
        }
        for (other, until) in parcel.failed {
            self.history.learn(peer, other, until);
        }
        self.view.refresh_room(id);
        id
    }

    /// Joins the cut edges of a newcomer whose other ends are members here.
    fn mend_all(&mut self, id: MemberId, clients: &Clients) {
        let here = |peer: PeerId| {
            clients.find(peer).filter(|(dcm, _)| *dcm == self.number as usize).map(|(_, id)| id)
        };
        // What it takes from members, and what members take from it.
        let mut ends: Vec<(MemberId, Substream, MemberId)> = Vec::new();
        for substream in self.view.all_substreams() {
            let parent = match self.view.edge(id, substream).parent {
                Source::Outside(parent) => here(parent),
                _ => None,
            };
            let former = match self.view.releasing(id, substream) {
                Some(Former::Outside(former)) => here(former),
                _ => None,
            };
            ends.extend(parent.into_iter().chain(former).map(|above| (id, substream, above)));
        }
        let guests = self.view.guests(id);
        ends.extend(guests.filter_map(|(substream, child, _)| Some((here(child)?, substream, id))));
        for (child, substream, above) in ends {
            let parent = self.view.member(above).peer;
            if self.view.edge(child, substream).parent == Source::Outside(parent) {
                self.view.mend(child, substream, above);
            }
            if self.view.releasing(child, substream) == Some(Former::Outside(parent)) {
                self.view.mend_former(child, substream, above);
            }
        }
    }
}
