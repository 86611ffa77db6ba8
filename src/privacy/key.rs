//! The key of pseudonyms, and the pseudonym of an id under it.

use crate::error::{Error, Result};
use crate::hexadecimal;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// The length of a SHA-256 digest, as RFC 2104 asks of a key.
const BYTES_MIN: usize = 32;
/// 80 bits: among 100 million customers, two have one pseudonym once in 240 million banks.
const PSEUDONYM_BYTES: usize = 10;
const VERSION_BYTES: usize = 6;

/// At least 32 secret bytes.
pub(super) struct Key {
    bytes: Vec<u8>,
    version: String,
}

impl Key {
    /// # Errors
    /// Kind `Usage`, naming `file`, where it has too few bytes.
    pub(super) fn of(bytes: Vec<u8>, file: &str) -> Result<Self> {
        if bytes.len() < BYTES_MIN {
            let found = bytes.len();
            return Err(Error::usage(format!("the key `{file}` has {found} bytes of at least {BYTES_MIN}"))
                .hint(format!("make one with `(umask 077; head -c 32 /dev/urandom > {file})`")));
        }
        let mut key = Self { bytes, version: String::new() };
        key.version = key.digest("key version", "", VERSION_BYTES);
        Ok(key)
    }

    /// A digest of the key under a label of its own: tells keys apart and gives no pseudonym away.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn pseudonym(&self, customer_id: &str) -> String {
        format!("P{}", self.digest("customer_id", customer_id, PSEUDONYM_BYTES))
    }

    /// The first bytes of the HMAC-SHA-256 of `text` among texts of the kind `label`, in hexadecimal.
    fn digest(&self, label: &str, text: &str, n_bytes: usize) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes keys of any length");
        for part in ["tercet ", label, "\0", text] {
            mac.update(part.as_bytes());
        }
        hexadecimal::of(mac.finalize().into_bytes().into_iter().take(n_bytes))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_what_any_other_hmac_gives() {
        // printf 'tercet customer_id\0%s' 00123 | openssl dgst -sha256 -hmac 01234567890123456789012345678901
        let key = Key::of(b"01234567890123456789012345678901".to_vec(), "key").unwrap();
        assert_eq!(key.pseudonym("00123"), "P08ebdf05536d7b3a87c2");
        assert_eq!(key.version(), "4f05fa33898d");
    }
}
