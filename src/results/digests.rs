//! `results/.digests`: what the files of the folder were when they were written, sealed, for whoever verifies them.
//!
//! A file that a person mends, as he may, is another one until a night has taken it in. Written before the files with their
//! old and new digests, and after them with the new ones, so that whatever a crash leaves is explained.

use super::FOLDER;
use crate::error::Result;
use crate::io::checksums;
use crate::io::private::{names_in, read_if_there, write_private};
use crate::seal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Hidden, so that it is taken for no file of contacts.
pub(crate) const NAME: &str = ".digests";

/// A line per file, as [`checksums`] has them; two where a crash left it open which one stands there.
#[derive(Debug, Default)]
pub(crate) struct Digests {
    lines: BTreeSet<String>,
}

impl Digests {
    /// `None` where anything was changed since they were written.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok().filter(|_| seal::text::is_whole(bytes))?;
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Some(Self { lines: lines.map(|line| format!("{line}\n")).collect() })
    }

    pub(crate) fn has(&self, name: &str, digest: &str) -> bool {
        self.lines.contains(&checksums::line(name, digest))
    }

    /// Of files that were written, whether they are still there or not; twice where there are two lines.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| name_of(line))
    }

    fn write(&self, workspace: &Path) -> Result<()> {
        let text: String = self.lines.iter().map(String::as_str).collect();
        write_private(&workspace.join(FOLDER).join(NAME), seal::text::sealed(&text).as_bytes())
    }
}

fn name_of(line: &str) -> Option<&str> {
    line.trim_end_matches('\n').split_once("  ").map(|(_, name)| name)
}

/// Writes files of the folder, by their names, and their digests; those of files that are gone are forgotten.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub(crate) fn write_files(workspace: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let folder = workspace.join(FOLDER);
    let known = read_if_there(&folder.join(NAME))?.and_then(|bytes| Digests::read(&bytes));
    let mut digests = known.unwrap_or_default();
    let there = names_in(&folder)?;
    let stays = |name: &str| !files.contains_key(name) && there.iter().any(|found| found == name);
    let line = |(name, bytes): (&String, &Vec<u8>)| checksums::line(name, &blake3::hash(bytes).to_hex());
    let new: BTreeSet<String> = files.iter().map(line).collect();
    digests.lines.extend(new.iter().cloned());
    digests.write(workspace)?;
    for (name, bytes) in files {
        write_private(&folder.join(name), bytes)?;
    }
    digests.lines.retain(|line| new.contains(line) || name_of(line).is_some_and(stays));
    digests.write(workspace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "somebody takes a file away")]
    fn each_file_has_the_digest_of_what_was_written_last() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            write_files(home.path(), &BTreeMap::from([(name.to_owned(), text.into())])).unwrap();
        };
        write("a.csv", "one");
        write("b.csv", "abc");
        write("a.csv", "abc");
        let found = || {
            let bytes = read_if_there(&home.path().join(FOLDER).join(NAME)).unwrap().unwrap();
            assert!(Digests::read(&bytes[1..]).is_none());
            Digests::read(&bytes).unwrap()
        };
        // `printf abc | b3sum` says so.
        let abc = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert!(found().has("a.csv", abc) && found().has("b.csv", abc) && !found().has("c.csv", abc));
        assert!(found().names().eq(["a.csv", "b.csv"]), "{:?}", found());
        std::fs::remove_file(home.path().join(FOLDER).join("a.csv")).unwrap();
        write("c.csv", "abc");
        assert!(found().names().eq(["b.csv", "c.csv"]), "{:?}", found());
    }
}
