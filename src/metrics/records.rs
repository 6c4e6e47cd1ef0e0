//! What a run leaves behind, as rows.

use super::EventRow;
use crate::units::{
    AsNumber, BitRate, Bytes, ContentId, HostId, Metro, PeerId, SimTime, Span, Substream,
};
use std::borrow::Cow;

/// The name of a metric, a part or a unit: static where a run records it, owned where a table was read back.
pub type Name = Cow<'static, str>;

/// Everything that one run under one coordinator measured.
#[derive(Clone, Debug, Default)]
pub struct RunRecords {
    /// One row a figure.
    pub summary: Vec<SummaryRow>,
    /// Samples over time.
    pub series: Vec<SeriesRow>,
    /// Quantiles of distributions.
    pub distributions: Vec<DistributionRow>,
    /// One row a session (all, a sample, or none).
    pub peers: Vec<PeerRow>,
    /// One row a link direction that carried data.
    pub links: Vec<LinkRow>,
    /// One row an access ISP.
    pub isps: Vec<IspRow>,
    /// Who fed whom at the sampled instants.
    pub topology: Vec<TopologyRow>,
    /// One row a finished transfer (all, a sample, or none).
    pub transfers: Vec<TransferRow>,
    /// What went wrong, in the order of time.
    pub events: Vec<EventRow>,
    /// Bounds, what was achieved, and what the difference was lost to.
    pub bounds: Vec<BoundRow>,
    /// Figures of parts of the audience.
    pub groups: Vec<GroupRow>,
}

/// What the members of a part of the audience have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// What they watch.
    Content,
    /// Their access class.
    Class,
    /// Their ISP.
    Isp,
}

impl GroupBy {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Content, Self::Class, Self::Isp];

    /// The name in tables and scenarios.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Class => "class",
            Self::Isp => "isp",
        }
    }
}

/// One figure of one part of the audience.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRow {
    /// What its members have in common.
    pub by: GroupBy,
    /// The name of the content, class or ISP.
    pub group: String,
    /// The figure's name, as in the summary.
    pub metric: Name,
    /// Its unit.
    pub unit: Name,
    /// The value; absent when there is none.
    pub value: Option<f64>,
}

/// One figure of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryRow {
    /// Its name; a quantile is `name.p50`.
    pub metric: String,
    /// Its unit.
    pub unit: Name,
    /// The value; absent when there is none.
    pub value: Option<f64>,
}

/// One sample of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesRow {
    /// When.
    pub time: SimTime,
    /// Of which content; none for a sample of the whole of several.
    pub content: Option<ContentId>,
    /// Its name, with the unit as its last word where there is one.
    pub metric: Name,
    /// The value.
    pub value: f64,
}

/// One quantile of one distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct DistributionRow {
    /// Of what.
    pub metric: Name,
    /// Its unit.
    pub unit: Name,
    /// Between 0 and 1.
    pub quantile: f64,
    /// The value.
    pub value: f64,
    /// How many observations the distribution has.
    pub count: u64,
}

/// One session.
#[derive(Clone, Debug, PartialEq)]
pub struct PeerRow {
    /// Who.
    pub peer: PeerId,
    /// Its access ISP.
    pub network: AsNumber,
    /// Its access class.
    pub access: String,
    /// Its NAT kind.
    pub nat: Name,
    /// When it came.
    pub join: SimTime,
    /// When it left.
    pub leave: SimTime,
    /// Whether it left without a word.
    pub silent: bool,
    /// From joining to the first picture; absent when there was none.
    pub startup_delay: Option<Span>,
    /// How often playback stopped.
    pub stalls: u32,
    /// How long it stood still in all.
    pub stalled: Span,
    /// Media due.
    pub due: Span,
    /// Media played on time.
    pub on_time: Span,
    /// Mean distance of the picture from the live edge; absent when there was no picture.
    pub lag: Option<Span>,
    /// Received from CDN nodes.
    pub from_cdn: Bytes,
    /// Received from peers.
    pub from_peers: Bytes,
    /// Sent to peers.
    pub sent: Bytes,
    /// Parents that it changed to after its first ones.
    pub parent_changes: u32,
    /// Whose session it was: the same in each visit of a viewer who returns.
    pub client: HostId,
    /// Where there are several contents or files: which it was there for, and on which device.
    pub channel: Option<(ContentId, HostId)>,
    /// From joining until all of a file was there; absent when it never was, and for a stream.
    pub fetched: Option<Span>,
    /// Where some take their uplink for wider than it is: what the line carries of what it lends, and what it
    /// says that it lends.
    pub uplink: Option<[BitRate; 2]>,
    /// Its city, of those of its ISP.
    pub city: Metro,
    /// The DCM that it was told serves it, by a split or a merge of clusters; none when there was none.
    pub dcm: Option<u32>,
    /// How often it was told of another one.
    pub dcm_changes: u32,
}

/// One link in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkRow {
    /// From which network, or the name of a CDN node.
    pub from: String,
    /// To which network.
    pub to: String,
    /// `customer-provider`, `provider-customer`, `peering` or `cdn-uplink`.
    pub kind: &'static str,
    /// What it can carry.
    pub capacity: BitRate,
    /// What it carried.
    pub bytes: Bytes,
    /// Over the whole run.
    pub mean: BitRate,
    /// The largest sample.
    pub peak: BitRate,
    /// The 95th percentile of five-minute means.
    pub p95: BitRate,
    /// Time above 90 % of the capacity.
    pub busy: Span,
}

/// One access ISP.
#[derive(Clone, Debug, PartialEq)]
pub struct IspRow {
    /// Its network.
    pub network: AsNumber,
    /// Its name.
    pub name: String,
    /// Two letters.
    pub country: String,
    /// Sessions of its viewers.
    pub sessions: u64,
    /// Viewers at the peak.
    pub peak_viewers: u64,
    /// From one of its viewers to another.
    pub on_net: Bytes,
    /// Into it by peering links, from peers and CDN nodes.
    pub peering_in: Bytes,
    /// Into it by transit links, from peers and CDN nodes.
    pub transit_in: Bytes,
    /// Out of it, by any link.
    pub off_net_out: Bytes,
    /// Copies of the content that entered it, mean over the time with viewers.
    pub border_copies: Option<f64>,
    /// The least that would have done.
    pub border_copies_bound: Option<f64>,
    /// What the coordinator believes to be on-net; none where it keeps no account.
    pub heard_on_net: Option<Bytes>,
    /// Likewise in by peering.
    pub heard_peering_in: Option<Bytes>,
    /// Likewise in by transit.
    pub heard_transit_in: Option<Bytes>,
    /// Likewise out.
    pub heard_off_net_out: Option<Bytes>,
}

/// One edge of the distribution topology at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopologyRow {
    /// When.
    pub time: SimTime,
    /// Of which content.
    pub content: ContentId,
    /// Of which substream.
    pub substream: Substream,
    /// Who sends.
    pub parent: PeerId,
    /// Who receives.
    pub child: PeerId,
    /// Hops from the CDN node to the child.
    pub depth: u32,
    /// What flows.
    pub rate: BitRate,
}

/// One transfer from one source to one destination (mission row C12).
#[derive(Clone, Debug, PartialEq)]
pub struct TransferRow {
    /// Who owns the content.
    pub owner: String,
    /// Its title.
    pub title: String,
    /// From whom.
    pub source: PeerId,
    /// To whom.
    pub destination: PeerId,
    /// In which network the source is.
    pub source_network: AsNumber,
    /// In which network the destination is.
    pub destination_network: AsNumber,
    /// How much.
    pub bytes: Bytes,
    /// When it began.
    pub start: SimTime,
    /// When it ended.
    pub end: SimTime,
    /// The fastest heartbeat interval.
    pub peak: BitRate,
    /// Over its whole length.
    pub mean: BitRate,
}

/// A bound, what was achieved, or a part of the difference.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundRow {
    /// `run`, the network's number, or where there are several contents `content` and the name of one.
    pub scope: String,
    /// What is bounded, as `peer_offload`.
    pub quantity: Name,
    /// `bound`, `achieved`, or `lost_` and the reason.
    pub part: Name,
    /// The unit.
    pub unit: Name,
    /// The value; absent when there is none.
    pub value: Option<f64>,
}
