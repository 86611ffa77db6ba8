//! An open folder and what can be done inside it, by name and relative to its descriptor; removing alone
//! goes by path.
//!
//! What it makes is 0700 or 0600 whatever the umask. Durable is only what was synced: a file by its writer,
//! its entry by [`Folder::sync`]. Never: follows a link in the last part of a path; knows what a night is.
#![allow(clippy::disallowed_methods, reason = "io/ is the rim: the only place that touches files and clocks")]

use super::lock::{PRIVATE_FILE, PRIVATE_FOLDER, refusal};
use crate::error::{IoContext, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// An open folder; what is inside is reached through it, so that a link planted on the way is not followed.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    fd: OwnedFd,
}

impl Folder {
    const FLAGS: OFlags =
        OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    pub(super) fn open(path: &Path) -> Result<Self> {
        let fd = rustix::fs::open(path, Self::FLAGS, Mode::empty());
        Ok(Self { path: path.to_owned(), fd: fd.map_err(|errno| refusal("open", path, errno))? })
    }

    pub(super) fn enter(&self, name: &str) -> Result<Self> {
        let path = self.path.join(name);
        let fd = rustix::fs::openat(&self.fd, name, Self::FLAGS, Mode::empty());
        Ok(Self { fd: fd.map_err(|errno| refusal("open", &path, errno))?, path })
    }

    /// The folder of this name inside, made where it is missing, 0700 whatever the umask.
    pub(super) fn make(&self, name: &str) -> Result<Self> {
        match rustix::fs::mkdirat(&self.fd, name, PRIVATE_FOLDER) {
            Ok(()) => rustix::fs::chmodat(&self.fd, name, PRIVATE_FOLDER, AtFlags::empty())
                .map_err(|errno| refusal("restrict", &self.path.join(name), errno))?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(refusal("create", &self.path.join(name), errno)),
        }
        self.enter(name)
    }

    /// A file that did not exist before, 0600 whatever the umask.
    pub(super) fn create_file(&self, name: &str) -> Result<File> {
        let path = self.path.join(name);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, PRIVATE_FILE).map_err(io::Error::from);
        let file = File::from(fd.io_context("create", &path)?);
        rustix::fs::fchmod(&file, PRIVATE_FILE).map_err(io::Error::from).io_context("restrict", &path)?;
        Ok(file)
    }

    /// A file that is there, to be read.
    pub(super) fn open_file(&self, name: &str) -> Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty()).map_err(io::Error::from);
        Ok(File::from(fd.io_context("open", &self.path.join(name))?))
    }

    pub(super) fn sync(&self) -> Result<()> {
        rustix::fs::fsync(&self.fd).map_err(io::Error::from).io_context("sync", &self.path)
    }

    pub(super) fn inode(&self) -> Result<u64> {
        let stat = rustix::fs::fstat(&self.fd).map_err(io::Error::from).io_context("inspect", &self.path)?;
        Ok(stat.st_ino)
    }

    /// Of the entry itself, links not followed; `None` where there is none.
    pub(super) fn kind_and_inode(&self, name: &str) -> Result<Option<(FileType, u64)>> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some((FileType::from_raw_mode(stat.st_mode), stat.st_ino))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(refusal("inspect", &self.path.join(name), errno)),
        }
    }

    /// Names that are not UTF-8 are none of ours.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let entries =
            rustix::fs::Dir::read_from(self.fd.as_fd()).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(io::Error::from).io_context("list", &self.path)?;
        Ok(entries.iter().filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned)).collect())
    }

    /// One `renameat2`, with the kernel's own answer for those who go by it.
    pub(super) fn try_rename(
        &self,
        from: &str,
        folder: &Folder,
        to: &str,
        flags: RenameFlags,
    ) -> Result<(), Errno> {
        rustix::fs::renameat_with(&self.fd, from, &folder.fd, to, flags)
    }

    pub(super) fn rename(&self, from: &str, folder: &Folder, to: &str, flags: RenameFlags) -> Result<()> {
        let renamed = self.try_rename(from, folder, to, flags);
        renamed.map_err(io::Error::from).io_context("rename", &self.path.join(from))
    }

    /// The entry and all beneath it; of a link, the link alone.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        match self.kind_and_inode(name)? {
            None => Ok(()),
            Some((FileType::Directory, _)) => std::fs::remove_dir_all(&path).io_context("remove", &path),
            Some(_) => std::fs::remove_file(&path).io_context("remove", &path),
        }
    }
}
