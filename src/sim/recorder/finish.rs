//! The end of the account: summary, distributions, bounds, ISPs.

use super::{LinkAccount, Recorder, scope};
use crate::metrics::closed_forms::billed_rate;
use crate::metrics::{BoundRow, Distribution, IspRow, LinkRow, SummaryRow};
use crate::proto::{Figure, NetworkTraffic, PathClass};
use crate::scenario::Scenario;
use crate::sim::edges::{Loss, Reason};
use crate::sim::fabric::Border;
use crate::units::{BitRate, Bytes, LinkId, SimTime, Span};

impl Loss {
    const fn name(self) -> &'static str {
        match self {
            Self::Silent => "",
            Self::Graceful => "_graceful",
            Self::Server => "_cdn_node",
            Self::Link => "_link",
        }
    }

    /// The name in `events.csv`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Graceful => "graceful",
            Self::Server => "cdn_node",
            Self::Link => "link",
        }
    }
}

impl Reason {
    const ALL: [Self; 8] = [
        Self::Feed,
        Self::StartUp,
        Self::Nat,
        Self::NoSpareUplink,
        Self::Repair,
        Self::Staleness,
        Self::Policy,
        Self::Waypoint,
    ];

    const fn part(self) -> &'static str {
        match self {
            Self::Feed => "lost_decomposition",
            Self::StartUp => "lost_start_up",
            Self::Nat => "lost_nat",
            Self::NoSpareUplink => "lost_no_spare_uplink",
            Self::Repair => "lost_repair",
            Self::Staleness => "lost_staleness",
            Self::Policy => "lost_policy",
            Self::Waypoint => "lost_waypoints",
        }
    }
}

pub(super) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The share of what viewers received that servers did not have to send for it. What they sent to relays came
/// on top: nobody watched it, and each byte takes back one that a relay has saved them.
pub(super) fn offload(peers: f64, servers: f64, relayed: f64) -> Option<f64> {
    share(peers - relayed, peers + servers - relayed)
}

/// What was achieved over what is possible; none without either.
pub(super) fn quotient(achieved: Option<f64>, bound: Option<f64>) -> Option<f64> {
    achieved.zip(bound).and_then(|(achieved, bound)| share(achieved, bound))
}

impl Recorder {
    /// Writes everything that is known only at the end.
    pub(in crate::sim) fn finish(
        &mut self,
        scenario: &Scenario,
        duration: Span,
        figures: Vec<Figure>,
        heard: &[NetworkTraffic],
    ) {
        self.records.events = self.events.take();
        self.summarise(duration);
        let drafts = scenario.control.levels.is_some_and(|levels| levels.relays.draft);
        if drafts || !scenario.waypoints.is_empty() {
            self.summarise_relays();
        }
        for figure in figures {
            self.row(figure.metric, figure.unit, figure.value);
        }
        let forecasts = self.forecasts.figures(SimTime::ZERO + duration);
        self.records.summary.extend(forecasts);
        self.write_distributions();
        self.write_bounds(scenario);
        let links = self.links.rows();
        self.records.summary.extend(links);
        let uplinks = self.uplinks.rows();
        self.records.summary.extend(uplinks);
        self.write_isps(scenario, heard);
        self.write_groups(scenario);
        if let Some(prices) = scenario.cost {
            self.write_cost(prices);
        }
    }

    pub(super) fn row(&mut self, metric: &str, unit: &'static str, value: Option<f64>) {
        self.records.summary.push(SummaryRow {
            metric: metric.to_string(),
            unit: unit.into(),
            value,
        });
    }

    pub(super) fn peers_and_cdn(&self) -> (f64, f64) {
        let sum =
            |index: usize| self.history.by_class.iter().map(|class| class[index] as f64).sum();
        (sum(0), sum(1))
    }

    /// Hours that viewers have watched, in seconds.
    fn peer_seconds(&self) -> f64 {
        self.peer_nanoseconds as f64 / 1e9
    }

    fn summarise(&mut self, duration: Span) {
        self.summarise_viewing();
        self.summarise_downloads();
        self.summarise_bytes();
        self.summarise_control(duration);
    }

    fn summarise_viewing(&mut self) {
        let (finished, counts) = (self.finished, self.counts);
        let [on_time, due, stalled] =
            [finished.on_time, finished.due(), finished.stalled].map(Span::as_secs_f64);
        self.row("viewers_peak", "viewers", Some(self.history.viewers_peak as f64));
        self.row("sessions", "count", Some(counts.sessions as f64));
        self.row("peer_seconds", "s", Some(self.peer_seconds()));
        self.row("continuity", "ratio", share(on_time, due));
        self.row("rebuffering_ratio", "ratio", share(stalled, stalled + on_time));
        self.row("stalls_per_hour", "1/h", share(counts.stalls as f64 * 3600.0, on_time));
        self.row("skipped_s", "s", Some(finished.skipped.as_secs_f64()));
        self.row("sessions_without_picture", "count", Some(counts.without_picture as f64));
        let summaries = [
            self.continuity.summary("continuity_per_session", "ratio"),
            self.startup_delay.summary("startup_delay", "s"),
            self.decision_time.summary("decision_time", "s"),
            self.first_byte.summary("first_byte", "s"),
            self.lag.summary("lag", "s"),
        ];
        self.records.summary.extend(summaries.into_iter().flatten());
    }

    fn summarise_bytes(&mut self) {
        let (peers, cdn) = self.peers_and_cdn();
        let by_class = self.history.by_class;
        let all = peers + cdn;
        let crossing: f64 = [PathClass::Peering, PathClass::Transit]
            .iter()
            .map(|class| by_class[*class as usize][0] as f64)
            .sum();
        self.row("peer_offload", "ratio", offload(peers, cdn, self.relayed_by_servers()));
        self.row("peer_bytes", "B", Some(peers));
        self.row("cdn_bytes", "B", Some(cdn));
        self.row("cdn_rate_peak", "bps", Some(self.history.cdn_peak));
        self.row("cross_isp_share", "ratio", share(crossing, peers));
        for class in [PathClass::OnNet, PathClass::Peering, PathClass::Transit] {
            let [from_peers, from_cdn] = by_class[class as usize].map(|bytes| bytes as f64);
            self.row(&format!("{}_bytes_from_peers", class.name()), "B", Some(from_peers));
            self.row(&format!("{}_bytes_from_cdn", class.name()), "B", Some(from_cdn));
            self.row(
                &format!("{}_share", class.name()),
                "ratio",
                share(from_peers + from_cdn, all),
            );
        }
        self.row("resource_index", "ratio", share(self.history.supply, self.history.demand));
        let control = self.control_bytes as f64;
        self.row("control_bytes_share", "ratio", share(control, control + all));
        let depth = self.tree_depth.summary("tree_depth", "hops");
        self.records.summary.extend(depth);
        self.row(
            "tree_depth_bound",
            "hops",
            share(self.history.least_depth, self.history.least_depth_places as f64),
        );
        let stretch = self.path_stretch.summary("path_stretch", "ratio");
        self.records.summary.extend(stretch);
        let quality = self.quality.rows();
        self.records.summary.extend(quality);
    }

    fn summarise_control(&mut self, duration: Span) {
        let counts = self.counts;
        let seconds = duration.as_secs_f64();
        self.row("control_messages", "count", Some(self.control_messages as f64));
        self.row("control_messages_per_s", "1/s", share(self.control_messages as f64, seconds));
        self.row("assignments", "count", Some(counts.assignments as f64));
        self.row(
            "parent_changes_per_peer_minute",
            "1/min",
            share(counts.parent_changes as f64 * 60.0, self.peer_seconds()),
        );
        self.row("refusals", "count", Some(counts.refusals as f64));
        for (metric, count) in self.policies.figures() {
            self.row(&metric, "count", Some(count as f64));
        }
        let [within, all] = self.enterprise_bytes;
        if all > 0 {
            self.row("lan_bytes", "B", Some(within as f64));
            self.row("lan_share", "ratio", share(within as f64, all as f64));
        }
        self.row("rejoins", "count", Some(counts.rejoins as f64));
        self.row("connect_attempts", "count", Some(counts.connect_attempts as f64));
        self.row("connect_refused", "count", Some(counts.connect_refused as f64));
        self.row("connect_timeouts", "count", Some(counts.connect_timeouts as f64));
        self.row("losses_never_repaired", "count", Some(counts.never_repaired as f64));
        let empty = Distribution::of_spans();
        for (name, table) in
            [("time_to_detect", &self.detected), ("time_to_repair", &self.repaired)]
        {
            for loss in [Loss::Silent, Loss::Graceful, Loss::Server, Loss::Link] {
                let distribution = table.get(&loss).unwrap_or(&empty);
                let metric = format!("{name}{}", loss.name());
                self.records.summary.extend(distribution.summary(&metric, "s"));
                let count = distribution.count() as f64;
                self.records.summary.push(SummaryRow {
                    metric: format!("{metric}.count"),
                    unit: "count".into(),
                    value: Some(count),
                });
            }
        }
    }

    fn write_distributions(&mut self) {
        let empty = Distribution::of_spans();
        let silent = |table: &std::collections::BTreeMap<Loss, Distribution>| {
            table.get(&Loss::Silent).unwrap_or(&empty).clone()
        };
        let tables = [
            self.startup_delay.rows("startup_delay", "s"),
            self.lag.rows("lag", "s"),
            self.continuity.rows("continuity", "ratio"),
            self.downloads.rows(),
            self.tree_depth.rows("tree_depth", "hops"),
            self.path_stretch.rows("path_stretch", "ratio"),
            silent(&self.detected).rows("time_to_detect", "s"),
            silent(&self.repaired).rows("time_to_repair", "s"),
        ];
        self.records.distributions = tables.into_iter().flatten().collect();
    }

    fn bound(
        &mut self,
        scope: &str,
        quantity: &'static str,
        part: &'static str,
        unit: &'static str,
        value: Option<f64>,
    ) {
        let scope = scope.to_string();
        self.records.bounds.push(BoundRow {
            scope,
            quantity: quantity.into(),
            part: part.into(),
            unit: unit.into(),
            value,
        });
    }

    /// Bounds and what was achieved.
    fn write_bounds(&mut self, scenario: &Scenario) {
        let (peers, cdn) = self.peers_and_cdn();
        let all = peers + cdn - self.relayed_by_servers();
        let achieved = offload(peers, cdn, self.relayed_by_servers());
        let possible = share(all - self.history.least_cdn_delivered, all);
        self.row("peer_offload_bound", "ratio", possible);
        self.row("peer_offload_of_bound", "ratio", quotient(achieved, possible));
        let depth = share(self.history.least_depth, self.history.least_depth_places as f64);
        let mean = self.tree_depth.mean();
        self.row("tree_depth_of_bound", "ratio", quotient(mean, depth));
        // What follows holds where all that was sent was streams.
        if !self.channels.all_are_live() {
            return self.write_bounds_of_contents(scenario);
        }
        self.write_losses(scenario, achieved, all);
        self.bound("run", "cdn_bytes", "bound", "B", Some(self.history.least_cdn));
        self.bound("run", "cdn_bytes", "achieved", "B", Some(cdn));
        self.write_bounds_of_contents(scenario);
        let rate = |bytes: f64| share(bytes * 8.0, self.history.watched);
        let (most, received) = (rate(self.history.streamable), rate(all));
        self.bound("run", "streaming_rate", "bound", "bps", most);
        self.bound("run", "streaming_rate", "achieved", "bps", received);
        self.bound("run", "tree_depth", "bound", "hops", depth);
        self.bound("run", "tree_depth", "achieved", "hops", mean);
    }

    /// The bound on offload, what was achieved, and what the difference was lost to: CDN bytes by what they
    /// were spent on.
    fn write_losses(&mut self, scenario: &Scenario, achieved: Option<f64>, all: f64) {
        let least = share(self.history.least_cdn, self.history.demand);
        let bound = least.map(|least| 1.0 - least);
        self.bound("run", "peer_offload", "bound", "ratio", bound);
        self.bound("run", "peer_offload", "achieved", "ratio", achieved);
        // What any topology must take from CDN nodes is taken as feeds first.
        let mut unavoidable = least.unwrap_or(0.0);
        let mut explained = 0.0;
        for reason in Reason::ALL {
            let spent =
                share(self.cdn_bytes.get(&reason).copied().unwrap_or(0) as f64, all).unwrap_or(0.0);
            let free = spent.min(unavoidable);
            unavoidable -= free;
            explained += spent - free;
            if reason != Reason::Waypoint || !scenario.waypoints.is_empty() {
                self.bound("run", "peer_offload", reason.part(), "ratio", Some(spent - free));
            }
        }
        let rest = bound.zip(achieved).map(|(bound, achieved)| bound - achieved - explained);
        self.bound("run", "peer_offload", "lost_other", "ratio", rest);
    }

    /// The same for each of several contents, as if all that its viewers lend were for it alone.
    fn write_bounds_of_contents(&mut self, scenario: &Scenario) {
        for (load, content) in self.channels.loads().into_iter().zip(&scenario.contents) {
            let [demand, least, peers, cdn, relayed] = load;
            let scope = format!("content {}", content.name);
            let bound = share(least, demand).map(|least| 1.0 - least);
            self.bound(&scope, "peer_offload", "bound", "ratio", bound);
            let achieved = offload(peers, cdn, relayed);
            self.bound(&scope, "peer_offload", "achieved", "ratio", achieved);
            self.bound(&scope, "cdn_bytes", "bound", "B", Some(least));
            self.bound(&scope, "cdn_bytes", "achieved", "B", Some(cdn));
        }
    }

    fn write_isps(&mut self, scenario: &Scenario, heard: &[NetworkTraffic]) {
        let count = scenario.topology.isps.len();
        let (mut copies, mut reachable) = (Vec::new(), Vec::new());
        for (site, isp) in scenario.topology.isps.iter().enumerate() {
            let number = scenario.topology.graph.at(isp.network).number;
            let border = self.history.borders[site];
            let achieved = share(border.bytes as f64, border.one_copy);
            let least = share(border.least, border.one_copy);
            self.bound(&scope(number), "border_copies", "bound", "copies", least);
            self.bound(&scope(number), "border_copies", "achieved", "copies", achieved);
            let unreachable = share(self.unreachable_bytes[site] as f64, border.one_copy);
            self.bound(&scope(number), "border_copies", "lost_nat", "copies", unreachable);
            copies.extend(achieved);
            reachable.extend(achieved.zip(unreachable).map(|(all, lost)| all - lost));
            let [on_net, peering_in, transit_in, off_net_out] = self.isp_bytes(site);
            let presence = self.presence[site];
            let heard = heard.iter().find(|row| row.network == number);
            self.records.isps.push(IspRow {
                network: number,
                name: isp.name.clone(),
                country: String::from_utf8_lossy(&isp.country).into_owned(),
                sessions: presence.sessions,
                peak_viewers: presence.peak,
                on_net,
                peering_in,
                transit_in,
                off_net_out,
                border_copies: achieved,
                border_copies_bound: least,
                heard_on_net: heard.map(|row| row.on_net),
                heard_peering_in: heard.map(|row| row.peering),
                heard_transit_in: heard.map(|row| row.transit),
                heard_off_net_out: heard.map(|row| row.out),
            });
        }
        let all = share(copies.iter().sum(), copies.len() as f64);
        self.row("border_copies.mean", "copies", all);
        self.row("border_copies.max", "copies", copies.iter().copied().reduce(f64::max));
        // Without the viewers that no peer can reach: what the topology answers for.
        let mean = share(reachable.iter().sum(), reachable.len() as f64);
        self.row("border_copies_reachable.mean", "copies", mean);
        let most = reachable.iter().copied().reduce(f64::max);
        self.row("border_copies_reachable.max", "copies", most);
        let bounds: Vec<f64> = (0..count)
            .filter_map(|site| {
                share(self.history.borders[site].least, self.history.borders[site].one_copy)
            })
            .collect();
        let least = share(bounds.iter().sum(), bounds.len() as f64);
        self.row("border_copies_bound.mean", "copies", least);
        let delivered = |site: usize| {
            let border = self.history.borders[site];
            share(border.least_delivered, border.one_copy)
        };
        let possible: Vec<f64> = (0..count).filter_map(delivered).collect();
        let possible = share(possible.iter().sum(), possible.len() as f64);
        self.row("border_copies_of_bound", "ratio", quotient(all, possible));
    }

    /// On-net, in by peering, in by transit, and out.
    fn isp_bytes(&self, site: usize) -> [Bytes; 4] {
        let totals = self.history.isp_totals(site);
        totals.map(Bytes::new)
    }

    /// The rows of inter-AS links that carried data.
    pub(in crate::sim) fn write_links(&mut self, borders: &[(LinkId, Border)], duration: Span) {
        for (link, border) in borders {
            if let Some(account) = self.history.links.get(link) {
                let ends = [border.from.to_string(), border.to.to_string()];
                let row = account.row(ends, border.kind, border.capacity, duration);
                self.records.links.push(row);
            }
        }
    }

    /// The rows of the CDN nodes' uplinks: name, network and capacity of each.
    pub(in crate::sim) fn write_cdn_links(
        &mut self,
        nodes: Vec<([String; 2], BitRate)>,
        duration: Span,
    ) {
        for (account, (ends, capacity)) in self.cdn_links.iter().zip(nodes) {
            self.records.links.push(account.row(ends, "cdn-uplink", capacity, duration));
        }
    }
}

impl LinkAccount {
    fn row(
        &self,
        [from, to]: [String; 2],
        kind: &'static str,
        capacity: BitRate,
        duration: Span,
    ) -> LinkRow {
        let rate = |bps: f64| BitRate::from_bps(bps as u64);
        let means: Vec<BitRate> = self.means.iter().map(|mean| rate(*mean)).collect();
        LinkRow {
            from,
            to,
            kind,
            capacity,
            bytes: Bytes::new(self.bytes),
            mean: rate(self.bytes as f64 * 8.0 / duration.as_secs_f64()),
            peak: rate(self.peak),
            p95: billed_rate(&means).unwrap_or(BitRate::ZERO),
            busy: self.busy,
        }
    }
}
