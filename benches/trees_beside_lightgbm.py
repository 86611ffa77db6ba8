#!/usr/bin/env python3
"""Boosted trees of Tercet beside LightGBM's, and its logistic regression beside scikit-learn's, on the same rows.

    benches/trees_beside_lightgbm.py

250,000 x 60 invented rows to train on and 50,000 held out, a fifth of the values of six columns missing; two threads, 300 rounds at rate
0.05, 31 leaves beside trees of depth 5. Installs LightGBM and scikit-learn for itself into a folder beside the build.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import time
import venv

HOME = pathlib.Path(__file__).resolve().parent.parent
TOOLS = HOME / "target" / "peers_of_trees"
ROWS, HELD, COLUMNS, ROUNDS, THREADS = 250_000, 50_000, 60, 300, "2"


def with_tools():
    python = TOOLS / "bin" / "python"
    if not python.exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "lightgbm", "scikit-learn"], check=True)
    if pathlib.Path(sys.prefix) != TOOLS:
        threads = {"OMP_NUM_THREADS": THREADS, "RAYON_NUM_THREADS": THREADS}
        sys.exit(subprocess.run([python, __file__, *sys.argv[1:]], env=os.environ | threads).returncode)


def invented():
    import numpy as np

    random = np.random.default_rng(1)
    hidden = random.normal(size=(ROWS + HELD, 8))
    x = hidden @ random.normal(size=(8, COLUMNS)) + random.normal(size=(ROWS + HELD, COLUMNS))
    x[:, ::3] = np.sign(x[:, ::3]) * np.expm1(np.abs(x[:, ::3]) / 2)
    x[:, 1::10] = np.round(np.abs(x[:, 1::10]))
    x[:, 2::10][random.random(x[:, 2::10].shape) < 0.2] = np.nan
    odds = 1.2 * hidden[:, 0] - 0.8 * hidden[:, 1] * hidden[:, 2] + 0.6 * (hidden[:, 3] > 1) - 0.5 * np.abs(hidden[:, 4])
    return x.astype("float32").astype("float64"), random.random(len(x)) < 1 / (1 + np.exp(2.8 - odds))


def standardised(x):
    import numpy as np

    x = np.nan_to_num(np.sign(x) * np.log1p(np.abs(x)))
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32").astype("float64")


def ours(x, labels, *what):
    import numpy as np

    file = TOOLS / "matrix.f32"
    values = np.concatenate([x.T.ravel(), labels]).astype("float32").tobytes()
    file.write_bytes(struct.pack("<QQQ", *x.shape, HELD) + values)
    command = ["cargo", "bench", "--quiet", "--bench", "night", "--", "trees", file, *map(str, what)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, cwd=HOME).stdout)


def report(name, found, model, fit, score, x, labels):
    from sklearn.metrics import roc_auc_score

    started = time.perf_counter()
    fitted = fit(model)
    seconds = time.perf_counter() - started
    area = roc_auc_score(labels[ROWS:], score(fitted, x[ROWS:]))
    print(f"{name}: {found['seconds']:.2f} s beside {seconds:.2f} s, AUC {found['auc']:.4f} beside {area:.4f}", flush=True)


def compare():
    import lightgbm
    from sklearn.linear_model import LogisticRegression

    x, labels = invented()
    settings = dict(objective="binary", learning_rate=0.05, num_leaves=31, num_threads=int(THREADS), verbosity=-1)
    train = lambda _: lightgbm.train(settings, lightgbm.Dataset(x[:ROWS], labels[:ROWS]), ROUNDS)
    found = ours(x, labels, "trees", ROUNDS, 5)
    report(f"trees {ROWS} x {COLUMNS}", found, None, train, lambda model, rows: model.predict(rows), x, labels)
    x = standardised(x)
    for rows in (30_000, ROWS):
        found = ours(x, labels, "logistic", rows)
        fit = lambda model: model.fit(x[:rows], labels[:rows])
        score = lambda model, test: model.predict_proba(test)[:, 1]
        model = LogisticRegression(tol=1e-5, max_iter=300)
        report(f"logistic {rows} x {COLUMNS}", found, model, fit, score, x, labels)


if __name__ == "__main__":
    with_tools()
    compare()
