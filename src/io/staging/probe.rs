//! Whether the workspace's file system can publish, found out before the work instead of after it.
//!
//! Writes: two empty folders in `published/`, one of them moved to `replaced/`; both are gone afterwards, or
//! cleared by the next run where this one dies.

use crate::error::{Error, Result};
use crate::io::folder::Folder;
use crate::io::lock::refusal;
use crate::io::nights::STAGING_PREFIX;
use rustix::fs::RenameFlags;
use rustix::io::Errno;

/// Proves with two empty folders that the file system can do what `publish` will ask of it.
pub(super) fn probe(published: &Folder, replaced: &Folder) -> Result<()> {
    let [one, two] = ["one", "two"].map(|which| format!("{STAGING_PREFIX}probe-{which}"));
    let first = published.make(&one)?.inode()?;
    published.make(&two)?;
    let exchange = published.try_rename(&one, published, &two, RenameFlags::EXCHANGE);
    let now_second = published.kind_and_inode(&two)?.map(|(_, inode)| inode);
    let across = published.try_rename(&two, replaced, &two, RenameFlags::NOREPLACE);
    published.remove(&one)?;
    if across.is_ok() {
        replaced.remove(&two)?
    } else {
        published.remove(&two)?
    }

    match exchange {
        Ok(()) if now_second == Some(first) => {}
        Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            let path = published.path.display();
            return Err(Error::usage(format!(
                "the file system of `{path}` cannot exchange two folders in one step"
            ))
            .hint("put the workspace on a local file system such as ext4, XFS, Btrfs or tmpfs"));
        }
        Err(errno) => return Err(refusal("exchange two folders in", &published.path, errno)),
    }
    across.map_err(|errno| {
        let (from, to) = (published.path.display(), replaced.path.display());
        match errno {
            Errno::XDEV => Error::usage(format!("nights cannot be moved from `{from}` to `{to}`"))
                .hint("both must be plain folders of one file system: do not mount either elsewhere"),
            errno => refusal("move a folder to", &replaced.path, errno),
        }
    })
}
