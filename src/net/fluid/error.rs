//! Why a flow is refused.

use crate::units::LinkId;
use std::fmt;

/// Why a flow's path was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// There is no such link.
    UnknownLink(LinkId),
    /// The path crosses this link twice.
    CrossedTwice(LinkId),
    /// The path has more than 65,535 links.
    TooLong,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownLink(link) => {
                write!(f, "the path names link {link}, which does not exist")
            }
            Self::CrossedTwice(link) => write!(f, "the path crosses link {link} twice"),
            Self::TooLong => f.write_str("the path has more than 65,535 links"),
        }
    }
}

impl std::error::Error for PathError {}
