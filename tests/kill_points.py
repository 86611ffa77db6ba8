#!/usr/bin/env python3
"""Kills a whole small night, and makes the disk fail, at every call by which it changes its workspace.

    cargo build --release
    python3 tests/kill_points.py [--kinds kill,term,EIO,ENOSPC] [--every N] [--jobs N] [--customers N] [--report FILE]

Needs strace. A night that takes in a month of deliveries, over a workspace that holds the night before, is traced once with
one worker thread; then it is run again for every write, fsync, rename, mkdir, open for writing, close of what was written
and unlink that names the workspace, with a kill, a SIGTERM, an I/O error or a full disk at just that call. After each:

* every night that can be seen is whole: the files of its manifest and no other, byte for byte those of an unbroken run,
  and the manifest's digests are that run's;
* the night before has the same bytes as ever, and LATEST names a whole night;
* the exit code is 0 where the new night can be seen, whatever struck (but for a kill), otherwise one of those that README.md
  lists, and a failure has a message that names a path;
* after anything but a kill nothing is left staged, unless the removal itself was struck;
* a rerun succeeds and gives the same bytes as an unbroken run.

Writes a line per kind at the end, and every point that failed; exits with 1 if any did.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALLS = ["write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "close",
         "openat", "unlink", "unlinkat", "ftruncate", "fchmod", "fchmodat", "flock"]
# What an error is injected into: a failing close, unlink or flock is no full disk.
FULL_DISK = {"write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "openat"}
INJECTED = {"kill": "signal=SIGKILL", "term": "signal=SIGTERM", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
# Two buckets in place of sixteen: as many kinds of calls, fewer of each.
CONFIGURATION = "[store]\nbuckets = 2\n"
ONE_WORKER = {"RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}


def run(program, exports, workspace, strace=()):
    command = [*strace, str(program), "run", "--config", str(exports.parent / "bank.toml"),
               "--data", str(exports), "--workspace", str(workspace)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **ONE_WORKER}, capture_output=True, text=True,
                          errors="replace")


def latest(workspace):
    return (workspace / "LATEST").read_text().strip()


def night_files(workspace, night):
    folder = workspace / "published" / night
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: data for name, data in files.items() if name != "manifest.json"}


def points(trace, workspace):
    """(call, number within its thread) of every call that changes the workspace, and how many calls share it: strace
    counts by thread, so the same number strikes every thread that gets so far, and the first of them ends the run."""
    counts, found, written = collections.Counter(), collections.Counter(), set()
    for line in trace.read_text(errors="replace").splitlines():
        match = re.match(r"(\d+) +(\w+)\((.*)", line)
        if not match or match[2] not in CALLS:
            continue
        thread, call, arguments = match.groups()
        counts[thread, call] += 1
        is_read = call == "openat" and "O_CREAT" not in arguments and "O_WRONLY" not in arguments
        if call in ("write", "pwrite64"):
            written.add(arguments.split(">")[0])
        if call == "close":
            is_read = arguments.split(">")[0] not in written
            written.discard(arguments.split(">")[0])
        if str(workspace) in arguments and not is_read:
            found[call, counts[thread, call]] += 1
    return found


def digests(workspace, night):
    manifest = json.loads((workspace / "published" / night / "manifest.json").read_text())
    return {file["path"]: (file["bytes"], file["blake3"]) for file in manifest["files"]}


def whole_night(workspace, night):
    """Bytes of the files of a night, and what its manifest says of them."""
    return night_files(workspace, night), digests(workspace, night)


def fault_of(workspace, night, expected):
    """What is wrong with a night that can be seen; `expected` has every night that there may be."""
    if night not in expected:
        return f"{night} was never run"
    files, listed = expected[night]
    there = night_files(workspace, night)
    if there != files:
        odd = sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))
        return f"{night}: missing, other or additional: {odd}"
    if digests(workspace, night) != listed:
        return f"{night}: the manifest lists other digests"
    return None


def may_be_staged(trace):
    """Whether the same fault also struck the removal of what was staged: each thread counts its own calls. A second
    signal ends the run at once."""
    lines = trace.read_text(errors="replace").splitlines()
    struck = [line for line in lines if "(INJECTED)" in line and ".staging-" in line]
    return (any("O_DIRECTORY" in line or "unlink" in line for line in struck)
            or sum("--- SIGTERM" in line for line in lines) > 1)


def check(kind, call, result, workspace, nights, expected, may_be_staged):
    before, night = nights
    wrong = []
    code = result.returncode
    is_killed = code in (-signal.SIGKILL, 128 + signal.SIGKILL)
    allowed = {"kill": is_killed or code == 0, "term": code in (0, 143), "EIO": code in (0, 1), "ENOSPC": code in (0, 1)}
    if not allowed[kind]:
        wrong.append(f"exit code {code}: {result.stderr[-300:]}")
    shown = workspace / "published" / night
    seen = [folder.name for folder in (workspace / "published").glob("as_of=*")]
    wrong += [fault for fault in (fault_of(workspace, name, expected) for name in seen) if fault]
    if not (workspace / "published" / before).exists():
        wrong.append("the night before is gone")
    newest = latest(workspace)
    if newest not in nights or not (workspace / "published" / newest).exists():
        wrong.append(f"LATEST is {newest!r}")
    staged = [path.name for path in (workspace / "published").glob(".*")]
    if kind != "kill" and code != 0 and staged and not may_be_staged:
        wrong.append(f"staged: {staged}")
    if code == 0 and not is_killed and not shown.exists():
        wrong.append("exit code 0 without a night")
    if code != 0 and not is_killed and shown.exists():
        wrong.append(f"exit code {code} with a night")
    # Each thread counts its own calls: a worker's write and the message about it may both be struck.
    is_struck = call == "write" and not result.stderr
    if code == 1 and not is_struck and not re.search(r"error: .*`", result.stderr):
        wrong.append(f"a message without a path: {result.stderr[-300:]}")
    return wrong, is_killed or code != 0


def try_point(program, exports, start, nights, expected, home, kind, call, nth):
    workspace = pathlib.Path(tempfile.mkdtemp(dir=home)) / "work"
    shutil.copytree(start, workspace)
    # With seccomp's filter strace 6.1 injects errors faster and signals hardly ever.
    filtered = [] if kind in ("kill", "term") else ["--seccomp-bpf"]
    trace = workspace.parent / "trace"
    strace = ["strace", "-f", *filtered, "-y", "-qq", "-o", str(trace), "-e", f"trace={call}", "-e",
              f"inject={call}:{INJECTED[kind]}:when={nth}"]
    result = run(program, exports, workspace, strace)
    wrong, struck = check(kind, call, result, workspace, nights, expected, may_be_staged(trace))
    rerun = run(program, exports, workspace)
    if rerun.returncode != 0:
        wrong.append(f"a rerun ended with {rerun.returncode}: {rerun.stderr[-300:]}")
    else:
        wrong += [f"a rerun: {fault}" for fault in (fault_of(workspace, night, expected) for night in nights) if fault]
    shutil.rmtree(workspace.parent)
    told = re.sub(r"[0-9a-f-]{20,}|\d+", "#", result.stderr.strip().splitlines()[0]) if result.stderr.strip() else ""
    return kind, call, nth, wrong, struck, result.returncode, told


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default="kill,term,EIO,ENOSPC")
    parser.add_argument("--every", type=int, default=1, help="one point in so many, chosen by a fixed seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--customers", default="60")
    parser.add_argument("--months", default="16")
    parser.add_argument("--program", default=str(ROOT / "target/release/tercet"))
    parser.add_argument("--report", help="a file for the figures")
    options = parser.parse_args()
    begun = time.time()
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base, prefix="tercet-kill-") as home:
        home = pathlib.Path(home)
        exports, start, whole = home / "exports", home / "start", home / "work"
        subprocess.run([options.program, "synth", "--customers", options.customers, "--months", options.months,
                        "--seed", "5", "--out", exports], check=True, capture_output=True)
        (home / "bank.toml").write_text(CONFIGURATION)
        month, held_back = "2026-10", home / "held-back"
        held_back.mkdir()
        for export in exports.glob(f"*-{month}*"):
            export.rename(held_back / export.name)
        run(options.program, exports, start).check_returncode()
        for export in held_back.iterdir():
            export.rename(exports / export.name)
        shutil.copytree(start, whole)
        trace = home / "trace"
        strace = ["strace", "-f", "-qq", "-y", "-o", str(trace), "-e", "trace=" + ",".join(CALLS)]
        run(options.program, exports, whole, strace).check_returncode()
        nights = (latest(start), latest(whole))
        assert nights[0] != nights[1], nights
        expected = {night: whole_night(whole, night) for night in nights}
        assert expected[nights[0]] == whole_night(start, nights[0])
        found = points(trace, whole)
        all_points = list(found)
        random.Random(5).shuffle(all_points)
        chosen = all_points[:: options.every]
        tasks = [(kind, call, nth) for kind in options.kinds.split(",") for call, nth in chosen
                 if kind in ("kill", "term", "EIO") or call in FULL_DISK]
        begin = f"{found.total()} calls change the workspace, at {len(found)} points; {len(tasks)} faults are tried"
        print(begin, flush=True)
        results = []
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            waiting = [pool.submit(try_point, options.program, exports, start, nights, expected, home, *task) for task in tasks]
            for done in concurrent.futures.as_completed(waiting):
                results.append(done.result())
                kind, call, nth, wrong, *_ = results[-1]
                for fault in wrong:
                    print(f"WRONG {kind} at {call} {nth}: {fault}", flush=True)
                if len(results) % 100 == 0:
                    print(f"{len(results)} of {len(tasks)} in {time.time() - begun:.0f} s", flush=True)
    lines = [begin]
    for kind in options.kinds.split(","):
        of_kind = [result for result in results if result[0] == kind]
        codes = collections.Counter(result[5] for result in of_kind)
        calls = collections.Counter(result[1] for result in of_kind)
        lines.append(f"{kind}: {len(of_kind)} faults, {sum(result[4] for result in of_kind)} ended the run, "
                     f"{sum(bool(result[3]) for result in of_kind)} went wrong; exit codes {dict(sorted(codes.items()))}; "
                     f"calls {dict(sorted(calls.items()))}")
    messages = collections.Counter(result[6] for result in results if result[5] == 1)
    lines += [f"  {n} x {text[:160]}" for text, n in messages.most_common(12)]
    lines.append(f"{len(results)} faults in {time.time() - begun:.0f} s")
    print("\n".join(lines))
    if options.report:
        pathlib.Path(options.report).write_text("\n".join(lines) + "\n")
    return any(result[3] for result in results)


if __name__ == "__main__":
    sys.exit(main())
