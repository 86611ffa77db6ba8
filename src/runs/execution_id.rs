//! The id of one execution: unlike the run id of the tables, which is the same whenever the same night is published,
//! it names this run and no other.

use crate::hexadecimal;
use crate::io::clock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Executions that this process began.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// A UUID of version 7 (RFC 9562): the first ids are the oldest.
pub fn new() -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&clock::nanoseconds().to_le_bytes());
    hasher.update(&std::process::id().to_le_bytes());
    hasher.update(&BEGUN.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    let milliseconds = u64::try_from(clock::now().unix_milliseconds).unwrap_or_default();
    of(milliseconds, hasher.finalize().as_bytes())
}

fn of(milliseconds: u64, noise: &[u8; 32]) -> String {
    let mut bytes = [0u8; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&noise[..10]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let digits = hexadecimal::of(bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_time_version_and_variant() {
        // The example of RFC 9562, appendix A.6.
        let mut noise = [0u8; 32];
        noise[..10].copy_from_slice(&[0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
        assert_eq!(of(0x017f_22e2_79b0, &noise), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        assert_ne!(new(), new());
    }
}
