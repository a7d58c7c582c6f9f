"""What all tests share: where the shared folder is, and the settings of hypothesis."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "multipolar", max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("multipolar")

REPOSITORY = Path(__file__).resolve().parents[1]


def shared_folder() -> Path:
    """The folder with data and check numbers that stands beside the repository, where there is one."""
    return Path(os.environ.get("MULTIPOLAR_SHARED", REPOSITORY.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if not (folder / "checks").is_dir():
        pytest.skip(f"needs the shared folder (MULTIPOLAR_SHARED or {folder.name}/ beside the repository)")
    return folder


@pytest.fixture(scope="session")
def embedded():
    """The embedded world, loaded once."""
    import multipolar as mp

    return mp.load_world()
