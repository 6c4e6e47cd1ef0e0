//! The only writer of files: a result folder is there completely or not at all.

use super::exit::{Failure, say};
use crate::report::manifest_from_toml;
use std::fmt::Display;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const MANIFEST: &str = "manifest.toml";
/// What a plan has in the place of a manifest.
pub(super) const PLAN: &str = "plan.toml";
/// The folder of charts in a result folder.
pub(super) const CHARTS: &str = "charts";
/// What else a result folder may hold, by ending.
const ENDINGS: [&str; 5] = ["csv", "graphml", "html", "md", "toml"];

/// Files of a result folder: their names in it and their contents.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// A complete result folder that does not yet stand in its place.
#[derive(Debug)]
pub(super) struct Prepared {
    content: TempDir,
    place: PathBuf,
    file_count: usize,
}

/// Refuses a place where no result folder can be written; leaves nothing behind.
pub(super) fn check(place: &Path) -> Result<(), Failure> {
    refuse_foreign(place)?;
    let parent = existing_parent(place);
    let probe = tempfile::Builder::new().prefix(".grandstand-").tempdir_in(&parent);
    let closed = probe.and_then(TempDir::close);
    closed.map_err(|error| failed(place, error))
}

/// Writes the files into a folder beside the place, whose parents are made.
pub(super) fn prepare(place: &Path, files: &Files) -> Result<Prepared, Failure> {
    let parent = parent(place);
    let write = || -> std::io::Result<TempDir> {
        fs::create_dir_all(parent)?;
        let content = folder_in(parent)?;
        for (name, bytes) in files {
            let file = content.path().join(name);
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(file, bytes)?;
        }
        Ok(content)
    };
    let content = write().map_err(|error| failed(place, error))?;
    Ok(Prepared { content, place: place.to_path_buf(), file_count: files.len() })
}

impl Prepared {
    /// The place and how much is in it, on a line.
    pub(super) fn line(&self) -> String {
        format!("  {}/ ({} files)\n", self.place.display(), self.file_count)
    }

    /// Puts the folder into its place; what stood there goes away last.
    pub(super) fn commit(self) -> Result<(), Failure> {
        refuse_foreign(&self.place)?;
        self.replace().map_err(|error| failed(&self.place, error))
    }

    fn replace(&self) -> std::io::Result<()> {
        let old = folder_in(parent(&self.place))?;
        let aside = old.path().join("old");
        match fs::rename(&self.place, &aside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let placed = fs::rename(self.content.path(), &self.place);
        if placed.is_err() && aside.exists() {
            fs::rename(&aside, &self.place)?;
        }
        placed
    }
}

/// Writes charts over those of a result folder, each in one step; makes their folder where there are any.
pub(super) fn replace_charts(folder: &Path, files: &Files) -> Result<(), Failure> {
    if files.is_empty() {
        return Ok(());
    }
    let charts = folder.join(CHARTS);
    fs::create_dir_all(&charts).map_err(|error| failed(&charts, error))?;
    files.iter().try_for_each(|(name, bytes)| file(&folder.join(name), bytes))
}

/// Writes a file that must not be there yet.
pub(super) fn new_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let opened = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = opened.and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let message = format!("{} exists; it is not overwritten", path.display());
            Failure::input(message)
        }
        _ => failed(path, error),
    })
}

/// Whether a path means standard output.
pub(super) fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a file in one step, or to standard output for `-`.
pub(super) fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if is_standard_output(path) { say(&String::from_utf8_lossy(bytes)) } else { file(path, bytes) }
}

/// Writes a file in one step, over the one that is there.
pub(super) fn file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || -> std::io::Result<()> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".grandstand-");
        #[cfg(unix)]
        builder.permissions(permissions(0o666));
        let mut file = builder.tempfile_in(parent(path))?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| failed(path, error))
}

fn folder_in(parent: &Path) -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".grandstand-");
    #[cfg(unix)]
    builder.permissions(permissions(0o777));
    builder.tempdir_in(parent)
}

/// Results are as open to others as the user's other files: the umask takes away.
#[cfg(unix)]
fn permissions(mode: u32) -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}

/// Nothing is replaced but an empty folder or the results of an earlier run.
fn refuse_foreign(place: &Path) -> Result<(), Failure> {
    let entries = match fs::read_dir(place) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(place, error)),
        Ok(entries) => entries,
    };
    let names: std::io::Result<Vec<String>> = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect();
    let names = names.map_err(|error| failed(place, error))?;
    let refused = |why: &str| {
        let place = place.display();
        Err(Failure::input(format_args!("{place}: {why}; it is not replaced: name another folder")))
    };
    if names.is_empty() {
        return Ok(());
    }
    let text = |name: &str| fs::read_to_string(place.join(name)).unwrap_or_default();
    let is_plan = text(PLAN).parse::<toml::Table>().is_ok_and(|table| table.contains_key("knob"));
    if !is_plan && manifest_from_toml(MANIFEST, &text(MANIFEST)).is_err() {
        return refused("the folder is not a grandstand result (no readable manifest.toml)");
    }
    match names.iter().find(|name| !is_ours(name)) {
        Some(name) => refused(&format!("the folder holds `{name}`, which no run writes")),
        None => Ok(()),
    }
}

fn is_ours(name: &str) -> bool {
    let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy());
    name == CHARTS || ending.is_some_and(|ending| ENDINGS.contains(&ending.as_ref()))
}

fn parent(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// The nearest folder above `place` that is there.
fn existing_parent(place: &Path) -> PathBuf {
    let above = place.ancestors().skip(1).find(|folder| folder.exists());
    above.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}

fn failed(place: &Path, error: impl Display) -> Failure {
    Failure::input(format_args!("{}: cannot be written: {error}", place.display()))
}
