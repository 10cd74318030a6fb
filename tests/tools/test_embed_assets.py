from __future__ import annotations

import gzip
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "cmake" / "embed_assets.py"


@pytest.fixture
def embed_assets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("embed_assets", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_dist(folder: Path, **files: bytes) -> Path:
    dist = folder / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_bytes(b"<p>hello</p>")
    for name, content in files.items():
        (dist / "assets" / name.replace("_", ".")).write_bytes(content)
    return dist


def embedded(c_source: str, number: int) -> bytes:
    found = re.search(rf"asset_{number}\[\] = {{([^}}]*)}}", c_source)
    assert found is not None
    return bytes(int(byte) for byte in found[1].replace("\n", "").replace(" ", "").strip(",").split(","))


def test_text_comes_out_of_the_c_file_as_it_went_in(embed_assets: ModuleType, tmp_path: Path) -> None:
    dist, output = make_dist(tmp_path), tmp_path / "out.c"
    assert embed_assets.main([str(dist), str(output)]) == 0
    assert gzip.decompress(embedded(output.read_text(), 0)) == b"<p>hello</p>"


def test_the_same_files_give_the_same_c(embed_assets: ModuleType, tmp_path: Path) -> None:
    dist = make_dist(tmp_path, **{"app-AbCd1234_js": b"1", "app-AbCd1234_css": b"2"})
    for name in ("one.c", "two.c"):
        assert embed_assets.main([str(dist), str(tmp_path / name)]) == 0
    assert (tmp_path / "one.c").read_bytes() == (tmp_path / "two.c").read_bytes()


def test_only_names_that_carry_a_hash_are_kept_for_ever(embed_assets: ModuleType, tmp_path: Path) -> None:
    dist, output = make_dist(tmp_path, **{"app-AbCd1234_js": b"1"}), tmp_path / "out.c"
    embed_assets.main([str(dist), str(output)])
    rows = dict(re.findall(r'\.path = "([^"]+)".*?\.immutable = (\w+)', output.read_text(), re.DOTALL))
    assert rows == {"/assets/app-AbCd1234.js": "true", "/index.html": "false"}


def test_a_folder_without_a_page_is_refused(
    embed_assets: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert embed_assets.main([str(tmp_path), str(tmp_path / "out.c")]) == 1
    assert "build the console first" in capsys.readouterr().err


def test_a_file_of_unknown_kind_is_named(
    embed_assets: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dist = make_dist(tmp_path, **{"movie_avi": b""})
    assert embed_assets.main([str(dist), str(tmp_path / "out.c")]) == 1
    assert "movie.avi" in capsys.readouterr().err
