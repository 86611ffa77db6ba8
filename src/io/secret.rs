//! Reading a key: a small file that nobody but its owner may read; and making one.
//!
//! From then on the process leaves no core dump, which would hold the key. Never: says anything of the content, or waits
//! for a pipe that has the key's name.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

use crate::error::{Error, IoContext, Result};
use rand::RngCore;
use rand::rngs::OsRng;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::process::DumpableBehavior;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Far more than any key: what is longer is another file, named by mistake.
const BYTES_MAX: u64 = 4096;

/// The bytes of a key file as they are, a line break at the end included.
///
/// # Errors
/// Kind `Usage`, naming the path: it is missing, is no file, is too long for a key, belongs to another user, or others
/// may read or change it.
pub fn read_secret(path: &Path) -> Result<Vec<u8>> {
    let shown = path.display();
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(|errno| {
        Error::usage(format!("cannot read the key `{shown}`")).caused_by(io::Error::from(errno))
    })?;
    // The open file is looked at, and not its name, so that nothing is swapped in between.
    let stat = rustix::fs::fstat(&fd).map_err(io::Error::from).io_context("inspect", path)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Error::usage(format!("the key `{shown}` is not a file")));
    }
    let own = rustix::process::geteuid().as_raw();
    if stat.st_uid != own && stat.st_uid != 0 {
        return Err(Error::usage(format!("the key `{shown}` belongs to another user"))
            .hint("make a copy that belongs to this user"));
    }
    if Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO) {
        return Err(Error::usage(format!("others may read or change the key `{shown}`"))
            .hint(format!("run `chmod 600 {shown}`; where others have read it, make a new key")));
    }
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(io::Error::from)
        .io_context("keep out of core dumps", path)?;
    let mut bytes = Vec::new();
    File::from(fd).take(BYTES_MAX + 1).read_to_end(&mut bytes).io_context("read", path)?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Error::usage(format!("the key `{shown}` is longer than {BYTES_MAX} bytes")));
    }
    Ok(bytes)
}

/// Bytes that nobody can guess, from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use std::os::unix::fs::PermissionsExt;

    fn written(mode: u32, bytes: &[u8]) -> Result<Vec<u8>> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        read_secret(&path)
    }

    #[test]
    fn a_key_is_read_only_where_nobody_else_can() {
        assert_eq!(written(0o600, b"secret\n").unwrap(), b"secret\n");
        assert_eq!(written(0o400, b"secret").unwrap(), b"secret");
        assert_eq!(rustix::process::dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        for mode in [0o640, 0o604, 0o660, 0o602, 0o611] {
            let refused = written(mode, b"secret").unwrap_err();
            assert_eq!(refused.kind(), Kind::Usage, "{mode:o}");
            assert!(refused.to_string().starts_with("others may read or change the key"), "{refused}");
            assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
        }
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let text = |path: &Path| read_secret(path).unwrap_err().to_string();
        assert!(text(&home.path().join("none")).starts_with("cannot read the key"));
        assert!(text(home.path()).ends_with("is not a file"));
        assert!(written(0o600, &[7; 4096]).is_ok());
        assert!(written(0o600, &[7; 4097]).unwrap_err().to_string().ends_with("longer than 4096 bytes"));
    }
}
