//! One night's folder: staged out of sight, made durable, made visible by one rename.
//!
//! ```text
//! workspace/published/.staging-D-PID-iINODE/   begin ... create ... finish
//!                    |  publish: fsync files, folders; LATEST's successor written beside it
//!                    v  one renameat2 (EXCHANGE where the night exists, else NOREPLACE)
//! workspace/published/as_of=D/     and what stood there goes on to workspace/replaced/as_of=D.N/
//! ```
//!
//! Invariants, at any moment and after any crash:
//! - `published/as_of=*` are whole nights: files and folders were synced before the rename that shows them.
//! - A folder is removed only if its inode is the one in its name, that is: if it is the very folder that a
//!   run made and never published. After an exchange that name holds the night before, which is moved on.
//! - `LATEST` is computed from the folders, never from its own past: it cannot go back, and a crash between
//!   the rename and `LATEST` is mended by whichever run publishes next.
//!
//! The caller holds the [`WorkspaceLock`](super::lock::WorkspaceLock) for as long as a `Staging` lives.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

use super::lock::{PRIVATE_FILE, PRIVATE_FOLDER, make_private_folders, refusal};
use crate::date::Date;
use crate::error::{Error, IoContext, Result};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::NamedTempFile;

const PUBLISHED: &str = "published";
const REPLACED: &str = "replaced";
const LATEST: &str = "LATEST";
/// Written last of all files, so a folder that has one was finished.
const MANIFEST: &str = "manifest.json";
/// Starts with a dot and lacks `as_of=`: no glob over nights sees it.
const STAGING_PREFIX: &str = ".staging-";
const PREPARED_SUFFIX: &str = ".new";
/// Large enough that hashing and writing go in long runs, small beside a Parquet row group.
const BUFFER_BYTES: usize = 256 * 1024;

/// A night being written; removed when dropped unpublished.
#[derive(Debug)]
pub struct Staging {
    as_of: Date,
    workspace: Folder,
    published: Folder,
    replaced: Folder,
    staged: Folder,
    /// Of `staged`, inside `published`.
    name: String,
    ledger: Arc<Mutex<Ledger>>,
}

/// What was begun under a staging folder; shared with the files, which may live on other threads.
#[derive(Debug, Default)]
struct Ledger {
    folders: BTreeSet<String>,
    unfinished: BTreeSet<String>,
}

/// A night that can be seen.
#[derive(Debug)]
pub struct Published {
    pub folder: PathBuf,
    /// Where the night that stood there before now is.
    pub replaced: Option<PathBuf>,
    pub durability: Durability,
}

/// Whether the night is known to survive a power cut.
#[derive(Debug)]
pub enum Durability {
    Durable,
    /// The night is visible and whole, but a step after the rename failed: a warning, not a failure.
    Unknown(Error),
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Durability::Durable => f.write_str("published"),
            Durability::Unknown(failure) => {
                write!(f, "published, durability unknown: {failure}")?;
                match std::error::Error::source(failure) {
                    Some(cause) => write!(f, ": {cause}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Staging {
    /// Clears what dead runs left, makes the folders, and proves that the file system can publish.
    ///
    /// # Errors
    /// Kind `Usage`, naming the path, where the workspace cannot be written to, or cannot exchange two
    /// folders in one step: call this before the work, not after it.
    pub fn begin(workspace: &Path, as_of: Date) -> Result<Self> {
        make_private_folders(workspace)?;
        // Resolved once: from here on no link on the way is followed again.
        let workspace = Folder::open(&workspace.canonicalize().io_context("resolve", workspace)?)?;
        let published = workspace.make(PUBLISHED)?;
        let replaced = workspace.make(REPLACED)?;
        workspace.sync()?;
        clear_leftovers(&workspace, &published, &replaced)?;
        probe(&published, &replaced)?;

        let unnamed = format!("{STAGING_PREFIX}{as_of}-{}", std::process::id());
        let inode = published.make(&unnamed)?.inode()?;
        let name = format!("{unnamed}-i{inode}");
        published.rename(&unnamed, &published, &name, RenameFlags::NOREPLACE)?;
        let staged = published.enter(&name)?;
        Ok(Self { as_of, workspace, published, replaced, staged, name, ledger: Arc::default() })
    }

    /// A new file of the night, such as `lists/m-0007.xlsx`; folders on the way are made.
    ///
    /// # Errors
    /// Kind `Internal`: the path leaves the folder, exists already (a planted link included), or cannot be
    /// made.
    pub fn create(&self, relative: &str) -> Result<StagedFile> {
        let path = self.staged.path.join(relative);
        let (folder, name) = self.folder_of(relative, true)?;
        let file = create_private(folder.as_ref().unwrap_or(&self.staged), name)?;
        lock(&self.ledger).unfinished.insert(relative.to_owned());
        let hashing = Hashing { file, path, hasher: blake3::Hasher::new(), bytes: 0 };
        Ok(StagedFile {
            relative: relative.to_owned(),
            writer: BufWriter::with_capacity(BUFFER_BYTES, hashing),
            ledger: Arc::clone(&self.ledger),
        })
    }

    /// Opens a finished file, to be read back before the night is shown.
    ///
    /// # Errors
    /// Kind `Internal`: there is no such file.
    pub fn open(&self, relative: &str) -> Result<File> {
        let (folder, name) = self.folder_of(relative, false)?;
        let folder = folder.as_ref().unwrap_or(&self.staged);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&folder.fd, name, flags, Mode::empty());
        Ok(File::from(file.map_err(io::Error::from).io_context("open", &folder.path.join(name))?))
    }

    /// Makes the night visible, whole, in one step.
    ///
    /// # Errors
    /// Kind `Internal` while nothing has changed for readers. Whatever fails once the night can be seen is
    /// [`Durability::Unknown`]; then nothing is deleted, and the next run mends the rest.
    pub fn publish(self) -> Result<Published> {
        self.check_finished()?;
        self.sync_staged()?;
        let latest = self.prepare_latest()?;
        let exchanged = self.show()?;
        let folder = night_folder(&self.workspace.path, self.as_of);
        let mut published = Published { folder, replaced: None, durability: Durability::Durable };
        if let Err(failure) = self.settle(exchanged, latest, &mut published.replaced) {
            published.durability = Durability::Unknown(failure);
        }
        Ok(published)
    }

    fn check_finished(&self) -> Result<()> {
        if let Some(file) = lock(&self.ledger).unfinished.first() {
            return Err(Error::internal(format!(
                "`{file}` was begun but not finished; nothing was published"
            )));
        }
        if self.staged.kind_and_inode(MANIFEST)?.is_none() {
            return Err(Error::internal(format!("a night without `{MANIFEST}` is not published")));
        }
        Ok(())
    }

    /// Bottom up: an entry is durable once the folder that holds it is synced.
    fn sync_staged(&self) -> Result<()> {
        // A folder's path is a prefix of those beneath it, so the reverse order has children first.
        for relative in lock(&self.ledger).folders.iter().rev() {
            Folder::open(&self.staged.path.join(relative))?.sync()?;
        }
        self.staged.sync()
    }

    /// `LATEST` as it will read, written and synced before the night is shown: a full disk stops us here,
    /// where nothing has changed yet.
    fn prepare_latest(&self) -> Result<Prepared> {
        let newest =
            published_nights(&self.workspace.path)?.last().map_or(self.as_of, |n| self.as_of.max(*n));
        Prepared::write(&self.workspace.path.join(LATEST), format!("{}\n", night_name(newest)).as_bytes())
    }

    /// The one step; true where a night already stood there and now has the staging folder's name.
    fn show(&self) -> Result<bool> {
        let (from, to) = (self.name.as_str(), night_name(self.as_of));
        let rename = |flags| {
            rustix::fs::renameat_with(&self.published.fd, from, &self.published.fd, to.as_str(), flags)
        };
        let (exchanged, shown) = match rename(RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => (true, rename(RenameFlags::EXCHANGE)),
            first => (false, first),
        };
        shown.map_err(io::Error::from).io_context("publish", &self.published.path.join(&to))?;
        Ok(exchanged)
    }

    /// In this order, so that whatever is durable speaks only of what is durable. The first failure ends
    /// it: `LATEST` and `replaced/` then wait for the next run.
    fn settle(&self, exchanged: bool, latest: Prepared, replaced: &mut Option<PathBuf>) -> Result<()> {
        self.published.sync()?;
        if exchanged {
            *replaced = Some(move_to_replaced(&self.published, &self.name, &self.replaced, self.as_of)?);
        }
        latest.swap_in()
    }

    /// The folder that holds `relative` (`None`: the staging folder itself) and the name inside it.
    fn folder_of<'r>(&self, relative: &'r str, make: bool) -> Result<(Option<Folder>, &'r str)> {
        let unsafe_part = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains('\0');
        if relative.split('/').any(unsafe_part) {
            return Err(Error::internal(format!(
                "`{}` is not a path inside a night",
                relative.escape_debug()
            )));
        }
        let Some((folders, name)) = relative.rsplit_once('/') else { return Ok((None, relative)) };
        let mut folder: Option<Folder> = None;
        let mut reached = String::new();
        for part in folders.split('/') {
            let parent = folder.as_ref().unwrap_or(&self.staged);
            folder = Some(if make { parent.make(part)? } else { parent.enter(part)? });
            reached.push_str(part);
            lock(&self.ledger).folders.insert(reached.clone());
            reached.push('/');
        }
        Ok((folder, name))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What cannot be removed now is cleared by the next `begin`. Once published, the name is gone or
        // holds the night before, whose inode is another: neither is touched.
        let ours = self.staged.inode().ok();
        let there = self.published.kind_and_inode(&self.name).ok().flatten().map(|(_, inode)| inode);
        if ours.is_some() && ours == there {
            let _ = std::fs::remove_dir_all(&self.staged.path);
        }
    }
}

/// One file of a night that is being written; buffered. Only [`finish`](Self::finish) makes it count:
/// a night with a file that was dropped before is not published.
#[derive(Debug)]
pub struct StagedFile {
    relative: String,
    writer: BufWriter<Hashing>,
    ledger: Arc<Mutex<Ledger>>,
}

/// What the manifest says about one file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileDigest {
    /// Relative to the night's folder, `/` between parts.
    pub path: String,
    pub bytes: u64,
    /// 64 hexadecimal digits.
    pub blake3: String,
}

impl StagedFile {
    /// Writes out the buffer, syncs, and says what was written.
    ///
    /// # Errors
    /// Kind `Internal`, naming the path and the bytes; a sync that failed is not tried again.
    pub fn finish(mut self) -> Result<FileDigest> {
        self.writer.flush().map_err(write_refusal)?;
        let written = self.writer.get_ref();
        written.file.sync_all().map_err(|cause| write_refusal(written.failure("sync", 0, &cause)))?;
        lock(&self.ledger).unfinished.remove(&self.relative);
        let blake3 = written.hasher.finalize().to_hex().to_string();
        Ok(FileDigest { path: std::mem::take(&mut self.relative), bytes: written.bytes, blake3 })
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Hashes and counts exactly the bytes that the file took.
#[derive(Debug)]
struct Hashing {
    file: File,
    path: PathBuf,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Hashing {
    /// Encoders between us and the caller keep the kind and the text of an error, so both say it all.
    fn failure(&self, what: &str, more: usize, cause: &io::Error) -> io::Error {
        let path = self.path.display();
        let text =
            format!("cannot {what} `{path}` after {} bytes ({more} more at hand): {cause}", self.bytes);
        io::Error::new(cause.kind(), text)
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = match self.file.write(bytes) {
            Err(cause) if cause.kind() != io::ErrorKind::Interrupted => {
                return Err(self.failure("write", bytes.len(), &cause));
            }
            result => result?,
        };
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_refusal(failure: io::Error) -> Error {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    let error = Error::internal(failure.to_string());
    match failure.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => error.hint(
            "make room for the workspace (a night needs about the size of the one before), then run again",
        ),
        _ => error,
    }
}

/// Where the night of `as_of` stands once published.
pub fn night_folder(workspace: &Path, as_of: Date) -> PathBuf {
    workspace.join(PUBLISHED).join(night_name(as_of))
}

fn night_name(as_of: Date) -> String {
    format!("as_of={as_of}")
}

/// The dates of all whole nights, oldest first.
///
/// # Errors
/// Kind `Usage` or `Internal`, naming the folder that cannot be read; a workspace without nights is no error.
pub fn published_nights(workspace: &Path) -> Result<Vec<Date>> {
    let path = workspace.join(PUBLISHED);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let published = Folder::open(&path)?;
    let mut nights = Vec::new();
    for name in published.names()? {
        let Some(night) = name.strip_prefix("as_of=").and_then(Date::parse_iso) else { continue };
        let manifest = published.kind_and_inode(&format!("{name}/{MANIFEST}"))?;
        if matches!(manifest, Some((FileType::RegularFile, _))) {
            nights.push(night);
        }
    }
    nights.sort_unstable();
    Ok(nights)
}

/// Reads a whole file: a manifest, a model, a card.
///
/// # Errors
/// Kind `Internal`, naming the path.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).io_context("read", path)
}

/// Writes a whole file (0600) in place of what stood there; a reader sees the old one or the new one.
///
/// # Errors
/// Kind `Internal` or `Usage`, naming the path.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        make_private_folders(parent)?;
    }
    Prepared::write(path, bytes)?.swap_in()
}

/// A file written and synced beside the place that it will take; removed when dropped.
#[derive(Debug)]
struct Prepared {
    file: NamedTempFile,
    target: PathBuf,
}

impl Prepared {
    fn write(target: &Path, bytes: &[u8]) -> Result<Self> {
        let parent = parent_of(target);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}-");
        let file = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(PREPARED_SUFFIX)
            .tempfile_in(parent)
            .io_context("create a file in", parent)?;
        rustix::fs::fchmod(file.as_file(), PRIVATE_FILE)
            .map_err(|errno| refusal("restrict", file.path(), errno))?;
        let written = file.as_file().write_all(bytes).and_then(|()| file.as_file().sync_all());
        written.map_err(|cause| {
            let text = format!("cannot write `{}` ({} bytes): {cause}", target.display(), bytes.len());
            write_refusal(io::Error::new(cause.kind(), text))
        })?;
        Ok(Self { file, target: target.to_owned() })
    }

    /// The rename, which needs no room on the disk, and the sync that makes it last.
    fn swap_in(self) -> Result<()> {
        self.file.persist(&self.target).map_err(|failed| failed.error).io_context("replace", &self.target)?;
        Folder::open(parent_of(&self.target))?.sync()
    }
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Finishes what a dead run began: nights that an exchange put under a staging name move on to `replaced/`,
/// all else that it left is removed.
fn clear_leftovers(workspace: &Folder, published: &Folder, replaced: &Folder) -> Result<()> {
    for name in published.names()?.iter().filter(|name| name.starts_with(STAGING_PREFIX)) {
        match published_before(published, name)? {
            Some(night) => drop(move_to_replaced(published, name, replaced, night)?),
            None => published.remove(name)?,
        }
    }
    for name in replaced.names()?.iter().filter(|name| name.starts_with(STAGING_PREFIX)) {
        replaced.remove(name)?;
    }
    let unused_latest = |name: &&String| name.starts_with(".LATEST-") && name.ends_with(PREPARED_SUFFIX);
    for name in workspace.names()?.iter().filter(unused_latest) {
        workspace.remove(name)?;
    }
    Ok(())
}

/// The date of the once published night that stands under this staging name, if that is what it is: a
/// whole night in another folder than the one that was made under the name.
fn published_before(published: &Folder, name: &str) -> Result<Option<Date>> {
    let parts = name.strip_prefix(STAGING_PREFIX).and_then(|rest| rest.split_at_checked(10));
    let Some((date, rest)) = parts else { return Ok(None) };
    let made = rest.rsplit_once("-i").and_then(|(_, inode)| inode.parse::<u64>().ok());
    let (Some(night), Some(made)) = (Date::parse_iso(date), made) else { return Ok(None) };
    let is_other =
        matches!(published.kind_and_inode(name)?, Some((FileType::Directory, inode)) if inode != made);
    let is_whole = is_other && published.kind_and_inode(&format!("{name}/{MANIFEST}"))?.is_some();
    Ok(is_whole.then_some(night))
}

/// Moves a night out of `published/` to the first free `replaced/as_of=D.N`.
fn move_to_replaced(published: &Folder, name: &str, replaced: &Folder, night: Date) -> Result<PathBuf> {
    let mut n = 1u32;
    let target = loop {
        let target = format!("{}.{n}", night_name(night));
        let moved =
            rustix::fs::renameat_with(&published.fd, name, &replaced.fd, &target, RenameFlags::NOREPLACE);
        match moved {
            Err(Errno::EXIST) => n += 1,
            result => {
                result
                    .map_err(io::Error::from)
                    .io_context("move a night to", &replaced.path.join(&target))?;
                break target;
            }
        }
    };
    replaced.sync()?;
    published.sync()?;
    Ok(replaced.path.join(target))
}

/// Proves with two empty folders that the file system can do what `publish` will ask of it.
fn probe(published: &Folder, replaced: &Folder) -> Result<()> {
    let [one, two] = ["one", "two"].map(|which| format!("{STAGING_PREFIX}probe-{which}"));
    let first = published.make(&one)?.inode()?;
    published.make(&two)?;
    let exchange = rustix::fs::renameat_with(&published.fd, &one, &published.fd, &two, RenameFlags::EXCHANGE);
    let now_second = published.kind_and_inode(&two)?.map(|(_, inode)| inode);
    let across = rustix::fs::renameat_with(&published.fd, &two, &replaced.fd, &two, RenameFlags::NOREPLACE);
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

/// An open folder; what is inside is reached through it, so that a link planted on the way is not followed.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    fd: OwnedFd,
}

impl Folder {
    const FLAGS: OFlags =
        OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

    fn open(path: &Path) -> Result<Self> {
        let fd = rustix::fs::open(path, Self::FLAGS, Mode::empty());
        Ok(Self { path: path.to_owned(), fd: fd.map_err(|errno| refusal("open", path, errno))? })
    }

    fn enter(&self, name: &str) -> Result<Self> {
        let path = self.path.join(name);
        let fd = rustix::fs::openat(&self.fd, name, Self::FLAGS, Mode::empty());
        Ok(Self { fd: fd.map_err(|errno| refusal("open", &path, errno))?, path })
    }

    /// The folder of this name inside, made where it is missing, 0700 whatever the umask.
    fn make(&self, name: &str) -> Result<Self> {
        match rustix::fs::mkdirat(&self.fd, name, PRIVATE_FOLDER) {
            Ok(()) => rustix::fs::chmodat(&self.fd, name, PRIVATE_FOLDER, AtFlags::empty())
                .map_err(|errno| refusal("restrict", &self.path.join(name), errno))?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(refusal("create", &self.path.join(name), errno)),
        }
        self.enter(name)
    }

    fn sync(&self) -> Result<()> {
        rustix::fs::fsync(&self.fd).map_err(io::Error::from).io_context("sync", &self.path)
    }

    fn inode(&self) -> Result<u64> {
        let stat = rustix::fs::fstat(&self.fd).map_err(io::Error::from).io_context("inspect", &self.path)?;
        Ok(stat.st_ino)
    }

    /// Of the entry itself, links not followed; `None` where there is none.
    fn kind_and_inode(&self, name: &str) -> Result<Option<(FileType, u64)>> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some((FileType::from_raw_mode(stat.st_mode), stat.st_ino))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(errno) => Err(refusal("inspect", &self.path.join(name), errno)),
        }
    }

    /// Names that are not UTF-8 are none of ours.
    fn names(&self) -> Result<Vec<String>> {
        let entries =
            rustix::fs::Dir::read_from(self.fd.as_fd()).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(io::Error::from).io_context("list", &self.path)?;
        Ok(entries.iter().filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned)).collect())
    }

    fn rename(&self, from: &str, folder: &Folder, to: &str, flags: RenameFlags) -> Result<()> {
        let renamed = rustix::fs::renameat_with(&self.fd, from, &folder.fd, to, flags);
        renamed.map_err(io::Error::from).io_context("rename", &self.path.join(from))
    }

    /// The entry and all beneath it; of a link, the link alone.
    fn remove(&self, name: &str) -> Result<()> {
        let path = self.path.join(name);
        match self.kind_and_inode(name)? {
            None => Ok(()),
            Some((FileType::Directory, _)) => std::fs::remove_dir_all(&path).io_context("remove", &path),
            Some(_) => std::fs::remove_file(&path).io_context("remove", &path),
        }
    }
}

/// A file that did not exist before, 0600 whatever the umask.
fn create_private(folder: &Folder, name: &str) -> Result<File> {
    let path = folder.path.join(name);
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(&folder.fd, name, flags, PRIVATE_FILE).map_err(io::Error::from);
    let file = File::from(fd.io_context("create", &path)?);
    rustix::fs::fchmod(&file, PRIVATE_FILE).map_err(io::Error::from).io_context("restrict", &path)?;
    Ok(file)
}

/// The ledger is valid after every statement, so a panic elsewhere does not spoil it.
fn lock(ledger: &Mutex<Ledger>) -> std::sync::MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use tempfile::TempDir;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn begin(home: &TempDir, as_of: &str) -> Staging {
        Staging::begin(home.path(), date(as_of)).unwrap()
    }

    fn put(staging: &Staging, path: &str, text: &str) -> FileDigest {
        let mut file = staging.create(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap()
    }

    fn publish(home: &TempDir, as_of: &str, text: &str) -> Published {
        let staging = begin(home, as_of);
        put(&staging, "lists/a/m.xlsx", text);
        put(&staging, "segments.parquet", text);
        put(&staging, MANIFEST, "{}");
        let published = staging.publish().unwrap();
        assert!(matches!(published.durability, Durability::Durable), "{}", published.durability);
        published
    }

    /// Every path under the workspace, with the text of files and the targets of links.
    fn tree(home: &TempDir) -> Vec<String> {
        fn walk(root: &Path, folder: &Path, out: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(root).unwrap().display().to_string();
                if path.is_symlink() {
                    out.push(format!("{name} -> {}", std::fs::read_link(&path).unwrap().display()));
                } else if path.is_dir() {
                    let before = out.len();
                    walk(root, &path, out);
                    if out.len() == before {
                        out.push(format!("{name}/"));
                    }
                } else {
                    out.push(format!("{name}: {}", std::fs::read_to_string(&path).unwrap().trim_end()));
                }
            }
        }
        let mut out = Vec::new();
        walk(home.path(), home.path(), &mut out);
        out.sort();
        out
    }

    #[test]
    fn a_night_appears_whole_with_its_digests() {
        let home = tempfile::tempdir().unwrap();
        let staging = begin(&home, "2026-10-31");
        let digest = put(&staging, "lists/m.xlsx", "abc");
        assert_eq!(digest.path, "lists/m.xlsx");
        assert_eq!(digest.bytes, 3);
        assert_eq!(digest.blake3, blake3::hash(b"abc").to_hex().to_string());
        assert_eq!(io::read_to_string(staging.open("lists/m.xlsx").unwrap()).unwrap(), "abc");
        assert_eq!(published_nights(home.path()).unwrap(), []);
        put(&staging, MANIFEST, "{}");
        assert_eq!(published_nights(home.path()).unwrap(), []);
        let published = staging.publish().unwrap();
        let folder = night_folder(&home.path().canonicalize().unwrap(), date("2026-10-31"));
        assert_eq!((published.folder, published.replaced), (folder, None));
        assert_eq!(published_nights(home.path()).unwrap(), [date("2026-10-31")]);
        assert_eq!(
            tree(&home),
            [
                "LATEST: as_of=2026-10-31",
                "published/as_of=2026-10-31/lists/m.xlsx: abc",
                "published/as_of=2026-10-31/manifest.json: {}",
                "replaced/",
            ]
        );
    }

    #[test]
    fn a_rerun_takes_the_place_and_the_old_night_is_kept() {
        let home = tempfile::tempdir().unwrap();
        for (text, replaced) in
            [("1", None), ("2", Some("as_of=2026-10-31.1")), ("3", Some("as_of=2026-10-31.2"))]
        {
            let published = publish(&home, "2026-10-31", text);
            let name = published.replaced.as_ref().map(|path| path.file_name().unwrap().to_str().unwrap());
            assert_eq!(name, replaced);
        }
        let segments: Vec<String> =
            tree(&home).into_iter().filter(|line| line.contains("segments")).collect();
        assert_eq!(
            segments,
            [
                "published/as_of=2026-10-31/segments.parquet: 3",
                "replaced/as_of=2026-10-31.1/segments.parquet: 1",
                "replaced/as_of=2026-10-31.2/segments.parquet: 2",
            ]
        );
    }

    #[test]
    fn latest_is_the_newest_night_whatever_was_rerun_last() {
        let home = tempfile::tempdir().unwrap();
        let latest = || String::from_utf8(read_file(&home.path().join(LATEST)).unwrap()).unwrap();
        publish(&home, "2026-10-30", "");
        assert_eq!(latest(), "as_of=2026-10-30\n");
        publish(&home, "2026-10-31", "");
        publish(&home, "2026-10-30", "again");
        assert_eq!(latest(), "as_of=2026-10-31\n");
        // A crash between the rename and LATEST: the next publish of any night mends it.
        std::fs::write(home.path().join(LATEST), "as_of=2026-10-30\n").unwrap();
        publish(&home, "2026-10-30", "once more");
        assert_eq!(latest(), "as_of=2026-10-31\n");
    }

    #[test]
    fn an_unpublished_night_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let staging = begin(&home, "2026-10-31");
        put(&staging, "features.parquet", "x");
        drop(staging);
        assert_eq!(tree(&home), ["published/", "replaced/"]);
    }

    #[test]
    fn a_night_without_manifest_or_with_an_unfinished_file_is_not_published() {
        let home = tempfile::tempdir().unwrap();
        let staging = begin(&home, "2026-10-31");
        put(&staging, "features.parquet", "x");
        assert!(staging.publish().unwrap_err().to_string().contains("manifest.json"));
        let staging = begin(&home, "2026-10-31");
        put(&staging, MANIFEST, "{}");
        drop(staging.create("churn.parquet").unwrap());
        assert!(staging.publish().unwrap_err().to_string().contains("`churn.parquet`"));
        assert_eq!(tree(&home), ["published/", "replaced/"]);
    }

    #[test]
    fn leftovers_of_dead_runs_are_cleared_and_nights_that_they_hold_are_kept() {
        let home = tempfile::tempdir().unwrap();
        let published = home.path().join(PUBLISHED);
        publish(&home, "2026-10-31", "old");
        // Killed while staging: ours by its inode, even with a manifest.
        let staging = begin(&home, "2026-10-31");
        put(&staging, MANIFEST, "{}");
        let staged = staging.staged.path.clone();
        std::mem::forget(staging);
        // Killed right after the exchange: under the staging name stands the night that was visible before.
        let exchanged = published.join(".staging-2026-10-31-7-i1");
        std::fs::create_dir(&exchanged).unwrap();
        std::fs::write(exchanged.join(MANIFEST), "before").unwrap();
        // Others' inode but never finished, never named, a planted link, a probe, an unused LATEST.
        std::fs::create_dir_all(published.join(".staging-2026-10-30-8-i1/lists")).unwrap();
        std::fs::create_dir(published.join(".staging-2026-10-30-9")).unwrap();
        symlink(&home, published.join(".staging-x")).unwrap();
        std::fs::create_dir(home.path().join("replaced/.staging-probe-two")).unwrap();
        std::fs::write(home.path().join(".LATEST-k3.new"), "").unwrap();

        drop(begin(&home, "2026-10-31"));
        assert!(!staged.exists());
        assert_eq!(
            tree(&home),
            [
                "LATEST: as_of=2026-10-31",
                "published/as_of=2026-10-31/lists/a/m.xlsx: old",
                "published/as_of=2026-10-31/manifest.json: {}",
                "published/as_of=2026-10-31/segments.parquet: old",
                "replaced/as_of=2026-10-31.1/manifest.json: before",
            ]
        );
    }

    #[test]
    fn a_failure_after_the_exchange_deletes_nothing_and_the_next_run_mends_it() {
        let home = tempfile::tempdir().unwrap();
        publish(&home, "2026-10-31", "old");
        let staging = begin(&home, "2026-10-31");
        put(&staging, "segments.parquet", "new");
        put(&staging, MANIFEST, "{}");
        std::fs::remove_dir(home.path().join(REPLACED)).unwrap();
        let published = staging.publish().unwrap();
        assert!(
            published
                .durability
                .to_string()
                .starts_with("published, durability unknown: cannot move a night to")
        );
        let segments = published.folder.join("segments.parquet");
        assert_eq!(read_file(&segments).unwrap(), b"new");
        assert_eq!(
            std::fs::read_dir(home.path().join(PUBLISHED)).unwrap().count(),
            2,
            "the old night is there"
        );

        drop(begin(&home, "2026-11-01"));
        let kept = home.path().join("replaced/as_of=2026-10-31.1/segments.parquet");
        assert_eq!(
            (read_file(&segments).unwrap(), read_file(&kept).unwrap()),
            (b"new".into(), b"old".into())
        );
    }

    #[test]
    fn planted_links_are_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let victim = outside.path().join("victim");
        std::fs::write(&victim, "untouched").unwrap();

        let staging = begin(&home, "2026-10-31");
        symlink(&victim, staging.staged.path.join("churn.parquet")).unwrap();
        symlink(outside.path(), staging.staged.path.join("lists")).unwrap();
        assert_eq!(
            staging.create("churn.parquet").unwrap_err().to_string().split(' ').nth(1),
            Some("create")
        );
        staging.create("lists/m.xlsx").unwrap_err();
        symlink(&victim, home.path().join("model.json")).unwrap();
        write_private(&home.path().join("model.json"), b"{}").unwrap();
        assert_eq!(read_file(&home.path().join("model.json")).unwrap(), b"{}");
        drop(staging);
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 1);
        assert_eq!(read_file(&victim).unwrap(), b"untouched");

        std::fs::remove_dir(home.path().join(PUBLISHED)).unwrap();
        symlink(outside.path(), home.path().join(PUBLISHED)).unwrap();
        assert_eq!(Staging::begin(home.path(), date("2026-10-31")).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        let home = tempfile::tempdir().unwrap();
        let staging = begin(&home, "2026-10-31");
        for path in ["", "/etc/x", "../x", "lists/../../x", "lists//x", "lists/", "./x", "a\0b"] {
            let refused = staging.create(path).unwrap_err();
            assert!(refused.to_string().ends_with("is not a path inside a night"), "{path:?}: {refused}");
        }
    }

    #[test]
    fn a_workspace_may_be_a_link_to_a_folder() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        std::fs::create_dir(home.path().join("real")).unwrap();
        symlink("real", &link).unwrap();
        let staging = Staging::begin(&link, date("2026-10-31")).unwrap();
        put(&staging, MANIFEST, "{}");
        staging.publish().unwrap();
        assert_eq!(published_nights(&link).unwrap(), [date("2026-10-31")]);
        assert_eq!(published_nights(home.path()).unwrap(), []);
    }

    /// The umask belongs to the process, so the work is done in a second one under a hostile umask.
    #[test]
    fn modes_do_not_depend_on_the_umask() {
        const CHILD_HOME: &str = "TERCET_TEST_UMASK_HOME";
        if let Some(home) = std::env::var_os(CHILD_HOME) {
            let staging = Staging::begin(Path::new(&home), date("2026-10-31")).unwrap();
            put(&staging, "lists/m.xlsx", "");
            put(&staging, MANIFEST, "{}");
            staging.publish().unwrap();
            return write_private(&Path::new(&home).join("models/m1/card.md"), b"").unwrap();
        }
        for umask in ["000", "277"] {
            let home = tempfile::tempdir().unwrap();
            let test = std::thread::current().name().unwrap().to_owned();
            let child = std::process::Command::new("sh")
                .args(["-c", &format!(r#"umask {umask}; exec "$0" "$@""#)])
                .arg(std::env::current_exe().unwrap())
                .args(["--exact", &test])
                .env(CHILD_HOME, home.path().join("work"))
                .output()
                .unwrap();
            assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
            let mut n_files = 0;
            let mut folders = vec![home.path().join("work")];
            while let Some(folder) = folders.pop() {
                let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
                assert_eq!(mode(&folder), 0o700, "{}", folder.display());
                for entry in std::fs::read_dir(&folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                    } else {
                        assert_eq!(mode(&path), 0o600, "{}", path.display());
                        n_files += 1;
                    }
                }
            }
            assert_eq!(n_files, 4, "two files of the night, LATEST, the card");
        }
    }
}
