//! How long a message is on its way between two places, access lines left out.
//!
//! A round trip is what is measured, so the table and the constants are round trips; one way is half.
//! Jitter and queueing are not here.

use super::country::{Country, Region};
use super::graph::Coordinates;
use super::routing::Route;
use crate::units::{AsIndex, Metro, Span};

/// Where an end of a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its AS.
    pub as_index: AsIndex,
    /// Its city within the AS.
    pub metro: Metro,
    /// Its region of the world.
    pub region: Region,
    /// Its country; two unknown ones are not the same.
    pub country: Option<Country>,
}

/// Round-trip times between places and what a route adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatencyModel {
    /// Within one metro of one AS. Default 5 ms: assumption, 2 to 8 ms.
    pub same_metro: Span,
    /// Between metros of one AS in one country. Default 20 ms: assumption, 10 to 30 ms.
    pub same_as: Span,
    /// Between ASes of one country, before hops. Default 15 ms: assumption.
    pub same_country: Span,
    /// Between countries of one region, before hops. Default 30 ms: assumption.
    pub same_region: Span,
    /// What a peering hop adds. Default 3 ms: assumption, 2 to 10 ms.
    pub peering_hop: Span,
    /// What a transit or sibling hop adds. Default 8 ms: assumption, 10 to 40 ms for a whole transit
    /// path, which has one to four such hops.
    pub transit_hop: Span,
    /// Between regions, before hops, by [`Region::index`]. Default: AWS averages of 2017, with
    /// Frankfurt-Singapore at 160 ms (326 ms was a detour of that time).
    pub regions: [[Span; 8]; 8],
}

/// Milliseconds, in the order of [`Region::ALL`].
const REGION_RTT_MS: [[u64; 8]; 8] = [
    [0, 73, 81, 89, 145, 217, 230, 120],
    [73, 0, 153, 167, 103, 174, 158, 193],
    [81, 153, 0, 20, 212, 239, 310, 191],
    [89, 167, 20, 0, 237, 160, 324, 195],
    [145, 103, 212, 237, 0, 74, 104, 257],
    [217, 174, 239, 160, 74, 0, 175, 328],
    [230, 158, 310, 324, 104, 175, 0, 323],
    [120, 193, 191, 195, 257, 328, 323, 0],
];

impl Default for LatencyModel {
    fn default() -> Self {
        Self {
            same_metro: Span::from_millis(5),
            same_as: Span::from_millis(20),
            same_country: Span::from_millis(15),
            same_region: Span::from_millis(30),
            peering_hop: Span::from_millis(3),
            transit_hop: Span::from_millis(8),
            regions: REGION_RTT_MS.map(|row| row.map(Span::from_millis)),
        }
    }
}

impl LatencyModel {
    /// The round trip between two places over `route`, which joins their ASes in either direction.
    ///
    /// One AS is one city or one country wide; where it spans countries, distance counts as between ASes.
    #[must_use]
    pub fn core_rtt(&self, a: &Place, b: &Place, route: &Route) -> Span {
        let same_country = a.country.is_some() && a.country == b.country;
        if a.as_index == b.as_index && same_country {
            return if a.metro == b.metro { self.same_metro } else { self.same_as };
        }
        if a.as_index == b.as_index && a.metro == b.metro && a.region == b.region {
            return self.same_metro;
        }
        self.distance(a, b, same_country)
            + self.peering_hop * u64::from(route.peering_hops)
            + self.transit_hop * u64::from(route.transit_hops)
    }

    /// Half of [`LatencyModel::core_rtt`].
    #[must_use]
    pub fn core_latency(&self, a: &Place, b: &Place, route: &Route) -> Span {
        self.core_rtt(a, b, route) / 2
    }

    fn distance(&self, a: &Place, b: &Place, same_country: bool) -> Span {
        match (same_country, a.region == b.region) {
            (_, false) => self.regions[a.region.index()][b.region.index()],
            (true, true) => self.same_country,
            (false, true) => self.same_region,
        }
    }
}

/// The distance between two points on a sphere of the Earth's mean radius, 6371 km, by the haversine
/// formula.
#[must_use]
pub fn great_circle_km(a: Coordinates, b: Coordinates) -> f64 {
    let radians = |degrees: f64| degrees * (std::f64::consts::PI / 180.0);
    let (south, north) = (radians(a.latitude), radians(b.latitude));
    let half_latitude = libm::sin((north - south) / 2.0);
    let half_longitude = libm::sin(radians(b.longitude - a.longitude) / 2.0);
    let chord = half_latitude * half_latitude
        + libm::cos(south) * libm::cos(north) * half_longitude * half_longitude;
    2.0 * 6371.0 * libm::asin(chord.sqrt().min(1.0))
}

/// The round trip over this distance: 1.5 ms for 100 km. Assumption: light in fibre takes 1 ms, and
/// cables run half as far again as the great circle.
#[must_use]
pub fn great_circle_rtt(km: f64) -> Span {
    Span::from_secs_f64(km / 100.0 * 0.0015)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(as_index: u32, metro: u32, region: Region, country: &str) -> Place {
        let (as_index, metro) = (AsIndex::new(as_index), Metro::new(metro));
        Place { as_index, metro, region, country: Country::new(country) }
    }

    fn rtt(a: Place, b: Place, peering_hops: u16, transit_hops: u16) -> Span {
        let route = Route {
            from: a.as_index,
            to: b.as_index,
            links: Vec::new(),
            peering_hops,
            transit_hops,
            latency: Span::ZERO,
        };
        let model = LatencyModel::default();
        assert_eq!(model.core_rtt(&a, &b, &route), model.core_rtt(&b, &a, &route));
        assert_eq!(model.core_latency(&a, &b, &route) * 2, model.core_rtt(&a, &b, &route));
        model.core_rtt(&a, &b, &route)
    }

    #[test]
    fn near_is_faster_than_far() {
        let bonn = place(1, 1, Region::Frankfurt, "DE");
        let ms = Span::from_millis;
        assert_eq!(rtt(bonn, bonn, 0, 0), ms(5));
        assert_eq!(rtt(bonn, place(1, 2, Region::Frankfurt, "DE"), 0, 0), ms(20));
        assert_eq!(rtt(bonn, place(2, 1, Region::Frankfurt, "DE"), 1, 0), ms(15 + 3));
        assert_eq!(rtt(bonn, place(3, 1, Region::Frankfurt, "FR"), 1, 2), ms(30 + 3 + 16));
        assert_eq!(rtt(bonn, place(4, 1, Region::SaoPaulo, "BR"), 0, 3), ms(195 + 24));
    }

    #[test]
    fn one_as_on_two_continents_is_not_near_itself() {
        let (ashburn, frankfurt) =
            (place(1, 1, Region::UsEast, "US"), place(1, 2, Region::Frankfurt, "DE"));
        assert_eq!(rtt(ashburn, frankfurt, 0, 0), Span::from_millis(89));
    }

    #[test]
    fn two_unknown_countries_are_not_the_same() {
        let nowhere = |as_index| place(as_index, 1, Region::Tokyo, "?");
        assert_eq!(rtt(nowhere(1), nowhere(2), 0, 0), Span::from_millis(30));
        assert_eq!(rtt(nowhere(1), nowhere(1), 0, 0), Span::from_millis(5));
    }

    #[test]
    fn the_table_of_regions_is_symmetric_and_whole() {
        for (i, row) in REGION_RTT_MS.iter().enumerate() {
            for (j, ms) in row.iter().enumerate() {
                assert_eq!(*ms, REGION_RTT_MS[j][i]);
                assert_eq!(*ms == 0, i == j);
            }
        }
    }

    #[test]
    fn great_circles_are_those_of_the_globe() {
        let at = |latitude, longitude| Coordinates { latitude, longitude };
        let quarter = std::f64::consts::FRAC_PI_2 * 6371.0;
        assert!((great_circle_km(at(0.0, 0.0), at(0.0, 90.0)) - quarter).abs() < 1e-6);
        assert!((great_circle_km(at(-45.0, 170.0), at(45.0, -10.0)) - 2.0 * quarter).abs() < 1e-3);
        let new_york_to_seattle = great_circle_km(at(40.714, -74.006), at(47.606, -122.332));
        assert!((new_york_to_seattle - 3866.0).abs() < 5.0, "{new_york_to_seattle}");
        assert_eq!(great_circle_rtt(1000.0), Span::from_millis(15));
    }
}
