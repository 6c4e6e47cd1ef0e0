//! Where flows and links are kept: flat, compact and recycled.

use super::bundle::Bundles;

/// A block of 2^k items in one shared vector, for very many short lists.
#[derive(Clone, Debug)]
pub(super) struct Pool<T> {
    items: Vec<T>,
    /// Starts of unused blocks, by size class.
    free: Vec<Vec<u32>>,
}

impl<T: Copy + Default> Pool<T> {
    pub(super) const fn new() -> Self {
        Self { items: Vec::new(), free: Vec::new() }
    }

    /// A block of `2^class` items of unknown content.
    pub(super) fn take(&mut self, class: u8) -> u32 {
        let class = usize::from(class);
        if let Some(start) = self.free.get_mut(class).and_then(Vec::pop) {
            return start;
        }
        let start = u32::try_from(self.items.len()).expect("fewer than 2^32 hops");
        self.items.resize(self.items.len() + (1 << class), T::default());
        start
    }

    pub(super) fn give_back(&mut self, start: u32, class: u8) {
        let class = usize::from(class);
        if self.free.len() <= class {
            self.free.resize_with(class + 1, Vec::new);
        }
        self.free[class].push(start);
    }

    pub(super) fn slice(&self, start: u32, len: usize) -> &[T] {
        &self.items[start as usize..start as usize + len]
    }

    pub(super) fn at(&self, start: u32, index: usize) -> T {
        self.items[start as usize + index]
    }

    pub(super) fn at_mut(&mut self, start: u32, index: usize) -> &mut T {
        &mut self.items[start as usize + index]
    }

    /// Moves a full block to one of twice the size.
    fn double(&mut self, start: u32, class: u8) -> u32 {
        let new = self.take(class + 1);
        let (from, len) = (start as usize, 1 << class);
        self.items.copy_within(from..from + len, new as usize);
        self.give_back(start, class);
        new
    }
}

/// One link on a flow's path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hop {
    pub(super) link: u32,
    /// Where the flow stands in the link's list of members, or [`OUT`].
    pub(super) position: u32,
}

/// The position of a flow that its bundle stands for in the link's list.
pub(super) const OUT: u32 = u32::MAX;

/// What is known of a flow's rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No flow has this id.
    Vacant,
    /// The rate is right as far as anybody knows.
    Fixed,
    /// To be determined when the changes are settled.
    Pending,
    /// Being determined: at least the level that the sweep has reached.
    Rising,
    /// That of its bundle. The record has a rate that it does not exceed without leaving it.
    Bundled,
    /// What bundles leave of a link at rest, see `rest`. The record has a rate that it does not
    /// exceed while the link rests.
    Resting,
}

/// 24 bytes a flow, and its hops elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    pub(super) rate: u64,
    pub(super) cap: u64,
    pub(super) hops: u32,
    pub(super) hop_count: u16,
    pub(super) state: State,
    /// [`TOUCHED`] and [`BUNDLE`].
    pub(super) marks: u8,
}

/// A mark: already in the list of flows whose rate may have changed since the last settlement.
pub(super) const TOUCHED: u8 = 1;
/// A mark: it stands for a bundle.
pub(super) const BUNDLE: u8 = 2;

impl Flow {
    pub(super) const VACANT: Self =
        Self { rate: 0, cap: 0, hops: 0, hop_count: 0, state: State::Vacant, marks: 0 };
}

/// No level: the link constrains nobody.
pub(super) const UNBOUND: u64 = u64::MAX;
/// Not taking part in the sweep.
pub(super) const IDLE: u32 = u32::MAX;

/// 64 bytes a link, one cache line, and its members elsewhere.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Link {
    /// Sum of the members' claims, see [`Tables::claim`].
    pub(super) claims: u128,
    pub(super) capacity: u64,
    /// Sum of the members' rates.
    pub(super) load: u64,
    /// The rate that no member exceeds because the link is saturated, or [`UNBOUND`].
    pub(super) level: u64,
    /// Members that are known to have the level as their rate; there may be more.
    pub(super) held: u32,
    pub(super) members: u32,
    pub(super) member_count: u32,
    /// Flows that cross the link: more than members where some of these are bundles.
    pub(super) flow_count: u32,
    /// Index into the sweep's work, or [`IDLE`].
    pub(super) work: u32,
    /// The block of members has `2^class` places.
    pub(super) class: u8,
    /// Whether bundles cross it, see `bundle`.
    pub(super) is_hub: bool,
    /// Whether its flows take what bundles leave, see `rest`.
    pub(super) rests: bool,
    /// Counts its rests, to tell one from the next.
    pub(super) turn: u8,
}

impl Link {
    /// Whether the members' claims fit, so that the link constrains nobody whatever happens elsewhere.
    pub(super) const fn is_ample(&self) -> bool {
        self.level == UNBOUND && self.claims <= self.capacity as u128
    }

    /// Whether it is worth a look if it can rest. Where all flows are held there is nobody to leave
    /// them anything.
    pub(super) const fn may_rest(&self) -> bool {
        let has_level = self.level != UNBOUND && self.level != 0;
        has_level && !self.is_hub && !self.rests && self.held < self.flow_count
    }

    /// By how much a member may grow before the link has to be looked at; `None` when it is
    /// saturated. That is half of what is left, so that something stays for others.
    pub(super) fn spare(&self) -> Option<u64> {
        if self.is_ample() {
            return Some(UNBOUND);
        }
        let used = self.load.checked_add(u64::from(self.flow_count))?;
        let left = self.capacity.checked_sub(used)?;
        (self.level == UNBOUND).then_some(left / 2)
    }
}

/// Flows, links, and who crosses what.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) flows: Vec<Flow>,
    pub(super) links: Vec<Link>,
    pub(super) members: Pool<u32>,
    pub(super) hops: Pool<Hop>,
    pub(super) bundles: Bundles,
}

const SMALLEST_CLASS: u8 = 1;

pub(super) fn class_for(len: usize) -> u8 {
    len.next_power_of_two().ilog2() as u8
}

impl Tables {
    pub(super) const fn new() -> Self {
        Self {
            flows: Vec::new(),
            links: Vec::new(),
            members: Pool::new(),
            hops: Pool::new(),
            bundles: Bundles::new(),
        }
    }

    pub(super) fn add_link(&mut self, capacity: u64) -> usize {
        self.links.push(Link {
            claims: 0,
            capacity,
            load: 0,
            level: UNBOUND,
            held: 0,
            members: self.members.take(SMALLEST_CLASS),
            member_count: 0,
            flow_count: 0,
            work: IDLE,
            class: SMALLEST_CLASS,
            is_hub: false,
            rests: false,
            turn: 0,
        });
        self.links.len() - 1
    }

    /// The path of a flow.
    pub(super) fn path(&self, flow: u32) -> &[Hop] {
        let Flow { hops, hop_count, .. } = self.flows[flow as usize];
        self.hops.slice(hops, usize::from(hop_count))
    }

    /// Hop number `index` of a flow whose hops are known to begin at `hops`.
    pub(super) fn link_at(&self, hops: u32, index: u16) -> u32 {
        self.hops.at(hops, usize::from(index)).link
    }

    /// The most that a flow can take of any link: its cap, or the least capacity on its path and
    /// one micro-bit, by which a link looks ahead when it is tested.
    fn claim(&self, cap: u64, path: impl Iterator<Item = u32>) -> u128 {
        let capacities = path.map(|link| self.links[link as usize].capacity + 1);
        u128::from(capacities.min().map_or(cap, |least| least.min(cap)))
    }

    /// The claim of a flow that exists.
    pub(super) fn claim_of(&self, flow: u32) -> u128 {
        let path = self.path(flow).iter().map(|hop| hop.link);
        self.claim(self.flows[flow as usize].cap, path)
    }

    /// Brings the links of a flow up to date whose claim was `old`.
    pub(super) fn renew_claim(&mut self, flow: u32, old: u128) {
        let new = self.claim_of(flow);
        let Flow { hops, hop_count, .. } = self.flows[flow as usize];
        for hop in 0..hop_count {
            let link = self.link_at(hops, hop);
            let link = &mut self.links[link as usize];
            link.claims = link.claims + new - old;
        }
    }

    /// Changes a link's capacity and with it the claims of its members.
    pub(super) fn set_capacity(&mut self, number: u32, capacity: u64) {
        let Link { members, member_count, .. } = self.links[number as usize];
        let members = self.members.slice(members, member_count as usize).to_vec();
        let claims: Vec<u128> = members.iter().map(|flow| self.claim_of(*flow)).collect();
        self.links[number as usize].capacity = capacity;
        for (flow, claim) in members.into_iter().zip(claims) {
            self.renew_claim(flow, claim);
        }
    }

    /// Enters a flow into the lists of its links.
    pub(super) fn enter(&mut self, flow: u32, path: &[u32], cap: u64) {
        let claim = self.claim(cap, path.iter().copied());
        let hops = self.hops.take(class_for(path.len()));
        for (index, &number) in path.iter().enumerate() {
            let position = self.insert_member(number, flow);
            let link = &mut self.links[number as usize];
            link.flow_count += 1;
            link.claims += claim;
            *self.hops.at_mut(hops, index) = Hop { link: number, position };
        }
        let hop_count = path.len() as u16;
        self.flows[flow as usize] =
            Flow { rate: 0, cap, hops, hop_count, state: State::Fixed, marks: 0 };
    }

    /// Appends to a link's list, and returns the place.
    pub(super) fn insert_member(&mut self, number: u32, flow: u32) -> u32 {
        let link = &mut self.links[number as usize];
        if link.member_count == 1 << link.class {
            link.members = self.members.double(link.members, link.class);
            link.class += 1;
        }
        let position = link.member_count;
        *self.members.at_mut(link.members, position as usize) = flow;
        link.member_count += 1;
        position
    }

    /// Takes a place off a link's list; the last one moves there.
    pub(super) fn remove_member(&mut self, number: u32, position: u32) {
        let position = self.make_near(number, position);
        let link = &mut self.links[number as usize];
        link.member_count -= 1;
        let (members, last) = (link.members, link.member_count);
        if last != position {
            let moved = self.members.at(members, last as usize);
            *self.members.at_mut(members, position as usize) = moved;
            self.set_position(moved, number, position);
        }
    }

    /// Takes a flow out of the lists of its links; its rate leaves their load.
    pub(super) fn leave(&mut self, flow: u32) {
        let Flow { rate, hops, hop_count, .. } = self.flows[flow as usize];
        let claim = self.claim_of(flow);
        for index in 0..usize::from(hop_count) {
            let Hop { link: number, position } = self.hops.at(hops, index);
            let link = &mut self.links[number as usize];
            link.load -= rate;
            link.claims -= claim;
            link.flow_count -= 1;
            link.held -= u32::from(rate == link.level && link.held > 0);
            self.remove_member(number, position);
        }
        self.hops.give_back(hops, class_for(usize::from(hop_count)));
        let marks = self.flows[flow as usize].marks;
        self.flows[flow as usize] = Flow { marks, ..Flow::VACANT };
    }

    pub(super) fn set_position(&mut self, flow: u32, link: u32, position: u32) {
        let Flow { hops, hop_count, .. } = self.flows[flow as usize];
        for index in 0..usize::from(hop_count) {
            let hop = self.hops.at_mut(hops, index);
            if hop.link == link {
                hop.position = position;
            }
        }
    }
}
