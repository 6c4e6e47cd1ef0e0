//! Tests of the whole way from a text to a scenario.

mod channels;
mod clusters;
mod expectations;
mod feeds;
mod golden;
mod loading;
mod members;
mod overrides;
mod robust;
mod rules;
mod sweeps;
mod waypoints;

use super::{Errors, Scenario, load};

/// A small scenario that is right.
const BASE: &str = r#"duration = "10 min"
coordinators = ["control-center"]
[[isp]]
as = 64500
country = "DE"
[[isp]]
as = 64501
country = "DE"
access = false
[[link]]
from = 64500
to = 64501
kind = "peering"
[[content]]
name = "match"
bitrate = "1 Mbps"
[[cdn]]
name = "origin"
as = 64501
country = "DE"
capacity = "1 Gbps"
[audience]
peak = 10
[[audience.phase]]
name = "rise"
until = "5 min"
level = 1
[[audience.session]]
name = "all"
share = 1
median = "1 min"
sigma = 0.5
[[access]]
name = "dsl"
share = 1
downlink = "10 Mbps"
uplink = "1 Mbps"
rtt = "10 ms"
[[fault]]
at = "2 min"
lasts = "10 s"
cdn_down = "origin"
[output]
peers = "all"
"#;

/// `BASE` with one part in the place of another.
fn changed(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "`{from}` is not there");
    BASE.replacen(from, to, 1)
}

/// The files that scenarios of these tests name.
fn file(name: &str) -> Result<Vec<u8>, String> {
    let text = match name {
        "g.txt" => "64500 64501\n",
        "bad.gml" => "graph [\n node [ label \"1\" ]\n]\n",
        "no.as-rel.txt" => "64500|64501|-1\n64500|x|0\n",
        "ok.csv" => "join_s,leave_s,class,isp\n1,2,dsl,64500\n2.5,3,,\n4,5,,AS64500\n",
        "bad.csv" => "join_s,leave_s,class\n1,2,\n5,4,\n1,2,fibre\nx,2,\n1\n",
        "empty.csv" => "join_s,leave_s\n",
        "columns.csv" => "join_s,length\n",
        _ => return Err("no such file".to_string()),
    };
    Ok(text.as_bytes().to_vec())
}

fn loaded(text: &str) -> Result<Scenario, Errors> {
    load(text, "base.toml", &[], &file)
}

fn set(text: &str, overrides: &[&str]) -> Result<Scenario, Errors> {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    load(text, "base.toml", &overrides, &file)
}

fn errors(text: &str) -> Errors {
    loaded(text).expect_err("this is wrong")
}
