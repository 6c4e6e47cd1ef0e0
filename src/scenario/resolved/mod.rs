//! A scenario back to a file, every default filled in.
//!
//! The file loads to the same scenario when the files that it names are still there.

mod audience;
mod expect;
mod settings;
mod sweep;
mod topology;
mod world;

use super::model::Scenario;
use super::raw::{At, Quantity, RawCost, RawNat, RawScenario, Share};
use crate::units::{SimTime, Span};

/// The scenario as a file with every default filled in; overrides that were applied stand in comments.
#[must_use]
pub fn to_toml(scenario: &Scenario) -> String {
    let mut text = String::new();
    for change in &scenario.overrides {
        text.push_str(&format!("# --set {}\n", change.replace(['\n', '\r'], " ")));
    }
    text.push_str(&toml::to_string(&to_raw(scenario)).unwrap_or_default());
    text
}

/// The scenario as the file's mirror, every default filled in.
pub(super) fn to_raw(scenario: &Scenario) -> RawScenario {
    let s = scenario;
    let graph = &s.topology.graph;
    RawScenario {
        title: text(&s.title),
        seed: whole(s.seed),
        duration: quantity(s.duration),
        coordinators: list(&s.coordinators, |kind| world::coordinator(*kind)),
        topology: topology::source(&s.topology.source),
        isp: topology::isps(&s.topology),
        link: topology::links(&s.topology),
        network: at(world::network(&s.network)),
        content: list(&s.contents, world::content),
        cdn: list(&s.cdn, |node| world::server(node, graph)),
        waypoint: if s.waypoints.is_empty() {
            None
        } else {
            list(&s.waypoints, |waypoint| world::server(waypoint, graph))
        },
        audience: at(audience::audience(&s.audience, &s.contents)),
        access: list(&s.access, audience::access),
        nat: at(RawNat {
            fixed: at(audience::nat(s.nat_fixed)),
            mobile: at(audience::nat(s.nat_mobile)),
        }),
        player: at(settings::player(&s.player)),
        tree: at(settings::tree(&s.tree)),
        client: at(settings::client(&s.client)),
        policy: if s.policies.is_empty() {
            None
        } else {
            list(&s.policies, |policy| world::policy(policy, s))
        },
        control: at(settings::control(&s.control, &s.control_site, graph)),
        tracker: at(settings::tracker(&s.tracker)),
        cdn_only: at(settings::cdn_only(&s.cdn_only)),
        feeds: at(world::feeds(&s.feeds)),
        fault: if s.faults.is_empty() { None } else { list(&s.faults, |f| world::fault(f, s)) },
        cost: s.cost.and_then(|cost| {
            at(RawCost { cdn_gb: at(cost.cdn_gb), transit_mbps: at(cost.transit_mbps) })
        }),
        output: at(world::output(&s.output)),
        sweep: at(sweep::sweep(&s.sweep)),
        expect: if s.expectations.is_empty() {
            None
        } else {
            list(&s.expectations, expect::expectation)
        },
    }
}

// What a key holds: never left out, and without a place.

fn at<T>(value: T) -> Option<At<T>> {
    Some(value.into())
}

fn text(value: &str) -> Option<At<String>> {
    at(value.to_string())
}

fn quantity<Q: Quantity>(value: Q::Value) -> Option<At<Q>> {
    at(Q::print(value))
}

fn share(value: f64) -> Option<At<Share>> {
    at(Share(value.to_string()))
}

fn instant<Q: Quantity<Value = Span>>(value: SimTime) -> Option<At<Q>> {
    quantity(value.since(SimTime::ZERO))
}

/// Counts of a validated scenario fit.
fn whole<T: TryInto<i64>>(value: T) -> Option<At<i64>> {
    at(value.try_into().unwrap_or(i64::MAX))
}

fn list<T, R>(values: &[T], raw: impl Fn(&T) -> R) -> Option<At<Vec<At<R>>>> {
    at(values.iter().map(|value| raw(value).into()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{builtin, load};

    fn nothing(_: &str) -> Result<Vec<u8>, String> {
        Err("no file".to_string())
    }

    /// Everything except the graph, which has no equality of its own.
    fn same(a: &Scenario, b: &Scenario) {
        let stripped = |s: &Scenario| {
            let mut text = format!("{:#?}", Scenario { overrides: Vec::new(), ..s.clone() });
            let (from, to) = (text.find("graph: ").unwrap(), text.find("notes: ").unwrap());
            text.replace_range(from..to, "");
            text
        };
        assert_eq!(stripped(a), stripped(b));
        let links = |s: &Scenario| {
            let graph = &s.topology.graph;
            let link = |adjacency: crate::net::Adjacency| {
                (graph.ends(adjacency.links()[0]), *graph.link(adjacency))
            };
            graph.adjacencies().map(link).collect::<Vec<_>>()
        };
        assert_eq!(links(a), links(b));
        let systems = |s: &Scenario| {
            let graph = &s.topology.graph;
            graph.indices().map(|at| graph.at(at).clone()).collect::<Vec<_>>()
        };
        assert_eq!(systems(a), systems(b));
    }

    #[test]
    fn every_built_in_scenario_survives_the_round_trip() {
        for (name, _) in builtin::list() {
            let text = builtin::text(name).unwrap();
            let file = format!("{name}.toml");
            let first = load(text, &file, &[], &nothing).unwrap();
            let again = load(&to_toml(&first), &file, &[], &nothing).unwrap();
            same(&first, &again);
            assert_eq!(to_toml(&first), to_toml(&again));
        }
    }

    /// Every kind of fault, and every choice that is not the default.
    const EVERYTHING: &str = r#"title = "All \"kinds\""
duration = "10 min"
coordinators = ["cdn-only", "tracker-local"]
[topology]
graph = "g.gml"
transit_capacity = "1.234567 Gbps"
peering_capacity = "10 Mbps"
link_latency = "7 ms"
[[isp]]
as = 3320
metros = 2
dcms = 2
lines = ["phone"]
[[isp]]
as = 7018
weight = 0.1
[[content]]
name = "film"
kind = "live"
bitrate = "3 Mbps"
start = "1 s"
[[cdn]]
name = "fra"
as = 1
country = "DE"
capacity = "1 Gbps"
[[waypoint]]
name = "way"
as = 7018
country = "US"
capacity = "1.5 Gbps"
[audience]
arrivals = "90 /min"
[[access]]
name = "phone"
share = "100 %"
downlink = "79 Mbps"
uplink = "9.3 Mbps"
rtt = "31 ms"
mobile = true
cpu = "5 Mbps"
storage = "12.5 MB"
no_serving = [{ from = "1 min", until = "90 s" }, { from = "2 min", until = "20 min" }]
friends = { group = "choir", strangers = "last" }
priority = 7
[nat.fixed]
open = 1
[control]
region = "world"
monitor = false
selection = "random"
site_as = 7018
[cdn_only]
admission = "share"
[[policy]]
name = "rights"
content = "film"
deny_countries = ["BR", "AR"]
[[policy]]
name = "home"
allow_countries = ["DE"]
[[fault]]
at = "5 min"
lasts = "1 s"
announced = "30 s"
link_down = [1, 3320]
[[fault]]
at = "4 min"
lasts = "1 s"
link_capacity = { between = [1, 7018], capacity = "1 kbps" }
[[fault]]
at = "3 min"
lasts = "1 s"
cdn_down = "fra"
[[fault]]
at = "2 min"
peers_vanish = "10 %"
[[fault]]
at = "1 min"
lasts = "1 s"
control_down = true
[feeds]
route_delay = "3 s"
missing_routes = "10 %"
wrong_routes = 0.25
wrong_addresses = "1 %"
[output]
transfers = "none"
topology_at = ["1500 ms", "0 s"]
"#;

    #[test]
    fn every_kind_of_everything_survives_the_round_trip() {
        let graph = "graph [ node [ id 0 label \"1\" ] node [ id 1 label \"3320\" ] \
            node [ id 2 label \"7018\" ] edge [ source 0 target 1 ] edge [ source 0 target 2 ] ]";
        let read = |file: &str| match file {
            "g.gml" => Ok(graph.as_bytes().to_vec()),
            _ => Err("no file".to_string()),
        };
        let overrides = ["content[0].bitrate=2 Mbps".to_string()];
        let first = load(EVERYTHING, "all.toml", &overrides, &read).unwrap();
        let resolved = to_toml(&first);
        assert!(resolved.starts_with("# --set content[0].bitrate=2 Mbps\n"));
        let again = load(&resolved, "all.toml", &[], &read).unwrap();
        same(&first, &again);
        assert_eq!((again.faults.len(), again.policies.len()), (5, 2));
        assert_eq!((again.waypoints.len(), again.topology.isps[0].lines.len()), (1, 1));
    }

    #[test]
    fn a_trace_is_named_again() {
        let tiny = builtin::text("tiny").unwrap();
        let cut = |from: &str, to: &str| {
            let (from, to) = (tiny.find(from).unwrap(), tiny.find(to).unwrap());
            format!("{}[audience]\ntrace = \"t.csv\"\n{}", &tiny[..from], &tiny[to..])
        };
        let text = cut("[audience]", "[[access]]");
        let read = |_: &str| Ok(b"join_s,leave_s\n1,2.5\n".to_vec());
        let first = load(&text, "tiny.toml", &[], &read).unwrap();
        let again = load(&to_toml(&first), "tiny.toml", &[], &read).unwrap();
        same(&first, &again);
    }
}
