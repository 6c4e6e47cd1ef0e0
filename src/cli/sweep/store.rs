//! The folder of a sweep. A run that is done is one file in it, put there in one step: whatever
//! happens to the program, a file that is there is whole.

use super::super::exit::Failure;
use super::super::{load, output};
use crate::metrics::SummaryRow;
use crate::report::csv::{summary_csv, summary_from_csv};
use std::fs;
use std::path::{Path, PathBuf};

/// What the runs are: written first, and the same on every machine of a sweep.
pub(super) const RUNS: &str = "runs.csv";
/// Where their files are.
const RUN_FILES: &str = "runs";

/// The folder.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The folder of a sweep, new or begun.
    pub(super) fn new(folder: PathBuf) -> Result<Self, Failure> {
        let foreign = fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some());
        if foreign && !folder.join(RUNS).exists() {
            let place = folder.display();
            return Err(Failure::input(format_args!(
                "{place}: the folder is not that of a sweep (no {RUNS}): name another folder"
            )));
        }
        Ok(Self { folder })
    }

    /// The folder of a sweep that was begun.
    pub(super) fn begun(folder: &Path) -> Result<Self, Failure> {
        if folder.join(RUNS).exists() {
            return Ok(Self { folder: folder.to_path_buf() });
        }
        let place = folder.display();
        Err(Failure::input(format_args!("{place}: not the folder of a sweep: no {RUNS} in it")))
    }

    /// Makes the folder, and says in it what the runs are.
    pub(super) fn begin(&self, runs: &[u8]) -> Result<(), Failure> {
        let files = self.folder.join(RUN_FILES);
        let made = fs::create_dir_all(&files);
        made.map_err(|error| Failure::input(format_args!("{}: {error}", files.display())))?;
        self.write(RUNS, runs)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, run: &str) -> PathBuf {
        self.folder.join(RUN_FILES).join(run)
    }

    /// Whether the run with this file is done.
    pub(super) fn has(&self, run: &str) -> bool {
        self.path(run).exists()
    }

    /// Keeps the figures of a run.
    pub(super) fn keep(&self, run: &str, summary: &[SummaryRow]) -> Result<(), Failure> {
        output::file(&self.path(run), &summary_csv(summary))
    }

    /// The figures of a run that is done.
    pub(super) fn figures(&self, run: &str) -> Result<Vec<SummaryRow>, Failure> {
        let path = self.path(run);
        let bytes = load::bytes(&path)?;
        summary_from_csv(&path.display().to_string(), &bytes).map_err(Failure::input)
    }

    /// Writes a file of the sweep in one step.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        output::file(&self.folder.join(name), bytes)
    }

    /// The content of a file of the sweep.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, Failure> {
        load::bytes(&self.folder.join(name))
    }
}
