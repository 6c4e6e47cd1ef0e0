//! Many runs at once, on as many cores as allowed. One that fails stops no other.

use super::exit::Failure;
use super::guard::guarded;
use super::progress::{self, Count};
use crate::sim::{self, Outcome, RunSpec};
use rayon::prelude::*;

/// How many runs at once, and whether progress is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) jobs: u16,
    pub(super) quiet: bool,
}

/// Does `one` for all items, and returns what came of each in their order. After an interruption the
/// rest is [`Failure::Interrupted`].
pub(super) fn each<I: Sync, T: Send>(
    items: &[I],
    pace: Pace,
    one: impl Fn(&I) -> Result<T, Failure> + Sync,
) -> Result<Vec<Result<T, Failure>>, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(pace.jobs)).build();
    let pool = pool.map_err(Failure::input)?;
    let count = Count::new(pace.quiet, items.len());
    let one = |item: &I| {
        let result = guarded(|| one(item));
        let result = result.unwrap_or_else(|panic| Err(Failure::Bug(panic)));
        count.one_more();
        result
    };
    // One at a time from the front, so that what is done after an interruption is the beginning.
    Ok(pool.install(|| items.par_iter().with_max_len(1).map(one).collect()))
}

/// A run to its end. A broken invariant is a bug.
pub(super) fn simulate(spec: &RunSpec<'_>) -> Result<Outcome, Failure> {
    // To build a world takes a moment: none is begun in vain.
    if progress::interrupted() {
        return Err(Failure::Interrupted);
    }
    let outcome = sim::run(spec, &mut |_| !progress::interrupted());
    let outcome = outcome.map_err(|_| Failure::Interrupted)?;
    match outcome.violations.first() {
        Some(broken) => Err(Failure::Bug(broken.clone())),
        None => Ok(outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_panics_stops_no_other_and_results_keep_their_order() {
        let one = |number: &u32| match number {
            3 => panic!("three is gone"),
            4 => Err(Failure::Bug("four is wrong".to_string())),
            other => Ok(other * 10),
        };
        let pace = Pace { jobs: 2, quiet: true };
        let results = each(&[1, 2, 3, 4, 5], pace, one).unwrap();
        let bug = |why: &str| Err(Failure::Bug(why.to_string()));
        let expected = [Ok(10), Ok(20), bug("panic: three is gone"), bug("four is wrong"), Ok(50)];
        assert_eq!(results, expected);
    }
}
