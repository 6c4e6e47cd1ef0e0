//! What clients of files say goes to the file's DCM, by way of the control machine. Decisions about files take no
//! modelled time.

use super::{FileDcm, Step};
use crate::control::machine::ControlCenter;
use crate::control::turns::surroundings;
use crate::proto::{ContentInfo, Outbox, ToCenter, ToHolder};
use crate::units::{PeerId, SimTime};

impl ControlCenter {
    /// What a client of a file says.
    pub(in crate::control) fn serve_download(
        &mut self,
        now: SimTime,
        from: PeerId,
        message: &ToCenter,
        outbox: &mut Outbox,
    ) {
        let Some(content) = self.file_of(from) else { return };
        if let ToCenter::Heartbeat(beat) = message
            && let Some(news) = &beat.news
        {
            self.note_news(from, news);
        }
        self.in_file(now, &content, outbox, |dcm, step| match message {
            ToCenter::Heartbeat(beat) => dcm.heartbeat(from, beat, step),
            ToCenter::Leave => dcm.leave(from, step),
            ToCenter::ConnectFailed { substream, parent } => {
                dcm.connect_failed(from, *substream, *parent, step);
            }
            // Joins have been heard before, and the rest is not said by whoever fetches a file.
            ToCenter::Join(_) | ToCenter::StandBy(_) | ToCenter::Announce => {}
        });
    }

    /// The file that a client fetches.
    fn file_of(&self, client: PeerId) -> Option<ContentInfo> {
        self.offered(self.downloads.content_of(client)?)
    }

    /// Lets the DCM of a file act, and others with what it has to tell them.
    pub(in crate::control) fn in_file(
        &mut self,
        now: SimTime,
        content: &ContentInfo,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut FileDcm, &mut Step<'_>),
    ) {
        self.act_in_file(now, content, outbox, act);
        self.follow_up(now, Vec::new(), outbox);
    }

    fn act_in_file(
        &mut self,
        now: SimTime,
        content: &ContentInfo,
        outbox: &mut Outbox,
        act: impl FnOnce(&mut FileDcm, &mut Step<'_>),
    ) {
        let with = surroundings(now, &self.config, &self.monitor, content);
        let (servers, letters) = (&mut self.servers, &mut self.letters);
        let mut step = Step { with: &with, servers, outbox, letters };
        self.downloads.act(content, |dcm| act(dcm, &mut step));
    }

    /// A keeper's letter about a device on which a file is fetched.
    pub(in crate::control) fn read_share_of_file(
        &mut self,
        now: SimTime,
        client: PeerId,
        letter: &ToHolder,
        outbox: &mut Outbox,
    ) {
        if let Some(content) = self.file_of(client) {
            self.act_in_file(now, &content, outbox, |dcm, step| {
                dcm.read_share(client, letter, step);
            });
        }
    }

    /// The second-level look at all files.
    pub(in crate::control) fn tick_downloads(&mut self, now: SimTime, outbox: &mut Outbox) {
        for content in self.downloads.contents() {
            self.in_file(now, &content, outbox, |dcm, step| dcm.tick(step));
        }
    }
}
