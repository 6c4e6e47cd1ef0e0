//! A share of a sweep's runs, for one of several machines.

use std::fmt;
use std::str::FromStr;

/// The runs whose number leaves this remainder: neighbours, which take about as long, go to
/// different machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    index: u32,
    of: u32,
}

/// Why a text names no shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardError(String);

impl fmt::Display for ShardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, as in 0/4 for the first of four", self.0)
    }
}

impl std::error::Error for ShardError {}

impl Shard {
    /// Whether the run with this number belongs to the shard.
    #[must_use]
    pub const fn has(self, run: usize) -> bool {
        run % self.of as usize == self.index as usize
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text.split_once('/').and_then(|(index, of)| {
            Some((index.trim().parse::<u32>().ok()?, of.trim().parse::<u32>().ok()?))
        });
        match numbers {
            None => Err(ShardError("two numbers with a slash".to_string())),
            Some((_, 0)) => Err(ShardError("at least one shard".to_string())),
            Some((index, of)) if index >= of => {
                Err(ShardError(format!("a shard from 0/{of} to {}/{of}", of - 1)))
            }
            Some((index, of)) => Ok(Self { index, of }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_in_one_shard() {
        let shards: Vec<Shard> = (0..3).map(|n| format!("{n}/3").parse().unwrap()).collect();
        for run in 0..10 {
            assert_eq!(shards.iter().filter(|shard| shard.has(run)).count(), 1);
        }
        assert_eq!(shards[2].to_string(), "2/3");
    }

    #[test]
    fn what_is_no_shard_is_refused_with_what_was_expected() {
        let refused = |text: &str| text.parse::<Shard>().unwrap_err().to_string();
        assert_eq!(
            refused("3/3"),
            "expected a shard from 0/3 to 2/3, as in 0/4 for the first of four"
        );
        assert!(refused("1").starts_with("expected two numbers with a slash"));
        assert!(refused("0/0").starts_with("expected at least one shard"));
        assert!(refused("-1/2").starts_with("expected two numbers"));
    }
}
