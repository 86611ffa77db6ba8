"""Executes notebooks and keeps what came of them in `executed/`; the notebooks themselves are never changed."""

import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
SECONDS_PER_CELL = 120


def clean(name: str, notebook: nbformat.NotebookNode) -> list[str]:
    """What a committed notebook must not hold: outputs, counts of executions, a machine's own settings."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    faults = [f"{name}: cell {cell.id} has outputs or a count" for cell in cells if cell.outputs or cell.execution_count]
    faults += [f"{name}: cell {cell.id} has metadata" for cell in notebook.cells if cell.metadata]
    if set(notebook.metadata) != {"kernelspec", "language_info"} or set(notebook.metadata.language_info) != {"name"}:
        faults.append(f"{name}: metadata beyond the kernel's and the language's name")
    return faults


def execute(path: Path) -> str | None:
    """Runs one notebook; what went wrong, or nothing."""
    notebook = nbformat.read(path, as_version=4)
    began = time.monotonic()
    failure = None
    # The kernel is spoken to through socket files of this user's, not through ports that others can open.
    with tempfile.TemporaryDirectory(prefix="tercet-") as sockets:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            resources={"metadata": {"path": str(HERE)}},
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
        )
        try:
            client.execute()
        except CellExecutionError as error:
            failure = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    keep(path.stem, notebook)
    print(f"{path.stem}: {'failed' if failure else 'executed'} in {time.monotonic() - began:.1f} s", flush=True)
    return failure


def keep(stem: str, notebook: nbformat.NotebookNode) -> None:
    folder = HERE / "executed"
    folder.mkdir(mode=0o700, exist_ok=True)
    nbformat.write(notebook, folder / f"{stem}.ipynb")
    page, _ = HTMLExporter().from_notebook_node(notebook, resources={"metadata": {"name": stem}})
    (folder / f"{stem}.html").write_text(page)


def main(names: list[str]) -> int:
    every = sorted(HERE.glob("[0-9]*.ipynb"))
    known = {path.stem: path for path in every}
    unknown = [name for name in names if name.removesuffix(".ipynb") not in known]
    if unknown:
        print(f"no such notebook: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 1
    unclean = [fault for path in every for fault in clean(path.stem, nbformat.read(path, as_version=4))]
    chosen = [known[name.removesuffix(".ipynb")] for name in names] or every
    failures = unclean + [failure for failure in map(execute, chosen) if failure]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{len(chosen)} notebooks, {len(failures)} faults")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
