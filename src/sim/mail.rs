//! Messages on their way. They stay where they were written until they are read, and their storage is
//! used again: heartbeats neither move nor allocate.

use super::peers::Slot;
use crate::proto::{Heartbeat, ToCenter, ToClient};
use crate::units::PeerId;

/// A message with its sender or receiver.
#[derive(Debug)]
pub(super) struct Letter<M> {
    pub(super) client: PeerId,
    /// Where the client sat when the letter was written: a look there is enough to see whether it
    /// still does.
    pub(super) slot: Slot,
    pub(super) message: M,
}

/// Letters by number.
#[derive(Debug)]
struct Pigeonholes<M> {
    letters: Vec<Letter<M>>,
    vacant: Vec<u32>,
}

/// All messages on their way.
#[derive(Debug, Default)]
pub(super) struct Mail {
    to_center: Pigeonholes<ToCenter>,
    to_client: Pigeonholes<ToClient>,
}

impl<M> Default for Pigeonholes<M> {
    fn default() -> Self {
        Self { letters: Vec::new(), vacant: Vec::new() }
    }
}

impl<M> Pigeonholes<M> {
    fn put(&mut self, letter: Letter<M>) -> u32 {
        if let Some(number) = self.vacant.pop() {
            self.letters[number as usize] = letter;
            return number;
        }
        self.letters.push(letter);
        self.letters.len() as u32 - 1
    }

    fn get(&self, number: u32) -> &Letter<M> {
        &self.letters[number as usize]
    }
}

impl Mail {
    pub(super) fn put_to_center(&mut self, letter: Letter<ToCenter>) -> u32 {
        self.to_center.put(letter)
    }

    pub(super) fn put_to_client(&mut self, letter: Letter<ToClient>) -> u32 {
        self.to_client.put(letter)
    }

    /// A letter with an empty report, to be written in place.
    pub(super) fn open_report(&mut self, client: PeerId, slot: Slot) -> (u32, &mut Heartbeat) {
        let blank = Letter { client, slot, message: ToCenter::Leave };
        let number = self.to_center.vacant.pop();
        let number = number.unwrap_or_else(|| self.put_to_center(blank));
        let letter = &mut self.to_center.letters[number as usize];
        (letter.client, letter.slot) = (client, slot);
        (number, blank_report(&mut letter.message))
    }

    /// A letter to the coordinator.
    pub(super) fn to_center(&self, number: u32) -> &Letter<ToCenter> {
        self.to_center.get(number)
    }

    /// Takes a letter to a client out.
    pub(super) fn take_to_client(&mut self, number: u32) -> Letter<ToClient> {
        let letter = &mut self.to_client.letters[number as usize];
        let message = std::mem::replace(&mut letter.message, ToClient::Ack);
        self.to_client.vacant.push(number);
        Letter { client: letter.client, slot: letter.slot, message }
    }

    /// A letter to the coordinator has been read, or has got lost.
    pub(super) fn discard_to_center(&mut self, number: u32) {
        self.to_center.vacant.push(number);
    }
}

/// Makes an empty report of a message; a former report leaves its room.
fn blank_report(message: &mut ToCenter) -> &mut Heartbeat {
    if !matches!(message, ToCenter::Heartbeat(_)) {
        *message = ToCenter::Heartbeat(Heartbeat::default());
    }
    match message {
        ToCenter::Heartbeat(report) => {
            report.received.clear();
            report.sent.clear();
            report.news = None;
            report
        }
        _ => unreachable!("written above"),
    }
}
