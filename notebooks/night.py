"""A published night, for a notebook: finds it, reads its tables, and sees that they belong together.

Reads what is under `published/` and nothing else; writes nothing.
"""

import json
import os
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
from IPython.display import Markdown, display

PUBLISHED = Path(os.environ.get("TERCET_PUBLISHED", Path(__file__).parent / "../work/published"))


class Night:
    """One folder `as_of=DATE`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text())
        self.as_of = self.manifest["as_of"]
        self.run_id = self.manifest["run_id"]
        self.tables = sorted(path.stem for path in folder.glob("*.parquet"))
        self._read = {}

    def table(self, name: str) -> pl.DataFrame:
        """The whole table, read once. Refuses one that another run wrote: then the night was rerun meanwhile."""
        if name not in self._read:
            path = self.folder / f"{name}.parquet"
            written_by = pq.read_metadata(path).metadata[b"run_id"].decode()
            if written_by != self.run_id:
                raise RuntimeError(f"{name} is of run {written_by}, the manifest of {self.run_id}: start the notebook again")
            self._read[name] = pl.read_parquet(path)
        return self._read[name]

    def sql(self, query: str) -> pl.DataFrame:
        """DuckDB over this night's tables, each under its own name."""
        with duckdb.connect() as connection:
            for name in self.tables:
                connection.register(name, self.table(name).to_arrow())
            return connection.sql(query).pl()

    def columns(self, name: str) -> pl.DataFrame:
        """Column, type, unit and meaning, as the file itself says them."""
        schema = pq.read_schema(self.folder / f"{name}.parquet")
        told = [(field, field.metadata or {}) for field in schema]
        return pl.DataFrame(
            [
                (field.name, str(field.type), about.get(b"unit", b"").decode(), about.get(b"description", b"").decode())
                for field, about in told
            ],
            schema=["column", "type", "unit", "meaning"],
            orient="row",
        )


def dates(published: Path = PUBLISHED) -> list[str]:
    """Every published night, oldest first."""
    found = sorted(path.parent.name.removeprefix("as_of=") for path in published.glob("as_of=*/manifest.json"))
    if not found:
        raise FileNotFoundError(
            f"no published night under {published}: `cargo run --release -- run` publishes one, "
            "TERCET_PUBLISHED names another folder"
        )
    return found


def newest() -> Night:
    return Night(PUBLISHED / f"as_of={dates()[-1]}")


def say(text: str) -> None:
    """A sentence with the night's own figures in it."""
    display(Markdown(text))


def show(frame: pl.DataFrame, decimals: int = 2) -> None:
    """A table to read: headings without underscores, thousands parted, numbers to the right, gaps as a dash."""

    def cell(value) -> str:
        if value is None:
            return "–"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return f"{value:,}"
        if isinstance(value, float):
            return f"{value:,.{decimals}f}"
        return str(value).replace("|", "\\|")

    headings = [name.replace("_", " ") for name in frame.columns]
    rules = ["---:" if kind.is_numeric() else ":---" for kind in frame.dtypes]
    lines = [headings, rules, *([cell(value) for value in row] for row in frame.rows())]
    display(Markdown("\n".join("| " + " | ".join(line) + " |" for line in lines)))
