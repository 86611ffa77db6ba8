#!/usr/bin/env python3
"""k-means of Tercet beside scikit-learn's on the same matrix, number of clusters and number of starts.

    benches/kmeans_beside_scikit_learn.py [ROWS | FEATURES.parquet ...]

A number of rows invents a matrix of 47 heavy-tailed and correlated columns, without an argument 250,000 of them; k = 8. Of
a feature table every column is taken that somebody has; missing values become the median, heavy tails go through asinh,
columns are standardised. Both run in a process of their own, whose peak memory is told; scikit-learn's begins with the
matrix loaded. Where this Python has no scikit-learn and Polars, they are installed into a folder beside the build.
"""
import json
import pathlib
import struct
import subprocess
import sys
import time
import venv

HOME = pathlib.Path(__file__).resolve().parent.parent
TOOLS = HOME / "target" / "peers"
COLUMNS = 47


def with_tools():
    TOOLS.mkdir(parents=True, exist_ok=True)
    try:
        import polars
        import sklearn
    except ImportError:
        python = TOOLS / "bin" / "python"
        if pathlib.Path(sys.prefix) == TOOLS:
            raise
        if not python.exists():
            venv.create(TOOLS, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "scikit-learn", "polars"], check=True)
        sys.exit(subprocess.run([python, __file__, *sys.argv[1:]]).returncode)


def invented(rows):
    import numpy as np

    random = np.random.default_rng(1)
    hidden = random.normal(size=(rows, 8)) + 2.0 * random.integers(0, 3, size=(rows, 8))
    values = hidden @ random.normal(size=(8, COLUMNS)) + random.normal(size=(rows, COLUMNS))
    values[:, ::3] = np.sign(values[:, ::3]) * np.expm1(np.abs(values[:, ::3]))
    return values


def of_features(file):
    import polars as pl

    return pl.read_parquet(file).select(pl.col(pl.Float64)).to_numpy()


def tamed(values):
    import numpy as np

    values = values[:, ~np.all(np.isnan(values), axis=0)]
    values = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
    scale = np.array([np.median(np.abs(column[column != 0])) if np.any(column) else 1 for column in values.T])
    values = np.arcsinh(values / scale)
    values = np.clip(values, *np.quantile(values, [0.005, 0.995], axis=0))
    spread = values.std(axis=0)
    return ((values - values.mean(axis=0))[:, spread > 0] / spread[spread > 0]).astype("float32")


def theirs(file, clusters, starts, seed):
    """Prints what scikit-learn needs for the matrix in a file."""
    import resource

    import numpy as np
    from sklearn.cluster import KMeans

    shape = struct.unpack("<QQ", file.read_bytes()[:16])
    matrix = np.fromfile(file, dtype="<f4", offset=16).reshape(shape)
    started = time.perf_counter()
    fit = KMeans(clusters, n_init=starts, random_state=seed).fit(matrix)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "inertia": fit.inertia_, "peak_bytes": peak}))


def compare(name, matrix, clusters=8, starts=10):
    file = TOOLS / "matrix.f32"
    file.write_bytes(struct.pack("<QQ", *matrix.shape) + matrix.tobytes())
    given = [str(file), str(clusters), str(starts)]
    programs = {
        "ours": ["cargo", "bench", "--quiet", "--bench", "night", "--", "kmeans", *given],
        "theirs": [sys.executable, __file__, "theirs", *given],
    }
    for seed in (1, 2, 3):
        run = {}
        for program, command in programs.items():
            output = subprocess.run([*command, str(seed)], check=True, stdout=subprocess.PIPE, cwd=HOME).stdout
            run[program] = json.loads(output)
        ours, peer = run["ours"], run["theirs"]
        print(
            f"{name} {matrix.shape[0]} x {matrix.shape[1]}, k = {clusters}, seed {seed}: "
            f"{ours['seconds']:.2f} s beside {peer['seconds']:.2f} s ({ours['seconds'] / peer['seconds']:.2f}), "
            f"peak {ours['peak_bytes'] / 2**20:.0f} MiB beside {peer['peak_bytes'] / 2**20:.0f} MiB, "
            f"inertia {ours['inertia'] / peer['inertia'] - 1:+.3%}",
            flush=True,
        )


if __name__ == "__main__":
    with_tools()
    if sys.argv[1:2] == ["theirs"]:
        file, clusters, starts, seed = sys.argv[2:]
        theirs(pathlib.Path(file), int(clusters), int(starts), int(seed))
        sys.exit()
    for given in sys.argv[1:] or ["250000"]:
        if given.isdigit():
            compare("invented", tamed(invented(int(given))))
        else:
            compare(pathlib.Path(given).parent.name, tamed(of_features(given)))
