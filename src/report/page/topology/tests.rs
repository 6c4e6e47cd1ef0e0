//! Drawings of made-up topologies.

use super::*;
use crate::metrics::PeerRow;
use crate::units::{AsNumber, BitRate, Bytes, ContentId, HostId, Metro, Span, Substream};

fn row(seconds: u64, substream: u8, parent: u32, child: u32) -> TopologyRow {
    TopologyRow {
        time: SimTime::from_secs(seconds),
        content: ContentId::new(0),
        substream: Substream(substream),
        parent: PeerId::new(parent),
        child: PeerId::new(child),
        depth: 0,
        rate: BitRate::from_kbps(u64::from(child != 3) * 250),
    }
}

fn peer(number: u32, network: u32) -> PeerRow {
    PeerRow {
        peer: PeerId::new(number),
        network: AsNumber::new(network),
        access: "fibre".into(),
        nat: "open".into(),
        join: SimTime::ZERO,
        leave: SimTime::from_secs(100),
        silent: false,
        startup_delay: None,
        stalls: 0,
        stalled: Span::ZERO,
        due: Span::ZERO,
        on_time: Span::ZERO,
        lag: None,
        from_cdn: Bytes::ZERO,
        from_peers: Bytes::ZERO,
        sent: Bytes::ZERO,
        parent_changes: 0,
        client: HostId::new(0),
        channel: None,
        fetched: None,
        uplink: None,
        city: Metro::new(0),
        dcm: None,
        dcm_changes: 0,
    }
}

fn facts() -> Facts {
    Facts::of(
        "[[cdn]]\nname = \"<origin>\"\nas = 9\n[[isp]]\nas = 7\nname = \"N<script>\"\n\
         [[isp]]\nas = 8\nname = \"South\"\n",
    )
}

fn tables(topology: Vec<TopologyRow>, viewers: u32) -> RunTables {
    let peers = (1..=viewers).map(|number| peer(number, 7 + number % 2)).collect();
    RunTables { topology, peers, ..RunTables::default() }
}

#[test]
fn a_frame_says_what_it_shows() {
    let rows = vec![row(60, 0, 0, 1), row(60, 0, 1, 2), row(60, 0, 1, 3), row(90, 1, 0, 2)];
    let drawings = drawings(&tables(rows, 3), &facts()).unwrap();
    let expected = "00:01:00, substream 0: 3 viewers, 1 fed by CDN nodes, at most 2 hops; 1 of 2 \
                    edges between viewers cross into another network; 1 without data at the moment.";
    assert_eq!(drawings.frames[0].caption, expected);
    assert_eq!((drawings.frames.len(), drawings.single), (2, true));
    assert_eq!(drawings.substreams, ["0", "1"]);
    let svg = &drawings.frames[0].svg;
    assert!(svg.contains("data-p=\"2\" data-f=\"1\""), "{svg}");
    assert!(svg.contains("N&lt;script&gt;") && svg.contains("&lt;origin&gt;"), "{svg}");
    assert!(!svg.contains("<script") && !svg.contains("<origin"), "{svg}");
    assert_eq!(svg.matches(" dry").count(), 1, "{svg}");
    assert!(drawings.notes.is_empty());
}

#[test]
fn trees_of_several_contents_are_drawn_apart() {
    let of_second = |row: TopologyRow| TopologyRow { content: ContentId::new(1), ..row };
    let rows = vec![row(60, 0, 0, 1), of_second(row(60, 0, 0, 2)), row(60, 1, 0, 3)];
    let named = "[[cdn]]\nname = \"origin\"\nas = 9\n[[content]]\nname = \"match\"\n\
                 [[content]]\nname = \"studio\"\n";
    let drawings = drawings(&tables(rows, 3), &Facts::of(named)).unwrap();
    assert_eq!(drawings.substreams, ["0 of match", "1 of match", "0 of studio"]);
    let begins = "00:01:00, substream 0 of studio: 1 viewer, 1 fed by CDN nodes";
    assert!(drawings.frames.iter().any(|frame| frame.caption.starts_with(begins)));
}

#[test]
fn many_viewers_are_drawn_by_network_and_distance() {
    let count = MOST_SINGLE as u32 + 50;
    let rows: Vec<TopologyRow> = (1..=count)
        .map(|child| row(60, 0, u32::from(child > 2) * (1 + child % 2), child))
        .collect();
    let drawings = drawings(&tables(rows, count), &facts()).unwrap();
    assert!(!drawings.single);
    assert!(drawings.notes[0].starts_with("Up to 250 viewers"), "{:?}", drawings.notes);
    let svg = &drawings.frames[0].svg;
    // The source, and two networks on two levels.
    assert_eq!(svg.matches("<title>").count(), 5, "{svg}");
    assert!(svg.contains("South: 124 viewers, 1 without data"), "{svg}");
    assert!(svg.len() < 4000, "{}", svg.len());
}

#[test]
fn many_instants_are_thinned_out_and_it_is_said() {
    let rows = (0..1000).map(|second| row(second, 0, 0, 1)).collect();
    let drawings = drawings(&tables(rows, 1), &facts()).unwrap();
    assert_eq!(drawings.frames.len(), MOST_FRAMES);
    assert_eq!(drawings.instants.last().unwrap().seconds, 999.0);
    assert_eq!(drawings.notes, [format!("{MOST_FRAMES} of 1000 sampled instants are drawn.")]);
}

#[test]
fn without_rows_there_is_no_drawing() {
    assert!(drawings(&RunTables::default(), &Facts::default()).is_none());
}

#[test]
fn networks_that_no_table_tells_are_said_to_be_unknown() {
    let drawings = drawings(&tables(vec![row(60, 0, 0, 1)], 0), &facts()).unwrap();
    assert!(drawings.frames[0].svg.contains("network not recorded"));
}
