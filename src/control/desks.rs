//! The machines that DCMs run on, as queues: how long decisions take (row R15).
//!
//! Each DCM has one server that does one job after the other, first come, first served. A job is done at
//! the end of its service; the assignments to others that come of it take their own time before any of its
//! messages leaves. With all service times 0 nothing stands in line, and nothing of this is used.

use super::config::ServiceConfig;
use super::dcm::Cut;
use super::regions::Viewer;
use crate::proto::{Join, Place, ToCenter, ToClient};
use crate::units::{PeerId, SimTime, Span};
use std::collections::{BTreeSet, VecDeque};

/// What a DCM has to do.
#[derive(Debug)]
pub(crate) enum Job {
    /// A client asks for the content.
    Join(Viewer, Box<Join>),
    /// A client says something.
    Message(PeerId, ToCenter),
    /// The second-level look.
    Tick,
    /// To give a part of its clients away, about so many.
    Split(Box<Cut>, usize),
}

/// The desks of all DCMs, by their number.
#[derive(Debug)]
pub(crate) struct Desks {
    service: ServiceConfig,
    desks: Vec<Desk>,
    /// When which desk is done with what it does.
    due: BTreeSet<(SimTime, usize)>,
    /// The longest line that there was.
    longest: usize,
}

#[derive(Debug, Default)]
struct Desk {
    line: VecDeque<Job>,
    /// Those of the line who want to join, the one being served included.
    joining: usize,
    /// A split stands in line or is being done.
    splitting: bool,
    /// A tick stands in line.
    ticking: bool,
    busy: Option<Busy>,
}

#[derive(Debug)]
enum Busy {
    Serving(Job),
    Sending(Vec<(PeerId, ToClient)>),
    /// Done, and what follows from it is being found out.
    InHand,
}

/// What a desk is done with.
#[derive(Debug)]
pub(crate) enum Done {
    /// The service of this job: its effects are due.
    Serving(Job),
    /// The assignments that came of the last one: they leave.
    Sending(Vec<(PeerId, ToClient)>),
}

impl Job {
    pub(crate) fn join(peer: PeerId, place: Place, join: &Join) -> Self {
        Self::Join(Viewer { peer, place }, Box::new(join.clone()))
    }

    /// Whose matter it is; none for the DCM's own.
    fn client(&self) -> Option<PeerId> {
        match self {
            Self::Join(viewer, _) => Some(viewer.peer),
            Self::Message(from, _) => Some(*from),
            Self::Tick | Self::Split(..) => None,
        }
    }
}

impl Desks {
    pub(crate) fn new(service: ServiceConfig) -> Self {
        Self { service, desks: Vec::new(), due: BTreeSet::new(), longest: 0 }
    }

    /// Whether anything takes time.
    pub(crate) fn take_time(&self) -> bool {
        let ServiceConfig { join, assignment, heartbeat, handover } = self.service;
        [join, assignment, heartbeat, handover].iter().any(|span| *span > Span::ZERO)
    }

    fn desk(&mut self, dcm: usize) -> &mut Desk {
        if self.desks.len() <= dcm {
            self.desks.resize_with(dcm + 1, Desk::default);
        }
        &mut self.desks[dcm]
    }

    /// How long a job takes until it is done, assignments to others aside.
    fn cost(&self, job: &Job) -> Span {
        match job {
            Job::Join(..) => self.service.join,
            Job::Message(..) => self.service.heartbeat,
            Job::Tick => Span::ZERO,
            Job::Split(_, clients) => self.service.handover * *clients as u64,
        }
    }

    /// How long assignments take.
    pub(crate) fn cost_of_assignments(&self, count: usize) -> Span {
        self.service.assignment * count as u64
    }

    /// How long it takes to hand clients over.
    pub(crate) fn cost_of_handover(&self, clients: usize) -> Span {
        self.service.handover * clients as u64
    }

    /// Puts a job at the end of a DCM's line; one look a second is enough.
    pub(crate) fn push(&mut self, now: SimTime, dcm: usize, job: Job) {
        let desk = self.desk(dcm);
        if matches!(job, Job::Tick) && std::mem::replace(&mut desk.ticking, true) {
            return;
        }
        desk.joining += usize::from(matches!(job, Job::Join(..)));
        desk.line.push_back(job);
        let length = desk.line.len() + usize::from(desk.busy.is_some());
        self.longest = self.longest.max(length);
        self.begin(now, dcm);
    }

    /// Puts a split before all else that stands in line.
    pub(crate) fn push_split(&mut self, now: SimTime, dcm: usize, cut: Cut, clients: usize) {
        let desk = self.desk(dcm);
        desk.splitting = true;
        desk.line.push_front(Job::Split(Box::new(cut), clients));
        self.begin(now, dcm);
    }

    /// Begins the next job, if there is one and nothing else is being done.
    pub(crate) fn begin(&mut self, now: SimTime, dcm: usize) {
        let desk = self.desk(dcm);
        if desk.busy.is_some() {
            return;
        }
        let Some(job) = desk.line.pop_front() else { return };
        if matches!(job, Job::Tick) {
            desk.ticking = false;
        }
        let until = now + self.cost(&job);
        self.desk(dcm).busy = Some(Busy::Serving(job));
        self.due.insert((until, dcm));
    }

    /// Takes this long to send what has come of a job.
    pub(crate) fn send(
        &mut self,
        now: SimTime,
        dcm: usize,
        messages: Vec<(PeerId, ToClient)>,
        takes: Span,
    ) {
        self.desk(dcm).busy = Some(Busy::Sending(messages));
        self.due.insert((now + takes, dcm));
    }

    /// What is done by now, one at a time; the desk is to be released when all has followed from it.
    pub(crate) fn take_done(&mut self, now: SimTime) -> Option<(usize, Done)> {
        let (at, dcm) = self.due.first().copied().filter(|(at, _)| *at <= now)?;
        self.due.remove(&(at, dcm));
        let desk = self.desk(dcm);
        let done = match desk.busy.replace(Busy::InHand)? {
            Busy::Serving(job) => {
                desk.joining -= usize::from(matches!(job, Job::Join(..)));
                desk.splitting &= !matches!(job, Job::Split(..));
                Done::Serving(job)
            }
            Busy::Sending(messages) => Done::Sending(messages),
            Busy::InHand => return None,
        };
        Some((dcm, done))
    }

    /// When something will be done next.
    pub(crate) fn next(&self) -> Option<SimTime> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Lets a desk go on with the next job, unless something is to be sent first.
    pub(crate) fn release(&mut self, now: SimTime, dcm: usize) {
        let desk = self.desk(dcm);
        if matches!(desk.busy, Some(Busy::InHand)) {
            desk.busy = None;
        }
        self.begin(now, dcm);
    }

    /// Those who stand in line to join, the one being served included.
    pub(crate) fn joining(&self, dcm: usize) -> usize {
        self.desks.get(dcm).map_or(0, |desk| desk.joining)
    }

    /// Who they are, the one being served aside.
    pub(crate) fn newcomers(&self, dcm: usize) -> Vec<Viewer> {
        let line = self.desks.get(dcm).into_iter().flat_map(|desk| &desk.line);
        let viewers = line.filter_map(|job| match job {
            Job::Join(viewer, _) => Some(*viewer),
            _ => None,
        });
        viewers.collect()
    }

    /// Whether a split stands in line or is being done.
    pub(crate) fn is_splitting(&self, dcm: usize) -> bool {
        self.desks.get(dcm).is_some_and(|desk| desk.splitting)
    }

    /// Whether a DCM has nothing to do.
    pub(crate) fn is_idle(&self, dcm: usize) -> bool {
        self.desks.get(dcm).is_none_or(|desk| desk.busy.is_none() && desk.line.is_empty())
    }

    /// The longest line that there was, those being served included.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Sends those of a line to another DCM whose clients belong there, in their order.
    pub(crate) fn part(
        &mut self,
        now: SimTime,
        from: usize,
        to: usize,
        mut belongs: impl FnMut(&Job, PeerId) -> bool,
    ) {
        let line = std::mem::take(&mut self.desk(from).line);
        for job in line {
            let goes = job.client().is_some_and(|client| belongs(&job, client));
            let joins = usize::from(matches!(job, Job::Join(..)));
            if goes {
                self.desk(from).joining -= joins;
                self.push(now, to, job);
            } else {
                self.desk(from).line.push_back(job);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desks(heartbeat_us: u64) -> Desks {
        let heartbeat = Span::from_nanos(heartbeat_us * 1000);
        Desks::new(ServiceConfig { heartbeat, ..ServiceConfig::default() })
    }

    fn word(from: u32) -> Job {
        Job::Message(PeerId::new(from), ToCenter::Leave)
    }

    fn at(us: u64) -> SimTime {
        SimTime::ZERO + Span::from_nanos(us * 1000)
    }

    fn served(desks: &mut Desks, now: SimTime) -> Option<(usize, PeerId)> {
        let (dcm, done) = desks.take_done(now)?;
        let Done::Serving(Job::Message(from, _)) = done else { panic!("{done:?}") };
        desks.release(now, dcm);
        Some((dcm, from))
    }

    #[test]
    fn one_job_is_done_after_the_other_and_desks_do_not_wait_for_each_other() {
        let mut desks = desks(10);
        for (dcm, from) in [(0, 1), (0, 2), (1, 3)] {
            desks.push(at(5), dcm, word(from));
        }
        assert_eq!((desks.longest(), desks.next()), (2, Some(at(15))));
        assert_eq!(served(&mut desks, at(14)), None);
        assert_eq!(served(&mut desks, at(15)), Some((0, PeerId::new(1))));
        assert_eq!(served(&mut desks, at(15)), Some((1, PeerId::new(3))));
        assert_eq!((served(&mut desks, at(15)), desks.next()), (None, Some(at(25))));
        assert!(!desks.is_idle(0) && desks.is_idle(1));
        assert_eq!(served(&mut desks, at(25)), Some((0, PeerId::new(2))));
        assert_eq!(desks.next(), None);
    }

    #[test]
    fn a_line_is_parted_in_its_order() {
        let mut desks = desks(10);
        (1..=5).for_each(|from| desks.push(at(0), 0, word(from)));
        desks.part(at(1), 0, 1, |_, client| client.get() % 2 == 0);
        let mut order = Vec::new();
        for now in (0..60).map(at) {
            while let Some((dcm, from)) = served(&mut desks, now) {
                order.push((dcm, from.get()));
            }
        }
        assert_eq!(order, [(0, 1), (1, 2), (0, 3), (1, 4), (0, 5)]);
    }

    #[test]
    fn the_mean_wait_in_line_is_that_of_the_closed_form() {
        // M/D/1: Poisson arrivals at load 0.8 wait 0.8 / (2 x 0.2) = 2 service times in the mean.
        let mut desks = desks(1000);
        let mut rng = crate::units::stream(1, "desk", 0);
        let (mut came, mut now, mut total, mut count) = (Vec::new(), 0.0, 0.0, 0_u32);
        for number in 0..40_000_u32 {
            now += crate::units::dist::exponential(&mut rng, 1250.0);
            let arrival = SimTime::ZERO + Span::from_nanos((now * 1000.0) as u64);
            while let Some(done) = desks.next().filter(|done| *done <= arrival) {
                let (_, from) = served(&mut desks, done).expect("it is due");
                total += done.since(came[from.index()]).as_secs_f64() * 1e3 - 1.0;
                count += 1;
            }
            came.push(arrival);
            desks.push(arrival, 0, word(number));
        }
        let mean = total / f64::from(count);
        assert!((mean - 2.0).abs() < 0.1, "{mean} service times");
    }
}
