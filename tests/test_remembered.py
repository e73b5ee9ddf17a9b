"""A remembered run says what a new one would say, byte for byte, and is not remembered where that is not known."""

from __future__ import annotations

import builtins
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from steps import steps

from upstreamlint import start
from upstreamlint.files import asked, cache
from upstreamlint.formats import Format
from upstreamlint.render import helm, kustomize
from upstreamlint.run import distributions, engine, remembered

FIXTURES = Path(__file__).with_name("fixtures")
CASES = Path(__file__).resolve().parents[2] / "shared" / "reproductions"
TREES = sorted(FIXTURES.iterdir())[::4] + (sorted(CASES.iterdir()) if CASES.is_dir() else [])
FORMS = [form.value for form in Format]

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
WORKLOAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {selector: {matchLabels: {app: webb}}, template: {metadata: {labels: {app: webb}}, spec: {containers: [{name: web, image: x}]}}}\n"
COMPOSE = "services: {web: {image: nginx, env_file: [{path: web.env, required: false}], volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']}}\n"
NGINX = (
    "events {}\nhttp {\n  include extra/*.conf;\n  server { location / { proxy_pass http://api:1; } }\n}\n"
)
TREE = {
    "k/service.yaml": SERVICE,
    "k/workload.yaml": WORKLOAD,
    "compose.yaml": COMPOSE,
    "nginx.conf": NGINX,
    "extra/a.conf": "server { listen 82; location / { proxy_pass http://gone:1; } }\n",
}
RENDERED = {
    "k/kustomization.yaml": "resources: [service.yaml, workload.yaml]\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
    "chart/values.yaml": "app: web\n",
    "chart/templates/service.yaml": SERVICE.replace("app: web", "app: {{ .Values.app }}"),
    "chart/templates/workload.yaml": WORKLOAD.replace("webb", "web"),
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with a bit of everything, a cache of its own, and no repository around it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in remembered.SURROUNDINGS:
        if name != "PATH":
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(distributions, "ask_for_code", lambda: True)
    root = tmp_path / "tree"
    write(root, TREE)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def rendered(tree):
    """With a kustomization and a chart."""
    write(tree, RENDERED)
    return tree


@pytest.fixture
def runs(monkeypatch):
    """How many runs were made, so far."""
    made = []
    check = engine.check
    monkeypatch.setattr(engine, "check", lambda *a, **k: made.append(a) or check(*a, **k))
    return made


@pytest.fixture(params=["stamps", "contents"])
def tier(request, monkeypatch):
    """Files that have just been written are told by their content, unless the stamps are trusted."""
    if request.param == "stamps":
        monkeypatch.setattr(remembered, "SLACK", -(10**18))


@pytest.fixture
def watch(monkeypatch):
    """Runs something; gives what it looked at in a folder and those above it, and what is noted of that."""

    def watched(root, run):
        seen, passed = set(), set()

        def spy(module, name, paths):
            real = getattr(module, name)

            def asked_for(path=".", *arguments, **options):
                if isinstance(path, (str, os.PathLike)) and "dir_fd" not in options:
                    paths.add(os.path.abspath(path))
                return real(path, *arguments, **options)

            patch.setattr(module, name, asked_for)

        with monkeypatch.context() as patch, asked.noted() as answers:
            for name in ("stat", "open", "scandir", "listdir", "access"):
                spy(os, name, seen)
            for name in ("lstat", "readlink"):
                spy(os, name, passed)
            spy(builtins, "open", seen)
            run()
        noted = {os.path.abspath(path) for path in answers}
        # Resolving a path passes each folder on the way.
        on_the_way = {str(parent) for path in noted for parent in Path(path).parents}
        above = {str(p) for p in root.parents}
        inside = {p for p in seen | (passed - on_the_way) if f"{p}/".startswith(f"{root}/")}
        looked = inside | {p for p in seen if os.path.dirname(p) in above}
        # Modules are imported from elsewhere; renderers are given folders of their own.
        return looked - set(sys.path) - {
            p for p in looked if os.path.basename(p).startswith("upstreamlint-")
        }, noted

    return watched


def write(root, texts):
    for path, text in texts.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def call(capsys, *arguments):
    status = start.run(["check", *arguments])
    output, errors = capsys.readouterr()
    assert "bug" not in errors
    return status, output, errors


@pytest.mark.parametrize("number", range(len(TREES)), ids=lambda n: TREES[n].name)
def test_a_warm_run_is_a_cold_run(capsys, monkeypatch, tmp_path, runs, watch, number):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(distributions, "ask_for_code", lambda: True)
    monkeypatch.chdir(TREES[number])
    arguments = ("--format", FORMS[number % len(FORMS)], ".")
    cold = []
    looked, noted = watch(
        TREES[number].resolve(), lambda: cold.append(call(capsys, "--no-cache", *arguments))
    )
    assert looked - noted == set()
    assert call(capsys, *arguments) == call(capsys, *arguments) == cold[0]
    assert len(runs) == 2


@pytest.mark.parametrize("form", FORMS)
def test_each_format_is_remembered(tree, capsys, runs, form):
    for more in ((), ("--color", "always"), ("--show-external", "--fail-on", "never")):
        arguments = ("--format", form, *more)
        assert call(capsys, *arguments) == call(capsys, *arguments) == call(capsys, *arguments, "--no-cache")
    assert len(runs) == 6


def _unlink(path):
    return lambda root: (root / path).unlink()


def _linked(root):
    (root / "k/service.yaml").rename(root.parent / "away.yaml")
    (root / "k/service.yaml").symlink_to(root.parent / "away.yaml")


def _moved(root):
    """The folder becomes a link that leads out, with the same files behind it."""
    (root / "extra").rename(root.parent / "extra")
    (root / "extra").symlink_to(root.parent / "extra")


def _same_size_and_time(root):
    path = root / "k/workload.yaml"
    before = path.stat()
    path.write_text(WORKLOAD.replace("webb", "webs"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _put(path, text):
    return lambda root: write(root, {path: text})


def _no_file(root):
    (root / "web.env").mkdir()


CHANGES = {
    "content": _put("k/workload.yaml", WORKLOAD.replace("webb", "web")),
    "content-same-size-and-time": _same_size_and_time,
    "new-file": _put("k/new.yaml", SERVICE.replace("name: web", "name: new")),
    "no-file": _unlink("k/workload.yaml"),
    "link": _linked,
    "linked-folder": _moved,
    "included": _put("extra/b.conf", "server { listen 81; location / { proxy_pass http://nowhere:1; } }"),
    "env-file": _put("web.env", "A=1\n"),
    "folder-for-a-file": _no_file,
    "gitignore": _put(".gitignore", "compose.yaml\n"),
    "gitignore-above": lambda root: (write(root.parent, {".gitignore": "compose.yaml\n"}), (root.parent / ".git").mkdir()),
    "configuration": _put("upstreamlint.yaml", "select: [selector-matches-nothing]\n"),
    "configuration-above": lambda root: (write(root.parent, {"upstreamlint.yaml": "select: [selector-matches-nothing]\n"}), (root.parent / ".git").mkdir()),
    "baseline": _put(".upstreamlint-baseline.yaml", "[]\n"),
    "licence": _put("k/LICENSE", "mine\n"),
    "too-large": lambda root: (root / "web.env").write_bytes(b"#" * 8_000_001),
    "sealed": lambda root: (root / "k/service.yaml").chmod(0),
}  # fmt: skip


RENDERED_CHANGES = {
    "value": _put("chart/values.yaml", "app: wrong\n"),
    "values-of-ci": _put("chart/ci/a-values.yaml", "app: wrong\n"),
    "template": _put("chart/templates/x.yaml", '{{ fail "x" }}'),
    "kustomization": _put("k/kustomization.yaml", "resources: [service.yaml]\n"),
    "two-kustomizations": _put("k/Kustomization", "resources: [service.yaml]\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_is_heeded(tree, tier, capsys, change):
    heeded(tree, capsys, change)


@pytest.mark.parametrize("change", RENDERED_CHANGES.values(), ids=list(RENDERED_CHANGES))
def test_a_change_of_what_is_rendered_is_heeded(rendered, tier, capsys, change):
    heeded(rendered, capsys, change)


def heeded(tree, capsys, change):
    arguments = ("--format", "json", "--strict")
    before = call(capsys, *arguments)
    time.sleep(0.02)
    change(tree)
    expected = call(capsys, *arguments, "--no-cache")
    assert call(capsys, *arguments) == expected
    assert call(capsys, *arguments) == expected
    changes_nothing = {_no_file, CHANGES["sealed"] if os.geteuid() == 0 else None, CHANGES["baseline"], CHANGES["licence"], CHANGES["env-file"]}  # fmt: skip
    assert (before != expected) or change in changes_nothing, "the change is none"


def test_every_answer_about_the_disk_is_noted(rendered, capsys, watch):
    looked, noted = watch(rendered, lambda: call(capsys, "--no-cache", "--strict"))
    assert looked - noted == set()
    assert {
        str(rendered / path) for path in ("chart/templates/service.yaml", "k/kustomization.yaml")
    } <= noted


def test_nothing_else_of_the_surroundings_is_heeded(tree, capsys, monkeypatch):
    heeded = set()

    class Watched(dict):
        def get(self, key, default=None):
            heeded.add(key)
            return super().get(key, default)

        def __getitem__(self, key):
            heeded.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(os, "environ", Watched(os.environ))
    call(capsys, "--no-cache")
    # Where the cache and temporary folders are, and what a crash shows.
    unheard = {"XDG_CACHE_HOME", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "UPSTREAMLINT_TRACEBACK", "_UPSTREAMLINT_COMPLETE"}  # fmt: skip
    assert {name for name in heeded if isinstance(name, str)} - unheard <= set(remembered.SURROUNDINGS)


@pytest.mark.parametrize("name", remembered.SURROUNDINGS)
def test_other_surroundings_are_another_command(tree, capsys, monkeypatch, runs, name):
    monkeypatch.setenv(name, os.environ.get(name, ""))
    call(capsys)
    monkeypatch.setenv(
        name, {"PATH": f"/nowhere:{os.environ['PATH']}", "GITHUB_ACTIONS": "true"}.get(name, "1")
    )
    assert call(capsys) == call(capsys, "--no-cache")
    assert len(runs) == 3


def test_a_fresh_checkout_is_told_by_its_content(rendered, capsys, runs):
    tree = rendered
    expected = call(capsys)
    again = tree.parent / "again"
    shutil.copytree(tree, again)
    shutil.rmtree(tree)
    again.rename(tree)
    os.chdir(tree)
    for path in tree.rglob("*"):
        os.utime(path, (1, 1))
    assert call(capsys) == expected
    assert len(runs) == 1


def test_what_was_told_by_content_is_told_by_its_stamp_next(tree, capsys, monkeypatch, runs):
    call(capsys)
    monkeypatch.setattr(remembered, "SLACK", -(10**18))
    call(capsys)
    monkeypatch.setattr(asked, "again", None)
    call(capsys)
    assert len(runs) == 1


def test_a_file_that_changes_during_the_run_is_not_taken_for_what_was_read(tree, capsys, monkeypatch):
    check = engine.check

    def slow(*arguments, **options):
        result = check(*arguments, **options)
        (tree / "k/workload.yaml").write_text(WORKLOAD.replace("webb", "web"))
        return result

    monkeypatch.setattr(engine, "check", slow)
    before = call(capsys)
    assert call(capsys) != before
    assert call(capsys) == call(capsys, "--no-cache")


def test_what_is_written_to_a_file_is_written_again(tree, capsys, runs):
    report = tree.parent / "report.json"
    arguments = ("--format", "json", "--output", str(report))
    expected = call(capsys, *arguments)
    text = report.read_bytes()
    for state in (report.unlink, lambda: report.write_text("old")):
        state()
        assert call(capsys, *arguments) == expected
        assert report.read_bytes() == text
    assert len(runs) == 1


@pytest.mark.parametrize("arguments", [("--list-files",), ("--write-baseline",), ("--no-cache",)])
def test_what_does_more_than_report_is_not_remembered(tree, capsys, arguments):
    call(capsys, *arguments)
    assert not Path(cache.folder("reports")).exists()


def test_a_mistake_is_not_remembered(tree, capsys):
    write(tree, {"upstreamlint.yaml": "nonsense: 1\n"})
    assert call(capsys)[0] == call(capsys)[0] == 2
    assert not Path(cache.folder("reports")).exists()


@pytest.mark.parametrize(("module", "kind"), [(kustomize, "k"), (helm, "chart")], ids=["kustomize", "helm"])
def test_what_took_too_long_is_not_remembered(rendered, capsys, monkeypatch, module, kind):
    if module.command() is None:
        pytest.skip("no renderer is at hand")
    monkeypatch.setattr(module, "TIMEOUT", 0.0001)
    assert "took longer" in call(capsys, kind)[1]
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(rendered.parent / "cache"))
    monkeypatch.chdir(rendered)
    assert "took longer" not in call(capsys, kind)[1]


def test_stale_entries_of_a_baseline_are_said_again(tree, capsys, runs):
    call(capsys, "--write-baseline")
    write(tree, {"k/workload.yaml": WORKLOAD.replace("webb", "web")})
    first = call(capsys)
    assert "no longer found" in first[2]
    assert call(capsys) == first
    assert len(runs) == 2


SHAPES = [
    [],
    {},
    "text",
    {"said": 1},
    {"said": ["forged", "", 0, False], "paths": ["x"], "stamps": [], "answers": ""},
    {"said": ["forged", "", 0, False], "paths": [], "stamps": []},
    {"said": ["forged", "", 0, False], "paths": ["x"], "stamps": ["?"], "answers": "../reports/x"},
    {"said": ["forged", "", 0, False], "paths": [["x"]], "stamps": ["?"], "answers": "a"},
    {"said": ["forged", "", "x", False], "paths": [], "stamps": [], "answers": "a"},
    {"said": ["forged", "", 0, False], "paths": ["/dev/zero", "a\0b"], "stamps": ["?", "?"], "answers": "a"},
    {"said": ["forged", "", 0, False], "paths": ["compose.yaml"], "stamps": ["?"], "answers": "a"},
]


@pytest.mark.parametrize("shape", range(len(SHAPES)))
def test_an_entry_of_another_shape_is_none(tree, capsys, shape):
    expected = call(capsys)
    (entry,) = Path(cache.folder("reports")).glob("*.json")
    cache.save("answers", "a", [{"text 99999999999": "x", "own x": "", "nonsense": ""}] * 2)
    cache.save("reports", entry.stem, SHAPES[shape])
    if shape == 5:
        assert (
            call(capsys)[1] == "forged"
        )  # what is whole and asks nothing is believed: the folder is the user's own
        return
    assert call(capsys) == expected


def test_answers_that_are_lost_cost_a_run(tree, capsys, runs):
    expected = call(capsys)
    shutil.rmtree(cache.folder("answers"))
    assert call(capsys) == expected
    assert len(runs) == 2


START = "import sys, upstreamlint.start; print(*sorted(m for m in sys.modules if m.partition('.')[0] not in {*sys.stdlib_module_names, '__main__'}), sep='\\n')"


def test_a_warm_start_loads_nearly_nothing():
    path = os.pathsep.join(p for p in sys.path if p)
    ended = subprocess.run(
        [sys.executable, "-S", "-c", START],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    own = ["", ".files", ".files.asked", ".files.cache", ".files.opener", ".run", ".run.remembered", ".run.report", ".start", ".typed", ".values"]  # fmt: skip
    assert ended.stdout.split() == [f"upstreamlint{name}" for name in own]


def test_the_work_of_a_warm_run_grows_with_the_files(tree, capsys, monkeypatch):
    monkeypatch.setattr(remembered, "SLACK", -(10**18))
    work = []
    for count in (100, 400):
        write(tree, {f"many/{n}.yaml": SERVICE.replace("web", f"web{n}") for n in range(count)})
        call(capsys)
        call(capsys)
        work.append(steps(lambda: call(capsys)))
    assert work[1] < 4.5 * work[0]


CODE = {
    "upstreamlint_rules/__init__.py": "",
    "other/__init__.py": "VALUE = 1\n",
    "other/inner/deep.py": "",
    "single.py": "",
    "there-1.0.dist-info/entry_points.txt": "[upstreamlint.rules]\nother = other\n",
    "there-1.0.dist-info/RECORD": "other/__init__.py,sha256=a,1\n",
}


@pytest.mark.parametrize("installed", [False, True])
def test_the_code_that_ran_is_asked_for(tmp_path, monkeypatch, installed):
    write(tmp_path, {p: t for p, t in CODE.items() if installed or "dist-info" not in p})
    monkeypatch.syspath_prepend(str(tmp_path))
    import other
    import single

    assert (other.VALUE, single.__name__) == (1, "single")
    with asked.noted() as answers:
        assert distributions.ask_for_code()
    mine = {os.path.relpath(p, tmp_path) for p in answers if p.startswith(f"{tmp_path}/")}
    if installed:
        assert mine == {"there-1.0.dist-info/entry_points.txt", "there-1.0.dist-info/RECORD"}
    else:
        assert {"other", "other/__init__.py", "other/inner", "other/inner/deep.py", "single.py"} <= mine
    for name in ("other", "single"):
        del sys.modules[name]
