//! `clusters.csv`: how clusters were split and merged.

use super::write::Sheet;
use crate::proto::Regrouping;

const CLUSTERS: [&str; 10] = [
    "time_s",
    "change",
    "dcm",
    "other",
    "by",
    "inside",
    "inside_moved",
    "clients",
    "moved",
    "edges",
];

/// `clusters.csv`: one row a split or a merge, in the order of time.
#[must_use]
pub fn clusters_csv(regroupings: &[Regrouping]) -> Vec<u8> {
    let mut sheet = Sheet::new(&CLUSTERS);
    for row in regroupings {
        sheet.put(row.time).put(if row.split { "split" } else { "merge" });
        sheet.put(row.dcm).put(row.other).put(row.by.clone()).put(row.inside.clone());
        sheet.put(row.inside_moved).put(row.clients).put(row.moved).put(row.edges).end_row();
    }
    sheet.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimTime;

    #[test]
    fn a_merge_has_no_line() {
        let split = Regrouping {
            time: SimTime::from_secs(3),
            split: true,
            dcm: 0,
            other: 2,
            by: Some("network".into()),
            inside: Some("64501;64502".into()),
            inside_moved: Some(false),
            clients: 101,
            moved: 40,
            edges: 7,
        };
        let merge = Regrouping {
            split: false,
            by: None,
            inside: None,
            inside_moved: None,
            ..split.clone()
        };
        let table = String::from_utf8(clusters_csv(&[split, merge])).unwrap();
        let expected = "time_s,change,dcm,other,by,inside,inside_moved,clients,moved,edges\n\
                        3,split,0,2,network,64501;64502,false,101,40,7\n\
                        3,merge,0,2,,,,101,40,7\n";
        assert_eq!(table, expected);
    }
}
