//! The kinds of NAT and firewall in front of a viewer: a word that clients, network and control center share.
//!
//! Not here: how common each is, and how often a possible pair succeeds; that is the network's.

/// What stands between a viewer and the Internet (RFC 3489's kinds, plus UDP blocked).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum NatKind {
    /// Reachable by anybody: public address, UPnP or IPv6.
    #[default]
    Open,
    /// Any sender may answer on a mapped port.
    FullCone,
    /// Only addresses that were sent to may answer.
    AddressRestricted,
    /// Only addresses and ports that were sent to may answer.
    PortRestricted,
    /// A new port for every destination.
    Symmetric,
    /// No datagram passes: served by CDN nodes only.
    UdpBlocked,
}

impl NatKind {
    /// All kinds, from the easiest to the hardest to reach.
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::FullCone,
        Self::AddressRestricted,
        Self::PortRestricted,
        Self::Symmetric,
        Self::UdpBlocked,
    ];

    /// The name in scenarios and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::FullCone => "full-cone",
            Self::AddressRestricted => "address-restricted",
            Self::PortRestricted => "port-restricted",
            Self::Symmetric => "symmetric",
            Self::UdpBlocked => "udp-blocked",
        }
    }

    /// Whether two of these can open a connection by hole punching.
    ///
    /// It works unless both are symmetric, one is symmetric and the other port-restricted, or
    /// either blocks UDP (Ford, Srisuresh, Kegel 2005).
    #[must_use]
    pub const fn can_connect(self, other: Self) -> bool {
        use NatKind::{PortRestricted, Symmetric, UdpBlocked};
        !matches!(
            (self, other),
            (UdpBlocked, _)
                | (_, UdpBlocked)
                | (Symmetric, Symmetric | PortRestricted)
                | (PortRestricted, Symmetric)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::NatKind;

    #[test]
    fn reachability_is_mutual_and_open_reaches_all_but_the_blocked() {
        for a in NatKind::ALL {
            for b in NatKind::ALL {
                assert_eq!(a.can_connect(b), b.can_connect(a));
            }
            assert_eq!(NatKind::Open.can_connect(a), a != NatKind::UdpBlocked);
        }
        assert!(!NatKind::Symmetric.can_connect(NatKind::PortRestricted));
        assert!(NatKind::PortRestricted.can_connect(NatKind::PortRestricted));
    }
}
