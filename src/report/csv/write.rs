//! A table being written into memory.

use super::cell::Cell;

/// A table with its header, filled cell by cell.
#[derive(Debug)]
pub(super) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    cell: String,
}

const MEMORY: &str = "writing into memory does not fail";

impl Sheet {
    pub(super) fn new(header: &[&str]) -> Self {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(header).expect(MEMORY);
        Self { writer, cell: String::new() }
    }

    /// Fills the next cell of the row.
    pub(super) fn put(&mut self, value: impl Cell) -> &mut Self {
        self.cell.clear();
        value.put(&mut self.cell);
        self.writer.write_field(&self.cell).expect(MEMORY);
        self
    }

    pub(super) fn end_row(&mut self) {
        self.writer.write_record(None::<&[u8]>).expect(MEMORY);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect(MEMORY)
    }
}
