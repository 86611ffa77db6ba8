//! A manifest that says of a night without him: sizes, digests, rows, one more purged; every other key byte for byte.
//!
//! Works on text: numbers that were written once are not read and written again.

use crate::error::{Error, Result};
use crate::io::staging::FileDigest;
use crate::seal;
use std::collections::BTreeMap;

/// Top-level keys of a manifest and their values as they stand there.
struct Keys<'a>(Vec<(&'a str, String)>);

/// The sealed manifest with other files and rows.
///
/// # Errors
/// Kind `Internal` where the text has not the form of a manifest.
pub(super) fn rewritten(
    body: &str,
    files: &[FileDigest],
    rows: &BTreeMap<String, i64>,
    purged: u32,
) -> Result<String> {
    let mut keys = Keys::of(body).ok_or_else(no_manifest)?;
    keys.set("files", &files)?;
    keys.set("rows", rows)?;
    if keys.set("purged", &purged).is_err() {
        // A version that did not know of purging wrote it.
        keys.0.push(("purged", purged.to_string()));
    }
    Ok(seal::sealed(&keys.text()))
}

fn no_manifest() -> Error {
    Error::internal("a manifest has not the form of one")
}

impl<'a> Keys<'a> {
    /// Keys of a pretty-printed object stand after two spaces, and nothing else does.
    fn of(body: &'a str) -> Option<Self> {
        let inside = body.strip_prefix("{\n")?.strip_suffix("\n}")?;
        let mut keys: Vec<(&str, String)> = Vec::new();
        for line in inside.split('\n') {
            let key = line.strip_prefix("  \"").and_then(|rest| rest.split_once("\": "));
            match key {
                Some((key, value)) => keys.push((key, value.to_owned())),
                None => {
                    let (_, value) = keys.last_mut()?;
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
        let last = keys.len().checked_sub(1)?;
        for (at, (_, value)) in keys.iter_mut().enumerate() {
            if at < last {
                value.truncate(value.strip_suffix(',')?.len());
            }
        }
        Some(Self(keys))
    }

    fn set(&mut self, key: &str, value: &impl serde::Serialize) -> Result<()> {
        let json = serde_json::to_string_pretty(value).map_err(|cause| no_manifest().caused_by(cause))?;
        let (_, held) = self.0.iter_mut().find(|(name, _)| *name == key).ok_or_else(no_manifest)?;
        *held = json.replace('\n', "\n  ");
        Ok(())
    }

    fn text(&self) -> String {
        let lines: Vec<String> = self.0.iter().map(|(key, value)| format!("  \"{key}\": {value}")).collect();
        format!("{{\n{}\n}}", lines.join(",\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_asked_for_stays_byte_for_byte() {
        let body = serde_json::to_string_pretty(&serde_json::json!({
            "a": 0.1, "files": [{"path": "x", "bytes": 1, "blake3": "0"}], "purged": 0,
            "rows": {"x": 4, "y": 5}, "sums": {"big": 170_141_183_460_469.5, "text": "line\n  \"rows\": {"},
        }))
        .unwrap();
        assert_eq!(Keys::of(&body).unwrap().text(), body);
        let file = FileDigest { path: "x".into(), bytes: 7, blake3: "ff".into() };
        let rows = BTreeMap::from([("x".to_owned(), 3), ("y".to_owned(), 5)]);
        let sealed = rewritten(&body, &[file], &rows, 1).unwrap();
        let (opened, is_whole) = seal::opened(sealed.as_bytes());
        assert!(is_whole);
        let mut expected: serde_json::Value = serde_json::from_str(&body).unwrap();
        expected["files"][0]["bytes"] = 7.into();
        expected["files"][0]["blake3"] = "ff".into();
        expected["rows"]["x"] = 3.into();
        expected["purged"] = 1.into();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&opened).unwrap(), expected);
        let opened = std::str::from_utf8(&opened).unwrap();
        for untouched in ["{\n  \"a\": 0.1,\n", &body[body.find("  \"sums\"").unwrap()..]] {
            assert!(opened.contains(untouched), "{untouched}");
        }
        for broken in ["", "{}", "{\n  \"a\": 1\n", "[\n  1\n]"] {
            assert!(rewritten(broken, &[], &rows, 1).is_err(), "{broken}");
        }
    }
}
