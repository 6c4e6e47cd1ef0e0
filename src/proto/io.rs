//! The whole boundary of a coordinator: what goes in, what comes out.

use super::{
    Decision, Feed, Finding, NetworkTraffic, Regrouping, RelayChange, ToCenter, ToClient,
    UplinkFinding,
};
use crate::units::{PeerId, SimTime};

/// What reaches a coordinator.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A client or a CDN node says something.
    Message {
        /// Who; clients are authenticated before this point.
        from: PeerId,
        /// What.
        message: &'a ToCenter,
    },
    /// A feed was delivered.
    Feed(&'a Feed),
    /// The time that `next_timeout` asked for has come; early or spurious calls change nothing.
    Timeout,
}

/// What a coordinator wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send this to that client.
    Send {
        /// To whom.
        to: PeerId,
        /// What.
        message: ToClient,
    },
    /// Why an assignment is as it is.
    Explain(Decision),
    /// Clusters have been split or merged.
    Regroup(Regrouping),
    /// What is held to be true of a link from now on.
    Find(Finding),
    /// What is held to be true of a client's uplink from now on.
    Measure(UplinkFinding),
    /// A relay was called, or is one no longer.
    Relay(RelayChange),
}

/// Collects what a coordinator wants done, in its order.
#[derive(Debug, Default)]
pub struct Outbox {
    outputs: Vec<Output>,
    explains: bool,
}

impl Outbox {
    /// An empty outbox that keeps decisions only when asked to.
    #[must_use]
    pub fn new(explains: bool) -> Self {
        Self { outputs: Vec::new(), explains }
    }

    /// Sends `message` to a client.
    pub fn send(&mut self, to: PeerId, message: ToClient) {
        self.outputs.push(Output::Send { to, message });
    }

    /// Records a decision, when decisions are wanted.
    pub fn explain(&mut self, decision: Decision) {
        if self.explains {
            self.outputs.push(Output::Explain(decision));
        }
    }

    /// Records what is concluded about a link.
    pub fn find(&mut self, finding: Finding) {
        self.outputs.push(Output::Find(finding));
    }

    /// Records what is concluded about an uplink.
    pub fn measure(&mut self, finding: UplinkFinding) {
        self.outputs.push(Output::Measure(finding));
    }

    /// Records that a relay was called, or is one no longer.
    pub fn relay(&mut self, change: RelayChange) {
        self.outputs.push(Output::Relay(change));
    }

    /// Records a split or a merge.
    pub fn regroup(&mut self, regrouping: Regrouping) {
        self.outputs.push(Output::Regroup(regrouping));
    }

    /// Keeps back the messages pushed since there were `from` outputs: they leave later.
    pub fn hold(&mut self, from: usize) -> Vec<(PeerId, ToClient)> {
        let mut held = Vec::new();
        for output in self.outputs.split_off(from) {
            match output {
                Output::Send { to, message } => held.push((to, message)),
                other => self.outputs.push(other),
            }
        }
        held
    }

    /// Assignments among the outputs since there were `from`.
    #[must_use]
    pub fn assignments(&self, from: usize) -> usize {
        let assigns =
            |output: &&Output| matches!(output, Output::Send { message: ToClient::Assign(_), .. });
        self.outputs[from..].iter().filter(assigns).count()
    }

    /// How many outputs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.outputs.len()
    }

    /// Takes everything out, oldest first.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Output> {
        self.outputs.drain(..)
    }

    /// Whether nothing is wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }
}

/// A figure that a coordinator reports about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its metric name.
    pub metric: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The value; absent when there is none.
    pub value: Option<f64>,
}

/// A control center, or what it is compared with: a machine of messages and time.
pub trait Coordinator {
    /// Takes one input in; what follows from it is pushed to `outbox`.
    fn handle(&mut self, now: SimTime, input: Input<'_>, outbox: &mut Outbox);

    /// When it next wants to be called with `Timeout`; may move with any call of `handle`.
    fn next_timeout(&self) -> Option<SimTime>;

    /// Messages from these clients will come soon: a coordinator may read ahead what it will need.
    /// Changes nothing.
    fn expect(&self, _from: &[PeerId]) {}

    /// What it says about itself while a run goes on: cheap, and none for most.
    fn gauges(&self) -> Vec<Figure> {
        Vec::new()
    }

    /// What it believes to have moved between networks; nothing where it keeps no account.
    fn traffic(&self) -> Vec<NetworkTraffic> {
        Vec::new()
    }

    /// What it says about itself at the end of a run.
    fn figures(&self) -> Vec<Figure>;
}
