//! The dynamic network condition monitor (mission row C5): a graph of networks with loads, and which of
//! its links are in trouble.
//!
//! It is fed with what clients report ([`Report`]: what each substream of each child shows), with routes,
//! with measured round trips and with the notices of ISPs. Where the trouble is, is a pure function of one
//! judgement's evidence ([`locate`]); what is held over time is another ([`standing`]). Healthy
//! heartbeats are not brought here: while nobody is in trouble nothing runs.
//!
//! Not here: what is done about it. DCMs look [`Conditions`] up when they choose.

mod conditions;
mod graph;
mod locate;
mod probes;
mod standing;
#[cfg(test)]
mod tests;

pub(crate) use conditions::Conditions;
pub(crate) use locate::{Element, Link, Observation, Seen};

use crate::proto::{Figure, Finding, LinkVerdict, Notice, RouteTable};
use crate::units::{AsNumber, BitRate, PeerId, SimTime, Span};
use standing::{Standing, Word};
use std::collections::{BTreeMap, BTreeSet};

/// So long before an announced beginning children are moved (assumption: two heartbeats of two seconds,
/// in case an assignment is lost, and time to connect).
const LEAD: Span = Span::from_secs(6);

/// What one substream of one child shows, before its path is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) seen: Seen,
    /// None for a CDN node: what it sends is reserved, so its own line is not crowded.
    pub(crate) parent: Option<PeerId>,
    pub(crate) child: PeerId,
    /// The networks of both, parent first.
    pub(crate) networks: [AsNumber; 2],
    /// Of what is bad, when it was first reported; of what is well, when it was last.
    pub(crate) at: SimTime,
}

/// Elements of bad paths, and since when: only healthy reports after that say anything about them.
#[derive(Debug, Default)]
pub(crate) struct Questions(BTreeMap<Element, SimTime>);

/// The monitor.
#[derive(Debug, Default)]
pub(crate) struct Monitor {
    pub(crate) conditions: Conditions,
    standings: BTreeMap<Link, Standing>,
    notices: Vec<Notice>,
    announced: BTreeSet<Link>,
    counts: Counts,
}

/// What it counts about itself.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    judgements: u64,
    observations: u64,
    most_held: usize,
}

impl Questions {
    /// Whether a healthy path over any of these elements would say something.
    pub(crate) fn concern(&self, mut path: impl Iterator<Item = Element>) -> bool {
        path.any(|element| self.0.contains_key(&element))
    }

    fn answered_by(&self, element: Element, at: SimTime) -> bool {
        self.0.get(&element).is_some_and(|since| at >= *since)
    }
}

impl Monitor {
    /// Takes a new route feed. A failed link that routes had left and use again is cleared: networks route
    /// over what is up.
    pub(crate) fn learn_routes(&mut self, now: SimTime, routes: &RouteTable) -> Vec<Finding> {
        let failed = |standing: &Standing| standing.verdict() == Some(LinkVerdict::Failed);
        let left: Vec<Link> = self
            .standings
            .iter()
            .filter(|(link, standing)| failed(standing) && !self.conditions.graph.has(**link))
            .map(|(link, _)| *link)
            .collect();
        self.conditions.learn(routes);
        let mut findings = Vec::new();
        for link in left {
            if self.conditions.graph.has(link)
                && let Some(standing) = self.standings.get_mut(&link)
            {
                let (after, told) = standing.readmitted(now);
                *standing = after;
                findings.extend(told.map(|verdict| link.finding(now, verdict)));
            }
        }
        self.hold();
        findings
    }

    /// Takes the notices that stand.
    pub(crate) fn learn_notices(&mut self, notices: &[Notice]) {
        self.notices = notices.to_vec();
    }

    /// Notices that begin or end by now.
    pub(crate) fn keep_notices(&mut self, now: SimTime) -> Vec<Finding> {
        let in_force = |notice: &&Notice| notice.from <= now + LEAD && now < notice.until;
        let ends = self.notices.iter().filter(in_force).flat_map(|notice| {
            let [a, b] = notice.between;
            [Link { from: a, to: b }, Link { from: b, to: a }]
        });
        let announced: BTreeSet<Link> = ends.collect();
        if announced == self.announced {
            return Vec::new();
        }
        let begun =
            announced.difference(&self.announced).map(|link| (*link, LinkVerdict::Announced));
        let over = self.announced.difference(&announced).map(|link| (*link, LinkVerdict::Cleared));
        let findings =
            begun.chain(over).map(|(link, verdict)| link.finding(now, verdict)).collect();
        self.announced = announced;
        self.hold();
        findings
    }

    /// Whether it has something in mind that time may change.
    pub(crate) fn is_busy(&self) -> bool {
        self.standings.values().any(|standing| standing.is_open())
    }

    /// What healthy reports would have to say something about: all that bad paths cross, and links that
    /// are held to be bad.
    pub(crate) fn questions(&self, bad: &[Report]) -> Questions {
        let mut since = BTreeMap::new();
        for report in bad {
            for element in self.path(report) {
                let first = since.entry(element).or_insert(report.at);
                *first = report.at.min(*first);
            }
        }
        let held = self.standings.iter().filter(|(_, standing)| standing.verdict().is_some());
        held.for_each(|(link, _)| _ = since.entry(Element::Link(*link)).or_insert(SimTime::ZERO));
        Questions(since)
    }

    /// The path of a report. Both ends of a silent one are heard, so their lines are up: they are no part.
    fn path(&self, report: &Report) -> impl Iterator<Item = Element> {
        let [from, to] = report.networks;
        let lines = [report.parent.map(Element::Up), Some(Element::Down(report.child))];
        let lines = lines.into_iter().take(if report.seen == Seen::Silent { 0 } else { 2 });
        lines.flatten().chain(self.conditions.links(from, to).into_iter().map(Element::Link))
    }

    /// Judges by what is bad and by what is well, and tells what has changed.
    pub(crate) fn judge(
        &mut self,
        now: SimTime,
        bad: &[Report],
        well: &[Report],
        questions: &Questions,
    ) -> Vec<Finding> {
        let observations = self.observations(bad, well, questions);
        self.counts.judgements += 1;
        self.counts.observations += observations.len() as u64;
        let words = self.words(&observations);
        let mut findings = Vec::new();
        for (link, word) in words {
            let standing = self.standings.entry(link).or_default();
            let (after, told) = standing.after(now, word);
            *standing = after;
            findings.extend(told.map(|verdict| link.finding(now, verdict)));
        }
        self.standings.retain(|_, standing| !standing.is_blank(now));
        self.hold();
        findings
    }

    fn observations(
        &self,
        bad: &[Report],
        well: &[Report],
        questions: &Questions,
    ) -> Vec<Observation> {
        let bad = bad
            .iter()
            .map(|report| Observation { seen: report.seen, path: self.path(report).collect() });
        let well = well.iter().map(|report| {
            let fresh = |element: &Element| questions.answered_by(*element, report.at);
            Observation { seen: Seen::Well, path: self.path(report).filter(fresh).collect() }
        });
        bad.chain(well).filter(|observation| !observation.path.is_empty()).collect()
    }

    /// What this judgement says of every link that it says something of, and of those in mind.
    fn words(&self, observations: &[Observation]) -> BTreeMap<Link, Word> {
        let mut words: BTreeMap<Link, Word> =
            self.standings.keys().map(|link| (*link, Word::Nothing)).collect();
        let well = observations.iter().filter(|observation| observation.seen == Seen::Well);
        for element in well.flat_map(|observation| &observation.path) {
            if let Element::Link(link) = element
                && let Some(word) = words.get_mut(link)
            {
                *word = Word::Well;
            }
        }
        let found = locate::locate(observations, |link| self.conditions.load(link));
        for suspicion in &found {
            let silent = suspicion.silent;
            for link in &suspicion.alike {
                words.insert(*link, Word::Accused { silent, named: false });
            }
        }
        for suspicion in found {
            words.insert(suspicion.link, Word::Accused { silent: suspicion.silent, named: true });
        }
        words
    }

    /// Weighs the graph: so many substreams of this rate go from one network to another.
    pub(crate) fn weigh(&mut self, traffic: &BTreeMap<[AsNumber; 2], BitRate>) {
        let paths: Vec<(Vec<Link>, BitRate)> = traffic
            .iter()
            .map(|([from, to], rate)| (self.conditions.links(*from, *to), *rate))
            .collect();
        self.conditions.graph.weigh(paths.into_iter());
    }

    fn hold(&mut self) {
        let announced = self.announced.iter().map(|link| (*link, LinkVerdict::Announced));
        let verdicts = self.standings.iter();
        let concluded = verdicts.filter_map(|(link, standing)| Some((*link, standing.verdict()?)));
        self.conditions.hold(announced.chain(concluded).collect());
        self.counts.most_held = self.counts.most_held.max(self.conditions.held());
    }

    /// What it says about itself.
    pub(crate) fn figures(&self) -> [Figure; 5] {
        let figure =
            |metric, value: usize| Figure { metric, unit: "count", value: Some(value as f64) };
        let (networks, links) = self.conditions.graph.size();
        [
            figure("monitor_networks", networks),
            figure("monitor_links", links),
            figure("monitor_judgements", self.counts.judgements as usize),
            figure("monitor_observations", self.counts.observations as usize),
            figure("monitor_links_held.max", self.counts.most_held),
        ]
    }
}

impl Link {
    fn finding(self, time: SimTime, verdict: LinkVerdict) -> Finding {
        Finding { time, from: self.from, to: self.to, verdict }
    }
}
