//! What does not balance in the books of two clusters.

use super::*;

impl World {
    /// What does not balance.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |holds: bool, what: String| {
            if !holds {
                faults.push(what);
            }
        };
        let mut from_servers = 0;
        for (number, dcm) in self.dcms.iter().enumerate() {
            let view = &dcm.view;
            let mut slots = 0;
            for (id, member) in view.members() {
                slots += u64::from(member.slots);
                let home = self.clients.find(member.peer);
                check(home == Some((number, id)), format!("{id} is at {home:?}"));
                check(member.used <= member.slots, format!("{id} sends more than it lends"));
                let reserved = self.reserved_at(number, id);
                check(member.used == reserved, format!("{id} uses {} for {reserved}", member.used));
                self.check_room(number, id, &mut check);
                for substream in view.all_substreams() {
                    self.check_edge(number, id, substream, &mut check);
                    let fed = matches!(view.edge(id, substream).parent, Source::Server(_));
                    from_servers += u64::from(fed);
                }
            }
            for substream in view.all_substreams() {
                let is_fed = |id: MemberId| view.edge(id, substream).depth > 0;
                let fed = view.members().filter(|(id, _)| is_fed(*id)).count() as u32;
                for (id, _) in view.members() {
                    let (others, counted) =
                        (fed - u32::from(is_fed(id)), view.others_fed(id, substream));
                    check(others == counted, format!("{others} hold {substream}: {counted}"));
                }
            }
            let listed = view.crossings().map(|(.., edges)| edges.len()).sum::<usize>();
            let ends = view.members().flat_map(|(id, _)| {
                view.all_substreams().map(move |substream| (id, view.edge(id, substream).parent))
            });
            let network = |id: MemberId| view.member(id).place.network;
            let crossing = ends.filter(|(id, parent)| match *parent {
                Source::None | Source::Outside(_) => false,
                Source::Server(_) => true,
                Source::Member(parent) => network(parent) != network(*id),
            });
            let crossing = crossing.count();
            check(listed == crossing, format!("{listed} of {crossing} crossing edges are listed"));
            check(slots == dcm.slots, format!("{slots} slots are not {}", dcm.slots));
        }
        let [clients, _, downloads, _] = self.history.counts();
        check(clients <= 5 && downloads <= 50, format!("{clients} clients, {downloads} downloads"));
        let worse = self.paid > self.offered + 1e-9;
        check(!worse, format!("a recomputation made {} of {}", self.paid, self.offered));
        let reserved = self.dcms[0].content().substream_rate() * from_servers;
        check(self.servers.reserved() == reserved, format!("CDN nodes send {reserved}"));
        self.check_circles(&mut check);
        faults
    }

    /// Nobody is above itself in a substream, over whatever clusters the way leads.
    fn check_circles(&self, check: &mut impl FnMut(bool, String)) {
        let mut above: BTreeMap<(PeerId, Substream), PeerId> = BTreeMap::new();
        for dcm in &self.dcms {
            for (id, member) in dcm.view.members() {
                for substream in dcm.view.all_substreams() {
                    let parent = match dcm.view.edge(id, substream).parent {
                        Source::Member(parent) => dcm.view.member(parent).peer,
                        Source::Outside(parent) => parent,
                        Source::None | Source::Server(_) => continue,
                    };
                    above.insert((member.peer, substream), parent);
                }
            }
        }
        for (peer, substream) in above.keys() {
            let next = |at: &PeerId| above.get(&(*at, *substream)).copied();
            let way = std::iter::successors(Some(*peer), next).take(above.len() + 2).count();
            check(way <= above.len() + 1, format!("{peer} is above itself in {substream}"));
        }
    }

    /// Children of a member, here or in the other cluster, and former ones that have not reported
    /// their new parent.
    fn reserved_at(&self, number: usize, parent: MemberId) -> u16 {
        let (own, other) = (&self.dcms[number].view, &self.dcms[1 - number].view);
        let (stay, peer) = (own.stay(parent), own.member(parent).peer);
        let count = |view: &View, source: Source, former: Former| -> u16 {
            let each = |id| view.all_substreams().map(move |substream| (id, substream));
            let uses = |(id, substream)| {
                u16::from(view.edge(id, substream).parent == source)
                    + u16::from(view.releasing(id, substream) == Some(former))
            };
            view.members().flat_map(|(id, _)| each(id)).map(uses).sum()
        };
        let here = count(own, Source::Member(parent), Former::Member(stay));
        let there = count(other, Source::Outside(peer), Former::Outside(peer));
        let guests: u16 = own.guests(parent).map(|(.., slots)| u16::from(slots)).sum();
        assert_eq!(guests, there, "both sides know of the same edges between them");
        assert_eq!(count(own, Source::Outside(peer), Former::Outside(peer)), 0, "ends that meet");
        here + there
    }

    fn check_room(&self, number: usize, id: MemberId, check: &mut impl FnMut(bool, String)) {
        let view = &self.dcms[number].view;
        let member = view.member(id);
        let (depth, free) = (view.edge(id, member.home).depth, member.slots - member.used);
        let wanted = (depth > 0 && free > 0)
            .then(|| SlotIndex::key(member.nat_as_parent(), member.standing, depth, free))
            .flatten();
        let index = &view.index[member.home.index()];
        let anybody = Member { nat: NatKind::Open, ..member.clone() };
        let listed = Tier::ALL
            .into_iter()
            .flat_map(|tier| index.in_order(tier, Seeker::of(&anybody), slots::Placement::Leaf))
            .filter(|other| *other == id)
            .count();
        let places = match (member.resting, member.group, member.strangers) {
            (true, ..) => 0,
            (_, None, _) | (_, _, Strangers::Never) => 1,
            // Among its friends and among all.
            (_, Some(_), Strangers::Always | Strangers::Last) => 2,
        };
        let (room, expected) =
            (member.room.map(|room| room.key), if wanted.is_some() { places } else { 0 });
        check(room == wanted, format!("{id} stands at {room:?}, not {wanted:?}"));
        check(listed == expected, format!("{id} is listed {listed} times"));
    }

    fn check_edge(
        &self,
        number: usize,
        id: MemberId,
        substream: Substream,
        check: &mut impl FnMut(bool, String),
    ) {
        let view = &self.dcms[number].view;
        let (edge, member) = (view.edge(id, substream), view.member(id));
        let above = |parent: MemberId| match view.edge(parent, substream).depth {
            0 => 0,
            depth => depth + 1,
        };
        let depth = match edge.parent {
            Source::None => 0,
            Source::Server(_) => 1,
            Source::Member(parent) => above(parent),
            // As it was when the edge was cut.
            Source::Outside(_) => edge.depth,
        };
        let outside = view.outside(substream).filter(|other| *other == id).count();
        let cut = usize::from(matches!(edge.parent, Source::Outside(_)));
        check(outside == cut, format!("{id} is listed {outside} times as fed from outside"));
        check(edge.depth == depth, format!("{id} is {} deep, not {depth}", edge.depth));
        let interior = edge.first_child == NOBODY || view.serves_in(id, substream);
        check(interior, format!("{id} has children in {substream}, in which it does not serve"));
        if let Source::Member(parent) = edge.parent {
            let above = view.member(parent);
            check(!above.resting, format!("{parent} feeds {id} in its hours"));
            let friendly = above.strangers != Strangers::Never || above.group == member.group;
            check(friendly, format!("{parent} feeds {id}, a stranger"));
            let listed = view.children(parent, substream).filter(|child| *child == id).count();
            check(listed == 1, format!("{id} is {listed} times a child of {parent}"));
        }
        let fed = view.server_fed[substream.index()].iter().filter(|fed| **fed == id).count();
        let expected =
            matches!(edge.parent, Source::Server(_)) && member.nat != NatKind::UdpBlocked;
        check(fed == usize::from(expected), format!("{id} is listed {fed} times as server-fed"));
        let waits = self.dcms[number].waiting.list.contains(&(view.stay(id), substream));
        let waits = waits || member.left_out;
        check(edge.parent != Source::None || waits, format!("{id} is forgotten in {substream}"));
    }
}
