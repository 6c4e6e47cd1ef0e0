//! How large autonomous systems are: registered country, announced IPv4 addresses, name.

use super::country::Country;
use super::graph::As;
use super::import::ImportError;
use crate::units::AsNumber;
use std::collections::BTreeMap;

/// What the table says about one AS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsSize {
    /// Where it is registered, where known.
    pub country: Option<Country>,
    /// How many IPv4 addresses it announces.
    pub ipv4_addresses: u64,
    /// Its name.
    pub name: String,
}

/// A table of AS sizes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AsSizes {
    by_number: BTreeMap<AsNumber, AsSize>,
}

const COLUMNS: [&str; 4] = ["asn", "country", "ipv4_addresses", "name"];

impl AsSizes {
    /// Reads CSV with the columns `asn`, `country` (may be empty), `ipv4_addresses` and `name`, in any
    /// order and among others.
    ///
    /// # Errors
    /// When a column is missing, a line has another number of fields than the first, a field is not what
    /// its column wants, or an AS occurs twice.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| refused(&error))?.clone();
        let columns = columns(&header)?;
        let mut by_number = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| refused(&error))?;
            let (number, size) = row(&record, columns)?;
            if by_number.insert(number, size).is_some() {
                return Err(bad(&record, columns[0], "an AS that no earlier line has"));
            }
        }
        Ok(Self { by_number })
    }

    /// What the table says about an AS.
    #[must_use]
    pub fn get(&self, number: AsNumber) -> Option<&AsSize> {
        self.by_number.get(&number)
    }

    /// Every AS, by number.
    pub fn iter(&self) -> impl Iterator<Item = (AsNumber, &AsSize)> {
        self.by_number.iter().map(|(number, size)| (*number, size))
    }

    /// The ASes of a country, the largest first, at one size the lowest number first.
    #[must_use]
    pub fn of_country(&self, country: Country) -> Vec<(AsNumber, &AsSize)> {
        let mut found: Vec<(AsNumber, &AsSize)> =
            self.iter().filter(|(_, size)| size.country == Some(country)).collect();
        found.sort_by_key(|(number, size)| (std::cmp::Reverse(size.ipv4_addresses), *number));
        found
    }

    /// Gives ASes the name and country of the table, where they have none of their own.
    pub fn describe(&self, ases: &mut [As]) {
        for system in ases {
            if let Some(size) = self.get(system.number) {
                system.country = system.country.or(size.country);
                if system.name.is_empty() {
                    system.name.clone_from(&size.name);
                }
            }
        }
    }
}

fn columns(header: &csv::StringRecord) -> Result<[usize; 4], ImportError> {
    let mut found = [0; 4];
    for (place, name) in found.iter_mut().zip(COLUMNS) {
        let column = header.iter().position(|field| field == name);
        *place = column.ok_or_else(|| ImportError {
            line: 1,
            column: None,
            found: header.iter().collect::<Vec<_>>().join(","),
            expected: format!("a column `{name}`"),
        })?;
    }
    Ok(found)
}

fn row(
    record: &csv::StringRecord,
    [number, country, addresses, name]: [usize; 4],
) -> Result<(AsNumber, AsSize), ImportError> {
    let as_number = record[number].parse().map(AsNumber::new);
    let as_number = as_number.map_err(|_| bad(record, number, "an AS number"))?;
    let code = &record[country];
    if !code.is_empty() && Country::new(code).is_none() {
        return Err(bad(record, country, "a country of two capital letters, or nothing"));
    }
    let count = record[addresses].parse();
    let count = count.map_err(|_| bad(record, addresses, "a count of addresses"))?;
    let name = record[name].to_string();
    Ok((as_number, AsSize { country: Country::new(code), ipv4_addresses: count, name }))
}

/// The error of a field.
fn bad(record: &csv::StringRecord, field: usize, expected: &str) -> ImportError {
    let line = record.position().map_or(1, |position| position.line() as usize);
    let found = record.get(field).unwrap_or_default().to_string();
    ImportError { line, column: None, found, expected: expected.to_string() }
}

/// The error of a line that is no CSV like the lines before it.
fn refused(error: &csv::Error) -> ImportError {
    let line = error.position().map_or(1, |position| position.line() as usize);
    let (found, expected) = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            (format!("{len} fields"), format!("{expected_len} fields, as in the first line"))
        }
        _ => (error.to_string(), "a line of CSV".to_string()),
    };
    ImportError { line, column: None, found, expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "asn,country,ipv4_addresses,ranges,name\n3320,DE,300,1,\"Telekom, AG\"\n\
        65551,,7,1,Nobody\n3209,DE,400,2,Vodafone\n680,DE,300,2,DFN\n";

    fn error(text: &str) -> (usize, String, String) {
        let error = AsSizes::parse(text).unwrap_err();
        (error.line, error.found, error.expected)
    }

    #[test]
    fn rows_are_found_by_number_and_country() {
        let sizes = AsSizes::parse(TABLE).unwrap();
        let telekom = sizes.get(AsNumber::new(3320)).unwrap();
        assert_eq!((telekom.name.as_str(), telekom.ipv4_addresses), ("Telekom, AG", 300));
        assert_eq!(sizes.get(AsNumber::new(65551)).map(|size| size.country), Some(None));
        let german = sizes.of_country(Country::new("DE").unwrap());
        assert_eq!(german.iter().map(|(n, _)| n.get()).collect::<Vec<_>>(), [3209, 680, 3320]);
    }

    #[test]
    fn names_and_countries_fill_gaps_only() {
        let sizes = AsSizes::parse(TABLE).unwrap();
        let named = |name: &str| As {
            number: AsNumber::new(3320),
            name: name.to_string(),
            country: Country::new("FR"),
            coordinates: None,
        };
        let mut ases = [named(""), named("mine"), As { number: AsNumber::new(1), ..named("") }];
        sizes.describe(&mut ases);
        assert_eq!(ases.each_ref().map(|a| a.name.as_str()), ["Telekom, AG", "mine", ""]);
        assert!(ases.iter().all(|a| a.country == Country::new("FR")));
    }

    #[test]
    fn every_column_is_there() {
        let expected = (1, "asn,name".to_string(), "a column `country`".to_string());
        assert_eq!(error("asn,name\n"), expected);
    }

    #[test]
    fn every_line_has_every_field() {
        let (line, found, _) = error("asn,country,ipv4_addresses,name\n1,DE,5,x\n2,DE\n");
        assert_eq!((line, found.as_str()), (3, "2 fields"));
    }

    #[test]
    fn an_as_number_is_a_number() {
        assert_eq!(error(&TABLE.replace("3209", "AS1")).0, 4);
        assert_eq!(error(&TABLE.replace("3209", "AS1")).1, "AS1");
    }

    #[test]
    fn a_country_is_a_code() {
        assert_eq!(error(&TABLE.replace("DE,400", "Germany,400")).1, "Germany");
    }

    #[test]
    fn a_size_is_a_count() {
        assert_eq!(error(&TABLE.replace("400", "-4")).1, "-4");
    }

    #[test]
    fn an_as_has_one_line() {
        let (line, found, expected) = error(&TABLE.replace("3209", "3320"));
        assert_eq!((line, found.as_str()), (4, "3320"));
        assert_eq!(expected, "an AS that no earlier line has");
    }
}
