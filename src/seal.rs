//! A digest inside a JSON file of all else that it says: a model, a manifest or a commit whose parts were changed, or have
//! changed places, is none, whatever name it lies under and whoever knows its digest.
//!
//! The same for [lines of text](text) and for [Parquet files](parquet). Reads and writes bytes alone. Never: says what a
//! model means.

pub mod parquet;
pub mod text;

use std::borrow::Cow;

/// What stands before the digest, and after it; the first lines of every sealed file.
const BEFORE: &str = "{\n  \"seal\": \"";
const AFTER: &str = "\",\n";

/// Why a file that is well-formed is refused.
pub const BROKEN: &str = "damaged: what it says is not what was sealed with it";

/// Puts its digest (BLAKE3, 64 hexadecimal digits) in front of the fields of `body`, a JSON object that begins with a line
/// of its own.
pub fn sealed(body: &str) -> String {
    let fields = body.strip_prefix("{\n").unwrap_or(body);
    format!("{BEFORE}{}{AFTER}{fields}", digest(body.as_bytes()))
}

/// A stored model without its seal, and whether that is the right one; a file without a seal comes back as it is.
pub fn opened(json: &[u8]) -> (Cow<'_, [u8]>, bool) {
    let parts = json.strip_prefix(BEFORE.as_bytes()).and_then(|rest| rest.split_at_checked(64));
    let Some((seal, fields)) =
        parts.and_then(|(seal, rest)| Some((seal, rest.strip_prefix(AFTER.as_bytes())?)))
    else {
        return (json.into(), false);
    };
    let body = [b"{\n", fields].concat();
    let is_whole = digest(&body).as_bytes() == seal;
    (body.into(), is_whole)
}

/// Whether a text begins as a sealed one does; one from before there were seals does not, and neither does one whose
/// first bytes were changed.
pub fn is_claimed(json: &[u8]) -> bool {
    json.starts_with(BEFORE.as_bytes())
}

/// Whether a stored model says that it is of another format than `version`.
pub fn is_of_other_format(json: &[u8], version: u32) -> bool {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    serde_json::from_slice::<Version>(json).is_ok_and(|found| found.format_version != version)
}

fn digest(body: &[u8]) -> String {
    blake3::hash(body).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "{\n  \"a\": 1,\n  \"b\": 2\n}";

    #[test]
    fn a_sealed_text_opens_to_what_it_was() {
        let text = sealed(BODY);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((json["a"].as_u64(), json["seal"].as_str().unwrap().len()), (Some(1), 64));
        let (body, is_whole) = opened(text.as_bytes());
        assert_eq!((&*body, is_whole), (BODY.as_bytes(), true));
    }

    #[test]
    fn a_seal_holds_no_other_text_and_a_text_without_one_is_not_whole() {
        let text = sealed(BODY);
        let swapped = text.replace("\"a\"", "\"x\"").replace("\"b\"", "\"a\"").replace("\"x\"", "\"b\"");
        for other in [swapped.as_str(), &text[..text.len() - 1], &text[..20], BODY, "", "{\n  \"seal\": \"é"]
        {
            assert!(!opened(other.as_bytes()).1, "{other}");
        }
    }
}
