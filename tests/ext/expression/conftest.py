"""The million of `make landmines` runs only when it is chosen."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "landmines: a million expressions; runs only when chosen with -m landmines"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "landmines" not in config.getoption("-m"):
        chosen = [item for item in items if item.get_closest_marker("landmines") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen
