//! Countries by their ISO 3166 code, and the world region that each is counted to.
//!
//! Regions exist for latency only: eight places with measured round-trip times between them.

use std::fmt;

/// A country, by its ISO 3166 code of two capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// One of the eight places between which round-trip times were measured (AWS, averages of 2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Region {
    /// Virginia.
    UsEast,
    /// California.
    UsWest,
    /// Ireland.
    Ireland,
    /// Frankfurt.
    Frankfurt,
    /// Tokyo.
    Tokyo,
    /// Singapore.
    Singapore,
    /// Sydney.
    Sydney,
    /// São Paulo.
    SaoPaulo,
}

impl Country {
    /// The country with this code; `None` when it is not two capital letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The country that is written as `text`: a code, or an English name as maps spell it.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        let text = text.trim();
        let named = COUNTRIES.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(text));
        Self::new(named.map_or(text, |(code, _, _)| code))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The region this country is counted to; `None` for a country that is not in the table.
    ///
    /// The rule (assumption): the measured place nearest to the country along the cables that most of
    /// its traffic takes. British Isles, Iberia, Iceland, West Africa: Ireland. Other Europe, Middle
    /// East, other Africa: Frankfurt. China, Korea and Taiwan: Tokyo. South and South-East Asia:
    /// Singapore. Oceania: Sydney. South America: São Paulo, except the north coast and the Andes
    /// down to Peru, which reach the world through Florida, as the Caribbean and Central America do:
    /// US East. The United States and Canada are split; their more populous east stands for them.
    #[must_use]
    pub fn region(self) -> Option<Region> {
        COUNTRIES.iter().find(|(code, _, _)| *code == self.code()).map(|(_, _, region)| *region)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Region {
    /// Every region, in the order of the latency table.
    pub const ALL: [Self; 8] = [
        Self::UsEast,
        Self::UsWest,
        Self::Ireland,
        Self::Frankfurt,
        Self::Tokyo,
        Self::Singapore,
        Self::Sydney,
        Self::SaoPaulo,
    ];

    /// As an index into a table with one element a region.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in scenario files and results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UsEast => "us-east",
            Self::UsWest => "us-west",
            Self::Ireland => "ireland",
            Self::Frankfurt => "frankfurt",
            Self::Tokyo => "tokyo",
            Self::Singapore => "singapore",
            Self::Sydney => "sydney",
            Self::SaoPaulo => "sao-paulo",
        }
    }

    /// The region with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.name() == name)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Code, English name (as in the maps of the Internet Topology Zoo), region.
const COUNTRIES: &[(&str, &str, Region)] = &[
    ("US", "United States", Region::UsEast),
    ("CA", "Canada", Region::UsEast),
    ("MX", "Mexico", Region::UsEast),
    ("CR", "Costa Rica", Region::UsEast),
    ("NI", "Nicaragua", Region::UsEast),
    ("SV", "El Salvador", Region::UsEast),
    ("GT", "Guatemala", Region::UsEast),
    ("HN", "Honduras", Region::UsEast),
    ("PA", "Panama", Region::UsEast),
    ("BZ", "Belize", Region::UsEast),
    ("JM", "Jamaica", Region::UsEast),
    ("PR", "Puerto Rico", Region::UsEast),
    ("TT", "Trinidad and Tobago", Region::UsEast),
    ("DO", "Dominican Republic", Region::UsEast),
    ("CU", "Cuba", Region::UsEast),
    ("HT", "Haiti", Region::UsEast),
    ("BS", "Bahamas", Region::UsEast),
    ("BB", "Barbados", Region::UsEast),
    ("GD", "Grenada", Region::UsEast),
    ("DM", "Dominica", Region::UsEast),
    ("CW", "Curacao", Region::UsEast),
    ("KY", "Cayman Islands", Region::UsEast),
    ("BM", "Bermuda", Region::UsEast),
    ("VI", "U.S. Virgin Islands", Region::UsEast),
    ("AG", "Antigua and Barbuda", Region::UsEast),
    ("VC", "Saint Vincent and the Grenadines", Region::UsEast),
    ("TC", "Turks and Caicos Islands", Region::UsEast),
    ("MF", "Saint Martin", Region::UsEast),
    ("GP", "Guadeloupe", Region::UsEast),
    ("MQ", "Martinique", Region::UsEast),
    ("BQ", "Bonaire, Saint Eustatius and Saba", Region::UsEast),
    ("VE", "Venezuela", Region::UsEast),
    ("CO", "Colombia", Region::UsEast),
    ("EC", "Ecuador", Region::UsEast),
    ("PE", "Peru", Region::UsEast),
    ("GY", "Guyana", Region::UsEast),
    ("SR", "Suriname", Region::UsEast),
    ("GB", "United Kingdom", Region::Ireland),
    ("IE", "Ireland", Region::Ireland),
    ("IS", "Iceland", Region::Ireland),
    ("ES", "Spain", Region::Ireland),
    ("PT", "Portugal", Region::Ireland),
    ("GI", "Gibraltar", Region::Ireland),
    ("MA", "Morocco", Region::Ireland),
    ("GM", "Gambia", Region::Ireland),
    ("GH", "Ghana", Region::Ireland),
    ("NG", "Nigeria", Region::Ireland),
    ("SN", "Senegal", Region::Ireland),
    ("CI", "Ivory Coast", Region::Ireland),
    ("DE", "Germany", Region::Frankfurt),
    ("FR", "France", Region::Frankfurt),
    ("IT", "Italy", Region::Frankfurt),
    ("NL", "Netherlands", Region::Frankfurt),
    ("BE", "Belgium", Region::Frankfurt),
    ("LU", "Luxembourg", Region::Frankfurt),
    ("CH", "Switzerland", Region::Frankfurt),
    ("LI", "Liechtenstein", Region::Frankfurt),
    ("AT", "Austria", Region::Frankfurt),
    ("CZ", "Czech Republic", Region::Frankfurt),
    ("SK", "Slovakia", Region::Frankfurt),
    ("PL", "Poland", Region::Frankfurt),
    ("HU", "Hungary", Region::Frankfurt),
    ("SI", "Slovenia", Region::Frankfurt),
    ("HR", "Croatia", Region::Frankfurt),
    ("BA", "Bosnia and Herzegovina", Region::Frankfurt),
    ("RS", "Serbia", Region::Frankfurt),
    ("ME", "Montenegro", Region::Frankfurt),
    ("XK", "Kosovo", Region::Frankfurt),
    ("MK", "Macedonia", Region::Frankfurt),
    ("AL", "Albania", Region::Frankfurt),
    ("GR", "Greece", Region::Frankfurt),
    ("BG", "Bulgaria", Region::Frankfurt),
    ("RO", "Romania", Region::Frankfurt),
    ("MD", "Moldova", Region::Frankfurt),
    ("UA", "Ukraine", Region::Frankfurt),
    ("BY", "Belarus", Region::Frankfurt),
    ("RU", "Russia", Region::Frankfurt),
    ("LT", "Lithuania", Region::Frankfurt),
    ("LV", "Latvia", Region::Frankfurt),
    ("EE", "Estonia", Region::Frankfurt),
    ("FI", "Finland", Region::Frankfurt),
    ("SE", "Sweden", Region::Frankfurt),
    ("NO", "Norway", Region::Frankfurt),
    ("SJ", "Svalbard and Jan Mayen", Region::Frankfurt),
    ("DK", "Denmark", Region::Frankfurt),
    ("MT", "Malta", Region::Frankfurt),
    ("CY", "Cyprus", Region::Frankfurt),
    ("TR", "Turkey", Region::Frankfurt),
    ("GE", "Georgia", Region::Frankfurt),
    ("AM", "Armenia", Region::Frankfurt),
    ("AZ", "Azerbaijan", Region::Frankfurt),
    ("KZ", "Kazakhstan", Region::Frankfurt),
    ("UZ", "Uzbekistan", Region::Frankfurt),
    ("IL", "Israel", Region::Frankfurt),
    ("LB", "Lebanon", Region::Frankfurt),
    ("SY", "Syria", Region::Frankfurt),
    ("JO", "Jordan", Region::Frankfurt),
    ("IQ", "Iraq", Region::Frankfurt),
    ("IR", "Iran", Region::Frankfurt),
    ("SA", "Saudi Arabia", Region::Frankfurt),
    ("AE", "United Arab Emirates", Region::Frankfurt),
    ("QA", "Qatar", Region::Frankfurt),
    ("BH", "Bahrain", Region::Frankfurt),
    ("KW", "Kuwait", Region::Frankfurt),
    ("OM", "Oman", Region::Frankfurt),
    ("YE", "Yemen", Region::Frankfurt),
    ("EG", "Egypt", Region::Frankfurt),
    ("LY", "Libya", Region::Frankfurt),
    ("TN", "Tunisia", Region::Frankfurt),
    ("DZ", "Algeria", Region::Frankfurt),
    ("SD", "Sudan", Region::Frankfurt),
    ("ET", "Ethiopia", Region::Frankfurt),
    ("KE", "Kenya", Region::Frankfurt),
    ("UG", "Uganda", Region::Frankfurt),
    ("TZ", "Tanzania", Region::Frankfurt),
    ("RW", "Rwanda", Region::Frankfurt),
    ("ZM", "Zambia", Region::Frankfurt),
    ("ZW", "Zimbabwe", Region::Frankfurt),
    ("MZ", "Mozambique", Region::Frankfurt),
    ("AO", "Angola", Region::Frankfurt),
    ("CM", "Cameroon", Region::Frankfurt),
    ("NA", "Namibia", Region::Frankfurt),
    ("BW", "Botswana", Region::Frankfurt),
    ("ZA", "South Africa", Region::Frankfurt),
    ("MU", "Mauritius", Region::Frankfurt),
    ("JP", "Japan", Region::Tokyo),
    ("KR", "South Korea", Region::Tokyo),
    ("CN", "China", Region::Tokyo),
    ("TW", "Taiwan", Region::Tokyo),
    ("MN", "Mongolia", Region::Tokyo),
    ("GU", "Guam", Region::Tokyo),
    ("SG", "Singapore", Region::Singapore),
    ("HK", "Hong Kong", Region::Singapore),
    ("MO", "Macau", Region::Singapore),
    ("MY", "Malaysia", Region::Singapore),
    ("ID", "Indonesia", Region::Singapore),
    ("TH", "Thailand", Region::Singapore),
    ("VN", "Vietnam", Region::Singapore),
    ("PH", "Philippines", Region::Singapore),
    ("KH", "Cambodia", Region::Singapore),
    ("LA", "Laos", Region::Singapore),
    ("MM", "Myanmar [Burma]", Region::Singapore),
    ("BN", "Brunei", Region::Singapore),
    ("IN", "India", Region::Singapore),
    ("PK", "Pakistan", Region::Singapore),
    ("BD", "Bangladesh", Region::Singapore),
    ("LK", "Sri Lanka", Region::Singapore),
    ("NP", "Nepal", Region::Singapore),
    ("BT", "Bhutan", Region::Singapore),
    ("MV", "Maldives", Region::Singapore),
    ("AF", "Afghanistan", Region::Singapore),
    ("AU", "Australia", Region::Sydney),
    ("NZ", "New Zealand", Region::Sydney),
    ("FJ", "Fiji", Region::Sydney),
    ("PG", "Papua New Guinea", Region::Sydney),
    ("NC", "New Caledonia", Region::Sydney),
    ("BR", "Brazil", Region::SaoPaulo),
    ("AR", "Argentina", Region::SaoPaulo),
    ("UY", "Uruguay", Region::SaoPaulo),
    ("PY", "Paraguay", Region::SaoPaulo),
    ("BO", "Bolivia", Region::SaoPaulo),
    ("CL", "Chile", Region::SaoPaulo),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_code_is_two_capital_letters() {
        assert_eq!(Country::new("DE").map(|c| c.to_string()), Some("DE".to_string()));
        for bad in ["", "D", "de", "DEU", "D1", "Ö"] {
            assert_eq!(Country::new(bad), None, "{bad} was accepted");
        }
    }

    #[test]
    fn names_of_maps_are_understood() {
        assert_eq!(Country::from_name("United States"), Country::new("US"));
        assert_eq!(Country::from_name("south korea"), Country::new("KR"));
        assert_eq!(Country::from_name("FR"), Country::new("FR"));
        assert_eq!(Country::from_name("Atlantis"), None);
    }

    #[test]
    fn every_row_of_the_table_is_one_country() {
        let codes: BTreeSet<&str> = COUNTRIES.iter().map(|(code, _, _)| *code).collect();
        assert_eq!(codes.len(), COUNTRIES.len());
        assert!(COUNTRIES.iter().all(|(code, _, _)| Country::new(code).is_some()));
    }

    #[test]
    fn countries_lie_in_the_region_of_the_rule() {
        let region = |code| Country::new(code).and_then(Country::region);
        assert_eq!(region("GB"), Some(Region::Ireland));
        assert_eq!(region("IT"), Some(Region::Frankfurt));
        assert_eq!(region("BR"), Some(Region::SaoPaulo));
        assert_eq!(region("IN"), Some(Region::Singapore));
        assert_eq!(region("ZZ"), None);
    }

    #[test]
    fn region_names_lead_back_to_their_region() {
        for (index, region) in Region::ALL.into_iter().enumerate() {
            assert_eq!((region.index(), Region::from_name(region.name())), (index, Some(region)));
        }
        assert_eq!(Region::from_name("mars"), None);
    }
}
