//! A file beside others that holds their digests, as `b3sum` writes and checks them.
//!
//! Works on names and bytes alone. Never: touches a file.

/// Name of the file, in the folder of those that it speaks of.
pub const NAME: &str = "CHECKSUMS";

/// A line for each of these files, by name.
pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut lines: Vec<(&str, String)> =
        files.into_iter().map(|(name, bytes)| (name, blake3::hash(bytes).to_hex().to_string())).collect();
    lines.sort_unstable();
    lines.iter().map(|(name, digest)| line(name, digest)).collect()
}

/// The line of one file.
pub fn line(name: &str, digest: &str) -> String {
    format!("{digest}  {name}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf abc | b3sum` says so.
    #[test]
    fn lines_are_those_of_the_published_tool_by_name() {
        let empty = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        let abc = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
        assert_eq!(of([("b", &b"abc"[..]), ("a", b"")]), format!("{empty}  a\n{abc}  b\n"));
    }
}
