//! Messages on their way. Their storage is used again, so that heartbeats allocate nothing.

use crate::proto::{Heartbeat, ToCenter, ToClient};
use crate::units::PeerId;

/// A message with its sender or receiver.
#[derive(Debug)]
pub(super) struct Letter<M> {
    pub(super) client: PeerId,
    pub(super) message: M,
}

/// Letters by number.
#[derive(Debug)]
struct Pigeonholes<M> {
    letters: Vec<Option<Letter<M>>>,
    vacant: Vec<u32>,
}

/// All messages on their way.
#[derive(Debug, Default)]
pub(super) struct Mail {
    to_center: Pigeonholes<ToCenter>,
    to_client: Pigeonholes<ToClient>,
    spare_beats: Vec<Heartbeat>,
}

impl<M> Default for Pigeonholes<M> {
    fn default() -> Self {
        Self { letters: Vec::new(), vacant: Vec::new() }
    }
}

impl<M> Pigeonholes<M> {
    fn put(&mut self, letter: Letter<M>) -> u32 {
        if let Some(number) = self.vacant.pop() {
            self.letters[number as usize] = Some(letter);
            return number;
        }
        self.letters.push(Some(letter));
        self.letters.len() as u32 - 1
    }

    fn take(&mut self, number: u32) -> Option<Letter<M>> {
        let letter = self.letters[number as usize].take();
        if letter.is_some() {
            self.vacant.push(number);
        }
        letter
    }
}

impl Mail {
    pub(super) fn put_to_center(&mut self, client: PeerId, message: ToCenter) -> u32 {
        self.to_center.put(Letter { client, message })
    }

    pub(super) fn put_to_client(&mut self, client: PeerId, message: ToClient) -> u32 {
        self.to_client.put(Letter { client, message })
    }

    /// Who sent a letter to the coordinator.
    pub(super) fn sender(&self, number: u32) -> Option<PeerId> {
        self.to_center.letters.get(number as usize)?.as_ref().map(|letter| letter.client)
    }

    pub(super) fn take_to_center(&mut self, number: u32) -> Option<Letter<ToCenter>> {
        self.to_center.take(number)
    }

    pub(super) fn take_to_client(&mut self, number: u32) -> Option<Letter<ToClient>> {
        self.to_client.take(number)
    }

    /// An empty report, with the room of an earlier one.
    pub(super) fn blank_beat(&mut self) -> Heartbeat {
        self.spare_beats.pop().unwrap_or_default()
    }

    /// Gives the room of a report back.
    pub(super) fn recycle(&mut self, message: ToCenter) {
        if let ToCenter::Heartbeat(mut beat) = message {
            beat.received.clear();
            beat.sent.clear();
            beat.news = None;
            self.spare_beats.push(beat);
        }
    }
}
