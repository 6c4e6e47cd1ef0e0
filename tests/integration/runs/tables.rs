//! The tables of a run agree with each other (rows C12, W1).

use super::*;
use grandstand::metrics::TransferRow;

#[test]
fn transfers_add_up_to_what_each_peer_received_and_sent() {
    let run = &small_match()[0];
    let viewers = viewers(run);
    let mut ledger: BTreeMap<PeerId, [u64; 3]> = BTreeMap::new();
    for row in &run.records.transfers {
        let from_peer = usize::from(viewers.contains_key(&row.source));
        ledger.entry(row.destination).or_default()[from_peer] += row.bytes.get();
        ledger.entry(row.source).or_default()[2] += row.bytes.get();
    }
    let transfers = run.records.transfers.len();
    assert!(transfers > 20_000, "{transfers} transfers");
    for (peer, row) in viewers {
        let found = ledger.get(&peer).copied().unwrap_or_default();
        let expected = [row.from_cdn, row.from_peers, row.sent].map(|bytes| bytes.get());
        for (found, expected) in found.into_iter().zip(expected) {
            // Media are cut to whole bytes at each change of a rate.
            let off = found.abs_diff(expected);
            assert!(off <= 500 + expected / 100_000, "{peer:?}: {found} bytes, not {expected}");
        }
    }
}

#[test]
fn a_transfer_says_whose_what_when_and_between_whom() {
    let run = &small_match()[0];
    let viewers = viewers(run);
    let real = |row: &&TransferRow| row.end > row.start;
    for row in run.records.transfers.iter().filter(real) {
        assert_eq!((row.owner.as_str(), row.title.as_str()), ("match", "match"));
        let destination = viewers[&row.destination];
        assert_eq!(row.destination_network, destination.network);
        assert!(destination.join <= row.start && row.end <= destination.leave, "{row:?}");
        if let Some(source) = viewers.get(&row.source) {
            assert_eq!(row.source_network, source.network);
            assert!(source.join <= row.start && row.end <= source.leave, "{row:?}");
        }
        let lasted = row.end.since(row.start).as_secs_f64();
        let mean = row.bytes.get() as f64 * 8.0 / lasted;
        assert!((mean - row.mean.as_f64()).abs() <= 1.0, "{row:?}: {mean} bps");
        // Within a bit of rounding nothing is faster than its fastest.
        assert!(row.mean.as_f64() <= row.peak.as_f64() * 1.001 + 16.0 / lasted, "{row:?}");
    }
}
