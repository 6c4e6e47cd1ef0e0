//! Lets DCMs act, one after the other: what one has to tell others is carried to them before the next input.

use super::channels;
use super::config::ControlConfig;
use super::dcm::{About, Dcm, MemberId, Notice, Step, Surroundings};
use super::machine::ControlCenter;
use super::monitor::Monitor;
use crate::proto::{ContentInfo, Outbox};
use crate::units::{PeerId, SimTime};

impl ControlCenter {
    /// Lets the DCM of a client act.
    pub(super) fn in_dcm(
        &mut self,
        now: SimTime,
        from: PeerId,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut Dcm, MemberId, &mut Step<'_, '_>),
    ) {
        if let Some((dcm, member)) = self.clients.find(from) {
            self.with_dcm(now, dcm, outbox, |dcm, step| act(dcm, member, step));
        }
    }

    /// Lets a DCM act, and others with what it has to tell them.
    pub(super) fn with_dcm<T>(
        &mut self,
        now: SimTime,
        number: usize,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T,
    ) -> T {
        let mut notices = Vec::new();
        let done = self.act(now, number, (&mut notices, outbox), act);
        self.follow_up(now, notices, outbox);
        done
    }

    /// Lets those act to whom somebody who has acted has something to say, until nobody has.
    pub(super) fn follow_up(
        &mut self,
        now: SimTime,
        mut notices: Vec<Notice>,
        outbox: &mut Outbox,
    ) {
        while !notices.is_empty() || !self.letters.is_empty() {
            for notice in std::mem::take(&mut notices) {
                let to = match notice.about() {
                    About::Client(client) => self.clients.find(client),
                    About::Dcm(number) => Some((number as usize, MemberId::MAX)),
                };
                if let Some((dcm, member)) = to {
                    self.act(now, dcm, (&mut notices, outbox), |dcm, step| {
                        dcm.notice(member, notice, step)
                    });
                } else {
                    notices.extend(notice.unknown());
                }
            }
            self.carry_letters(now, (&mut notices, outbox));
        }
    }

    /// Carries letters between DCMs and the keepers of hosts on several contents. Here all are on one
    /// machine; nothing they do depends on it.
    fn carry_letters(&mut self, now: SimTime, (notices, outbox): (&mut Vec<Notice>, &mut Outbox)) {
        let terms = channels::Terms::of(&self.config);
        for letter in std::mem::take(&mut self.letters) {
            for answer in self.keepers.read(now, &letter, terms) {
                let client = answer.holder().client;
                if let Some((dcm, member)) = self.clients.find(client) {
                    self.act(now, dcm, (notices, outbox), |dcm, step| {
                        dcm.read_share(member, &answer, step)
                    });
                } else {
                    self.read_share_of_file(now, client, &answer, outbox);
                }
            }
        }
    }

    fn act<T>(
        &mut self,
        now: SimTime,
        number: usize,
        (notices, outbox): (&mut Vec<Notice>, &mut Outbox),
        act: impl FnOnce(&mut Dcm, &mut Step<'_, '_>) -> T,
    ) -> T {
        let dcm = &mut self.dcms[number];
        let with = surroundings(now, &self.config, &self.monitor, dcm.content());
        let (servers, clients) = (&mut self.servers, &mut self.clients);
        let (history, letters) = (&mut self.history, &mut self.letters);
        let posts = &self.posts;
        act(
            dcm,
            &mut Step { with: &with, servers, clients, posts, history, notices, letters, outbox },
        )
    }
}

/// What a DCM of this content decides by.
pub(super) fn surroundings<'a>(
    now: SimTime,
    config: &'a ControlConfig,
    monitor: &'a Monitor,
    content: &ContentInfo,
) -> Surroundings<'a> {
    let (network, rate) = (&monitor.conditions, content.substream_rate());
    Surroundings { now, config, network, rate, start: content.start, packet: content.packet }
}
