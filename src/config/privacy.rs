//! `[publish]` and `[privacy]`: which files a night has, and what they say of a customer.
//!
//! Reads what was written; never the key itself, which `crate::privacy` reads.

use super::raw::ensure;
use crate::error::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which files a night has beside its tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Whether each manager's list is also written as CSV, for import into a CRM.
    pub csv: bool,
}

/// What workbooks and files for import say of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// How much of names, phones and ids is shown.
    pub profile: Profile,
    /// File with the key of `pseudonymous`: at least 32 bytes, readable by its owner alone.
    pub key_file: PathBuf,
}

/// How much of names, phones and ids is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// All as delivered.
    Full,
    /// Ids whole, of names and phones a part.
    Masked,
    /// Ids replaced by keyed pseudonyms, no names and no phones.
    Pseudonymous,
}

impl Profile {
    pub fn code(self) -> &'static str {
        match self {
            Profile::Full => "full",
            Profile::Masked => "masked",
            Profile::Pseudonymous => "pseudonymous",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Profile::Full, Profile::Masked, Profile::Pseudonymous].into_iter().find(|one| one.code() == code)
    }
}

impl Privacy {
    pub(super) fn check(&self) -> Result<()> {
        let has_key = self.profile != Profile::Pseudonymous || !self.key_file.as_os_str().is_empty();
        ensure("privacy.key_file", has_key, "the path of a key where `privacy.profile` is \"pseudonymous\"")
    }
}

#[cfg(test)]
mod tests {
    use crate::config::overlay;

    #[test]
    fn pseudonyms_need_a_key_and_a_profile_is_one_of_three() {
        let why = |text: &str| {
            let raw = overlay::read("bank.toml", text);
            raw.and_then(super::super::raw::Raw::check).map(|_| ()).unwrap_err().to_string()
        };
        assert!(
            why("[privacy]\nprofile = \"pseudonymous\"\n").contains("`privacy.key_file` must be the path")
        );
        assert!(why("[privacy]\nprofile = \"none\"\n").starts_with("bank.toml:2: `privacy.profile`"));
        let given = "[privacy]\nprofile = \"pseudonymous\"\nkey_file = \"/etc/tercet.key\"\n";
        assert!(overlay::read("bank.toml", given).unwrap().check().is_ok());
    }
}
