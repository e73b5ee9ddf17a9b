"""The program's own finder finds what the system's finders find."""

from __future__ import annotations

import pkgutil
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

import pytest

import upstreamlint
import upstreamlint_rules
from upstreamlint.finder import Finder, install

MODULES = [
    (f"{package.__name__}.{module.name}", list(package.__path__))
    for package in (upstreamlint, upstreamlint_rules)
    for module in pkgutil.iter_modules(package.__path__)
]


def finder() -> Finder:
    return Finder(ModuleSpec, SourceFileLoader)


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_a_module_is_found_where_it_is(name, path):
    found, usual = finder().find_spec(name, path), PathFinder.find_spec(name, path)
    assert (found.name, found.origin, found.cached) == (usual.name, usual.origin, usual.cached)
    assert found.submodule_search_locations == usual.submodule_search_locations
    assert found.has_location
    assert type(found.loader) is type(usual.loader)


def test_what_is_not_there_is_left_to_others(tmp_path):
    (tmp_path / "fast.cpython-311-x86_64-linux-gnu.so").touch()
    (tmp_path / "folder").mkdir()
    for name in ("fast", "folder", "none"):
        assert finder().find_spec(f"upstreamlint.{name}", [str(tmp_path)]) is None
    assert finder().find_spec("upstreamlint.none", [str(tmp_path / "archive.zip")]) is None


def test_modules_of_others_are_left_to_others():
    assert finder().find_spec("json.decoder", MODULES[0][1]) is None
    assert finder().find_spec("upstreamlint", None) is None
    assert finder().find_spec("upstreamlint_plugin.rules", MODULES[0][1]) is None


def test_it_is_asked_first_and_once(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    install()
    install()
    assert [isinstance(f, Finder) for f in sys.meta_path].count(True) == 1
    assert isinstance(sys.meta_path[0], Finder)
