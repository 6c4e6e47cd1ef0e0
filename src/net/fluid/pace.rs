//! How the rate of a flow is found out where many move as one, for those who keep accounts of bytes
//! without looking at each flow.

use super::table::{Flow, State};
use super::{FlowRate, Fluid};
use crate::units::FlowId;

/// How the rate of a flow is found out, in a network that was made [`Fluid::bundling`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// This is its rate.
    Alone(FlowRate),
    /// Its rate is that of a bundle, whose id is like one of a flow.
    Bundled {
        /// The bundle.
        bundle: FlowId,
        /// The rate does not exceed this without [`Fluid::settle`] returning the flow.
        limit: FlowRate,
    },
    /// Its rate is an equal part of what others leave of a link.
    Resting {
        /// What there is to share, less the rates of [`Fluid::ahead_of`].
        base: FlowRate,
        /// Among how many.
        parts: u32,
        /// As above.
        limit: FlowRate,
    },
}

impl Pace {
    /// What the rate does not exceed without [`Fluid::settle`] returning the flow.
    #[must_use]
    pub const fn limit(self) -> FlowRate {
        match self {
            Self::Alone(rate) => rate,
            Self::Bundled { limit, .. } | Self::Resting { limit, .. } => limit,
        }
    }
}

impl Fluid {
    /// How the flow's rate is found out until [`Self::settle`] returns the flow again.
    #[must_use]
    pub fn pace(&self, flow: FlowId) -> Pace {
        let Flow { rate, state, .. } = self.tables.flows[flow.index()];
        match state {
            State::Bundled => {
                let bundle = FlowId::new(self.tables.bundle_of(flow.get()));
                Pace::Bundled { bundle, limit: FlowRate(rate) }
            }
            State::Resting => {
                let rest = self.tables.rest(self.tables.bundles.tie(flow.get()));
                Pace::Resting { base: FlowRate(rest.base), parts: rest.held, limit: FlowRate(rate) }
            }
            _ => Pace::Alone(FlowRate(rate)),
        }
    }

    /// Whose rates a flow that is [`Pace::Resting`] has to leave to others: bundles, as often as they
    /// have flows on its link, and flows that are [`Pace::Resting`] themselves.
    pub fn ahead_of(&self, flow: FlowId) -> impl Iterator<Item = FlowId> + '_ {
        let rests = self.tables.flows[flow.index()].state == State::Resting;
        let link = rests.then(|| self.tables.bundles.tie(flow.get()));
        let flows = link.into_iter().flat_map(|link| self.tables.ahead_on(link));
        flows.map(|flow| {
            let rests = self.tables.flows[flow as usize].state == State::Resting;
            FlowId::new(if rests { flow } else { self.tables.bundle_of(flow) })
        })
    }
}
