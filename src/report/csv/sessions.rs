//! The tables of single sessions: peers, assignments, transfers.

use super::CsvError;
use super::read::{rows, rows_under};
use super::write::Sheet;
use crate::metrics::{PeerRow, TransferRow};
use crate::proto::Decision;

const PEERS: [&str; 21] = [
    "peer",
    "network",
    "access",
    "nat",
    "join_s",
    "leave_s",
    "silent",
    "startup_delay_s",
    "stalls",
    "stalled_s",
    "due_s",
    "on_time_s",
    "lag_s",
    "from_cdn_bytes",
    "from_peers_bytes",
    "sent_bytes",
    "parent_changes",
    "client",
    "city",
    "dcm",
    "dcm_changes",
];
/// Three more columns of a run with several contents or files.
const CHANNEL: [&str; 3] = ["content", "host", "fetched_s"];
/// Two more columns of a run in which some take their uplink for wider than it is.
const UPLINK: [&str; 2] = ["uplink_bps", "said_uplink_bps"];
const ASSIGNMENTS: [&str; 16] = [
    "time_s",
    "child",
    "substream",
    "dcm",
    "trigger",
    "old_parent",
    "new_parent",
    "rule",
    "feasible",
    "pruned_uplink",
    "pruned_policy",
    "pruned_nat",
    "pruned_congestion",
    "pruned_history",
    "considered",
    "outlook",
];
const TRANSFERS: [&str; 11] = [
    "owner",
    "title",
    "source",
    "destination",
    "source_network",
    "destination_network",
    "bytes",
    "start_s",
    "end_s",
    "peak_bps",
    "mean_bps",
];

/// `peers.csv`: one row a session; with its content, its device and the time that a file took where there are
/// several contents or files; with what its lent uplink carries and what it says where these differ for some.
#[must_use]
pub fn peers_csv(peers: &[PeerRow]) -> Vec<u8> {
    let are_several = peers.iter().any(|row| row.channel.is_some());
    let channel = if are_several { &CHANNEL[..] } else { &[] };
    let are_overstated = peers.iter().any(|row| row.uplink.is_some());
    let uplink = if are_overstated { &UPLINK[..] } else { &[] };
    let mut sheet = Sheet::new(&[&PEERS[..], channel, uplink].concat());
    for row in peers {
        sheet.put(row.peer).put(row.network).put(row.access.as_str()).put(row.nat.as_ref());
        sheet.put(row.join).put(row.leave).put(row.silent).put(row.startup_delay);
        sheet.put(row.stalls).put(row.stalled).put(row.due).put(row.on_time).put(row.lag);
        sheet.put(row.from_cdn).put(row.from_peers).put(row.sent).put(row.parent_changes);
        sheet.put(row.client).put(row.city).put(row.dcm).put(row.dcm_changes);
        if are_several {
            let (content, host) = row.channel.unzip();
            sheet.put(content).put(host).put(row.fetched);
        }
        if are_overstated {
            let [carries, said] = row.uplink.map_or([None; 2], |both| both.map(Some));
            sheet.put(carries).put(said);
        }
        sheet.end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `peers.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`peers_csv`] would not have written.
pub fn peers_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<PeerRow>, CsvError> {
    let more: [&[&str]; 4] = [&[], &CHANNEL, &UPLINK, &[&CHANNEL[..], &UPLINK].concat()];
    let expected = format!("the header `{}`", PEERS.join(","));
    let is_right = |found: &csv::StringRecord| {
        more.iter().any(|more| found.iter().eq(PEERS.iter().chain(*more).copied()))
    };
    rows_under(file, bytes, &expected, is_right, |line| {
        let mut row = PeerRow {
            peer: line.take()?,
            network: line.take()?,
            access: line.take()?,
            nat: line.take()?,
            join: line.take()?,
            leave: line.take()?,
            silent: line.take()?,
            startup_delay: line.take()?,
            stalls: line.take()?,
            stalled: line.take()?,
            due: line.take()?,
            on_time: line.take()?,
            lag: line.take()?,
            from_cdn: line.take()?,
            from_peers: line.take()?,
            sent: line.take()?,
            parent_changes: line.take()?,
            client: line.take()?,
            city: line.take()?,
            dcm: line.take()?,
            dcm_changes: line.take()?,
            channel: None,
            fetched: None,
            uplink: None,
        };
        if line.is_at(CHANNEL[0]) {
            row.channel = Some((line.take()?, line.take()?));
            row.fetched = line.take()?;
        }
        if line.is_at(UPLINK[0]) {
            row.uplink = Some([line.take()?, line.take()?]);
        }
        Ok(row)
    })
    .map(|(_, rows)| rows)
}

/// `assignments.csv`: one row a decision of the coordinator, with its trigger and its rule.
#[must_use]
pub fn assignments_csv(decisions: &[Decision]) -> Vec<u8> {
    let mut sheet = Sheet::new(&ASSIGNMENTS);
    for row in decisions {
        sheet.put(row.time).put(row.child).put(row.substream).put(row.dcm);
        sheet.put(row.trigger);
        sheet.put(row.old_parent).put(row.new_parent).put(row.rule);
        sheet.put(row.feasible).put(row.pruned_uplink).put(row.pruned_policy).put(row.pruned_nat);
        sheet.put(row.pruned_congestion).put(row.pruned_history).put(row.considered);
        sheet.put(row.outlook).end_row();
    }
    sheet.into_bytes()
}

/// The rows of an `assignments.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`assignments_csv`] would not have written.
pub fn assignments_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<Decision>, CsvError> {
    rows(file, bytes, &ASSIGNMENTS, |line| {
        Ok(Decision {
            time: line.take()?,
            child: line.take()?,
            substream: line.take()?,
            dcm: line.take()?,
            trigger: line.take()?,
            old_parent: line.take()?,
            new_parent: line.take()?,
            rule: line.take()?,
            feasible: line.take()?,
            pruned_uplink: line.take()?,
            pruned_policy: line.take()?,
            pruned_nat: line.take()?,
            pruned_congestion: line.take()?,
            pruned_history: line.take()?,
            considered: line.take()?,
            outlook: line.take()?,
        })
    })
}

/// `transfers.csv`: one row a finished transfer.
#[must_use]
pub fn transfers_csv(transfers: &[TransferRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&TRANSFERS);
    for row in transfers {
        sheet.put(row.owner.as_str()).put(row.title.as_str());
        sheet.put(row.source).put(row.destination);
        sheet.put(row.source_network).put(row.destination_network).put(row.bytes);
        sheet.put(row.start).put(row.end).put(row.peak).put(row.mean).end_row();
    }
    sheet.into_bytes()
}

/// The rows of a `transfers.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`transfers_csv`] would not have written.
pub fn transfers_from_csv(file: &str, bytes: &[u8]) -> Result<Vec<TransferRow>, CsvError> {
    rows(file, bytes, &TRANSFERS, |line| {
        Ok(TransferRow {
            owner: line.take()?,
            title: line.take()?,
            source: line.take()?,
            destination: line.take()?,
            source_network: line.take()?,
            destination_network: line.take()?,
            bytes: line.take()?,
            start: line.take()?,
            end: line.take()?,
            peak: line.take()?,
            mean: line.take()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::{Rule, Trigger};
    use crate::units::{
        AsNumber, BitRate, Bytes, ContentId, HostId, Metro, PeerId, Ratio, SimTime, Span, Substream,
    };

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_session_that_never_saw_a_picture_has_empty_cells() {
        let peers = [PeerRow {
            peer: PeerId::new(4),
            network: AsNumber::new(64_500),
            access: "fibre".into(),
            nat: "open".into(),
            join: SimTime::from_secs(1),
            leave: SimTime::from_secs(9),
            silent: true,
            startup_delay: None,
            stalls: 0,
            stalled: Span::ZERO,
            due: Span::from_secs(8),
            on_time: Span::from_millis(7_900),
            lag: None,
            from_cdn: Bytes::new(1),
            from_peers: Bytes::new(2),
            sent: Bytes::new(3),
            parent_changes: 5,
            client: HostId::new(6),
            channel: None,
            fetched: None,
            uplink: None,
            city: Metro::new(3),
            dcm: Some(2),
            dcm_changes: 1,
        }];
        let table = "peer,network,access,nat,join_s,leave_s,silent,startup_delay_s,stalls,\
                     stalled_s,due_s,on_time_s,lag_s,from_cdn_bytes,from_peers_bytes,sent_bytes,\
                     parent_changes,client,city,dcm,dcm_changes\n\
                     4,64500,fibre,open,1,9,true,,0,0,8,7.9,,1,2,3,5,6,3,2,1\n";
        assert_eq!(text(peers_csv(&peers)), table);
        assert_eq!(peers_from_csv("p", table.as_bytes()).unwrap(), peers);
        let wrong = peers_from_csv("p", table.replace("true", "yes").as_bytes()).unwrap_err();
        assert_eq!(wrong.to_string(), "p:2: silent: `yes`: expected `true` or `false`");
        // Where there are several contents or files, what it was there for, on which device, and when it had
        // all of it follows.
        let [peer] = peers;
        let channel = Some((ContentId::new(1), HostId::new(77)));
        let peers = [PeerRow { channel, fetched: Some(Span::from_secs(5)), ..peer }];
        let longer = table.replace("dcm_changes\n", "dcm_changes,content,host,fetched_s\n");
        let longer = longer.replace("3,2,1\n", "3,2,1,1,77,5\n");
        assert_eq!(text(peers_csv(&peers)), longer);
        assert_eq!(peers_from_csv("p", longer.as_bytes()).unwrap(), peers);
        // What its uplink carries, and what it says of it, last.
        let [peer] = peers;
        let uplink = Some([900, 4_000].map(BitRate::from_kbps));
        let peers = [PeerRow { uplink, ..peer }];
        let longest = longer.replace("fetched_s\n", "fetched_s,uplink_bps,said_uplink_bps\n");
        let longest = longest.replace(",77,5\n", ",77,5,900000,4000000\n");
        assert_eq!(text(peers_csv(&peers)), longest);
        assert_eq!(peers_from_csv("p", longest.as_bytes()).unwrap(), peers);
        let [peer] = peers;
        let peers = [PeerRow { channel: None, fetched: None, ..peer }];
        assert_eq!(peers_from_csv("p", &peers_csv(&peers)).unwrap(), peers);
    }

    #[test]
    fn a_decision_carries_its_trigger_and_rule() {
        let decisions = [Decision {
            time: SimTime::from_secs(3),
            child: PeerId::new(8),
            substream: Substream(1),
            dcm: Some(2),
            trigger: Trigger::ParentSilent,
            old_parent: Some(PeerId::new(2)),
            new_parent: None,
            rule: Rule::NothingHasRoom,
            feasible: 10,
            pruned_uplink: 5,
            pruned_policy: 1,
            pruned_nat: 3,
            pruned_congestion: 1,
            pruned_history: 2,
            considered: 0,
            outlook: Ratio::new(0.875),
        }];
        let table = "time_s,child,substream,dcm,trigger,old_parent,new_parent,rule,feasible,\
                     pruned_uplink,pruned_policy,pruned_nat,pruned_congestion,pruned_history,considered,\
                     outlook\n\
                     3,8,1,2,parent_silent,2,,nothing_has_room,10,5,1,3,1,2,0,0.875\n";
        assert_eq!(text(assignments_csv(&decisions)), table);
        assert_eq!(assignments_from_csv("a", table.as_bytes()).unwrap(), decisions);
        assert!(assignments_from_csv("a", table.replace("_silent", "").as_bytes()).is_err());
    }

    #[test]
    fn a_transfer_names_both_ends() {
        let transfers = [TransferRow {
            owner: "studio".into(),
            title: "film \"one\"".into(),
            source: PeerId::new(1),
            destination: PeerId::new(2),
            source_network: AsNumber::new(3),
            destination_network: AsNumber::new(4),
            bytes: Bytes::new(5),
            start: SimTime::from_secs(6),
            end: SimTime::from_secs(7),
            peak: BitRate::from_bps(80),
            mean: BitRate::from_bps(40),
        }];
        let table = "owner,title,source,destination,source_network,destination_network,bytes,\
                     start_s,end_s,peak_bps,mean_bps\n\
                     studio,\"film \"\"one\"\"\",1,2,3,4,5,6,7,80,40\n";
        assert_eq!(text(transfers_csv(&transfers)), table);
        assert_eq!(transfers_from_csv("t", table.as_bytes()).unwrap(), transfers);
    }
}
