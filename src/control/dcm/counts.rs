//! What a DCM counts about itself, for the figures of the control center.

/// What a DCM counts about itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Recomputations of the whole topology.
    pub(crate) whole: u64,
    /// Recomputations of the whole because the last one found something.
    pub(crate) again: u64,
    /// Recomputations of a part.
    pub(crate) part: u64,
    /// Changes that recomputations made.
    pub(crate) moves: u64,
    /// Members concluded to be gone.
    pub(crate) deaths: u64,
    /// Times that a silent network was taken for a cut, not for deaths.
    pub(crate) cuts: u64,
    /// Members left out because there was not enough for all, and such as were taken back.
    pub(crate) ejected: u64,
    pub(crate) taken_back: u64,
    /// Changes for the better that had to wait for the allowance.
    pub(crate) put_off: u64,
    /// Recomputations that left the objective function higher than they found it.
    pub(crate) worse: u64,
    /// Children moved because their parent's share was called back.
    pub(crate) shed: u64,
    /// Members that lost their line to another content.
    pub(crate) starved: u64,
    /// Over all recomputations, summed.
    pub(crate) all: Costs,
    /// At the last recomputation.
    pub(crate) last: Costs,
}

/// What recomputations found and left.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Costs {
    /// The objective function before.
    pub(crate) before: f64,
    /// The objective function after.
    pub(crate) after: f64,
    /// What was to be delivered, in Mbps.
    pub(crate) demand: f64,
}

impl Counts {
    /// Notes a recomputation.
    pub(super) fn recomputed(&mut self, costs: Costs) {
        self.last = costs;
        self.all.before += costs.before;
        self.all.after += costs.after;
        self.all.demand += costs.demand;
        // Sums of floats in different orders may differ in their last bits.
        self.worse += u64::from(costs.after > costs.before * (1.0 + 1e-9));
    }
}
