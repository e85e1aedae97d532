"""Pictures of a run, as lines of text: the table that is drawn while it goes on, and where its time went."""

import io
from collections.abc import Callable, Sequence

import attrs
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nscompiler.cli.live.snapshots import Snapshot, Stage

WORDS = {"draining": "stopping, what is in flight drains"}
STYLES = {"done": "bold green", "failed": "bold red", "interrupted": "bold yellow", "draining": "bold yellow"}
BAR = 40
"""The widest progress bar."""


@attrs.frozen(slots=True)
class Sheet:
    """What is drawn on: its size in characters, whether it takes colours, and the encoding of its text."""

    width: int
    height: int
    colored: bool
    encoding: str

    def lines(self, *parts: RenderableType) -> list[str]:
        """The parts, one below the other."""
        console = self.console()
        for part in parts:
            console.print(part, soft_wrap=False, overflow="crop", no_wrap=True, crop=True)
        file = console.file
        file.flush()
        text: str = file.buffer.getvalue().decode(self.encoding, "replace")  # type: ignore[attr-defined]
        return [line.rstrip() for line in text.splitlines()]

    def console(self) -> Console:
        """What measures and colours for this sheet."""
        file = io.TextIOWrapper(io.BytesIO(), encoding=self.encoding, errors="replace", newline="\n")
        return Console(
            file=file,
            width=self.width,
            force_terminal=self.colored,
            color_system="standard" if self.colored else None,
            legacy_windows=False,
            highlight=False,
            emoji=False,
            markup=False,
        )

    @property
    def ascii_only(self) -> bool:
        """Whether letters beyond ASCII cannot be shown."""
        return not self.encoding.lower().startswith("utf")


@attrs.frozen(slots=True)
class Column:
    """One column: its title, the cell of a stage at a rate, and how soon it is left out where there is no room."""

    title: str
    cell: Callable[[Stage, float, Sheet], str]
    rank: int = 0


COLUMNS = (
    Column("in", lambda stage, _, __: f"{stage.came:,}" if stage.kind != "source" else "", 1),
    Column("out", lambda stage, _, __: f"{stage.went:,}"),
    Column("dropped", lambda stage, _, __: f"{stage.lost:,}" if stage.lost else "", 2),
    Column("errors", lambda stage, _, __: f"{stage.errors:,}" if stage.errors else "", 0),
    Column("records/s", lambda _, rate, __: f"{rate:,.0f}" if rate >= 10 or not rate else f"{rate:.1f}", 3),
    Column("p95", lambda stage, _, sheet: duration(stage.p95, sheet), 5),
    Column("queue", lambda stage, _, __: f"{stage.queue:,}" if stage.queue else "", 4),
)


def duration(seconds: float | None, sheet: Sheet) -> str:
    """A time of any size in three figures: ``1.20 ms``."""
    if seconds is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us" if sheet.ascii_only else "µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds / size:,.0f} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def live(snapshot: Snapshot, rates: Sequence[float], sheet: Sheet) -> list[str]:
    """The lines of a run: one for each stage, then its state, progress and time. What is too much for the sheet is left
    out: columns, then stages from the middle."""
    rows = list(zip(snapshot.names, snapshot.stages, rates, strict=True))
    most = max(2, sheet.height - 4)
    cut = len(rows) - most if len(rows) > most else 0
    head, tail = rows[: (most + 1) // 2], rows[len(rows) - most // 2 :]
    shown = [*head, *tail] if cut else rows
    lines = sheet.lines(_fitting(shown, sheet))
    if cut:
        dots = "..." if sheet.ascii_only else "…"
        lines.insert(1 + len(head), f"{dots} {cut} more")
    return [*lines, *sheet.lines(_state(snapshot, sheet))]


def _fitting(rows: Sequence[tuple[str, Stage, float]], sheet: Sheet) -> Table:
    """The table with as many columns as there is room for."""
    console = sheet.console()
    columns = list(COLUMNS)
    for rank in range(max(column.rank for column in COLUMNS), -1, -1):
        table = _table(rows, columns, sheet)
        if Measurement.get(console, console.options.update(width=1000), table).maximum <= sheet.width or not rank:
            return table
        columns = [column for column in columns if column.rank < rank]
    return _table(rows, columns, sheet)


def _table(rows: Sequence[tuple[str, Stage, float]], columns: Sequence[Column], sheet: Sheet) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("stage", overflow="ellipsis" if not sheet.ascii_only else "crop", no_wrap=True)
    for column in columns:
        table.add_column(column.title, justify="right", no_wrap=True)
    for name, stage, rate in rows:
        cells = [Text(column.cell(stage, rate, sheet), _style(column, stage)) for column in columns]
        table.add_row(Text(name.encode(sheet.encoding, "replace").decode(sheet.encoding), "bold"), *cells)
    return table


def _style(column: Column, stage: Stage) -> str:
    return "red" if column.title == "errors" and stage.errors else ""


def _state(snapshot: Snapshot, sheet: Sheet) -> RenderableType:
    """The last line: the workflow, its state, how far it is and how long it has taken."""
    state = Text.assemble(
        (snapshot.workflow, "bold"),
        " ",
        (WORDS.get(snapshot.state, snapshot.state), STYLES.get(snapshot.state, "")),
        f"  {clock(snapshot.seconds)}",
        f"  {snapshot.together}" if snapshot.together else "",
        f"  {snapshot.behind:,} to come" if snapshot.behind is not None else "",
    )
    done = snapshot.progress
    room = sheet.width - state.cell_len - len("  100 %  ") - 1
    if done is None or room < 1:
        return state
    state.append(f"  {int(100 * done):3d} %")
    if room < 5:
        return state
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_row(state, ProgressBar(1.0, min(done, 1.0), width=min(room, BAR)))
    return line


def clock(seconds: float) -> str:
    """A time on a clock: ``0:07``, ``1:02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def profile(snapshot: Snapshot, sheet: Sheet) -> list[str]:
    """Where the time of a run went, stage by stage, and which share each has of what all of them took."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("stage", no_wrap=True)
    for title in ("calls", "total", "mean", "p95", "share"):
        table.add_column(title, justify="right", no_wrap=True)
    together = sum(stage.seconds for stage in snapshot.stages)
    for name, stage in zip(snapshot.names, snapshot.stages, strict=True):
        if stage.kind == "drop":
            continue
        calls = stage.went if stage.kind == "source" else stage.came
        mean = stage.seconds / calls if calls else None
        share = f"{100 * stage.seconds / together:.1f} %" if together else ""
        cells = (f"{calls:,}", duration(stage.seconds, sheet), duration(mean, sheet), duration(stage.p95, sheet), share)
        table.add_row(name.encode(sheet.encoding, "replace").decode(sheet.encoding), *cells)
    last = f"stages {duration(together, sheet)} of {duration(snapshot.seconds, sheet)}"
    last += f", {snapshot.together}" if snapshot.together else ""
    return sheet.lines(table, Text(last))
