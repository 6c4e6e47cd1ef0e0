//! Many runs of one scenario: the points of a grid, each with every coordinator and seed.
//!
//! Which runs there are, what they are called, which of them a shard has, and what their figures add
//! up to. Not here: running them, files and threads, which are the command line's.

mod grid;
mod shard;
mod study;

pub use grid::points;
pub use shard::{Shard, ShardError};
pub use study::{RunId, Study, file_name};
