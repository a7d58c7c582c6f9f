"""``validate``: a published study computed again from the file it needs."""

from __future__ import annotations

from pathlib import Path

from multipolar.base.problems import InputError, shown
from multipolar.study.published.claims import Validation, study


def validate(name: str, path: Path | None) -> Validation:
    """A study by name, from the file at ``path``.

    Raises ``InputError`` for an unknown study, one that is not computed, and a file that is missing or none of it.
    """
    asked = study(name)
    if asked.not_computed:
        raise InputError(f"`{asked.name}` is not computed: it {asked.not_computed}.")
    if path is None:
        raise InputError(f"`{asked.name}` is computed from a file of yours, --path {asked.path}: {asked.data}.")
    if not path.exists():
        raise InputError(f"--path: there is no file `{shown(path, 400)}`.")
    from multipolar.study.published import german_gas, nafta

    return {german_gas.NAME: german_gas.validate, nafta.NAME: nafta.validate}[asked.name](path)
