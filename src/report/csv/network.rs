//! The tables of the network: links, ISPs, who feeds whom.

use super::CsvError;
use super::read::rows;
use super::write::Sheet;
use crate::metrics::{IspRow, LinkRow, TopologyRow};

const LINKS: [&str; 9] =
    ["from", "to", "kind", "capacity_bps", "bytes", "mean_bps", "peak_bps", "p95_bps", "busy_s"];
const ISPS: [&str; 15] = [
    "network",
    "name",
    "country",
    "sessions",
    "peak_viewers",
    "on_net_bytes",
    "peering_in_bytes",
    "transit_in_bytes",
    "off_net_out_bytes",
    "border_copies",
    "border_copies_bound",
    "heard_on_net_bytes",
    "heard_peering_in_bytes",
    "heard_transit_in_bytes",
    "heard_off_net_out_bytes",
];
const TOPOLOGY: [&str; 7] =
    ["time_s", "content", "substream", "parent", "child", "depth", "rate_bps"];

/// `links.csv`: one row a link direction that carried data.
#[must_use]
pub fn links_csv(links: &[LinkRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&LINKS);
    for row in links {
        sheet.put(row.from.as_str()).put(row.to.as_str()).put(row.kind);
        sheet.put(row.capacity).put(row.bytes).put(row.mean).put(row.peak);
        sheet.put(row.p95).put(row.busy).end_row();
    }
    sheet.into_bytes()
}

/// `isps.csv`: one row an access ISP.
#[must_use]
pub fn isps_csv(isps: &[IspRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&ISPS);
    for row in isps {
        sheet.put(row.network).put(row.name.as_str()).put(row.country.as_str());
        sheet.put(row.sessions).put(row.peak_viewers).put(row.on_net);
        sheet.put(row.peering_in).put(row.transit_in).put(row.off_net_out);
        sheet.put(row.border_copies).put(row.border_copies_bound);
        sheet.put(row.heard_on_net).put(row.heard_peering_in);
        sheet.put(row.heard_transit_in).put(row.heard_off_net_out).end_row();
    }
    sheet.into_bytes()
}

/// The rows of an `isps.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`isps_csv`] would not have written.
pub fn isps_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<IspRow>, CsvError> {
    rows(file, bytes, &ISPS, |line| {
        Ok(IspRow {
            network: line.take()?,
            name: line.take()?,
            country: line.take()?,
            sessions: line.take()?,
            peak_viewers: line.take()?,
            on_net: line.take()?,
            peering_in: line.take()?,
            transit_in: line.take()?,
            off_net_out: line.take()?,
            border_copies: line.take()?,
            border_copies_bound: line.take()?,
            heard_on_net: line.take()?,
            heard_peering_in: line.take()?,
            heard_transit_in: line.take()?,
            heard_off_net_out: line.take()?,
        })
    })
}

/// `topology.csv`: one row an edge and sampled instant.
#[must_use]
pub fn topology_csv(topology: &[TopologyRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&TOPOLOGY);
    for row in topology {
        sheet.put(row.time).put(row.content).put(row.substream);
        sheet.put(row.parent).put(row.child).put(row.depth).put(row.rate).end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `topology.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`topology_csv`] would not have written.
pub fn topology_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<TopologyRow>, CsvError> {
    rows(file, bytes, &TOPOLOGY, |line| {
        Ok(TopologyRow {
            time: line.take()?,
            content: line.take()?,
            substream: line.take()?,
            parent: line.take()?,
            child: line.take()?,
            depth: line.take()?,
            rate: line.take()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{AsNumber, BitRate, Bytes, ContentId, PeerId, SimTime, Span, Substream};

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_link_has_its_rates_in_bits_per_second() {
        let links = [LinkRow {
            from: "edge-1".into(),
            to: "64500".into(),
            kind: "cdn-uplink",
            capacity: BitRate::from_kbps(9),
            bytes: Bytes::new(2),
            mean: BitRate::from_bps(3),
            peak: BitRate::from_bps(4),
            p95: BitRate::from_bps(5),
            busy: Span::from_millis(250),
        }];
        let table = "from,to,kind,capacity_bps,bytes,mean_bps,peak_bps,p95_bps,busy_s\n\
                     edge-1,64500,cdn-uplink,9000,2,3,4,5,0.25\n";
        assert_eq!(text(links_csv(&links)), table);
    }

    #[test]
    fn an_isp_with_a_comma_in_its_name_reads_back() {
        let isps = [IspRow {
            network: AsNumber::new(3320),
            name: "Net, Inc.".into(),
            country: "DE".into(),
            sessions: 5,
            peak_viewers: 4,
            on_net: Bytes::new(10),
            peering_in: Bytes::new(11),
            transit_in: Bytes::new(12),
            off_net_out: Bytes::new(13),
            border_copies: Some(1.5),
            border_copies_bound: None,
            heard_on_net: Some(Bytes::new(9)),
            heard_peering_in: None,
            heard_transit_in: None,
            heard_off_net_out: None,
        }];
        let table = text(isps_csv(&isps));
        let expected = "network,name,country,sessions,peak_viewers,on_net_bytes,peering_in_bytes,\
                        transit_in_bytes,off_net_out_bytes,border_copies,border_copies_bound,\
                        heard_on_net_bytes,heard_peering_in_bytes,heard_transit_in_bytes,\
                        heard_off_net_out_bytes\n\
                        3320,\"Net, Inc.\",DE,5,4,10,11,12,13,1.5,,9,,,\n";
        assert_eq!(table, expected);
        assert_eq!(isps_from_csv("i", table.as_bytes()).unwrap(), isps);
    }

    #[test]
    fn an_edge_reads_back() {
        let topology = [TopologyRow {
            time: SimTime::from_secs(60),
            content: ContentId::new(0),
            substream: Substream(3),
            parent: PeerId::new(7),
            child: PeerId::new(9),
            depth: 2,
            rate: BitRate::from_kbps(500),
        }];
        let table = text(topology_csv(&topology));
        let expected =
            "time_s,content,substream,parent,child,depth,rate_bps\n60,0,3,7,9,2,500000\n";
        assert_eq!(table, expected);
        assert_eq!(topology_from_csv("t", table.as_bytes()).unwrap(), topology);
        let error =
            topology_from_csv("t", expected.replace(",3,", ",300,").as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "t:2: substream: `300`: expected a substream's number up to 255"
        );
    }
}
