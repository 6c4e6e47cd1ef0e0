//! Hand-worked cases, and one test per problem that a file can have.

use super::*;

const LINKS: &str = "name,capacity_bps,latency_s\na,8000,0\nb,16000,0.25\nslow,4000.5,\ndead,0,0\n";

/// `flows` is the table without its header.
fn moved(flows: &str) -> Vec<String> {
    let flows = format!("id,start_s,bytes,rate_cap_bps,links,stop_s\n{flows}\n");
    let out = replay(LINKS, &flows).unwrap();
    out.lines().skip(1).map(str::to_string).collect()
}

#[test]
fn one_flow_takes_its_latency_and_its_bytes_over_the_rate() {
    assert_eq!(moved("1,1,1000,,a;b,"), ["1,2.250000000,1000.000,done"]);
    assert_eq!(moved("1,0,1000,2000,a,"), ["1,4.000000000,1000.000,done"]);
    assert_eq!(moved("1,0,1000,,slow,"), ["1,1.999750032,1000.000,done"]);
}

#[test]
fn two_flows_share_and_the_one_left_speeds_up() {
    // 1000 B/s: alone for 1 s, half each until the first is done at 3 s, then alone.
    let out = moved("first,0,2000,,a,\nsecond,1,2000,,a,");
    assert_eq!(out, ["first,3.000000000,2000.000,done", "second,4.000000000,2000.000,done"]);
}

#[test]
fn a_stop_counts_what_moved_until_then() {
    let out = moved("endless,0,,,a,4\nshort,2,500,,a,\ncut,0,9000,1000,b,2.25");
    assert_eq!(
        out,
        [
            "endless,4.000000000,3500.000,stopped",
            "short,3.000000000,500.000,done",
            "cut,2.250000000,250.000,stopped"
        ]
    );
}

#[test]
fn a_flow_stopped_before_its_data_starts_moves_nothing() {
    assert_eq!(moved("1,1,1000,,b,1.25"), ["1,1.250000000,0.000,stopped"]);
    assert_eq!(moved("1,1,1000,,b,0.5"), ["1,0.500000000,0.000,stopped"]);
}

#[test]
fn nothing_to_move_is_done_at_once_and_a_stop_at_the_end_is_no_stop() {
    assert_eq!(moved("1,1,0,,b,"), ["1,1.250000000,0.000,done"]);
    assert_eq!(moved("1,0,1000,,a,1"), ["1,1.000000000,1000.000,done"]);
}

#[test]
fn a_third_of_a_link_is_rounded_to_the_next_nanosecond() {
    let out = moved("1,0,1000,,a,\n2,0,1000,,a,\n3,0,1000,,a,");
    assert!(out.iter().all(|row| row.ends_with(",3.000000000,1000.000,done")
        || row.ends_with(",3.000000001,1000.000,done")));
}

#[test]
fn ids_are_quoted_when_they_must_be_and_columns_may_come_in_any_order() {
    let out = replay("capacity_bps,name\n", "").unwrap_err();
    assert_eq!((out.column.as_str(), out.problem), ("latency_s", Problem::MissingColumn));
    let flows = "links,bytes,id,start_s,rate_cap_bps\na,1000,\"x,\"\"y\"\"\",0,\n";
    let out = replay(LINKS, flows).unwrap();
    assert!(out.ends_with("\n\"x,\"\"y\"\"\",1.000000000,1000.000,done\n"), "{out}");
}

fn links_error(rows: &str) -> ReplayError {
    let links = format!("name,capacity_bps,latency_s\n{rows}\n");
    replay(&links, "id,start_s,bytes,rate_cap_bps,links\n").unwrap_err()
}

fn flows_error(rows: &str) -> ReplayError {
    let flows = format!("id,start_s,bytes,rate_cap_bps,links,stop_s\n{rows}\n");
    replay(LINKS, &flows).unwrap_err()
}

#[track_caller]
fn says(error: &ReplayError, expected: &str) {
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_row_of_the_wrong_length() {
    let error = links_error("a,1,0\nb,1");
    assert_eq!((error.file, error.line), (File::Links, 3));
    assert_eq!(error.problem, Problem::Length { found: 2, expected: 3 });
    says(&error, "links, line 3: expected 3 fields, as the header has, and not 2");
}

#[test]
fn a_missing_and_an_unknown_column() {
    let error = replay(LINKS, "id,start_s,bytes,links\n").unwrap_err();
    says(
        &error,
        "flows, line 1, column rate_cap_bps: the header `id,start_s,bytes,links` lacks this column",
    );
    let error = replay("name,capacity,latency_s\n", "").unwrap_err();
    says(&error, "links, line 1: `capacity`: expected one of name, capacity_bps, latency_s");
}

#[test]
fn a_number_that_is_none_or_negative_or_too_large() {
    says(
        &links_error("a,fast,0"),
        "links, line 2, column capacity_bps: `fast`: expected a number of bits per second between \
         0 and 9e12",
    );
    assert_eq!(links_error("a,-1,0").column, "capacity_bps");
    assert_eq!(links_error("a,1e13,0").column, "capacity_bps");
    assert_eq!(links_error("a,1,-0.5").column, "latency_s");
    assert_eq!(flows_error("1,NaN,1,,a,").column, "start_s");
    assert_eq!(flows_error("1,0,-1,,a,").column, "bytes");
    assert_eq!(flows_error("1,0,1,-1,a,").column, "rate_cap_bps");
    assert_eq!(flows_error("1,0,1,,a,inf").column, "stop_s");
}

#[test]
fn a_column_that_stands_twice_and_a_link_that_no_path_can_name() {
    let error = replay("name,capacity_bps,latency_s,name\n", "").unwrap_err();
    says(&error, "links, line 1: `name`: expected every column once");
    says(
        &links_error("a;b,1,0"),
        "links, line 2, column name: `a;b`: expected a name without `;`, which joins names in a path",
    );
}

#[test]
fn an_empty_field_that_must_not_be() {
    says(&links_error(",1,0"), "links, line 2, column name: nothing stands here: expected a value");
    assert_eq!(links_error("a,,0").problem, Problem::Empty);
    assert_eq!(flows_error("1,,5,,a,").problem, Problem::Empty);
    assert_eq!(flows_error("1,0,5,,,").problem, Problem::Empty);
}

#[test]
fn a_name_or_id_that_stands_twice() {
    says(
        &links_error("a,1,0\nb,1,0\na,1,0"),
        "links, line 4, column name: `a`: expected another name than on line 2",
    );
    let error = flows_error("1,0,1,,a,\n1,0,1,,a,");
    assert_eq!((error.line, error.problem), (3, Problem::Duplicate { first: 2 }));
}

#[test]
fn a_link_that_does_not_exist() {
    says(
        &flows_error("1,0,1,,a;solw,"),
        "flows, line 2, column links: `solw`: expected the name of a link (did you mean `slow`?)",
    );
    for unlike in ["backbone", "zz", "a;;b"] {
        let problem = flows_error(&format!("1,0,1,,{unlike},")).problem;
        assert_eq!(problem, Problem::UnknownLink { nearest: None });
    }
}

#[test]
fn a_path_that_crosses_a_link_twice() {
    says(
        &flows_error("1,0,1,,a;b;a,"),
        "flows, line 2, column links: `a`: expected every link once at most",
    );
}

#[test]
fn neither_bytes_nor_a_stop() {
    says(
        &flows_error("1,0,1,,a,\n2,0,,,a,"),
        "flows, line 3, column stop_s: nothing stands here: expected a time, because bytes is empty",
    );
}

#[test]
fn one_byte_and_a_fraction_of_one() {
    // 8 bits at 8000 bit/s; 0.008 bits, whose end is rounded up to a nanosecond.
    assert_eq!(moved("1,0,1,,a,"), ["1,0.001000000,1.000,done"]);
    assert_eq!(moved("1,0,0.001,,a,"), ["1,0.000001000,0.001,done"]);
}

#[test]
fn from_kilobits_to_hundreds_of_gigabits_in_one_network() {
    let links = "name,capacity_bps,latency_s\nthin,10000,0\nwide,400000000000,0\n";
    let flows = "id,start_s,bytes,rate_cap_bps,links\nslow,0,1250,,thin;wide\n\
        fast,0,49999998750,,wide\ncapped,0,1,8,wide\n";
    let out = replay(links, flows).unwrap();
    let rows: Vec<&str> = out.lines().skip(1).collect();
    // 400 Gbps less 10 kbps and 8 bit/s for a second move 49,999,998,749 bytes: one is left, and
    // has 400 Gbps.
    let expected = [
        "slow,1.000000000,1250.000,done",
        "fast,1.000000001,49999998750.000,done",
        "capped,1.000000000,1.000,done",
    ];
    assert_eq!(rows, expected);
}

/// All begin at once, and end one after the other.
#[test]
fn a_hundred_thousand_flows_on_one_link() {
    const FLOWS: u64 = 100_000;
    let mut flows = String::from("id,start_s,bytes,rate_cap_bps,links\n");
    for size in 1..=FLOWS {
        flows += &format!("{size},0,{size},,l\n");
    }
    // 8 Mbps: the first ends when all have one byte; from one end to the next the flows left move
    // one byte each.
    let out = replay("name,capacity_bps,latency_s\nl,8000000,0\n", &flows).unwrap();
    let mut micros = 0;
    for (row, size) in out.lines().skip(1).zip(1..) {
        micros += FLOWS + 1 - size;
        let finish: f64 = row.split(',').nth(1).unwrap().parse().unwrap();
        let expected = micros as f64 / 1e6;
        // Rates are whole micro-bits per second: 80 bit/s are right to 1e-8.
        assert!((finish / expected - 1.0).abs() < 2e-8, "{row}: expected {expected}");
    }
}

#[test]
fn a_flow_that_never_finishes() {
    assert_eq!(flows_error("1,0,1,,a;dead,").problem, Problem::NeverFinishes);
    says(
        &flows_error("x,0,1,0,a,"),
        "flows, line 2, column stop_s: `x`: expected a path with capacity and a cap above zero, or \
         a stop_s: the flow's rate stays zero and it never finishes",
    );
    assert_eq!(moved("1,0,1,,dead,3"), ["1,3.000000000,0.000,stopped"]);
}
