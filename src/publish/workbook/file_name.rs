//! A file name for any id of a manager or branch: one per id on any disk, never a way out of the folder.

/// Longest part of an id that is kept for the reader; 120 bytes where all of it is Chinese.
const KEPT_CHARS_MAX: usize = 40;

/// 40 bits: among 10,000 managers whose kept parts agree, two collide once in 20,000 banks.
const HASH_HEX_DIGITS: usize = 10;

/// Names that Windows keeps for devices, whatever the extension.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// Begins the names of branches' files, and of no manager's that is not hashed.
const BRANCH: &str = "branch-";

/// The name of a manager's files without its extension: `M00012` -> `M00012`, `张三` -> `张三`, `a/b` -> `a_b~<hash>`.
///
/// A name without `~` is the id itself, so no hashed name can meet it. Lower case is hashed too: `m1` and
/// `M1` are one file on a disk that ignores case. Other scripts are hashed because a disk may change how
/// it composes them; Chinese ideographs have one form only.
pub fn manager_stem(manager_id: &str) -> String {
    let is_like_a_branch =
        manager_id.get(..BRANCH.len()).is_some_and(|start| start.eq_ignore_ascii_case(BRANCH));
    if is_plain(manager_id) && !is_like_a_branch {
        manager_id.to_owned()
    } else {
        hashed(manager_id, "manager")
    }
}

/// The same of the file of a branch's head: `B01` -> `branch-B01`.
pub fn branch_stem(branch_id: &str) -> String {
    let stem = if is_plain(branch_id) { branch_id.to_owned() } else { hashed(branch_id, "branch") };
    format!("{BRANCH}{stem}")
}

fn hashed(id: &str, in_place_of_none: &str) -> String {
    let kept: String = id
        .chars()
        .take(KEPT_CHARS_MAX)
        .enumerate()
        .map(|(at, c)| if is_caseless(c) && (at > 0 || c != '-') || c.is_ascii_lowercase() { c } else { '_' })
        .collect();
    let kept = if kept.is_empty() { in_place_of_none } else { &kept };
    let hash = blake3::hash(id.as_bytes()).to_hex();
    format!("{kept}~{}", &hash[..HASH_HEX_DIGITS])
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
            assert_eq!(manager_stem(id), id);
            assert_eq!(branch_stem(id), format!("branch-{id}"));
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
            "BRANCH-M1",
            "branch-M1",
            "branch",
            &long,
            &long_other,
            &chinese,
        ];
        let names: BTreeSet<String> = ids
            .iter()
            .flat_map(|id| [manager_stem(id).to_lowercase(), branch_stem(id).to_lowercase()])
            .collect();
        assert_eq!(names.len(), 2 * ids.len(), "{names:#?}");
        for name in &names {
            let stem = name.as_str();
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
        assert_hashed(&manager_stem("../../etc/x"), "______etc_x~");
        assert_hashed(&manager_stem("rm 12"), "rm_12~");
        assert_hashed(&manager_stem(""), "manager~");
        assert_hashed(&branch_stem(""), "branch-branch~");
        assert_hashed(&branch_stem("../x"), "branch-___x~");
    }

    fn assert_hashed(name: &str, start: &str) {
        assert!(name.starts_with(start) && name.len() == start.len() + HASH_HEX_DIGITS, "{name}");
    }
}
