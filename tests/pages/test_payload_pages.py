"""Pages of runs whose scenario and world are attacks, opened in a browser: without effect, without request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import multipolar as mp
from multipolar.study.evaluate import evaluate
from multipolar.world.toy import random_world

pytestmark = pytest.mark.browser

PAYLOADS = {
    "script": "</script><script>window.ran = 1</script>",
    "image": "<img src=https://e.test/x onerror='window.ran=1'>",
    "attribute": "\" onmouseover=\"window.ran=1\" x='",
    "svg": "<svg onload=window.ran=1><a href=javascript:window.ran=1>",
    "style": "</style><style>*{background:url(https://e.test/y)}",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}${7*7}",
    "expression": "datum['x'] + (window.ran=1) //",
    "field": "a.b[0]\\['c']",
    "comment": "<!--<script>",
    "meta": "<meta http-equiv=refresh content=0;url=https://e.test>",
    "data": "&lt;script&gt;&#60;b&#62;",
    "proto": "__proto__",
}


TOGETHER = 4


def attacked(payloads: list[str]) -> Any:
    """The result of a run in which every text that may be any text is one of the payloads."""
    toy = random_world(1, 4, 4)
    world = mp.World.from_arrays(
        countries=payloads, sectors=payloads, trade=toy.trade, input_share=toy.input_share, tariff=toy.tariff,
        trade_elasticity=toy.trade_elasticity, name=payloads[1], year=2000,
    )  # fmt: skip
    one, two, three, four = ("'" + payload.replace("'", "''") + "'" for payload in payloads)
    text = f"""multipolar: 1
title: {one}
summary: {two}
measures:
- {{id: m, type: tariff, who: [{one}, {two}], to: [{three}], sectors: [{four}],
   add: {{value: 0.1, range: [0.05, 0.2], source: {three}}}, note: {four}}}
- {{id: n, type: productivity, who: [{four}], sectors: [{one}], change: 0.01, source: {two}}}
"""
    return evaluate(world, mp.read_scenario(text, world), draws=2, workers=1)


@pytest.mark.parametrize("begin", range(0, len(PAYLOADS), TOGETHER))
def test_payloads_have_no_effect_and_ask_for_nothing(begin: int, visit: Callable[..., Any]) -> None:
    payloads = list(PAYLOADS.values())[begin : begin + TOGETHER]
    seen = visit(attacked(payloads))
    page = seen.page
    page.locator("details").evaluate_all("folds => folds.forEach(fold => { fold.open = true; })")
    page.locator("svg path").first.hover(force=True)
    assert seen.requests == [seen.address]
    assert seen.complaints == []
    assert page.evaluate("window.ran") is None
    assert page.evaluate("({}).ran") is None
    assert page.url == seen.address
    assert payloads[0] in page.locator(".kicker").inner_text()
    assert page.locator("main img, main iframe, main [onmouseover], main svg[onload], main script").count() == 0
