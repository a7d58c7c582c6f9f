"""``multipolar pay``: what the commands print, as text and JSON, and how they refuse."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MULTIPOLAR = Path(sys.executable).with_name("multipolar")


def pay(*arguments: str, folder: Path, code: int = 0) -> str:
    """What a fresh process prints; on the error stream where it is to fail."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}  # pytest's readline sets it
    done = subprocess.run(
        [MULTIPOLAR, "pay", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


def test_run_says_what_settled_and_writes_every_payment(tmp_path: Path) -> None:
    text = pay("run", "three-banks", "--out", "settled.csv", folder=tmp_path)
    assert "3 of 3 payments settle, 100.0% of 15,000 USD; 0 left at the end, 0 rejected." in " ".join(text.split())
    with (tmp_path / "settled.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["payer"], row["state"], row["settled_at"]) for row in rows] == [
        ("A", "settled", "120"), ("B", "settled", "120"), ("C", "settled", "120")
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["settled.csv"]


def test_run_as_json_is_the_simulation(tmp_path: Path) -> None:
    import multipolar.payments as payments
    from multipolar.payments.reading import read_payment_file

    found = json.loads(pay("run", "corridor-day", "--json", folder=tmp_path))
    held = read_payment_file("corridor-day")
    out = payments.simulate(held.system, held.payments)
    assert found["settled_at"] == out.settled_at.tolist()
    assert found["journal"] == out.journal.hash
    assert {(b["institution"], b["currency"]): b["balance"] for b in found["balances"]} == out.balances


def test_a_table_takes_the_place_of_the_files_own(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("time,payer,payee,currency,amount\n5,A,B,USD,80\n", encoding="utf-8")
    found = json.loads(pay("run", "three-banks", "--payments", "day.csv", "--json", folder=tmp_path))
    assert (found["settled_at"], found["state"]) == ([5], ["settled"])


MESSAGE = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08">
<FICdtTrf>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-02T08:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs>
<SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>
<CdtTrfTxInf><PmtId><EndToEndId>E</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="EUR">1.20</IntrBkSttlmAmt>
<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt><Dbtr><FinInstnId><BICFI>DEUTDEFF</BICFI></FinInstnId></Dbtr>
<Cdtr><FinInstnId><BICFI>BNPAFRPP</BICFI></FinInstnId></Cdtr></CdtTrfTxInf>
</FICdtTrf>
</Document>
"""


def test_messages_take_the_place_of_the_files_own_payments(tmp_path: Path) -> None:
    pytest.importorskip("pyiso20022.pacs")
    system = "multipolar: 1\naccounts: {DEUTDEFF: {EUR: 200}}\npayments: none.csv\n"
    (tmp_path / "system.yaml").write_text(system, encoding="utf-8")
    (tmp_path / "day.xml").write_text(MESSAGE, encoding="utf-8")
    found = json.loads(pay("run", "system.yaml", "--payments", "day.xml", "--json", folder=tmp_path))
    assert (found["settled_at"], found["state"]) == ([28800], ["settled"])
    assert found["balances"][1] == {"institution": "BNPAFRPP", "currency": "EUR", "balance": 120}
    (tmp_path / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY a "a">]>\n' + MESSAGE, encoding="utf-8")
    said = pay("run", "system.yaml", "--payments", "bomb.xml", folder=tmp_path, code=2)
    assert said.startswith("bomb.xml:1 has a document type (DOCTYPE)")
    said = pay("stress", "system.yaml", "--payments", "day.xml", "--link", "e2e", folder=tmp_path, code=2)
    assert "link: no `e2e`; one of uetr, end-to-end, none" in said


def test_clear_prints_what_is_set_off(tmp_path: Path) -> None:
    text = " ".join(pay("clear", "trade-debts", folder=tmp_path).split())
    assert text.startswith("420,000 of 475,000 clears (88.4%); no more can be set off, and no net position changes.")
    assert "Steel Rail 120,000 110,000 10,000" in text
    (tmp_path / "l.csv").write_text("name,amount\nSteel,100000\nGrain,25000\n", encoding="utf-8")
    found = json.loads(pay("clear", "trade-debts", "--liquidity", "l.csv", "--json", folder=tmp_path))
    assert found["total"] == sum(row["cleared"] for row in found["obligations"]) > 420_000


def test_resolve_in_both_orders(tmp_path: Path) -> None:
    ordered = " ".join(pay("resolve", "queue-order", folder=tmp_path).split())
    assert "3 of 6 payments settle at once, 47 of 172: nothing better exists in queue order." in ordered
    found = json.loads(pay("resolve", "queue-order", "--order", "free", "--json", folder=tmp_path))
    assert (found["status"], found["value"], found["bound"], found["split_bound"]) == ("optimal", 62, 62, 138)
    assert found["settled"] == [True, True, False, True, True, False]


def test_stress_ranks_the_banks(tmp_path: Path) -> None:
    text = pay("stress", "three-banks", "--top", "1", folder=tmp_path)
    assert "Without a cut 0.0% of value stays unsettled." in text
    assert "A    exclude  60.0%                  40.0%" in text
    found = json.loads(pay("stress", "three-banks", "--cuts", "corridor", "--json", folder=tmp_path))
    assert {each["kind"] for each in found["effects"]} == {"corridor"}
    assert found["effects"] == sorted(found["effects"], key=lambda e: -(e["direct"] + e["second"]))


def test_examples_are_listed(tmp_path: Path) -> None:
    names = {each["name"] for each in json.loads(pay("examples", "--json", folder=tmp_path))}
    assert names == {"corridor-day", "queue-order", "three-banks", "trade-debts"}
    assert "three-banks" in pay("examples", folder=tmp_path)


NOISE = """
import ctypes
from multipolar.app.commands.pay import _working
print("before")
print(_working("work", lambda: ctypes.CDLL(None).puts(b"noise") and "answer", quiet=True))
"""


@pytest.mark.skipif(os.name != "posix", reason="streams of C are reached on POSIX systems only")
def test_what_a_solver_prints_by_itself_is_no_part_of_the_answer(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", NOISE], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "before\nanswer\n"


SYSTEM = "multipolar: 1\naccounts: {A: {USD: 100, EUR: 5}}\npayments:\n- [0, A, B, USD, 5]\n- [0, A, B, EUR, 5]\n"


def test_only_a_table_of_its_own_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text("time,payer\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    for place, said in {
        ".": "--out: `.` is no file.",
        "folder": "--out: `folder` is no file.",
        "none/day.csv": "--out: no folder `none`.",
        "day.csv": "--out: `day.csv` is there, and no table of settled payments: another name.",
        "/dev/full": "--out: `/dev/full` is no file.",
    }.items():
        assert said in pay("run", "three-banks", "--out", place, folder=tmp_path, code=2)
    assert (tmp_path / "day.csv").read_text(encoding="utf-8") == "time,payer\n"
    for _ in range(2):
        pay("run", "three-banks", "--out", "new.csv", folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["day.csv", "folder", "new.csv"]


def test_several_currencies_are_cut_with_their_worth(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(SYSTEM, encoding="utf-8")
    assert "rates: needed with several" in pay("stress", "two.yaml", folder=tmp_path, code=2)
    found = json.loads(pay("stress", "two.yaml", "--rate", "USD=1", "--rate", "EUR=3", "--cuts", "rail", "--json",
                           folder=tmp_path))  # fmt: skip
    assert {each["cut"]: each["unsettled"] for each in found["effects"]} == {"EUR": 0.75, "USD": 0.25}
    for wrong in ("USD", "USD=x", "=1"):
        assert f"--rate: `{wrong}`" in pay("stress", "two.yaml", "--rate", wrong, folder=tmp_path, code=2)


def test_bounds_of_a_count_are_numbers_of_payments(tmp_path: Path) -> None:
    text = pay("resolve", "queue-order", "--order", "free", "--objective", "count", folder=tmp_path)
    assert "payments could settle 5 in number." in " ".join(text.split())


REFUSED = [
    (("run", "three-bank"), "Did you mean `three-banks`?"),
    (("run", "none.yaml"), "none.yaml cannot be read: No such file or directory."),
    (("run", "three-banks", "--engine", "fast"), "engine: no `fast`"),
    (("resolve", "queue-order", "--order", "fre"), "no order `fre`. Did you mean `free`?"),
    (("stress", "three-banks", "--cuts", "banks"), "cuts: no kind `banks`. Did you mean `bank`?"),
    (("clear", "three-banks", "--liquidity", "none.csv"), "none.csv cannot be read"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refusals_are_one_message_and_write_nothing(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    assert message in pay(*arguments, folder=tmp_path, code=2)
    assert list(tmp_path.iterdir()) == []
