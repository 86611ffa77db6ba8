//! A digest in front of lines of text in which `#` begins a comment.

const BEFORE: &str = "# blake3 ";
const DIGITS: usize = 2 * blake3::OUT_LEN;

/// The text behind a line with its digest.
pub fn sealed(text: &str) -> String {
    format!("{BEFORE}{}\n{text}", blake3::hash(text.as_bytes()).to_hex())
}

/// Whether every byte is as it was when sealed.
pub fn is_whole(bytes: &[u8]) -> bool {
    let rest = bytes.strip_prefix(BEFORE.as_bytes()).and_then(|rest| rest.split_at_checked(DIGITS));
    let parts = rest.and_then(|(digest, rest)| Some((digest, rest.strip_prefix(b"\n")?)));
    parts.is_some_and(|(digest, text)| blake3::hash(text).to_hex().as_bytes() == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_more_less_or_other_is_found() {
        let sealed = sealed("# HELP a b\na 1\n").into_bytes();
        assert!(is_whole(&sealed));
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 0x20;
            assert!(!is_whole(&other) && !is_whole(&sealed[..at]), "byte {at}");
        }
        assert!(!is_whole(&[&sealed[..], b"\n"].concat()) && !is_whole(b"# HELP a b\na 1\n"));
    }
}
