//! Draws `docs/images/growth.png` and `.svg` from the rows that `scripts/growth.sh` measured:
//! `cargo run --release --example growth_chart -- docs/growth.csv docs/images "the machine"`.

#![allow(clippy::disallowed_methods, reason = "a tool of the repository reads and writes files")]

use grandstand::report::charts::{ChartError, Format, GrowthRow, growth};
use std::error::Error;
use std::path::Path;

/// Where the line of proportion begins: small enough to be cheap, large enough to be measured.
const REFERENCE: f64 = 10_000.0;

fn rows(text: &str) -> Result<Vec<GrowthRow>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let value = |name: &str| -> Result<f64, Box<dyn Error>> {
            let index = columns.iter().position(|column| column == name);
            let text = index.and_then(|index| record.get(index)).ok_or(format!("no {name}"))?;
            Ok(text.parse()?)
        };
        rows.push(GrowthRow {
            viewers: value("viewers")?,
            cpu_s: value("cpu_s")?,
            memory_mb: value("peak_memory_mb")?,
            events_m: value("events")? / 1e6,
        });
    }
    Ok(rows)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [table, folder, machine] = &arguments[..] else {
        return Err("usage: growth_chart TABLE.csv FOLDER MACHINE".into());
    };
    let rows = rows(&std::fs::read_to_string(table)?)?;
    for format in [Format::Svg, Format::Png] {
        let bytes: Result<Vec<u8>, ChartError> = growth(&rows, REFERENCE, machine, format);
        let path = Path::new(folder).join(format!("growth.{}", format.extension()));
        std::fs::write(path, bytes?)?;
    }
    Ok(())
}
