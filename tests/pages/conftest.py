"""A Chromium of the system for the page tests; where there is none they are skipped, with the reason."""

from __future__ import annotations

import functools
import runpy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from multipolar.report import page as report_page
from multipolar.results.result import Result

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOYS = runpy.run_path(str(Path(__file__).parents[1] / "unit" / "report" / "conftest.py"))


@dataclass
class Seen:
    """A page as the browser has it, and everything it asked for or complained about."""

    page: Any
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def result() -> Result:
    made: Result = TOYS["toy_result"]()
    return made


@pytest.fixture(scope="session")
def hostile() -> Result:
    made: Result = TOYS["hostile_result"]()
    return made


@pytest.fixture(scope="session")
def undrawn() -> Result:
    made: Result = TOYS["toy_result"](branches=(), variants=("",), draws=0, structural=False)
    return made


@pytest.fixture(scope="session")
def rendered() -> Callable[[Result], str]:
    """The report of a Result, made once however many tests open it."""
    return functools.cache(report_page.render)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="session")
def look(visit: Callable[..., Seen]) -> Callable[..., Seen]:
    """A page that is only looked at: opened once for all tests that leave it as it is."""
    return functools.cache(visit)


@pytest.fixture(scope="session")
def visit(browser: Any, rendered: Callable[[Result], str], folder: Path) -> Iterator[Callable[..., Seen]]:
    """Opens the report of a Result at a width, waits until every chart is drawn, and watches what it does."""
    contexts = []

    def open_page(result: Result, width: int = 1280, scheme: str = "light", served: str | None = None) -> Seen:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        file = folder / f"report-{len(contexts)}.html"
        file.write_text(rendered(result), encoding="utf-8")
        seen = Seen(context.new_page(), f"{served}/{file.name}" if served else file.as_uri())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: (seen.complaints.append(dialog.message), dialog.dismiss()))
        seen.page.goto(seen.address)
        form = "phone" if width <= 700 else "wide"
        for chart in seen.page.locator("[data-chart]").all():
            chart.locator("svg").wait_for(timeout=20_000)
        drawn = seen.page.locator(f"[data-drawn={form}]")
        drawn.last.wait_for(timeout=20_000)
        assert drawn.count() == seen.page.locator("[data-chart]").count()
        return seen

    yield open_page
    for context in contexts:
        context.close()
