//! Whom no delivery brings back: ids of customers who were taken out for good, as digests under a key of the workspace.
//!
//! Reads and makes `WORKSPACE/purge.key`. Never: keeps an id, shows the key, says yes where the key is another one.

use super::commit::Purged;
use crate::contract::key::Key;
use crate::error::{Error, Result};
use crate::hexadecimal;
use crate::io::private::{read_if_there, write_private};
use crate::io::secret::{random, read_secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// The file of the key, in the workspace.
pub const KEY_FILE: &str = "purge.key";
/// The length of a SHA-256 digest, as RFC 2104 asks of a key.
const KEY_BYTES: usize = 32;
/// Characters of a digest that tell one key from another.
const VERSION_CHARACTERS: usize = 12;

/// Digests of ids, and the key that they were made with.
#[derive(Clone, Default)]
pub struct Tombstones {
    mac: Option<Hmac<Sha256>>,
    version: String,
    digests: BTreeSet<String>,
}

impl fmt::Debug for Tombstones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tombstones({} under ***)", self.digests.len())
    }
}

impl Tombstones {
    /// Those that the commit names; the key is read only where there are any.
    ///
    /// # Errors
    /// Kind `Usage` where the key is missing, readable by others, or another one than they were made with.
    pub fn of(workspace: &Path, purged: &Purged) -> Result<Self> {
        if purged.tombstones.is_empty() {
            return Ok(Self::default());
        }
        let path = workspace.join(KEY_FILE);
        let found = Self::under(read_secret(&path)?);
        if found.version != purged.key_version {
            return Err(Error::usage(format!(
                "the key `{}` is not the one that customers were purged under",
                path.display()
            ))
            .hint(
                "put the file back from a backup: without it, deliveries would bring purged customers again",
            ));
        }
        Ok(Self { digests: purged.tombstones.clone(), ..found })
    }

    /// The same, with a key made where nobody was taken out before.
    ///
    /// # Errors
    /// As [`Tombstones::of`]; where the key cannot be written.
    pub fn begun(workspace: &Path, purged: &Purged) -> Result<Self> {
        if !purged.tombstones.is_empty() {
            return Self::of(workspace, purged);
        }
        let path = workspace.join(KEY_FILE);
        if read_if_there(&path)?.is_none_or(|key| key.len() != KEY_BYTES) {
            write_private(&path, &random::<KEY_BYTES>())?;
        }
        Ok(Self::under(read_secret(&path)?))
    }

    /// The same for a change that is not written: under a key that nobody keeps, where there is none yet.
    ///
    /// # Errors
    /// As [`Tombstones::of`].
    pub fn rehearsed(workspace: &Path, purged: &Purged) -> Result<Self> {
        if !purged.tombstones.is_empty() {
            return Self::of(workspace, purged);
        }
        Ok(Self::under(random::<KEY_BYTES>().to_vec()))
    }

    fn under(key: Vec<u8>) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        let mut found = Self { mac: Some(mac), ..Self::default() };
        found.version = found.digest("key version", b"").unwrap_or_default();
        found.version.truncate(VERSION_CHARACTERS);
        found
    }

    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// `None` where nobody was taken out.
    pub fn any(&self) -> Option<&Self> {
        Some(self).filter(|tombstones| !tombstones.is_empty())
    }

    /// Whether a customer of this id was taken out.
    pub fn has_customer(&self, id: Key) -> bool {
        self.has("customer", id)
    }

    /// Whether an account of this id was such a customer's.
    pub fn has_account(&self, id: Key) -> bool {
        self.has("account", id)
    }

    fn has(&self, kind: &str, id: Key) -> bool {
        !self.digests.is_empty()
            && self.digest(kind, &id.to_bytes()).is_some_and(|digest| self.digests.contains(&digest))
    }

    /// Whether any of the ids stands in a text, between whatever separates its parts.
    pub fn are_named_in(&self, text: &str) -> bool {
        !self.digests.is_empty()
            && parts(text).any(|part| {
                let id = Key::of(part.as_bytes());
                self.has_customer(id) || self.has_account(id)
            })
    }

    pub fn add_customer(&mut self, id: Key) {
        self.digests.extend(self.digest("customer", &id.to_bytes()));
    }

    pub fn add_account(&mut self, id: Key) {
        self.digests.extend(self.digest("account", &id.to_bytes()));
    }

    /// As the commit keeps them.
    pub fn kept(&self) -> Purged {
        let key_version = if self.digests.is_empty() { String::new() } else { self.version.clone() };
        Purged { key_version, tombstones: self.digests.clone() }
    }

    /// In hexadecimal; `None` where there is no key.
    fn digest(&self, kind: &str, id: &[u8]) -> Option<String> {
        let mut mac = self.mac.clone()?;
        for part in [&b"tercet purged "[..], kind.as_bytes(), b"\0", id] {
            mac.update(part);
        }
        Some(hexadecimal::of(mac.finalize().into_bytes()))
    }
}

/// What may be an id in a text: its cells, and their parts.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    const SEPARATORS: [char; 7] = [',', ';', '|', '\t', '"', '\'', '\u{1}'];
    let cells = text.split(SEPARATORS).map(str::trim);
    let words = text.split(|c: char| !c.is_alphanumeric());
    cells.chain(words).filter(|part| !part.is_empty())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests look at the key from outside")]
mod tests {
    use super::*;
    use crate::error::Kind;
    use std::os::unix::fs::PermissionsExt;

    fn id(text: &str) -> Key {
        Key::of(text.as_bytes())
    }

    #[test]
    fn who_was_taken_out_is_known_again_and_nobody_else_is() {
        let home = tempfile::tempdir().unwrap();
        let mut made = Tombstones::begun(home.path(), &Purged::default()).unwrap();
        made.add_customer(id("C1"));
        made.add_account(id("an account with a long number"));
        let kept = made.kept();
        let read = Tombstones::of(home.path(), &kept).unwrap();
        assert!(read.has_customer(id("C1")) && !read.has_customer(id("C10")) && !read.has_account(id("C1")));
        assert!(read.has_account(id("an account with a long number")));
        for text in ["T1,C1,2026", "x|\"C1\"", "C1", "7;C1 ;8"] {
            assert!(read.are_named_in(text), "{text}");
        }
        for text in ["T1,C10,2026", "", "XC1", "c1"] {
            assert!(!read.are_named_in(text), "{text}");
        }
        let json = serde_json::to_string(&kept).unwrap() + &format!("{read:?}");
        assert!(!json.contains("C1\"") && !json.contains(&id("C1").to_string()), "{json}");
        let mode = std::fs::metadata(home.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn without_the_right_key_nothing_goes_on() {
        let home = tempfile::tempdir().unwrap();
        assert!(Tombstones::of(home.path(), &Purged::default()).unwrap().is_empty());
        let mut made = Tombstones::begun(home.path(), &Purged::default()).unwrap();
        made.add_customer(id("C1"));
        let path = home.path().join(KEY_FILE);
        write_private(&path, &[7; KEY_BYTES]).unwrap();
        let other = Tombstones::of(home.path(), &made.kept()).unwrap_err();
        assert_eq!(other.kind(), Kind::Usage);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(Tombstones::of(home.path(), &made.kept()).unwrap_err().kind(), Kind::Usage);
        assert_eq!(Tombstones::begun(home.path(), &made.kept()).unwrap_err().kind(), Kind::Usage);
    }
}
