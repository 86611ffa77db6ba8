#!/usr/bin/env python3
"""k-means of Tercet beside scikit-learn's on the same matrix, number of clusters and number of starts.

    benches/kmeans_beside_scikit_learn.py [FEATURES.parquet ...]

Without a file the matrix is invented: 250,000 x 47, heavy-tailed and correlated, k = 8. Of a feature table every column is
taken that somebody has; missing values become the median, heavy tails go through asinh, columns are standardised.
Installs scikit-learn and Polars for itself into a folder beside the build.
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


def with_tools():
    python = TOOLS / "bin" / "python"
    if not python.exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "scikit-learn", "polars"], check=True)
    if pathlib.Path(sys.prefix) != TOOLS:
        sys.exit(subprocess.run([python, __file__, *sys.argv[1:]]).returncode)


def invented(rows, columns):
    import numpy as np

    random = np.random.default_rng(1)
    hidden = random.normal(size=(rows, 8)) + 2.0 * random.integers(0, 3, size=(rows, 8))
    values = hidden @ random.normal(size=(8, columns)) + random.normal(size=(rows, columns))
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


def compare(name, matrix, clusters=8, starts=10):
    from sklearn.cluster import KMeans

    file = TOOLS / "matrix.f32"
    file.write_bytes(struct.pack("<QQ", *matrix.shape) + matrix.tobytes())
    command = ["cargo", "bench", "--quiet", "--bench", "night", "--", "kmeans", file, str(clusters), str(starts)]
    for seed in (1, 2, 3):
        ours = json.loads(subprocess.run([*command, str(seed)], check=True, capture_output=True, cwd=HOME).stdout)
        started = time.perf_counter()
        theirs = KMeans(clusters, n_init=starts, random_state=seed).fit(matrix)
        seconds = time.perf_counter() - started
        print(
            f"{name} {matrix.shape[0]} x {matrix.shape[1]}, k = {clusters}, seed {seed}: "
            f"{ours['seconds']:.2f} s beside {seconds:.2f} s, inertia {ours['inertia'] / theirs.inertia_ - 1:+.3%}",
            flush=True,
        )


if __name__ == "__main__":
    with_tools()
    for file in sys.argv[1:]:
        compare(pathlib.Path(file).parent.name, tamed(of_features(file)))
    if len(sys.argv) == 1:
        compare("invented", tamed(invented(250_000, 47)))
