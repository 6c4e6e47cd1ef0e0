//! A client of a file: what it has, what it lends, and where each portion comes from.

use crate::control::channels::Lease;
use crate::control::config::ControlConfig;
use crate::proto::{ContentInfo, Hours, Join, Place, Received, Rule, Strangers, Terms};
use crate::units::{AsNumber, BitRate, Bytes, NatKind, PeerId, SimTime, Substream};

/// A client.
#[derive(Debug)]
pub(super) struct Fetcher {
    pub(super) place: Place,
    pub(super) nat: NatKind,
    /// What it may promise to others: all that it lends, or its share of that.
    pub(super) lends: BitRate,
    /// What it may take for itself.
    pub(super) takes: BitRate,
    /// Whether its terms and its storage let it serve others.
    serves: bool,
    /// When it serves nobody.
    hours: Vec<Hours>,
    pub(super) lease: Option<Lease>,
    pub(super) since: SimTime,
    /// It has been told its first sources.
    pub(super) answered: bool,
    pub(super) heard: SimTime,
    pub(super) priority: u8,
    /// Portions that others fetch from it.
    pub(super) children: u32,
    portions: Vec<Portion>,
}

/// One portion of one client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Portion {
    pub(super) source: Source,
    /// The source as clients name it.
    pub(super) assigned: Option<PeerId>,
    /// Packets that it has, as it last said.
    pub(super) has: u32,
    /// All of them.
    pub(super) done: bool,
    /// Reports without progress, and reports of another source than was assigned.
    pub(super) still: u8,
    pub(super) unheeded: u8,
    /// From whom it last reported that it fetches, and in which network that one is.
    pub(super) carrier: Option<(PeerId, AsNumber)>,
    /// Why it gets nothing for now, as has been said.
    pub(super) waits: Option<Rule>,
}

/// Where a portion comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Nowhere.
    None,
    /// A CDN node, by its number.
    Server(u16),
    /// Another client.
    Peer(PeerId),
}

impl Portion {
    const NOTHING: Self = Self {
        source: Source::None,
        assigned: None,
        has: 0,
        done: false,
        still: 0,
        unheeded: 0,
        carrier: None,
        waits: None,
    };

    /// Whether there is all of it, or a source.
    pub(super) fn is_held(&self) -> bool {
        self.done || self.source != Source::None
    }

    /// Takes in what a client says of it; returns the packets that have come since its last report, of
    /// `packets` in all.
    pub(super) fn note(&mut self, received: &Received, packets: u32) -> u32 {
        let news = received.last.saturating_sub(self.has);
        self.has = self.has.max(received.last);
        // The last packet may not be a whole one.
        self.done = self.has + 1 >= packets;
        let moves = news > 0 || self.source == Source::None;
        self.still = if moves { 0 } else { self.still.saturating_add(1) };
        let heeds = received.parent == self.assigned;
        self.unheeded = if heeds { 0 } else { self.unheeded.saturating_add(1) };
        news
    }
}

impl Fetcher {
    pub(super) fn new(
        now: SimTime,
        join: &Join,
        place: Place,
        content: &ContentInfo,
        config: &ControlConfig,
    ) -> Self {
        let usable = join.usable();
        // Files catch up with nothing, but the account of a shared device is one for all contents.
        let reserve = usable.scaled(config.catch_up_reserve);
        let reserve = if join.host.is_some() { reserve } else { BitRate::ZERO };
        let default = Terms::default();
        let terms = join.terms.as_deref().unwrap_or(&default);
        let size = content.bitrate.bytes_in(content.end.since(content.start));
        let keeps_all = join.device.storage.is_none_or(|storage: Bytes| storage >= size);
        Self {
            place,
            nat: join.nat,
            lends: usable - reserve,
            takes: join.downlink,
            // Groups of friends and networks of enterprises are a matter of streams: whoever would not serve
            // everybody serves nobody here.
            serves: keeps_all
                && join.nat != NatKind::UdpBlocked
                && terms.strangers() == Strangers::Always,
            hours: terms.no_serving.clone(),
            lease: None,
            since: now,
            answered: false,
            heard: now,
            priority: terms.priority,
            children: 0,
            portions: vec![Portion::NOTHING; usize::from(content.substreams)],
        }
    }

    pub(super) fn portion(&self, portion: Substream) -> &Portion {
        &self.portions[portion.index()]
    }

    pub(super) fn portion_mut(&mut self, portion: Substream) -> &mut Portion {
        &mut self.portions[portion.index()]
    }

    /// Whether its terms let it serve others now.
    pub(super) fn serves_at(&self, now: SimTime) -> bool {
        self.serves && !self.hours.iter().any(|hours| hours.contain(now))
    }

    /// Whether it can promise one portion more.
    pub(super) fn has_room(&self, rate: BitRate) -> bool {
        rate * (u64::from(self.children) + 1) <= self.lends
    }

    /// Whether it holds more of a portion than another, as both last said.
    pub(super) fn leads(&self, other: &Self, portion: Substream) -> bool {
        self.portion(portion).has > other.portion(portion).has
    }

    /// Portions that it is fetching.
    pub(super) fn fetching(&self) -> u64 {
        let fetching = self.portions.iter().filter(|portion| portion.source != Source::None);
        fetching.count() as u64
    }

    /// Portions that it does not have all of.
    pub(super) fn missing(&self) -> u64 {
        self.portions.iter().filter(|portion| !portion.done).count() as u64
    }

    /// Whether its own line has room for one portion more; for one always, unless it is shared.
    pub(super) fn may_fetch_more(&self, rate: BitRate) -> bool {
        let fetching = self.fetching();
        let alone = self.lease.is_none() && fetching == 0;
        alone || rate * (fetching + 1) <= self.takes
    }

    /// What has come of a portion by now, in packets: as it last said, and as its rate says since.
    pub(super) fn estimate(&self, portion: Substream, now: SimTime, packets_per_s: f64) -> f64 {
        let own = self.portion(portion);
        let goes_on = own.source != Source::None && own.still == 0 && !own.done;
        let since = if goes_on { now.since(self.heard).as_secs_f64() } else { 0.0 };
        f64::from(own.has) + since * packets_per_s
    }
}
