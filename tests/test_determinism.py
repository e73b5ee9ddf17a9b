"""The same files give the same bytes, whatever the machine, the run and its surroundings are like."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from upstreamlint.files import cache

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
PART = 2
"""So many repositories of the corpus are checked beside the examples, where it is at hand."""
PYTHONS = [p for v in ("3.11", "3.12", "3.13", "3.14") if (p := shutil.which(f"python{v}")) is not None]


def trees():
    found = [EXAMPLES]
    if CORPUS.is_dir():
        found += sorted(p for p in CORPUS.iterdir() if p.is_dir())[:PART]
    return found


@pytest.fixture(params=trees(), ids=lambda p: p.name)
def tree(request, tmp_path):
    """A copy, so that what is written beside it harms nobody."""
    return Path(shutil.copytree(request.param, tmp_path / "tree", symlinks=True))


def call(tree, *arguments, paths=(".",), cwd=None, python=sys.executable, **environment):
    """Status and report of a run, in an environment that holds nothing else."""
    own = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": str(tree.parent),
        **environment,
    }
    own = {name: value for name, value in own.items() if value is not None}
    ended = subprocess.run(
        [python, "-m", "upstreamlint", "check", "--format", "json", *arguments, *paths],
        cwd=cwd or tree,
        env=own,
        capture_output=True,
        check=False,
    )
    assert b"bug" not in ended.stderr
    return ended.returncode, ended.stdout


def findings(output):
    """The findings with paths as seen from the tree, in whatever order."""
    report = json.loads(output[1])
    return sorted((d["fingerprint"], d["rule"]) for d in report["diagnostics"])


SURROUNDINGS = (
    {
        "PYTHONHASHSEED": "1",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "HOME": None,
        "COLUMNS": "40",
    },
    {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONOPTIMIZE": "2"},
)
"""Hash seeds, locales, time zones, a terminal of 40 columns, no HOME."""


def test_surroundings_and_jobs_change_no_byte(tree):
    expected = call(tree, "--no-cache", PYTHONHASHSEED="0")
    assert expected[0] in (0, 1)
    for jobs, environment in zip(("1", "7"), SURROUNDINGS, strict=True):
        assert call(tree, "--no-cache", "--jobs", jobs, **environment) == expected, environment


def test_spellings_and_orders_of_paths_change_no_finding(tree):
    expected = findings(call(tree, "--no-cache"))
    for spelled in ("././/.", str(tree)):
        assert findings(call(tree, "--no-cache", paths=(spelled,))) == expected, spelled
    above = call(tree, "--no-cache", paths=(tree.name,), cwd=tree.parent)
    assert len(findings(above)) == len(expected)
    assert sorted(rule for _, rule in findings(above)) == sorted(rule for _, rule in expected)
    names = sorted(p.name for p in tree.iterdir() if not p.name.startswith("."))
    one, other, twice = (findings(call(tree, "--no-cache", paths=p)) for p in (names, names[::-1], names * 2))
    assert one == other == twice


@pytest.mark.parametrize("python", PYTHONS)
def test_versions_of_python_give_the_same_bytes(uncached, python):
    tree, expected = uncached
    probe = subprocess.run(
        [python, "-c", "import click, crossplane, jsonschema, yaml._yaml"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip("the dependencies are not built for it")
    assert call(tree, "--no-cache", python=python) == expected


def _poisoned(cache):
    for path in cache.rglob("*.json"):
        head, _, body = path.read_text().partition("\n")
        path.write_text(f"{head}\n{body.replace('Service', 'Serviced')}")


def _cut(cache):
    for path in cache.rglob("*.json"):
        path.write_bytes(path.read_bytes()[:-10])


def _deep(cache):
    for path in cache.rglob("*.json"):
        path.write_text("[" * 100_000)


def _waiting(cache):
    for path in list(cache.rglob("*.json")):
        path.unlink()
        os.mkfifo(path)


def _foreign(cache):
    for path in (cache / "upstreamlint").iterdir():
        path.chmod(0o777)


def _read_only(cache):
    for path in (cache / "upstreamlint").iterdir():
        path.chmod(0o500)


def _no_folder(cache):
    shutil.rmtree(cache)
    cache.write_text("")


STATES = [_poisoned, _cut, _deep, _waiting, _foreign, _read_only, _no_folder]


@pytest.fixture(scope="module")
def uncached(tmp_path_factory):
    """The examples, and the report about them without any cache."""
    tree = Path(shutil.copytree(EXAMPLES, tmp_path_factory.mktemp("examples") / "tree"))
    return tree, call(tree, "--no-cache")


@pytest.mark.parametrize("change", STATES, ids=lambda c: c.__name__[1:])
def test_states_of_the_cache_change_no_byte(uncached, tmp_path, change):
    tree, expected = uncached
    cache = tmp_path / "cache"
    assert call(tree, XDG_CACHE_HOME=str(cache)) == expected
    if cache.exists():
        change(cache)
    assert call(tree, XDG_CACHE_HOME=str(cache)) == expected


@pytest.mark.parametrize("environment", SURROUNDINGS, ids=["c-locale-no-home", "tr-locale"])
def test_surroundings_change_no_byte_of_a_warm_run(uncached, tmp_path, environment):
    tree, expected = uncached
    cached = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert call(tree, **cached) == expected
    assert call(tree, **cached, **environment) == call(tree, **cached, **environment) == expected


def test_a_home_that_is_no_folder_holds_no_cache(uncached):
    tree, expected = uncached
    for home in ("/dev/null", "", "relative"):
        assert call(tree, HOME=home) == expected
    assert not (tree / "relative").exists()


def test_a_cache_that_cannot_be_written_is_none(uncached):
    tree, expected = uncached
    assert call(tree, XDG_CACHE_HOME="/dev/full") == expected


def test_a_forged_or_renamed_entry_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.save("some", "a", "kind: Service")
    assert cache.load("some", "a") == "kind: Service"
    folder = Path(cache.folder("some"))
    shutil.copy(folder / "a.json", folder / "b.json")
    assert cache.load("some", "b") is None
    _poisoned(tmp_path)
    assert cache.load("some", "a") is None


def test_what_was_asked_for_longest_ago_makes_room(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "MOST", 1000)
    for age, name in enumerate("abcd"):
        cache.save("some", name, "x" * 300)
        os.utime(Path(cache.folder("some")) / f"{name}.json", (0, time.time() - 100 * (4 - age)))
    assert cache.load("some", "a") is None
    assert cache.load("some", "b") is not None
    cache.save("some", "e", "x" * 300)
    assert [cache.load("some", name) is not None for name in "bcde"] == [True, False, True, True]
    old = Path(cache.folder("some")) / "e.json"
    os.utime(old, (0, time.time() - cache.UNASKED - 1))
    cache.save("some", "f", "x")
    assert not old.exists()


@pytest.mark.parametrize("home", ["", "relative", "./.cache"])
def test_a_cache_never_lies_in_the_working_directory(tmp_path, monkeypatch, home):
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.folder("some") == str(tmp_path / "home" / ".cache" / "upstreamlint" / "some")
    monkeypatch.setenv("HOME", "")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert cache.folder("some") is None
    cache.save("some", "a", "x")
    assert cache.load("some", "a") is None


def test_runs_at_the_same_time_give_the_same_bytes(uncached, tmp_path):
    tree, expected = uncached
    command = [sys.executable, "-m", "upstreamlint", "check", "--format", "json", "."]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "XDG_CACHE_HOME": str(tmp_path),
    }
    started = [
        subprocess.Popen(
            command, cwd=tree, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(4)
    ]
    assert [(s.communicate()[0], s.returncode) for s in started] == [(expected[1], expected[0])] * 4


@pytest.mark.parametrize("where", ["upstreamlint.run.engine.discover", "upstreamlint.start.Memory"])
def test_ctrl_c_ends_with_130(tmp_path, where):
    module, _, name = where.rpartition(".")
    waited = f"import signal, {module} as e, upstreamlint.start as c, os\n"
    # A shell in the background ignores the signal, and so would all that it starts.
    waited += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    waited += (
        f"e.{name} = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT) or __import__('time').sleep(60)\n"
    )
    waited += "c.main()\n"
    (tmp_path / "a.yaml").write_text("a: b\n")
    ended = subprocess.run(
        [sys.executable, "-c", waited, "check"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 130
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_a_closed_output_is_no_fault(uncached, tmp_path, warm):
    tree, _ = uncached
    command = [sys.executable, "-m", "upstreamlint", "check", *(() if warm else ("--no-cache",)), "."]
    cached = {"XDG_CACHE_HOME": str(tmp_path)}
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **cached}
    if warm:
        subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tree, env=environment, stdout=pipe, stderr=pipe) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert b"Traceback" not in run.stderr.read()
        assert run.wait(60) in (0, 1)
