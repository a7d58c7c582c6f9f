"""What stands beside a result in words."""

from __future__ import annotations

import multipolar as mp

HEAD = "multipolar: 1\ntitle: t\nmeasures:\n"
TARIFF = HEAD + "  - {id: t, type: tariff, who: NAM, to: CHN, sectors: goods, add: 0.1}\n"
BAN = HEAD + "  - {id: t, type: import_ban, who: NAM, to: CHN, sectors: goods, share: 0.1}\n"


def said(text: str) -> list[str]:
    world = mp.load_world("blocs6")
    notes = mp.evaluate(world, mp.read_scenario(text, world), full=False).notes
    return [note for note in notes if "basic prices" in note]


def test_results_of_tariffs_say_what_tariffs_fall_on() -> None:
    (note,) = said(TARIFF)
    assert note.startswith("tariffs fall on basic prices: goods of ")
    assert said(BAN) == []


def test_the_embedded_world_knows_its_gap() -> None:
    world = mp.load_world()
    text = TARIFF.replace("NAM", "USA")
    notes = mp.evaluate(world, mp.read_scenario(text, world), full=False).notes
    assert "tariffs fall on basic prices: goods of 17.5 trillion USD cross borders here, 24.9 at customs" in notes
