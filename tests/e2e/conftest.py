from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from live_hub import LiveHub
from live_shop import LiveShop, StartShop
from recording_proxy import RecordingProxy
from self_signed import Certificate


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full_load: minutes of load; runs only when chosen with -m full_load")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "full_load" not in config.getoption("-m"):
        chosen = [item for item in items if item.get_closest_marker("full_load") is None]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@pytest.fixture
def live_hub(tmp_path: Path) -> Iterator[LiveHub]:
    """A running hub."""
    hub = LiveHub(tmp_path)
    hub.start()
    yield hub
    if hub._process is not None:
        hub.kill()


@pytest.fixture
def start_shop(live_hub: LiveHub, tmp_path: Path) -> Iterator[StartShop]:
    """Starts shops in folders of their own: start_shop(name="shop", dsn=None)."""
    shops: list[LiveShop] = []

    def start(name: str = "shop", dsn: str | None = None) -> LiveShop:
        shop = LiveShop(tmp_path / name, live_hub.environ, live_hub.dsn("shop") if dsn is None else dsn)
        shops.append(shop)
        return shop

    yield start
    for shop in shops:
        shop.kill()


@pytest.fixture
def recording_proxy(live_hub: LiveHub, tmp_path: Path) -> Iterator[RecordingProxy]:
    """A proxy in front of `live_hub`."""
    folder = tmp_path / "proxy"
    folder.mkdir()
    proxy = RecordingProxy(Certificate.make(folder), live_hub.port)
    yield proxy
    proxy.close()
