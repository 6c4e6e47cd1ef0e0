//! Networks and links, as the file says them.

use super::{At, Duration, Rate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A graph of networks from a file.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawTopology {
    /// `builtin:as-2006`, or a file beside the scenario (`.gz` is unpacked).
    #[schemars(required)]
    pub graph: Option<At<String>>,
    /// The file's format; told from the end of its name when left out (`.gml`, `.graphml`).
    pub format: Option<At<RawFormat>>,
    /// Whether the business relationships on links are read or inferred; `given` for a format that
    /// has them, else `infer`.
    pub relationships: Option<At<RawRelationships>>,
    /// Capacity of a customer-provider link, each way, where the file says none.
    pub transit_capacity: Option<At<Rate>>,
    /// Capacity of a peering link, each way, where the file says none.
    pub peering_capacity: Option<At<Rate>>,
    /// One-way latency of every link; by its kind and the places of its ends when left out.
    pub link_latency: Option<At<Duration>>,
}

/// The format of a graph file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawFormat {
    /// CAIDA serial-1 or serial-2: `provider|customer|-1`, `peer|peer|0`.
    AsRel,
    /// SNAP's as-caida: two AS numbers and a relationship.
    Snap,
    /// Two AS numbers a line.
    EdgeList,
    /// Graph Modelling Language, as in Newman's graphs and the Internet Topology Zoo.
    Gml,
    /// GraphML, as in the Internet Topology Zoo.
    Graphml,
}

/// Where the business relationships on links come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawRelationships {
    /// From the degrees of the networks.
    Infer,
    /// From the file.
    Given,
}

/// A network.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawIsp {
    /// Its AS number.
    #[serde(rename = "as")]
    #[schemars(required)]
    pub network: Option<At<i64>>,
    /// For tables and charts; `AS` and the number when left out.
    pub name: Option<At<String>>,
    /// Two capital letters; from the carried table of AS sizes when left out.
    pub country: Option<At<String>>,
    /// Whether it has viewers.
    pub access: Option<At<bool>>,
    /// Its part of the audience, relative to the others; its announced IPv4 addresses when left
    /// out.
    pub weight: Option<At<f64>>,
    /// In how many cities its viewers live, 1 to 1000.
    pub metros: Option<At<i64>>,
    /// The kinds of access lines that it sells, by their names in `[[access]]`, in proportion to their shares;
    /// all when left out.
    pub lines: Option<At<Vec<At<String>>>>,
    /// To how many DCMs its cities are dealt out, so that no cluster becomes too large; not more than
    /// `metros`.
    pub dcms: Option<At<i64>>,
}

/// A link between two networks.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLink {
    /// AS number of one end; the customer of a `customer-provider` link.
    #[schemars(required)]
    pub from: Option<At<i64>>,
    /// AS number of the other end.
    #[schemars(required)]
    pub to: Option<At<i64>>,
    /// The business relationship.
    #[schemars(required)]
    pub kind: Option<At<RawLinkKind>>,
    /// Capacity, each way.
    pub capacity: Option<At<Rate>>,
    /// Propagation delay, one way; by its kind when left out.
    pub latency: Option<At<Duration>>,
}

/// The business relationship on a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawLinkKind {
    /// `from` buys transit from `to`.
    CustomerProvider,
    /// The two exchange their own and their customers' traffic.
    Peering,
}
