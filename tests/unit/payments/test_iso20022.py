"""Messages of ISO 20022: what is read of pacs.008 and pacs.009, and what is refused, each against its correct twin."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import multipolar.payments as pay
from multipolar.base.problems import InputError, MultipolarError
from multipolar.payments.iso20022 import VERSIONS, minor_digits
from multipolar.payments.reading import read_obligations, read_payment_file

pytest.importorskip("pyiso20022.pacs")
pytest.importorskip("xsdata")

UETR = "8a562c67-ca16-48ba-b074-65581be6f0{:02}"
AGENT = "<{0}><FinInstnId><{2}>{1}</{2}></FinInstnId></{0}>"


def transaction(
    number: int = 1,
    payer: str = "DEUTDEFF",
    payee: str = "BNPAFRPP",
    amount: str = '<IntrBkSttlmAmt Ccy="EUR">120.50</IntrBkSttlmAmt>',
    when: str = "<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>",
    uetr: str | None = "",
    reference: str = "",
    customers: bool = True,
    bic: str = "BICFI",
) -> str:
    """One transaction of 9 lines: 2 its identification, 3 the amount, 4 the dates, 6 the payer, 7 the payee."""
    identified = UETR.format(number) if uetr == "" else uetr
    mark = f"<UETR>{identified}</UETR>" if identified else ""
    sides = [AGENT.format("DbtrAgt", payer, bic), AGENT.format("CdtrAgt", payee, bic)]
    lines = ["<ChrgBr>SHAR</ChrgBr><Dbtr><Nm>Payer</Nm></Dbtr>", *sides, "<Cdtr><Nm>Payee</Nm></Cdtr>"]
    if not customers:
        lines = [side.replace("DbtrAgt", "Dbtr").replace("CdtrAgt", "Cdtr") for side in sides]
    head = f"<PmtId><EndToEndId>{reference or f'E{number}'}</EndToEndId><TxId>T{number}</TxId>{mark}</PmtId>"
    return "\n".join(["<CdtTrfTxInf>", head, amount, when, *lines, "</CdtTrfTxInf>"])


def message(*transactions: str, kind: str = "pacs.008.001.08", count: int | None = None, header: str = "") -> str:
    """A Document; the header on line 3, the first transaction from line 4 on."""
    body = {"pacs.008": "FIToFICstmrCdtTrf", "pacs.009": "FICdtTrf"}.get(kind[:8], "Other")
    body = "FinInstnCdtTrf" if kind == "pacs.009.001.02" else body
    stated = len(transactions) if count is None else count
    head = (
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-01T20:00:00Z</CreDtTm>"
        f"<NbOfTxs>{stated}</NbOfTxs>{header}<SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>"
    )
    space = f"urn:iso:std:iso:20022:tech:xsd:{kind}"
    return "\n".join([f'<?xml version="1.0"?><Document xmlns="{space}">', f"<{body}>", head, *transactions]) + (
        f"\n</{body}></Document>"
    )


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "day.xml"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def refused(path: Path, **options: str) -> list[tuple[int | None, str]]:
    with pytest.raises(InputError) as raised:
        pay.read_iso20022(path, **options)
    return [(problem.line, problem.text) for problem in raised.value.problems]


def rows(payments: pay.Payments) -> list[tuple[object, ...]]:
    names, moneys = payments.institutions, payments.currencies
    columns = (payments.time, payments.payer, payments.payee, payments.currency, payments.amount, payments.priority)
    return [(t, names[i], names[j], moneys[c], a, p) for t, i, j, c, a, p in zip(*map(list, columns), strict=True)]


@pytest.mark.parametrize("version", VERSIONS["pacs.008.001"])
def test_customer_transfers_of_every_version(file: Callable[..., Path], version: int) -> None:
    older, unmarked = version < 3, version < 8
    one = transaction(uetr=None if unmarked else "", bic="BIC" if older else "BICFI")
    found = pay.read_iso20022(file(message(one, kind=f"pacs.008.001.{version:02}")))
    assert rows(found) == [(0, "DEUTDEFF", "BNPAFRPP", "EUR", 12050, 0)]
    assert found.links == (() if unmarked else (UETR.format(1),))


@pytest.mark.parametrize("version", VERSIONS["pacs.009.001"])
def test_transfers_between_banks_of_every_version(file: Callable[..., Path], version: int) -> None:
    older, unmarked = version < 3, version < 8
    one = transaction(uetr=None if unmarked else "", bic="BIC" if older else "BICFI", customers=False)
    found = pay.read_iso20022(file(message(one, kind=f"pacs.009.001.{version:02}")))
    assert rows(found) == [(0, "DEUTDEFF", "BNPAFRPP", "EUR", 12050, 0)]


def test_amounts_are_exact_in_the_minor_unit_of_their_currency(file: Callable[..., Path]) -> None:
    written = {"USD": "9007199254740993.11", "JPY": "9007199254740993", "BHD": "1.001", "CLF": "0.0001", "EUR": "7.500"}
    expected = [900719925474099311, 9007199254740993, 1001, 1, 750]
    amounts = [f'<IntrBkSttlmAmt Ccy="{c}">{a}</IntrBkSttlmAmt>' for c, a in written.items()]
    found = pay.read_iso20022(file(message(*(transaction(k, amount=a) for k, a in enumerate(amounts)))))
    assert found.amount.tolist() == expected


def test_minor_units_are_those_of_iso_4217() -> None:
    digits = minor_digits()
    assert [digits[code] for code in ("RUB", "CNY", "INR", "JPY", "KRW", "KWD", "TND", "UYW", "ISK")] == [
        *(2, 2, 2, 0, 0, 3, 3, 4, 0)
    ]
    assert not {"XAU", "XDR", "XXX"} & digits.keys()  # no minor unit: not applicable


def test_times_of_day_with_zones_and_the_order_of_time(file: Callable[..., Path]) -> None:
    day = "<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>"
    text = message(
        transaction(1, when=f"{day}<SttlmTmReq><FrTm>09:00:00+01:00</FrTm></SttlmTmReq>"),
        transaction(2, when=f"{day}<SttlmTmIndctn><DbtDtTm>2026-03-02T07:30:00.9Z</DbtDtTm></SttlmTmIndctn>"),
        transaction(3, when=f"{day}<SttlmPrty>URGT</SttlmPrty>"),
        transaction(4, when="<IntrBkSttlmDt>2026-03-03</IntrBkSttlmDt><SttlmPrty>HIGH</SttlmPrty>"),
        transaction(5, when=f"{day}<SttlmPrty>NORM</SttlmPrty><SttlmTmReq><FrTm>24:00:00</FrTm></SttlmTmReq>"),
    )
    found = pay.read_iso20022(file(text))
    assert found.time.tolist() == [0, 27000, 28800, 86400, 86400]
    assert found.priority.tolist() == [2, 0, 0, 1, 0]
    later = file(text.replace("2026-03-01T20:00:00Z", "2026-03-02T06:00:00-01:00"))  # created on the day itself
    assert pay.read_iso20022(later).time.tolist() == [25200, 27000, 28800, 86400, 86400]
    assert pay.read_iso20022(later, start="2026-03-02T07:00").time.tolist() == [0, 1800, 3600, 61200, 61200]
    assert refused(later, start="2026-03-02T07:01") == [
        (22, "CdtTrfTxInf: settlement at 2026-03-02T07:00:00 UTC is before second 0, 2026-03-02T07:01.")
    ]
    for wrong in ("2026-03-02T07:00+01:00", "noon"):
        assert refused(later, start=wrong)[0][1].startswith(f"start: `{wrong}` is no moment of UTC")


def test_a_date_in_the_header_serves_all(file: Callable[..., Path]) -> None:
    header = "<IntrBkSttlmDt>2026-03-05</IntrBkSttlmDt>"
    text = message(transaction(1, when=""), transaction(2, when=""), header=header)
    assert pay.read_iso20022(file(text)).time.tolist() == [0, 0]
    assert refused(file(text.replace(header, ""))) == [
        (at, "CdtTrfTxInf/IntrBkSttlmDt: is missing, here and in GrpHdr: nothing says on which day it settles.")
        for at in (4, 13)
    ]


def test_agents_by_clearing_member_and_lei_and_without_the_head_office(file: Callable[..., Path]) -> None:
    one = transaction(payer="DEUTDEFFXXX", payee="BNPAFRPP500")
    member = "<ClrSysMmbId><ClrSysId><Cd>USABA</Cd></ClrSysId><MmbId>021000021</MmbId></ClrSysMmbId>"
    two = transaction(2).replace("<BICFI>DEUTDEFF</BICFI>", member)
    two = two.replace("<BICFI>BNPAFRPP</BICFI>", "<LEI>7LTWFZYICNSX8D621K86</LEI>")
    found = pay.read_iso20022(file(message(one, two)))
    assert [row[1:3] for row in rows(found)] == [("DEUTDEFF", "BNPAFRPP500"), ("021000021", "7LTWFZYICNSX8D621K86")]
    nameless = two.replace(member, "<Nm>Some bank</Nm>")
    assert refused(file(message(one, nameless))) == [
        (18, "CdtTrfTxInf/DbtrAgt: has no BIC, clearing member identification or LEI.")
    ]


def test_links_by_uetr_by_reference_or_none(file: Callable[..., Path]) -> None:
    shared = UETR.format(9)
    path = file(
        message(
            transaction(1, uetr=shared, reference="FX7"),
            transaction(2, "BNPAFRPP", "DEUTDEFF", uetr=shared, reference="NOTPROVIDED"),
            transaction(3, "BNPAFRPP", "DEUTDEFF", uetr=None, reference="FX7"),
            transaction(4, "BNPAFRPP", "DEUTDEFF", uetr=None, reference="NOTPROVIDED"),
        )
    )
    assert pay.read_iso20022(path).link.tolist() == [0, 0, -1, -1]
    assert pay.read_iso20022(path, link="end-to-end").link.tolist() == [0, -1, 0, -1]
    assert pay.read_iso20022(path, link="none").link.tolist() == [-1] * 4
    assert refused(path, link="uter") == [(None, "link: no `uter`; one of uetr, end-to-end, none")]


def test_a_customer_transfer_and_its_cover_move_money_once(file: Callable[..., Path]) -> None:
    customer = message(transaction(1))
    cover = message(transaction(1, customers=False), kind="pacs.009.001.08")
    envelope = "<Batch>\n{}\n</Batch>"
    both = envelope.format("\n".join(text.removeprefix('<?xml version="1.0"?>') for text in (customer, cover)))
    assert refused(file(both)) == [
        (19, "CdtTrfTxInf/PmtId/UETR: the payment of line 5 again (one UETR, parties and amount): money moves once.")
    ]
    assert len(pay.read_iso20022(file(both.replace(UETR.format(1), UETR.format(2), 1)))) == 2


def test_envelopes_headers_and_encodings(file: Callable[..., Path]) -> None:
    text = message(transaction()).removeprefix('<?xml version="1.0"?>')
    space = "urn:iso:std:iso:20022:tech:xsd:head.001.001.02"
    wrapped = f'<e:BusMsg xmlns:e="urn:e"><AppHdr xmlns="{space}"><BizMsgIdr>1</BizMsgIdr></AppHdr>{text}</e:BusMsg>'
    assert len(pay.read_iso20022(file(wrapped))) == 1
    accents = message(transaction().replace("<Nm>Payer</Nm>", "<Nm>Société</Nm>"))
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert len(pay.read_iso20022(file(accents, encoding))) == 1
    latin = accents.replace('version="1.0"', 'version="1.0" encoding="iso-8859-1"')
    assert len(pay.read_iso20022(file(latin, "latin-1"))) == 1
    prefixed = message(transaction()).replace("<", "<d:").replace("<d:/", "</d:").replace("<d:?", "<?")
    assert len(pay.read_iso20022(file(prefixed.replace("xmlns=", "xmlns:d=")))) == 1


BOMB = """<?xml version="1.0"?>
<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
"""
OUTSIDE = '<?xml version="1.0"?>\n<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'
NO_TYPE = "has a document type (DOCTYPE): messages have none, and entities could grow without end."


@pytest.mark.parametrize("start", [BOMB, OUTSIDE, '<?xml version="1.0"?>\n<!DOCTYPE Document SYSTEM "day.dtd">\n'])
def test_document_types_are_refused_before_anything_grows(file: Callable[..., Path], start: str) -> None:
    text = message(transaction().replace("Payer", "&c;")).removeprefix('<?xml version="1.0"?>')
    assert refused(file(start + text)) == [(2, NO_TYPE)]


def test_text_that_is_no_xml(file: Callable[..., Path]) -> None:
    right = message(transaction())
    assert len(pay.read_iso20022(file(right))) == 1
    wrong = {
        right[:-11]: (13, "is no well-formed XML: no element found."),
        right.replace("</DbtrAgt>", "</DbtrAgnt>"): (9, "is no well-formed XML: mismatched tag."),
        right.replace("Payer", "&c;"): (8, "is no well-formed XML: undefined entity."),
        "": (1, "is no well-formed XML: no element found."),
        "time,payer,payee": (1, "is no well-formed XML: syntax error."),
        right.replace('"1.0"', '"1.0" encoding="none"'): (1, "is no well-formed XML: unknown encoding"),
        right.replace('"1.0"', '"1.0" encoding="gb2312"'): (1, "is no well-formed XML: "),
        "<a>" * 65 + "</a>" * 65: (1, "more than 64 elements within each other."),
    }
    for text, (line, said) in wrong.items():
        ((at, told),) = refused(file(text))
        assert (at, told[: len(said)]) == (line, said)


def test_other_messages_and_versions(file: Callable[..., Path]) -> None:
    said = "is no credit transfer between banks: pacs.008 and pacs.009 are read."
    assert refused(file(message(transaction(), kind="pain.001.001.09"))) == [(1, f"pain.001.001.09 {said}")]
    assert refused(file(message(transaction(), kind="pacs.004.001.09"))) == [(1, f"pacs.004.001.09 {said}")]
    assert refused(file("<Document/>")) == [(1, f"a Document of `` {said}")]
    assert refused(file("<a/>")) == [(1, "holds no message of ISO 20022: no element Document.")]
    for version in ("01", "14"):
        assert refused(file(message(transaction(), kind=f"pacs.008.001.{version}"))) == [
            (1, f"pacs.008.001.{version} is not read: versions 02 to 13 are.")
        ]
    assert refused(file(message())) == [(1, "holds no transaction.")]


AMOUNT = "CdtTrfTxInf/IntrBkSttlmAmt:"


@pytest.mark.parametrize(
    ("written", "line", "said"),
    [
        ("", 4, "is missing; a missing amount is not 0."),
        ('<IntrBkSttlmAmt Ccy="EUR">0.00</IntrBkSttlmAmt>', 6, "is 0: an amount is above it."),
        ('<IntrBkSttlmAmt Ccy="EUR">-5</IntrBkSttlmAmt>', 6, "`-5` is below 0: an amount is above it."),
        ('<IntrBkSttlmAmt Ccy="EUR">1.005</IntrBkSttlmAmt>', 6, "1.005 has more decimals than the 2 of EUR."),
        ('<IntrBkSttlmAmt Ccy="JPY">1.5</IntrBkSttlmAmt>', 6, "1.5 has more decimals than the 0 of JPY."),
        ('<IntrBkSttlmAmt Ccy="XAU">1</IntrBkSttlmAmt>', 6, "no minor unit of `XAU` is known (ISO 4217)."),
        ('<IntrBkSttlmAmt Ccy="EUR">1E5</IntrBkSttlmAmt>', 6, "`1E5` is no amount of at most 18 digits."),
        ('<IntrBkSttlmAmt Ccy="EUR">NaN</IntrBkSttlmAmt>', 6, "`NaN` is no amount of at most 18 digits."),
        ('<IntrBkSttlmAmt Ccy="EUR">1,50</IntrBkSttlmAmt>', 6, "`1,50` is no amount of at most 18 digits."),
        ('<IntrBkSttlmAmt Ccy="EUR"/>', 6, "`` is no amount of at most 18 digits."),
        ('<IntrBkSttlmAmt Ccy="EUR">1234567890123456789</IntrBkSttlmAmt>', 6, "`1234567890123456789` is no amount"),
    ],
)
def test_amounts_that_are_none(file: Callable[..., Path], written: str, line: int, said: str) -> None:
    found = refused(file(message(transaction(amount=written))))
    assert len(found) == 1
    assert found[0][0] == line
    assert found[0][1].startswith(f"{AMOUNT} {said}")


def test_what_is_not_of_the_schema_is_named_with_its_line(file: Callable[..., Path]) -> None:
    wrong = {
        "<IntrBkSttlmAmt>120.50</IntrBkSttlmAmt>": "Ccy is missing.",
        '<IntrBkSttlmAmt Ccy="EUR">120.50</IntrBkSttlmAmt><Rate>1</Rate>': "no element or attribute `Rate` stands here",
        '<IntrBkSttlmAmt Ccy="EUR">120.50</IntrBkSttlmAmt><XchgRate>a</XchgRate>': "`a` is none of what the schema",
    }
    for amount, said in wrong.items():
        ((line, text),) = refused(file(message(transaction(amount=amount))))
        assert line == 4
        assert text.startswith(f"CdtTrfTxInf: {said}")
    right = '<IntrBkSttlmAmt Ccy="EUR">120.50</IntrBkSttlmAmt>'
    twice = "<IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>" * 2
    assert refused(file(message(transaction(when=twice)))) == [
        (4, "CdtTrfTxInf: no element or attribute `IntrBkSttlmDt` stands here in this version, or not a second time.")
    ]
    assert refused(file(message(transaction(when="<IntrBkSttlmDt/>")))) == [
        (7, "IntrBkSttlmDt: is empty; what is missing is left out.")
    ]
    assert refused(file(message(transaction(amount=f"{right} and more")))) == [
        (6, "IntrBkSttlmAmt: text where only elements stand: `and more`.")
    ]
    without = transaction().replace(AGENT.format("DbtrAgt", "DEUTDEFF", "BICFI"), "")
    assert refused(file(message(without))) == [(4, "CdtTrfTxInf: DbtrAgt is missing.")]
    assert refused(file(message(transaction(payer="Deutsche")))) == [
        (9, "CdtTrfTxInf/DbtrAgt: `Deutsche` is no BIC: 8 or 11 letters and digits.")
    ]
    assert refused(file(message(transaction(payee="DEUTDEFF")))) == [(4, "payee: `DEUTDEFF` pays itself.")]


def test_totals_that_do_not_agree(file: Callable[..., Path]) -> None:
    pair = (transaction(1), transaction(2))
    total = '<CtrlSum>241</CtrlSum><TtlIntrBkSttlmAmt Ccy="EUR">241.00</TtlIntrBkSttlmAmt>'
    assert len(pay.read_iso20022(file(message(*pair, header=total)))) == 2
    assert refused(file(message(*pair, count=3, header=total.replace("241", "242")))) == [
        (3, "GrpHdr/NbOfTxs: `3`, and 2 transactions stand in the message."),
        (3, "GrpHdr/CtrlSum: 242, and the amounts add up to 241.00."),
        (3, "GrpHdr/TtlIntrBkSttlmAmt: 242.00, and the amounts add up to 241.00."),
    ]
    yen = transaction(2, amount='<IntrBkSttlmAmt Ccy="JPY">120.50</IntrBkSttlmAmt>'.replace("120.50", "120"))
    mixed = total.replace("241.00", "240.50").replace(">241<", ">240.50<")
    assert refused(file(message(transaction(1), yen, header=mixed))) == [
        (3, "GrpHdr/TtlIntrBkSttlmAmt: is in EUR, and amounts are in JPY as well.")
    ]
    text = message(*pair)
    begin, end = text.index("<GrpHdr>"), text.index("</GrpHdr>") + len("</GrpHdr>")
    assert refused(file(text[:begin] + text[end:])) == [(1, "GrpHdr: is missing.")]


def test_all_problems_at_once_and_no_more_than_a_thousand(file: Callable[..., Path]) -> None:
    zero = '<IntrBkSttlmAmt Ccy="EUR">0</IntrBkSttlmAmt>'
    found = refused(file(message(transaction(1, amount=zero), transaction(2), transaction(3, amount=zero, payer="x"))))
    assert [line for line, _ in found] == [6, 24, 27]
    many = refused(file(message(*(transaction(k % 90, amount=zero) for k in range(1100)))))
    assert len(many) == 1000


SYSTEM = """multipolar: 1
accounts:
  DEUTDEFF: {EUR: 20000}
  BNPAFRPP: {EUR: 0}
"""


def test_a_system_with_messages_beside_it_or_in_place(file: Callable[..., Path], tmp_path: Path) -> None:
    path = file(message(transaction(1), transaction(2)))
    system = tmp_path / "system.yaml"
    system.write_text(SYSTEM + "payments: day.xml\n", encoding="utf-8")
    for held in (read_payment_file(system), read_payment_file(system, path)):
        assert held.system.start == "2026-03-02T00:00"
        out = pay.simulate(held.system, held.payments)
        assert out.state.tolist() == ["settled", "queued"]
        assert out.balances["BNPAFRPP", "EUR"] == 12050
    hours = 'start: "2026-03-01T23:00"\nhours: {EUR: {opens: "09:00", closes: "17:00", zone: Europe/Berlin}}\n'
    system.write_text(SYSTEM + "payments: day.xml\n" + hours, encoding="utf-8")
    held = read_payment_file(system)
    assert held.payments.time.tolist() == [3600, 3600]
    assert pay.simulate(held.system, held.payments).settled_at.tolist() == [9 * 3600, -1]
    system.write_text(SYSTEM.replace("DEUTDEFF", "DEUTDEFG") + "payments: day.xml\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"day.xml:4 payer: unknown account: `DEUTDEFF` has none in EUR. Did you mean"):
        read_payment_file(system)
    with pytest.raises(InputError, match="link: no `x`"):
        read_payment_file(system, path, link="x")


def test_messages_are_obligations_to_clear(file: Callable[..., Path]) -> None:
    path = file(message(transaction(1), transaction(2, "BNPAFRPP", "DEUTDEFF")))
    assert pay.clear(read_obligations(path)).total == 2 * 12050


def test_without_the_extra_one_sentence_says_which(file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(message(transaction()))
    for name in ("pyiso20022.pacs", "xsdata.formats.dataclass.context"):
        with monkeypatch.context() as held:
            held.setitem(sys.modules, name, None)  # type: ignore[arg-type]
            with pytest.raises(MultipolarError) as raised:
                pay.read_iso20022(path)
        assert str(raised.value) == "messages of ISO 20022 need an extra: pip install 'multipolar[iso20022]'."
        assert raised.value.exit_code == 1
    assert len(pay.read_iso20022(path)) == 1
