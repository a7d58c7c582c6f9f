"""World files that nobody vouches for: refused by name before anything is allocated, beside a control that is read."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipolar.base.problems import WorldError
from multipolar.world.archive import MEMBERS, read_archive
from multipolar.world.library import read_world, write_arrays


def arrays(**changes: Any) -> dict[str, Any]:
    """The arrays of a sound world of two countries and one sector, some changed, those that are None left out."""
    held: dict[str, Any] = {
        "format": np.array("multipolar world 1"),
        "name": np.array("small"),
        "year": np.array(2000),
        "unit": np.array("million USD"),
        "countries": np.array(["A", "B"]),
        "sectors": np.array(["x"]),
        "trade": np.array([[[6.0], [4.0]], [[3.0], [7.0]]]),
        "tariff": np.zeros((2, 2, 1)),
        "input_share": np.zeros((2, 1, 1)),
        "trade_elasticity": np.array([3.0]),
    }
    held.update(changes)
    return {name: array for name, array in held.items() if array is not None}


def packed(
    array: Any, shape: object = None, descr: str | None = None, fortran: bool = False, extra: bytes = b""
) -> bytes:
    """The bytes of a ``.npy`` whose header says what it is told to say."""
    array = np.asarray(array)
    said = array.shape if shape is None else shape
    header = {"descr": descr or array.dtype.str, "fortran_order": fortran, "shape": said}
    text = repr(header).encode() + b" " * 30 + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + array.tobytes() + extra


def written(path: Path, members: list[tuple[str, bytes]], packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=packing)
    return path


def members(**changes: bytes) -> list[tuple[str, bytes]]:
    return [(f"{name}.npy", changes.get(name, packed(array))) for name, array in arrays().items()]


def test_the_file_that_the_next_tests_break_is_sound(tmp_path: Path) -> None:
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert read_world(written(tmp_path / "w.npz", members(), packing)).countries == ("A", "B")


TRADE = arrays()["trade"]


@pytest.mark.parametrize(
    ("trade", "said"),
    [
        (packed(TRADE, shape=(10**6, 10**6, 10**6)), "not the size it has"),
        (packed(TRADE, shape=(2**62, 4, 1)), "not the size it has"),
        (packed(TRADE, shape=(-2, -2, 1)), "3 axes are needed"),
        (packed(TRADE, shape=(4, 1)), "3 axes are needed"),
        (packed(TRADE, shape=(1, 2, 2)), "needed"),
        (packed(TRADE, shape=("2", 2, 1)), "cannot be read"),
        (packed(TRADE).replace(b"(2, 2, 1)", b"(2L,2L,1)"), "cannot be read"),
        (packed(TRADE, shape=(True, 4, 1)), "cannot be read|needed"),
        (packed(TRADE, fortran=True), "column by column"),
        (packed(TRADE, descr="|O"), "numbers must stand"),
        (packed(TRADE, descr="<U2"), "numbers must stand"),
        (packed(TRADE, descr="<c8"), "numbers must stand"),
        (packed(TRADE, descr="|b1"), "numbers must stand"),
        (packed(TRADE, descr="<M8[s]"), "numbers must stand"),
        (packed(TRADE, descr="<f16"), "not the size it has"),
        (packed(TRADE, descr="nothing"), "cannot be read"),
        (packed(TRADE, extra=b"more"), "not the size it has"),
        (packed(TRADE)[:-3], "not the size it has"),
        (b"\x93NUMPY\x09\x00" + packed(TRADE)[8:], "unknown version|cannot be read"),
        (b"\x93NUMPY\x01\x00\xff\xff{" + b"(" * 65_534, "cannot be read"),
        (b"no numpy", "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, trade: bytes, said: str) -> None:
    with pytest.raises(WorldError, match=said) as raised:
        read_world(written(tmp_path / "w.npz", members(trade=trade)))
    assert "w.npz" in str(raised.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("trade.npy", "stands twice"),
        ("../../trade.npy", "none of a world file"),
        ("/etc/trade.npy", "none of a world file"),
        ("trade", "none of a world file"),
        ("notes.txt", "none of a world file"),
        ("tr\u202eade.npy", "u202e"),
        ("x" * 5_000 + ".npy", "none of a world file"),
    ],
)
def test_a_member_that_does_not_belong_is_refused(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(WorldError, match=said) as raised:
        read_world(written(tmp_path / "w.npz", [*members(), (more, packed(TRADE))]))
    assert len(str(raised.value)) < 1_000
    assert "\u202e" not in str(raised.value)


def test_members_that_are_encrypted_overlap_or_are_packed_strangely_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "w.npz", members())
    sound = path.read_bytes()

    def refused(content: bytes, said: str) -> None:
        path.write_bytes(content)
        with pytest.raises(WorldError, match=said):
            read_world(path)

    first = sound.index(b"PK\x01\x02")
    refused(sound[: first + 8] + b"\x01" + sound[first + 9 :], "is encrypted")
    second = sound.index(b"PK\x01\x02", first + 1)
    refused(sound[: second + 42] + sound[first + 42 : first + 46] + sound[second + 46 :], "overlaps|cannot be read")
    for packing in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        refused(written(tmp_path / "other.npz", members(), packing).read_bytes(), "packed in a way")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """3 GB of zeros in 3 MB, in a process that may not have one: refused, and at once."""
    n, s = 866, 500
    countries, sectors = ([f"{letter}{k}" for k in range(count)] for letter, count in (("C", n), ("S", s)))
    labels = [("countries.npy", packed(countries)), ("sectors.npy", packed(sectors))]
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in labels:
            archive.writestr(name, content)
        with archive.open("trade.npy", "w", force_zip64=True) as member:
            member.write(packed(np.zeros(0), shape=(n, n, s), descr="<f8"))
            for _ in range(n):
                member.write(bytes(n * s // 8))  # a part is enough: it is refused before its size is compared
    code = """
import sys
from multipolar.world.archive import read_archive
from multipolar.base.problems import WorldError
try:
    read_archive(sys.argv[1])
except WorldError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "bomb.npz")], capture_output=True, text=True, check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9)),
    )  # fmt: skip
    assert "unpacks to more than 200 times its size" in done.stdout


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    pipe, loop, folder = tmp_path / "pipe.npz", tmp_path / "loop.npz", tmp_path / "folder.npz"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    folder.mkdir()
    for path in (pipe, loop, folder, Path("/dev/zero"), tmp_path / "none.npz", Path("a\0.npz")):
        with pytest.raises(WorldError, match="cannot be read"):
            read_world(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit": np.array("USD")}, "is in `USD`, where `million USD`"),
        ({"year": np.array(20_222)}, "year: 20222 is outside"),
        ({"year": np.array(2022.5)}, "a whole number must stand"),
        ({"year": np.array(-1)}, "year: -1 is outside"),
        ({"name": np.array("a\x1b[31m")}, "name of a world.*U\\+001B"),
        ({"countries": np.array(["A", "A"])}, "A stands twice"),
        ({"countries": np.array(["A", "\u202eB"])}, "U\\+202E"),
        ({"countries": np.array(["A", "B" * 81])}, "more than 80 characters"),
        ({"countries": np.array(["A", ""])}, "an empty name"),
        ({"trade": TRADE.transpose(2, 0, 1)}, "`trade` has shape \\(1, 2, 2\\)"),
        ({"trade": TRADE * 1e14}, "the unit is million USD"),
        ({"trade": np.full((2, 2, 1), 1e308)}, "the unit is million USD"),
        ({"trade": -TRADE}, "negative sales"),
        ({"trade": TRADE * np.nan}, "NaN at"),
        ({"trade": TRADE * [[[0.0], [1.0]], [[0.0], [1.0]]]}, "A has no final use"),
        ({"tariff": np.full((2, 2, 1), np.inf)}, "infinity"),
        ({"tariff": np.array([[[0.0], [1e300]], [[0.0], [0.0]]])}, "0.05 is 5 %"),
        ({"trade_elasticity": np.array([1e300])}, "outside 0.001 to 1000"),
        ({"input_share": np.full((2, 1, 1), 1e308)}, "beyond what a number can hold|negative"),
    ],
)  # fmt: skip
def test_what_no_world_holds_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    write_arrays(arrays(**changes), tmp_path / "w.npz")
    with pytest.raises(WorldError, match=said) as raised:
        read_world(tmp_path / "w.npz")
    assert "w.npz" in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_every_identity_is_checked_when_a_world_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from multipolar.world import world

    write_arrays(arrays(), tmp_path / "w.npz")
    read_world(tmp_path / "w.npz")
    sound = world.identities

    def broken(*given: Any) -> Any:
        return tuple(world.Identity(each.name, 1.0, each.limit, each.where) for each in sound(*given))

    monkeypatch.setattr(world, "identities", broken)
    with pytest.raises(WorldError, match=r"w\.npz.*every market clears"):
        read_world(tmp_path / "w.npz")


def assert_read_or_refused(content: bytes, folder: Path) -> None:
    path = folder / "any.npz"
    path.write_bytes(content)
    said = "any.npz"
    try:
        read_world(path)
    except WorldError as error:
        said = str(error)
    assert "any.npz" in said
    assert len(said.encode()) <= 64_000


def whole(packing: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in members():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=packing)
    return buffer.getvalue()


WHOLE = {packing: whole(packing) for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)}
BYTES = st.sampled_from([0, 1, 2, 8, 0x50, 0x7F, 0x80, 0xFF])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    content = bytearray(WHOLE[draw(st.sampled_from(sorted(WHOLE)))])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content) - 1))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            content[at] = draw(BYTES)
        elif kind == 1:
            del content[at : at + draw(st.integers(1, 40))]
        elif kind == 2:
            content[at:at] = bytes(draw(st.lists(BYTES, max_size=8)))
        else:
            content[at : at + 4] = draw(st.sampled_from([2**32 - 1, 2**31, 0, 1])).to_bytes(4, "little")
        if not content:
            break
    return bytes(content)


@settings(max_examples=150)
@given(content=damaged())
def test_a_damaged_file_is_read_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert_read_or_refused(content, tmp_path_factory.getbasetemp())


@pytest.mark.slow
@settings(max_examples=5_000)
@given(content=damaged())
def test_many_damaged_files_are_read_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert_read_or_refused(content, tmp_path_factory.getbasetemp())


SHAPES = st.lists(st.sampled_from([-1, 0, 1, 2, 3, 2**31, 2**63, 10**30]), max_size=4).map(tuple)
KINDS = st.sampled_from(
    ["<f8", "<f4", ">f8", "<i8", "|u1", "<U1", "<U80", "|O", "|V8", "<c16", "|S1", "<M8[D]", "x", "", "<f2"]
)


@settings(max_examples=150)
@given(name=st.sampled_from(sorted(MEMBERS)), shape=SHAPES, descr=KINDS, fortran=st.booleans(), size=st.integers(0, 64))
def test_any_header_is_read_or_refused(
    name: str, shape: tuple[int, ...], descr: str, fortran: bool, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = packed(np.zeros(size, dtype=np.uint8), shape, descr, fortran)
    path = written(tmp_path_factory.getbasetemp() / "any.npz", members(**{name: content}))
    assert_read_or_refused(path.read_bytes(), path.parent)
    with suppress(WorldError):
        read_archive(path)
