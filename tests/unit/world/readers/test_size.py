"""The largest ICIO table (81 economies x 50 sectors, 4,053 rows and 4,538 columns) is read in less than 6 GB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

GIGABYTES = 6.0
PROBE = """
import json, resource, sys, time
from multipolar.world.readers.building import build
start = time.perf_counter()
built = build("icio", [sys.argv[1]], "large")
world = built.world
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([len(world.countries), len(world.sectors), peak / 1e9, seconds, world.trade.sum()]))
"""


def write(path: Path, layouts: ModuleType) -> float:
    """A made-up balanced table of full size with rounded figures; its gross output."""
    labels = layouts.table_labels("icio2025")
    names = [f"{c}_{s}" for c in labels.countries for s in labels.sectors]
    use = [f"{c}_{k}" for c in labels.countries for k in labels.categories]
    rng = np.random.default_rng(0)
    n = len(names)
    inputs, output = np.zeros(n), np.zeros(n)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["V1", *names, *use, "OUT"]) + "\n")
        for k in range(n):
            row = np.round(rng.lognormal(0.0, 2.0, n + len(use)), 4)
            row[n:] *= 40.0
            row[rng.random(len(row)) < 0.3] = 0.0
            inputs += row[:n]
            output[k] = row.sum()
            file.write(",".join([names[k], *map("{:.4f}".format, row), f"{output[k]:.4f}"]) + "\n")
        blank = "," * len(use)
        for name, values in (("TLS", 0.0 * output), ("VA", output - inputs), ("OUT", output)):
            file.write(",".join([name, *map("{:.4f}".format, values)]) + blank + ",\n")
    return float(output.sum())


@pytest.mark.slow
def test_the_largest_file_of_icio_takes_less_than_6_gigabytes(layouts: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="memory is measured where the system tells it")
    path = tmp_path / "2022_SML.csv"
    total = write(path, layouts)
    done = subprocess.run([sys.executable, "-c", PROBE, str(path)], capture_output=True, text=True, check=False,
                          env={"XDG_DATA_HOME": str(tmp_path), "PATH": ""})  # fmt: skip
    assert done.returncode == 0, done.stderr
    countries, sectors, gigabytes, _, sales = json.loads(done.stdout)
    assert (countries, sectors) == (81, 50)
    assert gigabytes < GIGABYTES
    assert sales == pytest.approx(total, rel=1e-9)
