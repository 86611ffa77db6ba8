use super::*;
use crate::error::Kind;
use crate::io::nights::{LATEST, published_nights};
use crate::io::private::{read_file, write_private};
use std::io::Write;
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
    let segments: Vec<String> = tree(&home).into_iter().filter(|line| line.contains("segments")).collect();
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
        published.durability.to_string().starts_with("published, durability unknown: cannot move a night to")
    );
    let segments = published.folder.join("segments.parquet");
    assert_eq!(read_file(&segments).unwrap(), b"new");
    assert_eq!(std::fs::read_dir(home.path().join(PUBLISHED)).unwrap().count(), 2, "the old night is there");

    drop(begin(&home, "2026-11-01"));
    let kept = home.path().join("replaced/as_of=2026-10-31.1/segments.parquet");
    assert_eq!((read_file(&segments).unwrap(), read_file(&kept).unwrap()), (b"new".into(), b"old".into()));
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
    assert_eq!(staging.create("churn.parquet").unwrap_err().to_string().split(' ').nth(1), Some("create"));
    staging.create("lists/m.xlsx").unwrap_err();
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

#[test]
fn a_reader_beside_a_hundred_publishes_sees_whole_nights_alone_p22() {
    let home = tempfile::tempdir().unwrap();
    let nights = ["2026-10-30", "2026-10-31"];
    // Every file of a night says which publish it is of.
    let publish = |n: usize| {
        let staging = begin(&home, nights[n % 2]);
        let text = n.to_string();
        ["segments.parquet", "lists/m.xlsx", MANIFEST]
            .iter()
            .for_each(|name| drop(put(&staging, name, &text)));
        staging.publish().unwrap();
    };
    publish(0);
    publish(1);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let read = || {
        let (mut n_whole, mut newest) = (0, 0);
        while !is_over.load(std::sync::atomic::Ordering::SeqCst) {
            let latest = String::from_utf8(read_file(&home.path().join(LATEST)).unwrap()).unwrap();
            assert_eq!(latest, "as_of=2026-10-31\n");
            let file = |name: &str| {
                let folder = night_folder(home.path(), date("2026-10-31"));
                String::from_utf8(read_file(&folder.join(name)).unwrap()).unwrap().parse::<usize>().unwrap()
            };
            let (before, rows, list, after) =
                (file(MANIFEST), file("segments.parquet"), file("lists/m.xlsx"), file(MANIFEST));
            assert!(
                newest <= before && before <= after,
                "{newest} {before} {after}: an older night came back"
            );
            newest = after;
            // Of several files, whoever finds the same manifest before and after has read one night.
            if before == after {
                assert_eq!((rows, list), (before, before));
                n_whole += 1;
            }
        }
        (n_whole, newest)
    };
    let (n_whole, newest) = std::thread::scope(|threads| {
        let reader = threads.spawn(read);
        (2..102).for_each(publish);
        is_over.store(true, std::sync::atomic::Ordering::SeqCst);
        reader.join().unwrap()
    });
    assert!(n_whole > 0 && newest > 1, "{n_whole} whole readings, up to publish {newest}");
}
