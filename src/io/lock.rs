//! One run at a time: an exclusive `flock` on `workspace/.lock`.
//!
//! Writes: the workspace folder where it is missing, and `.lock`. The lock is the flock and not the file:
//! the kernel frees it with the process, however that ends, so a file left behind holds nobody up.
//! Never: removes `.lock` (a run that waits on an unlinked file and one on its successor would both win).
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "io/ is the rim: the only place that touches files and clocks"
)]

use super::stop;
use crate::error::{Error, Kind, Result};
use rustix::fs::{AtFlags, CWD, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

/// Holds the workspace until dropped.
#[derive(Debug)]
#[must_use = "the workspace is free again as soon as this is dropped"]
pub struct WorkspaceLock {
    file: File,
}

const LOCK: &str = ".lock";

/// How long to wait for a workspace that another run holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    #[default]
    None,
    UpTo(Duration),
    Endless,
}

/// How often a wait tries again.
const RETRY: Duration = Duration::from_millis(200);

impl Patience {
    fn until(self, acquire: impl Fn() -> Result<WorkspaceLock>) -> Result<WorkspaceLock> {
        let mut left = match self {
            Patience::None => Duration::ZERO,
            Patience::UpTo(limit) => limit,
            Patience::Endless => Duration::MAX,
        };
        let mut is_said = false;
        loop {
            match acquire() {
                Err(held) if held.kind() == Kind::Locked && !left.is_zero() => {
                    if !std::mem::replace(&mut is_said, true) {
                        tracing::info!("{held}: waiting for it");
                    }
                    let step = RETRY.min(left);
                    stop::pause(step)?;
                    left = left.saturating_sub(step);
                }
                done => return done,
            }
        }
    }
}

impl WorkspaceLock {
    /// Takes the workspace, made (0700) where it is missing; never waits.
    ///
    /// # Errors
    /// Kind `Locked` where another run holds it; `Usage`, naming the path, where this user cannot use it.
    pub fn acquire(workspace: &Path) -> Result<Self> {
        make_private_folders(workspace)?;
        let mut lock = Self::lock(workspace, OFlags::RDWR | OFlags::CREATE)?;
        // The name of the holder is a courtesy to the next contender; the lock stands without it.
        let _ = lock.file.set_len(0).and_then(|()| writeln!(lock.file, "{}", std::process::id()));
        Ok(lock)
    }

    /// The same, tried again until the workspace is free or `patience` has run out.
    ///
    /// # Errors
    /// As [`WorkspaceLock::acquire`]; kind `Stopped` once a signal came.
    pub fn acquire_within(workspace: &Path, patience: Patience) -> Result<Self> {
        patience.until(|| Self::acquire(workspace))
    }

    /// Keeps runs away from a workspace that is only looked at; writes nothing. `None` where no run was there ever.
    ///
    /// # Errors
    /// As [`WorkspaceLock::acquire_within`].
    pub fn acquire_to_read(workspace: &Path, patience: Patience) -> Result<Option<Self>> {
        if !workspace.join(LOCK).exists() {
            return Ok(None);
        }
        patience.until(|| Self::lock(workspace, OFlags::RDONLY)).map(Some)
    }

    fn lock(workspace: &Path, access: OFlags) -> Result<Self> {
        let path = workspace.join(LOCK);
        let flags = access | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fd: OwnedFd =
            rustix::fs::open(&path, flags, PRIVATE_FILE).map_err(|errno| refusal("open", &path, errno))?;
        let kind = rustix::fs::fstat(&fd).map_err(|errno| refusal("inspect", &path, errno))?.st_mode;
        if FileType::from_raw_mode(kind) != FileType::RegularFile {
            return Err(Error::usage(format!("`{}` is not a file", path.display()))
                .hint("remove it, or name another folder with `--workspace`"));
        }
        let mut file = File::from(fd);
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { file }),
            Err(Errno::WOULDBLOCK) => Err(held(workspace, &mut file)),
            Err(errno) => Err(refusal("lock", &path, errno)),
        }
    }
}

fn held(workspace: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let _ = file.take(20).read_to_string(&mut holder);
    let error = Error::locked(format!("another run holds `{}`", workspace.display()));
    let error = match holder.trim().parse().ok().filter(|process| lives(*process)) {
        Some(process) => error.hint(format!("wait until process {process} has ended, then run again")),
        None => error.hint("wait until it has ended, then run again"),
    };
    error.hint("`--wait SECONDS` of `run`, `backfill`, `verify` and `purge` waits for it")
}

/// Whoever only looks, or copies under `flock`, leaves the name of the run before him.
fn lives(process: i32) -> bool {
    let Some(process) = Pid::from_raw(process).filter(|_| process > 0) else { return false };
    matches!(test_kill_process(process), Ok(()) | Err(Errno::PERM))
}

pub(super) const PRIVATE_FOLDER: Mode = Mode::RWXU;
pub(super) const PRIVATE_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// Makes `path` and whatever is missing above it, 0700 whatever the umask; existing folders stay as they are.
pub(super) fn make_private_folders(path: &Path) -> Result<()> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    for folder in missing.into_iter().rev() {
        match rustix::fs::mkdirat(CWD, folder, PRIVATE_FOLDER) {
            Ok(()) => rustix::fs::chmodat(CWD, folder, PRIVATE_FOLDER, AtFlags::empty())
                .map_err(|errno| refusal("restrict", folder, errno))?,
            Err(Errno::EXIST) => {} // another run was faster, or the path goes through `..`
            Err(errno) => return Err(refusal("create", folder, errno)),
        }
    }
    Ok(())
}

/// A path that cannot be used: kind `Usage` where the operator can mend it, otherwise `Internal`.
pub(super) fn refusal(what: &str, path: &Path, errno: Errno) -> Error {
    let message = format!("cannot {what} `{}`", path.display());
    let cause = std::io::Error::from(errno);
    match errno {
        Errno::ACCESS | Errno::PERM => Error::usage(message)
            .hint("let this user write there, or name another folder with `--workspace`")
            .caused_by(cause),
        Errno::ROFS => Error::usage(message)
            .hint("its file system is read-only: name another folder with `--workspace`")
            .caused_by(cause),
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::NXIO | Errno::NOENT => Error::usage(message)
            .hint("something else has that name (a link, a file or a folder): remove it, or name another folder with `--workspace`")
            .caused_by(cause),
        _ => Error::internal(message).caused_by(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn the_second_of_two_runs_is_turned_away_until_the_first_has_ended() {
        let home = tempfile::tempdir().unwrap();
        let workspace = home.path().join("a/work");
        let first = WorkspaceLock::acquire(&workspace).unwrap();
        let refused = WorkspaceLock::acquire(&workspace).unwrap_err();
        assert_eq!(refused.kind(), Kind::Locked);
        assert_eq!(refused.to_string(), format!("another run holds `{}`", workspace.display()));
        assert!(refused.hints()[0].contains(&format!("process {}", std::process::id())), "{refused:?}");
        drop(first);
        let _again = WorkspaceLock::acquire(&workspace).unwrap();
    }

    #[test]
    fn who_waits_gets_the_workspace_when_it_is_free_and_is_turned_away_when_patience_ends() {
        let home = tempfile::tempdir().unwrap();
        let first = WorkspaceLock::acquire(home.path()).unwrap();
        let short = Patience::UpTo(Duration::from_millis(250));
        let refused = WorkspaceLock::acquire_within(home.path(), short).unwrap_err();
        assert_eq!(refused.kind(), Kind::Locked);
        let reader = WorkspaceLock::acquire_to_read(home.path(), Patience::None).unwrap_err();
        assert_eq!(reader.kind(), Kind::Locked);
        std::thread::scope(|threads| {
            let waiting =
                threads.spawn(|| WorkspaceLock::acquire_within(home.path(), Patience::Endless).map(|_| ()));
            stop::pause(RETRY).unwrap();
            drop(first);
            waiting.join().unwrap().unwrap();
        });
    }

    #[test]
    fn who_only_looks_leaves_no_trace() {
        let home = tempfile::tempdir().unwrap();
        let workspace = home.path().join("work");
        assert!(WorkspaceLock::acquire_to_read(&workspace, Patience::None).unwrap().is_none());
        assert!(!workspace.exists());
        drop(WorkspaceLock::acquire(&workspace).unwrap());
        let before = std::fs::metadata(workspace.join(LOCK)).unwrap().modified().unwrap();
        let looking = WorkspaceLock::acquire_to_read(&workspace, Patience::None).unwrap();
        assert!(looking.is_some());
        assert_eq!(WorkspaceLock::acquire(&workspace).unwrap_err().kind(), Kind::Locked);
        assert_eq!(std::fs::metadata(workspace.join(LOCK)).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn a_file_left_behind_holds_nobody_up() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".lock"), "999999\n").unwrap();
        let _lock = WorkspaceLock::acquire(home.path()).unwrap();
    }

    #[test]
    fn a_hint_names_no_process_that_has_ended() {
        let home = tempfile::tempdir().unwrap();
        // Above any id that Linux gives (PID_MAX_LIMIT, proc(5)).
        std::fs::write(home.path().join(".lock"), format!("{}\n", i32::MAX)).unwrap();
        let _looking = WorkspaceLock::acquire_to_read(home.path(), Patience::None).unwrap();
        let refused = WorkspaceLock::acquire(home.path()).unwrap_err();
        assert_eq!(refused.hints()[0], "wait until it has ended, then run again");
    }

    #[test]
    fn what_is_created_is_private() {
        let home = tempfile::tempdir().unwrap();
        let workspace = home.path().join("x/y");
        let _lock = WorkspaceLock::acquire(&workspace).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&home.path().join("x")), 0o700);
        assert_eq!(mode(&workspace), 0o700);
        assert_eq!(mode(&workspace.join(".lock")), 0o600);
    }

    #[test]
    fn a_workspace_that_cannot_be_one_is_a_usage_error_that_names_the_path() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        let refused = WorkspaceLock::acquire(&file).unwrap_err();
        assert_eq!(refused.kind(), Kind::Usage);
        assert!(refused.to_string().contains(file.to_str().unwrap()), "{refused}");

        symlink("/dev/null", home.path().join(".lock")).unwrap();
        let refused = WorkspaceLock::acquire(home.path()).unwrap_err();
        assert_eq!(refused.kind(), Kind::Usage);
        assert!(refused.to_string().contains(".lock"), "{refused}");
    }
}
