//! The three levels of a content's viewers (row C9): a few of the strongest of every region at the top,
//! the strong ones of each region in the middle, the majority at the bottom.
//!
//! Everybody begins at the bottom. Who is strong is measured and not given: uplink above the rate of the
//! stream, and a standing that history or age has earned. Each level has DCMs of its own and takes the
//! stream from the level above, the top from CDN nodes.

use super::config::{ControlConfig, LevelsConfig};
use super::dcm::MemberId;
use super::directory::Region;
use super::machine::ControlCenter;
use super::regions::Viewer;
use crate::proto::{ContentInfo, Outbox, Place};
use crate::units::{ContentId, SimTime};
use std::collections::BTreeMap;

/// Members of one cluster that are to rise next: until then each takes copies from outside (assumption).
const CALLED_AT_ONCE: usize = 16;
/// Members of one cluster that change their level in one second, at most: a cluster must not be shaken all
/// at once (assumption).
const CHANGES_A_TICK: usize = 64;

/// At which level a DCM is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// A few of every region, in one cluster.
    Top,
    /// The strong ones of a region.
    Second,
    /// The majority.
    Bottom,
    /// There are no levels.
    Flat,
}

impl Level {
    /// Whether this one feeds that one.
    pub(crate) fn is_above(self, other: Self) -> bool {
        other != Self::Flat && self < other
    }
}

/// What a DCM is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) level: Level,
    content: ContentId,
    region: Region,
    /// The DCM that it takes the stream from.
    pub(crate) above: Option<u32>,
}

/// Counts of those who changed their level.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changes {
    pub(crate) up: u64,
    pub(crate) down: u64,
}

impl Post {
    pub(crate) fn new(content: ContentId, level: Level, region: Region) -> Self {
        Self { level, content, region, above: None }
    }

    /// Of which content and region.
    pub(crate) fn key(&self) -> (ContentId, Region) {
        (self.content, self.region)
    }

    fn covers(&self, place: Place, config: &ControlConfig) -> bool {
        Region::of(place, config) == self.region
    }
}

impl ControlCenter {
    /// At which level newcomers begin.
    pub(super) fn lowest_level(&self) -> Level {
        if self.config.levels.is_some() { Level::Bottom } else { Level::Flat }
    }

    /// Sees to it that everybody is at the level where it belongs, and that each DCM knows whom to ask.
    pub(super) fn sort_levels(&mut self, now: SimTime, outbox: &mut Outbox) {
        let Some(levels) = self.config.levels else { return };
        for number in 0..self.dcms.len() {
            if self.dcms[number].is_retired() {
                continue;
            }
            match self.posts[number].level {
                Level::Flat => {}
                Level::Bottom => {
                    let ready = self.dcms[number].ready();
                    self.change_level(now, (number, Level::Second), &ready, outbox);
                    self.with_dcm(now, number, outbox, |dcm, step| {
                        dcm.ask_the_strong(CALLED_AT_ONCE, step)
                    });
                    let next = self.dcms[number].strong(CALLED_AT_ONCE);
                    self.dcms[number].call_up(&next);
                }
                Level::Second => {
                    let down = self.dcms[number].weak(CHANGES_A_TICK);
                    self.change_level(now, (number, Level::Bottom), &down, outbox);
                    self.fill_top(now, number, levels, outbox);
                }
                Level::Top => {
                    let down = self.dcms[number].weak(CHANGES_A_TICK);
                    self.change_level(now, (number, Level::Bottom), &down, outbox);
                }
            }
        }
        self.appoint();
    }

    /// The top has a few members of every region, as long as the region has them.
    fn fill_top(&mut self, now: SimTime, number: usize, levels: LevelsConfig, outbox: &mut Outbox) {
        let Self { config, dcms, posts, .. } = self;
        let post = posts[number];
        let at_top = posts.iter().zip(dcms.iter()).filter(|(other, dcm)| {
            other.level == Level::Top && other.content == post.content && !dcm.is_retired()
        });
        let there: usize =
            at_top.map(|(_, dcm)| dcm.count_in(|place| post.covers(place, config))).sum();
        let missing = (levels.top_members as usize).saturating_sub(there);
        let mut ready = dcms[number].ready();
        ready.truncate(missing);
        self.change_level(now, (number, Level::Top), &ready, outbox);
        let missing = missing - ready.len();
        let Self { config, dcms, .. } = self;
        let next = dcms[number].strongest(|place| post.covers(place, config), missing);
        dcms[number].call_up(&next);
    }

    /// Members go to a DCM of another level.
    fn change_level(
        &mut self,
        now: SimTime,
        (from, level): (usize, Level),
        who: &[MemberId],
        outbox: &mut Outbox,
    ) {
        if who.is_empty() {
            return;
        }
        let content = *self.dcms[from].content();
        let mut targets: BTreeMap<usize, Vec<MemberId>> = BTreeMap::new();
        for id in who {
            let viewer = self.dcms[from].viewer(*id);
            let to = self.dcm_at(now, &content, level, viewer);
            targets.entry(to).or_default().push(*id);
        }
        for (to, ids) in targets {
            let peers: Vec<_> = ids.iter().map(|id| self.dcms[from].viewer(*id).peer).collect();
            let moved = self.hand_over(now, [from, to], &ids);
            let up = level.is_above(self.posts[from].level);
            let count = if up { &mut self.changes.up } else { &mut self.changes.down };
            *count += moved as u64;
            for peer in peers {
                if let Some((dcm, member)) = self.clients.find(peer) {
                    self.with_dcm(now, dcm, outbox, |dcm, step| dcm.settle(member, step));
                }
            }
            self.charge_handover(now, to, moved);
        }
    }

    /// The DCM of a level for a viewer, made if there is none.
    pub(super) fn dcm_at(
        &mut self,
        now: SimTime,
        content: &ContentInfo,
        level: Level,
        viewer: Viewer,
    ) -> usize {
        let region = match level {
            Level::Top => Region::WORLD,
            Level::Second | Level::Bottom | Level::Flat => self.region_of(viewer),
        };
        let known = self.directory.find((content.content, level, region), viewer, &self.continents);
        known.unwrap_or_else(|| {
            let post = Post::new(content.content, level, region);
            let number = self.create_dcm(now, content, post);
            self.directory.enter((content.content, level, region), number);
            number
        })
    }

    /// The region of a viewer: where it is, and for a relay where it was called to.
    fn region_of(&self, viewer: Viewer) -> Region {
        let called = self.relays.region_of(viewer.peer);
        called.unwrap_or_else(|| Region::of(viewer.place, &self.config))
    }

    /// Tells each DCM whom to ask for the stream: one of its region at the level above, where several
    /// are they take turns; the top where its region has none.
    fn appoint(&mut self) {
        for number in 0..self.posts.len() {
            let Post { level, content, region, .. } = self.posts[number];
            let asked = match level {
                Level::Flat | Level::Top => None,
                Level::Second => self.one_of((content, Level::Top, Region::WORLD), number),
                Level::Bottom => self
                    .one_of((content, Level::Second, region), number)
                    .or_else(|| self.one_of((content, Level::Top, Region::WORLD), number)),
            };
            self.posts[number].above = asked.map(|dcm| dcm as u32);
        }
    }

    fn one_of(&self, key: (ContentId, Level, Region), number: usize) -> Option<usize> {
        let mut all = self.directory.all_of(key);
        all.retain(|dcm| self.dcms[*dcm].len() > 0);
        (!all.is_empty()).then(|| all[number % all.len()])
    }

    /// Members at a level who watch.
    pub(super) fn at_level(&self, level: Level) -> usize {
        let dcms = self.posts.iter().zip(&self.dcms).filter(|(post, _)| post.level == level);
        dcms.map(|(_, dcm)| dcm.watching()).sum()
    }
}
