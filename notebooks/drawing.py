"""How the notebooks draw: one style, one colour for each customer type, numbers as people read them."""

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter

# Okabe & Ito 2008, told apart by the colour-blind too; value high is strong, grey is nobody's type.
TYPE_COLOURS = {
    "core": "#0072B2",
    "sleeping": "#56B4E9",
    "captive": "#E69F00",
    "at_risk": "#D55E00",
    "loyal_small": "#009E73",
    "well_wisher": "#8FCFB4",
    "passive_small": "#CC79A7",
    "disengaged": "#7F6A7A",
    "none": "#BBBBBB",
}
BLUE, ORANGE, GREEN, GREY, RED = "#0072B2", "#E69F00", "#009E73", "#9AA0A6", "#D55E00"

plt.rcParams.update(
    {
        "figure.dpi": 110,
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "x",
        "grid.color": "#E4E6E8",
        "font.size": 9.5,
        "legend.frameon": False,
    }
)


def words(code: str) -> str:
    """A code of a table, as words."""
    return code.replace("_", " ")


def short(amount: float, _position=None) -> str:
    """1234567 as 1.2m, for axes and labels."""
    for limit, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(amount) >= limit:
            return f"{amount / limit:.3g}{unit}"
    return f"{amount:.3g}"


def part(of: float, whole: float, decimals: int = 0) -> str:
    """A share in percent; a dash where there is no whole."""
    return f"{of / whole:.{decimals}%}" if whole else "–"


SHORT = FuncFormatter(short)
PERCENT = FuncFormatter(lambda share, _position: f"{share * 100:.3g}%")


def bars(axes, names, amounts, colours=BLUE, label=short):
    """Horizontal bars, the first on top, each with its number behind it."""
    names, amounts = list(names), [float(amount or 0) for amount in amounts]
    drawn = axes.barh(range(len(names)), amounts, color=colours, height=0.72)
    axes.set_yticks(range(len(names)), [words(name) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.bar_label(drawn, [label(amount) for amount in amounts], padding=3, fontsize=8.5, color="#444444")
    axes.margins(x=0.14)
    axes.tick_params(axis="y", length=0)
    return drawn


def counted_cells(axes, grid, rows, columns):
    """A matrix of counts, read along its rows; empty cells stay white."""
    axes.grid(False)
    axes.imshow([[count or float("nan") for count in row] for row in grid], cmap="Blues", aspect="auto", norm="log")
    largest = max(max(row) for row in grid)
    for i, row in enumerate(grid):
        for j, count in enumerate(row):
            if count:
                dark = count > largest**0.5
                axes.text(j, i, f"{count:,}", ha="center", va="center", fontsize=8.5, color="white" if dark else "#222222")
    axes.set_xticks(range(len(columns)), [words(name) for name in columns])
    axes.set_yticks(range(len(rows)), [words(name) for name in rows])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
