//! `results/.digests`: what the files of the folder were when they were written, sealed, for whoever verifies them.
//!
//! A file that a person mends, as he may, is another one until a night has taken it in. Written before the files with their
//! old and new digests, and after them with the new ones, so that whatever a crash leaves is explained.

use super::FOLDER;
use crate::error::Result;
use crate::io::checksums;
use crate::io::private::{read_if_there, write_private};
use crate::seal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Hidden, so that it is taken for no file of contacts.
pub(crate) const NAME: &str = ".digests";

/// A line per file, as [`checksums`] has them; two where a crash left it open which one stands there.
#[derive(Debug, Default)]
pub(crate) struct Digests {
    lines: BTreeSet<String>,
    /// Nothing was changed since it was written.
    pub(crate) is_whole: bool,
}

impl Digests {
    /// `None` where there is no such file.
    ///
    /// # Errors
    /// Kind `Internal` where it cannot be read.
    pub(crate) fn of(workspace: &Path) -> Result<Option<Self>> {
        let Some(bytes) = read_if_there(&workspace.join(FOLDER).join(NAME))? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let lines = lines.map(|line| format!("{line}\n")).collect();
        Ok(Some(Self { lines, is_whole: seal::text::is_whole(&bytes) }))
    }

    pub(crate) fn has(&self, name: &str, digest: &str) -> bool {
        self.lines.contains(&checksums::line(name, digest))
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        self.lines.iter().any(|line| is_of(line, name))
    }

    fn write(&self, workspace: &Path) -> Result<()> {
        let text: String = self.lines.iter().map(String::as_str).collect();
        write_private(&workspace.join(FOLDER).join(NAME), seal::text::sealed(&text).as_bytes())
    }
}

fn is_of(line: &str, name: &str) -> bool {
    line.trim_end().split_once("  ").is_some_and(|(_, known)| known == name)
}

/// Writes files of the folder, by their names, and their digests.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub(crate) fn write_files(workspace: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let mut digests = Digests::of(workspace)?.filter(|found| found.is_whole).unwrap_or_default();
    let line = |(name, bytes): (&String, &Vec<u8>)| checksums::line(name, &blake3::hash(bytes).to_hex());
    let new: BTreeSet<String> = files.iter().map(line).collect();
    digests.lines.extend(new.iter().cloned());
    digests.write(workspace)?;
    for (name, bytes) in files {
        write_private(&workspace.join(FOLDER).join(name), bytes)?;
    }
    digests.lines.retain(|line| new.contains(line) || !files.keys().any(|name| is_of(line, name)));
    digests.write(workspace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_the_digest_of_what_was_written_last() {
        let home = tempfile::tempdir().unwrap();
        assert!(Digests::of(home.path()).unwrap().is_none());
        let write = |name: &str, text: &str| {
            write_files(home.path(), &BTreeMap::from([(name.to_owned(), text.into())])).unwrap();
        };
        write("a.csv", "one");
        write("b.csv", "abc");
        write("a.csv", "abc");
        let found = Digests::of(home.path()).unwrap().unwrap();
        // `printf abc | b3sum` says so.
        let abc = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert!(found.is_whole && found.has("a.csv", abc) && found.has("b.csv", abc));
        assert_eq!(found.lines.len(), 2, "{found:?}");
        assert!(found.knows("a.csv") && !found.knows("c.csv") && !found.has("c.csv", abc));
    }
}
