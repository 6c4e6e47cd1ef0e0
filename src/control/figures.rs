//! What the control center says about itself: figures for a run's summary and its samples.

use super::dcm::{Costs, Counts, Dcm};
use super::levels::Level;
use super::machine::ControlCenter;
use crate::proto::Figure;
use crate::units::Ratio;

impl ControlCenter {
    /// Cheap ones, while a run goes on.
    pub(super) fn present(&self) -> Vec<Figure> {
        let figure = |metric, value| Figure { metric, unit: "count", value: Some(value) };
        let mut gauges = Vec::from(self.objective(|counts| counts.last));
        gauges.push(figure("control_dcms", self.directory.len() as f64));
        gauges
    }

    /// All of them, at the end of one.
    pub(super) fn account(&self) -> Vec<Figure> {
        let figure = |metric, unit, value| Figure { metric, unit, value: Some(value) };
        let served: usize = self.dcms.iter().map(Dcm::len).sum();
        let mut figures = vec![
            figure("control_dcms", "count", self.dcms.len() as f64),
            figure("control_dcms_at_end", "count", self.directory.len() as f64),
            figure("control_clients_at_end", "count", (served + self.downloads.len()) as f64),
            figure("control_refusals", "count", self.refusals as f64),
            figure("control_policy_classes", "count", self.policies.classes() as f64),
            figure("control_locations_disputed", "count", self.disputed as f64),
            figure("control_deaths_concluded", "count", self.total(|counts| counts.deaths as f64)),
            figure("control_cuts_concluded", "count", self.total(|counts| counts.cuts as f64)),
            figure("control_ejections", "count", self.total(|counts| counts.ejected as f64)),
            figure("control_readmissions", "count", self.total(|counts| counts.taken_back as f64)),
            figure("changes_put_off", "count", self.total(|counts| counts.put_off as f64)),
            figure("control_rejoins_asked", "count", self.strangers as f64),
            figure("recomputations_whole", "count", self.total(|counts| counts.whole as f64)),
            figure("recomputations_again", "count", self.total(|counts| counts.again as f64)),
            figure("recomputations_part", "count", self.total(|counts| counts.part as f64)),
            figure("recomputations_worse", "count", self.total(|counts| counts.worse as f64)),
            figure("recomputation_moves", "count", self.total(|counts| counts.moves as f64)),
        ];
        figures.extend(self.clusters());
        figures.extend(self.monitor.figures());
        let (measured, mean) = self.monitor.conditions.measurements();
        figures.push(figure("control_paths_measured", "count", measured as f64));
        figures.push(Figure { metric: "control_path_rtt.mean", unit: "ms", value: mean });
        let load = self.cpu_load.map(Ratio::get);
        figures.push(Figure { metric: "control_cpu_load.max", unit: "ratio", value: load });
        figures.extend(self.objective(|counts| counts.all));
        if self.config.history {
            figures.extend(self.remembered());
        }
        figures.extend(self.levels());
        figures.extend(self.helped());
        figures.extend(self.sharing());
        if let Some(counts) = self.downloads.counts() {
            figures.push(figure("downloads_recalled", "count", counts.recalled as f64));
        }
        figures.push(figure("cdn_reserved_at_end", "Mbps", self.servers.reserved().as_f64() / 1e6));
        figures
    }

    /// What the history database has come to.
    fn remembered(&self) -> [Figure; 6] {
        let [clients, classes, downloads, forgotten] = self.history.counts();
        let figure =
            |metric, count: u64| Figure { metric, unit: "count", value: Some(count as f64) };
        let [within, between] = self.history.losses();
        let loss = |metric, value| Figure { metric, unit: "ratio", value };
        [
            figure("control_history_clients", clients),
            figure("control_history_classes", classes),
            figure("control_history_downloads", downloads),
            figure("control_history_forgotten", forgotten),
            loss("control_history_loss", within),
            loss("control_history_border_loss.max", between),
        ]
    }

    /// Splits, merges and lines.
    fn clusters(&self) -> [Figure; 9] {
        let figure = |metric, unit, value| Figure { metric, unit, value: Some(value) };
        let count = |metric, value: u64| figure(metric, "count", value as f64);
        let account = &self.account;
        let unaware: usize = self.dcms.iter().map(Dcm::unaware).sum();
        let left: usize = self.dcms.iter().map(Dcm::outside_edges).sum();
        let above = account.longest_above(self.last).as_secs_f64();
        [
            count("cluster_splits", account.splits),
            count("cluster_merges", account.merges),
            count("cluster_moves", account.moved),
            count("cluster_unaware_at_end", unaware as u64),
            count("cluster_edges_cut", account.cut),
            count("cluster_edges_cut_at_end", left as u64),
            figure("cluster_size.max", "viewers", account.largest as f64),
            figure("cluster_above_limit.max", "s", above),
            figure("control_line.max", "count", self.desks.longest() as f64),
        ]
    }

    /// About relays; nothing where none could ever be called.
    fn helped(&self) -> Vec<Figure> {
        let counts = self.relays.counts;
        if !self.relays.were_there && !self.config.levels.is_some_and(|own| own.relays.draft) {
            return Vec::new();
        }
        let figure = |metric, unit, value| Figure { metric, unit, value: Some(value) };
        let [waypoints, drafted] =
            self.relays.time(self.last).map(|span| span.as_secs_f64() / 3600.0);
        vec![
            figure("waypoints_called", "count", counts.waypoints as f64),
            figure("waypoint_hours", "h", waypoints),
            figure("clients_drafted", "count", counts.drafted as f64),
            figure("drafted_hours", "h", drafted),
            figure("relays_given_back", "count", counts.given_back as f64),
        ]
    }

    /// About levels; nothing where there is one.
    fn levels(&self) -> Vec<Figure> {
        if self.config.levels.is_none() {
            return Vec::new();
        }
        let sent_back: u64 = self.dcms.iter().map(Dcm::sent_back).sum();
        let count =
            |metric, value: u64| Figure { metric, unit: "count", value: Some(value as f64) };
        let at = |metric, level| count(metric, self.at_level(level) as u64);
        vec![
            count("level_rises", self.changes.up),
            count("level_falls", self.changes.down),
            count("level_sent_back", sent_back),
            at("level_top_at_end", Level::Top),
            at("level_second_at_end", Level::Second),
            at("level_bottom_at_end", Level::Bottom),
        ]
    }

    /// About hosts on several contents; nothing where there were none.
    fn sharing(&self) -> Vec<Figure> {
        let counts = self.keepers.counts();
        let figures = [
            ("shared_hosts_at_end", self.keepers.len() as f64),
            ("share_letters", counts.letters as f64),
            ("share_grants", counts.grants as f64),
            ("share_recalls", counts.recalls as f64),
            ("share_lapses", counts.lapses as f64),
            ("share_moves", self.total(|counts| counts.shed as f64)),
            ("share_downlinks_lost", self.total(|counts| counts.starved as f64)),
        ];
        let figure = |(metric, value)| Figure { metric, unit: "count", value: Some(value) };
        if counts.letters == 0 { Vec::new() } else { figures.map(figure).to_vec() }
    }

    fn total(&self, count: impl Fn(&Counts) -> f64) -> f64 {
        self.dcms.iter().map(|dcm| count(&dcm.counts())).sum()
    }

    /// The objective function before and after recomputations, in the cost of CDN nodes sending
    /// everything (1 with the default weights).
    fn objective(&self, costs: impl Fn(&Counts) -> Costs) -> [Figure; 2] {
        let demand = self.total(|counts| costs(counts).demand);
        let figure = |metric, cost: f64| Figure {
            metric,
            unit: "per Mbps",
            value: (demand > 0.0).then_some(cost / demand),
        };
        [
            figure("objective_before", self.total(|counts| costs(counts).before)),
            figure("objective", self.total(|counts| costs(counts).after)),
        ]
    }
}
