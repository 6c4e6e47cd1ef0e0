//! History database (mission rows C7, A3): how long clients stayed, how they left, what they lost, and
//! what is to be expected of a client because of it.
//!
//! It learns from joins, good-byes, silences and sequence numbers only. Who has no history of its own is
//! judged by clients like it, over ever coarser classes. Memory is bounded: the last ten downloads of so
//! many clients, and so many classes. Not here: who is present, and what is decided.

mod downloads;
mod estimate;
mod life_table;
mod loss;
mod pairs;
mod recent;
mod traits;

pub(crate) use downloads::{Download, Ending};
pub(crate) use estimate::{Outlook, Standing};
pub(crate) use life_table::{AGES, stage_of};
pub(crate) use pairs::FailedPairs;
pub(crate) use traits::{Traits, Way};

use crate::units::{AsNumber, HostId, Ratio, Span};
use downloads::Downloads;
use estimate::{Estimate, Prior};
use life_table::LifeTable;
use loss::LossHistogram;
use recent::Recent;
use traits::Class;

/// How many classes are remembered (assumption; some 150 bytes each).
const CLASSES: usize = 10_000;

/// The history database.
#[derive(Debug)]
pub(crate) struct History {
    clients: Recent<HostId, Client>,
    classes: Recent<Class, Record>,
    everybody: Record,
    /// What was lost between two networks: no matter of the sender.
    borders: Recent<(AsNumber, AsNumber), LossHistogram>,
    prior: Prior,
}

/// What is remembered of a client.
#[derive(Debug, Default)]
struct Client {
    downloads: Downloads,
    sending: LossHistogram,
}

/// What is remembered of a class of clients.
#[derive(Debug, Default)]
struct Record {
    life: LifeTable,
    sending: LossHistogram,
}

impl History {
    /// An empty database of at most so many clients.
    pub(crate) fn new(clients: usize) -> Self {
        Self::bounded(clients, CLASSES)
    }

    fn bounded(clients: usize, classes: usize) -> Self {
        Self {
            clients: Recent::new(clients),
            classes: Recent::new(classes),
            everybody: Record::default(),
            borders: Recent::new(classes),
            prior: Prior::of_nobody(),
        }
    }

    /// A client begins a stage of its stay: the first when it comes, the next ones at [`AGES`].
    pub(crate) fn enters(&mut self, who: &Traits, stage: usize) {
        self.each_record(who, |record| record.life.enters(stage));
    }

    /// A client's download is over.
    pub(crate) fn ends(&mut self, who: &Traits, download: Download) {
        let stage = stage_of(download.stay);
        self.each_record(who, |record| record.life.ends(stage, download.ending));
        self.clients.touch(who.client).downloads.push(download);
    }

    /// Of what a client had to send in an interval this share did not arrive.
    pub(crate) fn loses(&mut self, way: &Way, share: Ratio) {
        self.each_histogram(way, |sending| sending.note(share));
    }

    /// On this way nothing was lost in so many intervals.
    pub(crate) fn delivers(&mut self, way: &Way, intervals: u64) {
        if intervals > 0 {
            self.each_histogram(way, |sending| sending.note_clean(intervals));
        }
    }

    /// Within a network all is the sender's, and abroad all is the border's.
    fn each_histogram(&mut self, way: &Way, note: impl Fn(&mut LossHistogram)) {
        let Way { sender, to } = way;
        if sender.network == *to {
            self.each_record(sender, |record| note(&mut record.sending));
            note(&mut self.clients.touch(sender.client).sending);
        } else {
            note(self.borders.touch((sender.network, *to)));
        }
    }

    fn each_record(&mut self, who: &Traits, note: impl Fn(&mut Record)) {
        note(&mut self.everybody);
        for class in who.classes() {
            note(self.classes.touch(class));
        }
    }

    /// What is to be expected of a client that has been here for so long.
    pub(crate) fn outlook(&self, who: &Traits, age: Span) -> Outlook {
        let mut estimate = Estimate::new(&self.prior, age);
        estimate.refine(&self.everybody.life, &self.everybody.sending);
        // From coarse to fine: each class corrects what the one before it said, as far as it knows.
        for class in who.classes().iter().rev() {
            if let Some(record) = self.classes.get(class) {
                estimate.refine(&record.life, &record.sending);
            }
        }
        if let Some(client) = self.clients.get(&who.client) {
            estimate.refine_by_client(&client.downloads, &client.sending);
        }
        estimate.outlook()
    }

    /// Clients, classes and downloads that are remembered, and clients that had to be forgotten.
    pub(crate) fn counts(&self) -> [u64; 4] {
        let downloads = self.clients.values().map(|client| client.downloads.len() as u64).sum();
        let (clients, classes) = (self.clients.len() as u64, self.classes.len() as u64);
        [clients, classes, downloads, self.clients.forgotten()]
    }

    /// The mean share that was lost within networks, and between the two where it is largest; none where
    /// nobody has sent.
    pub(crate) fn losses(&self) -> [Option<f64>; 2] {
        let between = self.borders.values().filter_map(LossHistogram::mean);
        [self.everybody.sending.mean(), between.reduce(f64::max)]
    }
}

#[cfg(test)]
mod tests;
