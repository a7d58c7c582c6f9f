"""Files that nobody vouches for: changed bytes, bombs, endless lines are refused, or give a sound world."""

from __future__ import annotations

import gzip
import random
import warnings
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from multipolar.base.problems import WorldError
from multipolar.world.readers import adb, delimited, figaro, gtap, icio, wiod

pytest.importorskip("rdata", reason="needs the extra `readers`")
INSERTED = (b",", b"\n", b"-", b"1e308", b"\0", b'"', b"nan", b"9" * 30, "é".encode(), b"\xff")


def spoiled(data: bytes, rng: random.Random) -> bytes:
    """A few changes: a byte, a gap, something in between, two parts swapped, the end cut, a part twice."""
    held = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(held))
        change = rng.randrange(6)
        if change == 0:
            held[at] = rng.randrange(256)
        elif change == 1:
            del held[at : at + rng.randint(1, 200)]
        elif change == 2:
            held[at:at] = rng.choice(INSERTED)
        elif change == 3:
            other = rng.randrange(len(held))
            held[at : at + 50], held[other : other + 50] = held[other : other + 50], held[at : at + 50]
        elif change == 4:
            held = held[: at + 1]
        else:
            held[at:at] = held[at : at + 100]
        held = held or bytearray(b"x")
    return bytes(held)


@pytest.mark.parametrize("layout", ["icio", "figaro", "wiod_2013", "wiod_2016", "gtap"])
def test_changed_bytes_are_refused_or_still_a_sound_world(layout: str, layouts: ModuleType, tmp_path: Path) -> None:
    read = {
        "icio": lambda p: icio.read([p], editions=layouts.ICIO),
        "figaro": lambda p: figaro.read([p], labels=layouts.FIGARO, usd_per_unit=1.0),
        "wiod_2013": lambda p: wiod.read([p], labels=layouts.WIOD),
        "wiod_2016": lambda p: wiod.read([p], labels=layouts.WIOD),
        "gtap": lambda p: gtap.read([p]),
    }[layout]
    path = getattr(layouts, layout)(tmp_path)
    good = path.read_bytes()
    rng = random.Random(layout)
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(200):
            path.write_bytes(spoiled(good, rng))
            try:
                assert read(path).check().ok
            except WorldError:
                refused += 1
    assert refused > 100
    path.write_bytes(good)
    assert read(path).check().ok


def test_a_packed_bomb_is_refused_before_it_unpacks(layouts: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "wiot_2011.RData"
    path.write_bytes(gzip.compress(bytes(40_000_000)))
    with pytest.raises(WorldError, match="unpacks to more than 200 times its size"):
        wiod.read([path])
    with zipfile.ZipFile(tmp_path / "ADB-MRIO-2022.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(40_000_000))
    with pytest.raises(WorldError, match=r"sheet1.xml unpacks to more than 200 times its size"):
        adb.read([tmp_path / "ADB-MRIO-2022.xlsx"])
    assert adb.read([layouts.adb(tmp_path)], labels=layouts.ADB).check().ok


def test_a_line_without_an_end_is_refused(
    layouts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = layouts.icio(tmp_path)
    monkeypatch.setattr(delimited, "LONGEST_LINE", 1_000)
    assert icio.read([path], editions=layouts.ICIO).check().ok
    long = path.read_text(encoding="utf-8").replace("\nAUS_C24A", " " * 2_000 + "\nAUS_C24A")
    path.write_text(long, encoding="utf-8")
    with pytest.raises(WorldError, match="a line of more than 1,000 characters"):
        icio.read([path], editions=layouts.ICIO)


def test_a_device_or_a_folder_is_no_file(tmp_path: Path) -> None:
    for place in (Path("/dev/zero"), tmp_path):
        if place.exists():
            with pytest.raises(WorldError, match=r"no regular file|cannot be read"):
                icio.read([place])
