//! What a right file becomes.

use super::super::{Arrivals, CoordinatorKind, FaultKind, GraphSource, Rows, Rule, builtin, load};
use super::{BASE, changed, errors, file, loaded};
use crate::proto::ContentKind;
use crate::units::{BitRate, Ratio, SimTime, Span};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

#[test]
fn what_is_left_out_is_filled_in() {
    let scenario = loaded(BASE).unwrap();
    assert_eq!(
        (scenario.name.as_str(), scenario.title.as_str(), scenario.seed),
        ("base", "base", 1)
    );
    assert_eq!(scenario.coordinators, [CoordinatorKind::ControlCenter]);
    let content = &scenario.contents[0];
    assert_eq!((content.kind, content.substreams), (ContentKind::Live, 4));
    assert_eq!((content.start, content.duration), (SimTime::ZERO, Span::from_secs(600)));
    assert_eq!(scenario.control_site.network, scenario.cdn[0].network);
    assert_eq!(scenario.control.heartbeat, scenario.client.heartbeat);
    assert_eq!(scenario.nat_fixed.0.iter().sum::<f64>(), 1.0);
    assert_eq!((scenario.output.peers, scenario.output.transfers), (Rows::All, Rows::OneIn(10)));
    assert_eq!(
        (scenario.topology.isps.len(), scenario.topology.isps[0].name.as_str()),
        (1, "AS64500")
    );
    let lends = scenario.access[0].lends;
    assert_eq!((lends.share, lends.bitrates), (Ratio::new(0.5).unwrap(), 2.0));
}

#[test]
fn the_built_in_tables_are_whole() {
    let access = BASE.find("[[access]]").unwrap()..BASE.find("[[fault]]").unwrap();
    let mut text = BASE.to_string();
    text.replace_range(access, "");
    let scenario = loaded(&text).unwrap();
    let sum = |shares: &mut dyn Iterator<Item = f64>| (shares.sum::<f64>() * 1e9).round() / 1e9;
    assert_eq!(sum(&mut scenario.access.iter().map(|class| class.share)), 1.0);
    assert_eq!(sum(&mut scenario.nat_mobile.0.into_iter()), 1.0);
    assert_eq!(scenario.access[2].uplink, BitRate::from_kbps(15_000));
}

#[test]
fn the_last_level_holds_until_the_end() {
    let Arrivals::Curve { phases, .. } = loaded(BASE).unwrap().audience.arrivals else {
        panic!("no curve");
    };
    let ends: Vec<_> = phases.iter().map(|phase| (phase.until, phase.level)).collect();
    assert_eq!(ends, [(SimTime::from_secs(300), 1.0), (SimTime::from_secs(600), 1.0)]);
}

#[test]
fn a_rate_of_arrivals_is_per_second() {
    let curve = "peak = 10\n[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n";
    let scenario = loaded(&changed(curve, "arrivals = \"90 /min\"\n")).unwrap();
    assert_eq!(scenario.audience.arrivals, Arrivals::Poisson { per_second: 1.5 });
}

#[test]
fn a_trace_names_access_classes_and_isps() {
    let curve = "peak = 10\n[[audience.phase]]\nname = \"rise\"\nuntil = \"5 min\"\nlevel = 1\n";
    let scenario = loaded(&changed(curve, "trace = \"ok.csv\"\n")).unwrap();
    let Arrivals::Trace(sessions) = scenario.audience.arrivals else { panic!("no trace") };
    assert_eq!((sessions[0].access, sessions[0].isp), (Some(0), Some(0)));
    assert_eq!((sessions[1].join, sessions[1].isp), (SimTime::from_nanos(2_500_000_000), None));
    assert_eq!(sessions[2].isp, Some(0), "by its name");
}

#[test]
fn a_packed_graph_is_unpacked_and_its_links_set() {
    let read = |name: &str| {
        assert_eq!(name, "g.txt.gz");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&file("g.txt")?).map_err(|error| error.to_string())?;
        encoder.finish().map_err(|error| error.to_string())
    };
    let link = "[[link]]\nfrom = 64500\nto = 64501\nkind = \"peering\"\n";
    let topology = "[topology]\ngraph = \"g.txt.gz\"\nformat = \"edge-list\"\n\
        peering_capacity = \"3 Mbps\"\nlink_latency = \"9 ms\"\n";
    let text = changed(link, topology).replace("access = false", "weight = 1");
    let text = text.replacen("country = \"DE\"", "country = \"DE\"\nweight = 3", 1);
    let scenario = load(&text, "base.toml", &[], &read).unwrap();
    let graph = &scenario.topology.graph;
    let adjacency = graph.adjacencies().next().unwrap();
    // Two networks of one degree are the clique: they peer.
    assert_eq!(graph.link(adjacency).capacity, [BitRate::from_kbps(3_000); 2]);
    assert_eq!(graph.link(adjacency).latency, Span::from_millis(9));
    let notes = scenario.topology.notes.join("\n");
    assert!(notes.contains("relationships inferred: 0 customer-provider, 1 peering"), "{notes}");
    assert!(notes.contains("AS64500 AS64500 (DE): 75.0 % of the audience"), "{notes}");
}

#[test]
fn a_graph_of_unknown_networks_needs_weights() {
    let link = "[[link]]\nfrom = 64500\nto = 64501\nkind = \"peering\"\n";
    let text = changed(link, "[topology]\ngraph = \"g.txt\"\nformat = \"edge-list\"\n");
    let text = text.replace("access = false\n", "");
    let told: Vec<_> = errors(&text).iter().map(|e| (e.rule, e.line())).collect();
    assert_eq!(told, [(Rule::MissingKey, 3), (Rule::MissingKey, 6)]);
}

#[test]
fn faults_come_in_the_order_of_time() {
    let more = "[[fault]]\nat = \"1 min\"\npeers_vanish = \"10 %\"\n[output]";
    let faults = loaded(&changed("[output]", more)).unwrap().faults;
    assert!(matches!(faults[0].kind, FaultKind::PeersVanish { .. }));
    assert_eq!(faults[1].kind, FaultKind::CdnDown { cdn: 0 });
}

#[test]
fn the_built_in_scenarios_are_right() {
    for (name, title) in builtin::list() {
        let text = builtin::text(name).unwrap();
        // The schema stands at the top; results go by the name without the folder.
        let (up, short) = name.rsplit_once('/').map_or(("", name), |(_, short)| ("../", short));
        let head = format!("#:schema {up}scenario.schema.json\n# Question: ");
        assert!(text.starts_with(&head), "{name}");
        let scenario = load(text, &format!("{name}.toml"), &[], &file).unwrap();
        assert_eq!((scenario.title.as_str(), scenario.name.as_str()), (title, short));
    }
    assert_eq!(builtin::text("nothing"), None);
}

#[test]
fn live_sport_is_what_it_says() {
    let text = builtin::text("live_sport").unwrap();
    let scenario = load(text, "live_sport.toml", &[], &file).unwrap();
    let countries: std::collections::BTreeSet<_> =
        scenario.topology.isps.iter().map(|isp| isp.country).collect();
    assert_eq!((scenario.topology.isps.len(), countries.len()), (17, 8));
    assert!(matches!(&scenario.topology.source, GraphSource::Text(text) if text.inferred));
    let telekom = &scenario.topology.isps[4];
    assert_eq!((telekom.name.as_str(), telekom.weight), ("Deutsche Telekom", 34_403_072.0));
    // The link that fails is on the way from the data center in New York to AT&T.
    let FaultKind::LinkDown { a, b } = scenario.faults[0].kind else { panic!("no link") };
    let mut routes = crate::net::Routes::new(&scenario.topology.graph);
    let newyork = scenario.cdn.iter().find(|node| node.name == "newyork").unwrap();
    let route = routes.route(newyork.network, scenario.topology.isps[0].network).unwrap();
    let ends = scenario.topology.graph.ends(routes.get(route).links[0]);
    assert_eq!(ends, [a, b]);
}

#[test]
fn every_built_in_scenario_says_what_is_expected_of_it() {
    for (name, _) in builtin::list() {
        let text = builtin::text(name).unwrap();
        let scenario = load(text, name, &[], &file).unwrap();
        assert!(scenario.expectations.len() >= 3, "{name} expects too little");
    }
}
