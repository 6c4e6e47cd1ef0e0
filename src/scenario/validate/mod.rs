//! From the file as it is written to a scenario, all errors at once.
//!
//! Each part takes what the file says, notes what is wrong and returns something of its type.

mod audience;
mod context;
mod expect;
mod isps;
mod lines;
mod policies;
mod settings;
mod sweep;
mod terms;
mod topology;
mod trace;
mod watch;
mod world;

pub(super) use context::Check;

use super::defaults;
use super::model::Scenario;
use super::raw::RawScenario;
use crate::units::Span;
use settings::table;

/// The scenario that `raw` says; thrown away by the caller when `check` found something wrong.
pub(super) fn scenario(check: &mut Check<'_>, raw: &RawScenario, name: &str) -> Scenario {
    // After an error the run has no end, so that nothing lies outside it.
    let duration = check.positive(&raw.duration, Span::from_nanos(u64::MAX));
    let raw_control = table(&raw.control);
    let ((networks, topology, cdn, waypoints, control_site), sound) = check.clean(|check| {
        let networks = topology::networks(check, raw);
        let topology = isps::topology(check, raw, &networks);
        let [cdn, waypoints] = world::servers(check, raw, &networks);
        let control_site = world::control_site(check, &raw_control, &networks, &cdn);
        (networks, topology, cdn, waypoints, control_site)
    });
    if sound && networks.graph.is_some() {
        isps::connected(check, raw, &topology, [&cdn, &waypoints], &control_site);
    }
    let access = lines::access(check, &raw.access, duration);
    isps::lines(check, raw, &access);
    let nat = table(&raw.nat);
    let (player, tree) =
        (settings::player(check, &table(&raw.player)), settings::tree(check, &table(&raw.tree)));
    let client = settings::client(check, &table(&raw.client));
    let tracker = settings::tracker(check, &table(&raw.tracker));
    settings::consistent(check, raw, &player, &tree, &tracker);
    let targets = world::Targets { run: duration, networks: &networks, cdn: &cdn };
    let contents = world::contents(check, &raw.content, duration);
    let viewers =
        audience::World { duration, topology: &topology, access: &access, contents: &contents };
    let subjects = policies::Subjects { contents: &contents, topology: &topology };
    let policies = policies::policies(check, &raw.policy, &subjects);
    let parts = expect::Parts {
        contents: contents.iter().map(|content| content.name.as_str()).collect(),
        classes: access.iter().map(|class| class.name.as_str()).collect(),
        isps: topology.isps.iter().map(|isp| isp.name.as_str()).collect(),
    };
    let expectations = expect::expectations(check, raw, &parts);
    Scenario {
        name: name.to_string(),
        title: raw.title.as_ref().map_or_else(|| name.to_string(), |at| at.value.clone()),
        seed: check.integer(&raw.seed, 0..=i64::MAX, 1).unsigned_abs(),
        duration,
        coordinators: world::coordinators(check, &raw.coordinators),
        network: world::network(check, &table(&raw.network)),
        audience: audience::audience(check, &raw.audience, &viewers),
        feeds: world::feeds(check, &table(&raw.feeds)),
        faults: world::faults(check, &raw.fault, &targets),
        nat_fixed: lines::nat(check, &nat.fixed, defaults::NAT_FIXED),
        nat_mobile: lines::nat(check, &nat.mobile, defaults::NAT_MOBILE),
        control: settings::control(check, &raw_control, client.heartbeat),
        cdn_only: settings::cdn_only(check, &table(&raw.cdn_only)),
        cost: world::cost(check, &raw.cost),
        output: world::output(check, &raw.output, duration),
        sweep: sweep::sweep(check, &raw.sweep),
        overrides: Vec::new(),
        expectations,
        contents,
        policies,
        topology,
        cdn,
        waypoints,
        access,
        player,
        tree,
        client,
        control_site,
        tracker,
    }
}
