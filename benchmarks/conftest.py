"""One BLAS thread and memory that is kept, as in a run; set before NumPy is loaded."""

import os

for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from multipolar.base import memory  # noqa: E402

memory.keep_freed()

TABLE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_rows: list[tuple[str, float, float]] = []


@pytest.fixture
def record():
    """Note a ratio with its limit, and hold it to that: ratios of one run, never seconds."""

    def note(name: str, value: float, limit: float) -> None:
        _rows.append((name, float(value), limit))
        assert value <= limit, f"{name}: {value:.3g}, more than {limit:g}"

    return note


def pytest_sessionfinish() -> None:
    """Print the table, and where MULTIPOLAR_WRITE_PERFORMANCE is set put it into docs/performance.md."""
    if not _rows:
        return
    lines = ["| what | measured | limit |", "|---|---|---|"]
    lines += [f"| {name} | {value:.3g} | {limit:g} |" for name, value, limit in _rows]
    text = "\n".join(lines)
    print(f"\n{text}")
    if os.environ.get("MULTIPOLAR_WRITE_PERFORMANCE") and TABLE.exists():
        page = TABLE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        TABLE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
