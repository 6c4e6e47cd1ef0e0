//! Everything about a viewer but when it comes and goes: its network, line, NAT and manners.

use super::{Session, Visit};
use crate::scenario::{AccessClass, Overstated, Scenario};
use crate::units::{
    BitRate, Bytes, ContentId, HostId, Metro, NatKind, Ratio, Rng, Span, dist, stream,
};

/// A viewer's ISP, unless it is `given`, and access class by their places in the scenario, and the stream that
/// goes on with the rest: the same for each visit.
pub(super) fn draw(
    scenario: &Scenario,
    seed: u64,
    viewer: u64,
    given: Option<usize>,
) -> (usize, usize, Rng) {
    let mut rng = stream(seed, "viewer", viewer);
    let weights: Vec<f64> = scenario.topology.isps.iter().map(|isp| isp.weight).collect();
    let drawn = dist::weighted(&mut rng, &weights);
    let isp = given.unwrap_or(drawn);
    let sold = &scenario.topology.isps[isp].lines;
    let share = |class: &AccessClass| {
        if sold.is_empty() || sold.contains(&class.name) { class.share } else { 0.0 }
    };
    let shares: Vec<f64> = scenario.access.iter().map(share).collect();
    (isp, dist::weighted(&mut rng, &shares), rng)
}

/// The sessions of a visit, one for each content that the viewer watches. Without returning viewers each
/// visit is a viewer's of its own, with the visit's number.
pub(super) fn describe(scenario: &Scenario, seed: u64, number: u64, visit: &Visit) -> Vec<Session> {
    let viewer = visit.guest.map_or(number, |guest| guest.viewer);
    let contents = watched(scenario, seed, viewer);
    let rate_of = |content: ContentId| scenario.contents[content.index()].bitrate;
    let bitrate: BitRate = contents.iter().map(|content| rate_of(*content)).sum();
    let session = Session {
        host: (contents.len() > 1).then_some(HostId::from_index(viewer as usize)),
        ..alone(scenario, seed, viewer, visit, bitrate)
    };
    let of_content = |(nth, content): (usize, &ContentId)| {
        let mut own = Session { content: *content, ..session.clone() };
        if own.host.is_some() {
            let part = Ratio::new(rate_of(*content).as_f64() / bitrate.as_f64());
            own.storage = own.storage.map(|all| scaled_bytes(all, part.unwrap_or(Ratio::ONE)));
        }
        if nth > 0 {
            // Each session has timers of its own.
            let mut rng = stream(seed, "channel", number << 8 | nth as u64);
            own.phase = phase(scenario, &mut rng);
        }
        own
    };
    contents.iter().enumerate().map(of_content).collect()
}

/// What a viewer watches: the same in each of its visits.
fn watched(scenario: &Scenario, seed: u64, viewer: u64) -> &[ContentId] {
    let watches = &scenario.audience.watches;
    let shares: Vec<f64> = watches.iter().map(|watch| watch.share).collect();
    let drawn = match shares.len() {
        0 | 1 => 0,
        _ => dist::weighted(&mut stream(seed, "watch", viewer), &shares),
    };
    watches.get(drawn).map_or(&[], |watch| &watch.contents)
}

/// The session of a viewer who watches contents of this rate together.
fn alone(scenario: &Scenario, seed: u64, viewer: u64, visit: &Visit, bitrate: BitRate) -> Session {
    let (isp, drawn_access, mut rng) = draw(scenario, seed, viewer, visit.isp);
    let class = visit.access.unwrap_or(drawn_access);
    let access = &scenario.access[class];
    let metros = u64::from(scenario.topology.isps[isp].metros.max(1));
    let metro = Metro::new(dist::below(&mut rng, metros) as u32);
    let mix = if access.mobile { &scenario.nat_mobile } else { &scenario.nat_fixed };
    let nat = NatKind::ALL[dist::weighted(&mut rng, &mix.0)];
    let actual = dist::log_normal(&mut rng, 1.0, access.variation);
    // How a visit ends and when its timers go off is another matter each time.
    let mut rng = visit.guest.map_or(rng, |guest| stream(seed, "visit-end", guest.visit));
    let silent = dist::chance(&mut rng, silent_share(scenario, access));
    let uplink = scaled(access.uplink, actual);
    Session {
        content: ContentId::new(0),
        device: HostId::from_index(viewer as usize),
        host: None,
        join: visit.join,
        leave: visit.leave,
        isp: isp as u16,
        access: class as u16,
        metro,
        enterprise: None,
        nat,
        silent,
        // A line that is slower than the stream would never play; what is sold as broadband is not.
        downlink: scaled(access.downlink, actual),
        lent: lent(access, uplink, bitrate),
        said: lent(access, believed(access, seed, viewer, uplink), bitrate),
        cpu: access.cpu,
        storage: access.storage,
        phase: phase(scenario, &mut rng),
    }
}

/// What a user lends of such an uplink.
fn lent(access: &AccessClass, uplink: BitRate, bitrate: BitRate) -> BitRate {
    uplink.scaled(access.lends.share).min(scaled(bitrate, access.lends.bitrates))
}

/// What a user takes its uplink for: the same in each of its visits, and drawn apart from all else.
fn believed(access: &AccessClass, seed: u64, viewer: u64, uplink: BitRate) -> BitRate {
    let overstates =
        |own: &Overstated| dist::chance(&mut stream(seed, "overstates", viewer), own.share.get());
    let factor = access.overstated.filter(overstates).map_or(1.0, |own| own.factor);
    scaled(uplink, factor)
}

/// When a client reports, within the interval of its reports.
fn phase(scenario: &Scenario, rng: &mut Rng) -> Span {
    Span::from_nanos(dist::below(rng, scenario.client.heartbeat.as_nanos().max(1)))
}

/// How likely a user of such a line leaves without a good-bye.
fn silent_share(scenario: &Scenario, access: &AccessClass) -> f64 {
    access.silent_leave.unwrap_or(scenario.audience.silent_leave).get()
}

fn scaled(rate: BitRate, by: f64) -> BitRate {
    BitRate::from_bps((rate.as_f64() * by) as u64)
}

fn scaled_bytes(bytes: Bytes, by: Ratio) -> Bytes {
    Bytes::new((bytes.as_f64() * by.get()) as u64)
}
