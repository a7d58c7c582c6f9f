"""JSON as text that is safe to print: what shows nothing or turns text round stands as an escape, Arabic as itself."""

from __future__ import annotations

import json
import re
from typing import Any

from multipolar.base.problems import invisible

_RARE = re.compile(r"[^\n -~]")


def json_text(value: Any, indent: int) -> str:
    """``value`` as JSON. The JSON standard lets a terminal's C1 controls, deletes and bidirectional overrides through
    unescaped; here they are escaped as well, so that a reader gets the same value and a terminal none of them.

    Raises ``ValueError`` for a number that is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    # Outside its strings JSON has no such character but the line break.
    return _RARE.sub(lambda found: json.dumps(found[0])[1:-1] if invisible(found[0]) else found[0], text)
