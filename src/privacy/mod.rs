//! What files that leave the analysts' hands say of a customer: all, a part, or a pseudonym.
//!
//! Reads the profile of the configuration and, for pseudonyms, the key from its file. Never: shows the key, keeps a
//! table of who is who, or decides which files are written.

mod key;
mod mask;

use crate::config::{self, Profile};
use crate::error::Result;
use crate::io::secret::read_secret;
use key::Key;
use std::borrow::Cow;

/// A checked profile, with its key where it has one.
#[derive(Debug)]
pub struct Privacy {
    profile: Profile,
    key: Option<Key>,
}

impl Privacy {
    /// Reads the key where the profile has pseudonyms, and nothing otherwise.
    ///
    /// # Errors
    /// Kind `Usage`, naming the key's file: missing, under 32 bytes, or readable by others.
    pub fn of(settings: &config::Privacy) -> Result<Self> {
        let key = match settings.profile {
            Profile::Full | Profile::Masked => None,
            Profile::Pseudonymous => {
                Some(Key::of(read_secret(&settings.key_file)?, &settings.key_file.display().to_string())?)
            }
        };
        Ok(Self { profile: settings.profile, key })
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Tells one key from another; `None` without pseudonyms.
    pub fn key_version(&self) -> Option<&str> {
        self.key.as_ref().map(Key::version)
    }

    /// The id as files show it: itself, or its pseudonym under the key, equal for equal ids.
    pub fn customer_id<'a>(&self, id: &'a str) -> Cow<'a, str> {
        self.key.as_ref().map_or(Cow::Borrowed(id), |key| Cow::Owned(key.pseudonym(id)))
    }

    pub fn name(&self, name: Option<&str>) -> Option<String> {
        self.shown(name, mask::name)
    }

    pub fn phone(&self, phone: Option<&str>) -> Option<String> {
        self.shown(phone, mask::phone)
    }

    fn shown(&self, text: Option<&str>, mask: fn(&str) -> String) -> Option<String> {
        match self.profile {
            Profile::Full => text.map(str::to_owned),
            Profile::Masked => text.filter(|text| !text.trim().is_empty()).map(mask),
            Profile::Pseudonymous => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write a key as an operator does")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn privacy(profile: Profile, key: &[u8]) -> Result<Privacy> {
        let home = tempfile::tempdir().unwrap();
        let key_file = home.path().join("key");
        std::fs::write(&key_file, key).unwrap();
        std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
        Privacy::of(&config::Privacy { profile, key_file })
    }

    fn shown(privacy: &Privacy) -> (String, Option<String>, Option<String>) {
        let id = privacy.customer_id("00123").into_owned();
        (id, privacy.name(Some("张三")), privacy.phone(Some("13812341234")))
    }

    #[test]
    fn each_profile_shows_what_it_says() {
        let some = |text: &str| Some(text.to_owned());
        let full = privacy(Profile::Full, b"").unwrap();
        assert_eq!(shown(&full), ("00123".into(), some("张三"), some("13812341234")));
        let masked = privacy(Profile::Masked, b"").unwrap();
        assert_eq!(shown(&masked), ("00123".into(), some("张**"), some("138****1234")));
        assert_eq!((masked.name(Some(" ")), masked.phone(None), masked.key_version()), (None, None, None));
        let (id, name, phone) = shown(&privacy(Profile::Pseudonymous, &[9; 32]).unwrap());
        assert!(id.starts_with('P') && !id.contains("123"), "{id}");
        assert_eq!((name, phone), (None, None));
    }

    #[test]
    fn a_key_is_needed_for_pseudonyms_only() {
        let nowhere =
            |profile| Privacy::of(&config::Privacy { profile, key_file: "/nonexistent/key".into() });
        assert!(nowhere(Profile::Full).is_ok() && nowhere(Profile::Masked).is_ok());
        assert!(nowhere(Profile::Pseudonymous).unwrap_err().to_string().contains("`/nonexistent/key`"));
        let short = privacy(Profile::Pseudonymous, &[9; 31]).unwrap_err();
        assert!(short.to_string().ends_with("has 31 bytes of at least 32"), "{short}");
    }

    #[test]
    fn another_key_gives_other_pseudonyms_and_none_is_ever_shown() {
        let of = |byte: u8| privacy(Profile::Pseudonymous, &[byte; 32]).unwrap();
        let (one, same, other) = (of(9), of(9), of(10));
        assert_eq!(one.customer_id("A"), same.customer_id("A"));
        assert_eq!(one.key_version(), same.key_version());
        assert_ne!(one.customer_id("A"), other.customer_id("A"));
        assert_ne!(one.key_version(), other.key_version());
        assert_ne!(one.customer_id("A"), one.customer_id("B"));
        let debug = format!("{one:?}");
        assert!(debug.contains("***") && !debug.contains("9, 9"), "{debug}");
    }
}
