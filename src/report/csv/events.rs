//! `events.csv`: what went wrong, and when.

use super::CsvError;
use super::read::rows;
use super::write::Sheet;
use crate::metrics::EventRow;

const EVENTS: [&str; 9] =
    ["time_s", "event", "peer", "substream", "other", "noticed_s", "blamed", "lasted_s", "detail"];

/// `events.csv`: one row an event, in the order of time.
#[must_use]
pub fn events_csv(events: &[EventRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&EVENTS);
    for row in events {
        sheet.put(row.time).put(row.event).put(row.peer).put(row.substream).put(row.other);
        sheet.put(row.noticed).put(row.blamed).put(row.lasted).put(row.detail.as_ref()).end_row();
    }
    sheet.into_bytes()
}

/// The rows of an `events.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`events_csv`] would not have written.
pub fn events_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<EventRow>, CsvError> {
    rows(file, bytes, &EVENTS, |line| {
        Ok(EventRow {
            time: line.take()?,
            event: line.take()?,
            peer: line.take()?,
            substream: line.take()?,
            other: line.take()?,
            noticed: line.take()?,
            blamed: line.take()?,
            lasted: line.take()?,
            detail: line.take()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::EventKind;
    use crate::units::{PeerId, SimTime, Span, Substream};

    #[test]
    fn a_loss_and_a_fault_read_back() {
        let loss = EventRow {
            time: SimTime::from_secs(180),
            event: EventKind::Loss,
            peer: Some(PeerId::new(4)),
            substream: Some(Substream(2)),
            other: Some(PeerId::new(7)),
            noticed: Some(Span::from_millis(2500)),
            blamed: Some(PeerId::new(8)),
            lasted: None,
            detail: "silent".into(),
        };
        let fault = EventRow {
            detail: "cdn_down Paris, 2".into(),
            ..EventRow::new(loss.time, EventKind::FaultBegins)
        };
        let events = [loss, fault];
        let table = String::from_utf8(events_csv(&events)).unwrap();
        let expected = "time_s,event,peer,substream,other,noticed_s,blamed,lasted_s,detail\n\
                        180,loss,4,2,7,2.5,8,,silent\n\
                        180,fault_begins,,,,,,,\"cdn_down Paris, 2\"\n";
        assert_eq!(table, expected);
        assert_eq!(events_from_csv("e", table.as_bytes()).unwrap(), events);
        let error = events_from_csv("e.csv", table.replace("loss", "los").as_bytes()).unwrap_err();
        let said = "e.csv:2: event: `los`: expected the name of an event, as `stall`";
        assert_eq!(error.to_string(), said);
    }
}
