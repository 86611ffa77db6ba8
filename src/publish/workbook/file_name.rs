//! A file name for any manager id: one per id on any disk, never a way out of the folder.

/// Longest part of an id that is kept for the reader; 120 bytes where all of it is Chinese.
const KEPT_CHARS_MAX: usize = 40;

/// 40 bits: among 10,000 managers whose kept parts agree, two collide once in 20,000 banks.
const HASH_HEX_DIGITS: usize = 10;

/// Names that Windows keeps for devices, whatever the extension.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// `M00012` -> `M00012.xlsx`, `张三` -> `张三.xlsx`, `a/b` -> `a_b~<hash>.xlsx`.
///
/// A name without `~` is the id itself, so no hashed name can meet it. Lower case is hashed too: `m1` and
/// `M1` are one file on a disk that ignores case. Other scripts are hashed because a disk may change how
/// it composes them; Chinese ideographs have one form only.
pub fn file_name(manager_id: &str) -> String {
    if is_plain(manager_id) {
        return format!("{manager_id}.xlsx");
    }
    let kept: String = manager_id
        .chars()
        .take(KEPT_CHARS_MAX)
        .enumerate()
        .map(|(at, c)| if is_caseless(c) && (at > 0 || c != '-') || c.is_ascii_lowercase() { c } else { '_' })
        .collect();
    let kept = if kept.is_empty() { "manager" } else { &kept };
    let hash = blake3::hash(manager_id.as_bytes()).to_hex();
    format!("{kept}~{}.xlsx", &hash[..HASH_HEX_DIGITS])
}

fn is_plain(id: &str) -> bool {
    let is_port = id.len() == 4
        && (id.starts_with("COM") || id.starts_with("LPT"))
        && id.as_bytes()[3].is_ascii_digit();
    !id.is_empty()
        && id.chars().count() <= KEPT_CHARS_MAX
        && id.chars().all(is_caseless)
        && !id.starts_with('-') // a command would read it as an option
        && !is_port
        && !DEVICES.contains(&id)
}

/// Characters that are equal only to themselves on every file system, lower case being left out.
fn is_caseless(c: char) -> bool {
    matches!(c, '0'..='9' | 'A'..='Z' | '-' | '_' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ordinary_ids_are_their_own_names() {
        for id in ["M00012", "0017", "RM-7_B", "张三", "1234567890123456789"] {
            assert_eq!(file_name(id), format!("{id}.xlsx"));
        }
    }

    #[test]
    fn every_id_gets_a_safe_name_of_its_own() {
        let long = "9".repeat(300);
        let long_other = format!("{long}1");
        let chinese = "行".repeat(300);
        let ids = [
            "../../etc/x",
            "a/b",
            "a\\b",
            "C:\\x",
            "CON",
            "con",
            "NUL",
            "COM1",
            "LPT9",
            ".",
            "..",
            "",
            " ",
            "x.",
            "x ",
            "x",
            "X",
            "-rf",
            "--",
            "~",
            "a~b",
            "M1",
            "m1",
            "M1\0",
            "M1\n",
            "é",
            "e\u{301}",
            "É",
            "ｍ１",
            "\u{fa0c}",
            "兀",
            "M1.xlsx",
            "*?<>|\"",
            "manager",
            "COM¹",
            &long,
            &long_other,
            &chinese,
        ];
        let names: BTreeSet<String> = ids.iter().map(|id| file_name(id).to_lowercase()).collect();
        assert_eq!(names.len(), ids.len(), "{names:#?}");
        for name in names {
            let stem = name.strip_suffix(".xlsx").unwrap();
            assert!(name.len() <= 200, "{name}");
            assert!(!stem.starts_with(['-', '~', '.', ' ']), "{name}");
            assert!(!["con", "nul", "com1", "lpt9"].contains(&stem), "{name}");
            assert!(
                stem.chars().all(|c| c.is_ascii_alphanumeric() || "-_~".contains(c) || c > '\u{4dff}'),
                "{name}"
            );
        }
    }

    #[test]
    fn a_hashed_name_is_stable_and_readable() {
        assert_hashed(&file_name("../../etc/x"), "______etc_x~");
        assert_hashed(&file_name("rm 12"), "rm_12~");
        assert_hashed(&file_name(""), "manager~");
    }

    fn assert_hashed(name: &str, start: &str) {
        assert!(
            name.starts_with(start) && name.len() == start.len() + HASH_HEX_DIGITS + ".xlsx".len(),
            "{name}"
        );
    }
}
