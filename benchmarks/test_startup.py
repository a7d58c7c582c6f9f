"""A fresh process until the first table stands on the screen, against ``import pandas`` in the same interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import yardsticks

ONE = """multipolar: 1
title: One measure
measures:
  - {id: t, type: tariff, who: USA, to: CHN, sectors: goods, add: 0.1, source: assumption}
"""
MARKER = "converged in"  # the line under the table


# The founding scenario is a path: eight cases of sixteen years each, all solved before its table.
FOUNDING = "brics-technology-alliance"
LOAD_MOST = 60.0


@pytest.mark.parametrize(("scenario", "most"), [("one.yaml", 1.5), ("us-china-tariff-war", 4.0), (FOUNDING, 4.0)])
def test_first_table(scenario: str, most: float, tmp_path: Path, benchmark: Any, record: Any) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    arguments = ["run", scenario, "--no-report", "--draws", "0"]
    pandas = yardsticks.fresh("import pandas", tmp_path)
    table = yardsticks.until_printed(arguments, MARKER, tmp_path)
    benchmark.pedantic(lambda: yardsticks.fresh("import numpy", tmp_path, rounds=1), rounds=1)
    record(f"first table of {scenario.removesuffix('.yaml')}: time over `import pandas`", table / pandas, most)


def test_import(tmp_path: Path, benchmark: Any, record: Any) -> None:
    numpy = yardsticks.fresh("import numpy", tmp_path)
    ours = yardsticks.fresh("import multipolar", tmp_path)
    benchmark.pedantic(lambda: yardsticks.fresh("import multipolar", tmp_path, rounds=1), rounds=1)
    record("`import multipolar`: time over `import numpy`", ours / numpy, 2.0)


def test_load(tmp_path: Path, benchmark: Any, record: Any) -> None:
    """The embedded world, read and checked in a fresh process. Processor time: clocks on the wall also measure what
    else the machine does."""
    load = "import numpy; import multipolar; multipolar.load_world()"
    numpy, loaded = yardsticks.fresh_cpu(["import numpy", load], tmp_path)
    benchmark.pedantic(lambda: yardsticks.fresh(load, tmp_path, rounds=1), rounds=1)
    record("load of the embedded world: ms beyond `import numpy`", 1000 * (loaded - numpy), LOAD_MOST)
