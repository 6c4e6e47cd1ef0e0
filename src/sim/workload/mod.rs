//! Who comes, when, from where and with what line: drawn before the run, so that every coordinator
//! meets the same viewers.

mod arrivals;
mod enterprises;
mod guests;
mod line;

use crate::scenario::{Arrivals, Scenario};
use crate::units::{BitRate, Bytes, ContentId, HostId, Metro, NatKind, SimTime, Span};
use guests::Guest;

/// One viewer's session as it would go if nothing went wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Session {
    pub(super) join: SimTime,
    pub(super) leave: SimTime,
    pub(super) content: ContentId,
    /// Whose it is; who returns has the same.
    pub(super) device: HostId,
    /// The same, where sessions of other contents run on it too.
    pub(super) host: Option<HostId>,
    pub(super) isp: u16,
    pub(super) access: u16,
    pub(super) metro: Metro,
    /// The enterprise in which it sits.
    pub(super) enterprise: Option<u32>,
    pub(super) nat: NatKind,
    /// Leaves without a word.
    pub(super) silent: bool,
    pub(super) downlink: BitRate,
    /// Uplink that the user lends, for all that it watches.
    pub(super) lent: BitRate,
    /// What the user believes to lend, and says; more where the line is taken for wider than it is.
    pub(super) said: BitRate,
    /// What the device can forward and keep for others, where that is limited.
    pub(super) cpu: Option<BitRate>,
    /// Of several contents each has its part by rate, so that all reach equally far back.
    pub(super) storage: Option<Bytes>,
    /// Shifts the client's timers.
    pub(super) phase: Span,
}

/// From when to when, and what is known of the viewer: what a trace says, or who it is where viewers return.
struct Visit {
    join: SimTime,
    leave: SimTime,
    access: Option<usize>,
    isp: Option<usize>,
    guest: Option<Guest>,
}

/// All sessions of a run in the order of joining.
pub(super) fn sessions(scenario: &Scenario, seed: u64) -> Vec<Session> {
    let mut visits = match &scenario.audience.arrivals {
        Arrivals::Curve { peak, initial, phases } => {
            arrivals::follow_curve(scenario, *peak as f64, *initial, phases, seed)
        }
        Arrivals::Poisson { per_second } => arrivals::poisson(scenario, *per_second, seed),
        Arrivals::Trace(rows) => rows
            .iter()
            .map(|row| Visit {
                join: row.join,
                leave: row.leave,
                access: row.access,
                isp: row.isp,
                guest: None,
            })
            .collect(),
    };
    visits.sort_by_key(|visit| visit.join);
    let visits = visits.iter().enumerate();
    let mut sessions: Vec<Session> = visits
        .flat_map(|(number, visit)| line::describe(scenario, seed, number as u64, visit))
        .collect();
    enterprises::fill(scenario, &mut sessions);
    sessions
}

/// The most sessions that are there at the same time. A leave and a join at one instant count as both
/// there: the order of such events is the queue's business.
pub(super) fn most_at_once(sessions: &[Session]) -> usize {
    let mut leaves: Vec<SimTime> = sessions.iter().map(|session| session.leave).collect();
    leaves.sort_unstable();
    let present = sessions.iter().enumerate().map(|(number, session)| {
        number + 1 - leaves.partition_point(|leave| *leave < session.join)
    });
    present.max().unwrap_or(0)
}

impl Session {
    /// What can really be sent to others: of the lent uplink no more than the device forwards.
    pub(super) fn usable(&self) -> BitRate {
        self.cpu.map_or(self.lent, |cpu| self.lent.min(cpu))
    }

    /// What the client takes that for.
    pub(super) fn believed(&self) -> BitRate {
        self.cpu.map_or(self.said, |cpu| self.said.min(cpu))
    }
}

#[cfg(test)]
mod tests;
