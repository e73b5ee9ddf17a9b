"""One type for Compose services and containers of pods: what is started, with which variables and files."""

from __future__ import annotations

import pytest

from upstreamlint import load
from upstreamlint.containers import shell
from upstreamlint.containers.container import Container
from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.files.discover import Discovery
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.readers.fragment import whole
from upstreamlint.settings.config import Config
from upstreamlint.source import Source


def containers(texts):
    """The containers of files in memory, by name."""
    files = MemoryFiles(texts)
    yamls = tuple((path, Kind.YAML) for path in texts if path.endswith((".yaml", ".yml")))
    loaded = load.load(Discovery(files=yamls, skipped=()), files, Config())
    return {c.name: c for c in loaded.resources if isinstance(c, Container)}


def service(body, **files):
    """The container of a service whose keys are given; `files` are beside the Compose file, `_` for a dot."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    others = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return containers({"compose.yaml": f"services:\n  web:\n{lines}", **others})["web"]


def pod(body, *others):
    """The container of a Deployment whose keys are given; `others` are more documents."""
    lines = "".join(f"          {line}\n" for line in body.splitlines())
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
        f"{_VOLUMES}      containers:\n        - name: web\n{lines}"
    )
    return containers({"web.yaml": "\n---\n".join((text, *others))})["web"]


_VOLUMES = """\
      volumes:
        - name: conf
          configMap: {name: files, items: [{key: a, path: sub/a.conf}, {key: b, path: b.conf}]}
        - name: both
          projected: {sources: [{configMap: {name: files}}, {configMap: {name: more}}]}
        - name: secret
          secret: {secretName: x}
"""
_FILES = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata: {a: one, b: two, LEVEL: info}"
_MORE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata: {c: three}"


def values(words):
    return [w.value for w in words]


def programs(container):
    return [c.text for c in container.commands]


def written(anchor):
    return anchor.source.text[anchor.start : anchor.end]


# --- what is started ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compose", "dockerfile", "started"),
    [
        ("command: [a, b]", 'ENTRYPOINT ["e"]\nCMD ["c"]', ["e", "a", "b"]),
        ("entrypoint: [x]", 'ENTRYPOINT ["e"]\nCMD ["c"]', ["x"]),
        ("entrypoint: []", 'ENTRYPOINT ["e"]\nCMD ["c"]', ["c"]),
        ("entrypoint: x y\ncommand: z", 'ENTRYPOINT ["e"]\nCMD ["c"]', ["x", "y", "z"]),
        ("restart: always", 'ENTRYPOINT ["e"]\nCMD ["c"]', ["e", "c"]),
        ("command: ''", 'CMD ["c"]', ["c"]),
        ("command: [a]", "ENTRYPOINT run it", ["/bin/sh", "-c", "run it"]),
        ("command: \"a 'b c' d\"", "", ["a", "b c", "d"]),
        ("command: a && b", "", ["a"]),
    ],
)
def test_the_engine_puts_entry_points_and_commands_together(compose, dockerfile, started):
    found = service(f"build: .\n{compose}", Dockerfile=f"FROM scratch\n{dockerfile}\n")
    assert values(found.words) == started


def test_what_an_image_starts_by_itself_is_not_known():
    found = service("image: nginx")
    assert (found.start.entrypoint, found.start.arguments) == (None, None)
    assert service("image: nginx\nentrypoint: [x]").start.arguments == ()
    assert service("build: .", Dockerfile='FROM nginx\nENTRYPOINT ["e"]\n').start.arguments == ()


@pytest.mark.parametrize(
    ("body", "entry", "arguments"),
    [
        ("image: i\ncommand: [a]\nargs: [b]", ["a"], ["b"]),
        ("image: i\ncommand: [a]", ["a"], []),
        (
            "image: i\nargs: ['--port=$(PORT)', $$(PORT)]\nenv: [{name: PORT, value: '80'}]",
            None,
            ["--port=80", "$(PORT)"],
        ),
    ],
)
def test_the_kubelet_puts_command_and_args_together(body, entry, arguments):
    start = pod(body).start
    assert (start.entrypoint and values(start.entrypoint)) == entry
    assert values(start.arguments) == arguments


# --- command lines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ('sh -c "migrate && exec gunicorn -b :8000 app"', ["migrate", "gunicorn -b :8000 app"]),
        ("[bash, -euxo, pipefail, -c, 'a; b']", ["a", "b"]),
        ("tini -g -- su-exec app:app env A=b node server.js", ["node server.js"]),
        ("docker-entrypoint.sh nginx -g 'daemon off;'", ["nginx -g daemon off;"]),
        ("./wait-for-it.sh db:5432 -t 60 -- python -m uvicorn main:app", ["python -m uvicorn main:app"]),
        ("poetry run dockerize -wait tcp://db:1 -timeout 60s celery worker", ["celery worker"]),
        ("sh -c 'if test -f x; then a; fi; for i in 1 2; do b; done; c'", ["test -f x", "a", "b", "c"]),
        ("sh -c 'serve --port $${PORT:-3000} > /dev/null 2>&1'", ["serve --port 3000"]),
        ("sh -c 'f() { a; }; cat <<EOF > x\n\n  no command\n\n  EOF\n\n  b'", ["a", "cat", "b"]),
    ],
)
def test_what_only_starts_something_is_looked_through(command, expected):
    assert programs(service(f"image: x\ncommand: {command}")) == expected


def test_branches_may_not_run():
    [test, branch, other, last] = service("image: x\ncommand: sh -c 'if t; then a; fi; b || c'").commands
    assert [c.certain for c in (test, branch, other, last)] == [False, False, True, False]


def test_a_script_of_package_json_is_what_npm_runs():
    package = '{"scripts": {"dev": "PORT=4000 vite --host 127.0.0.1", "start": "npm run dev -- --open"}}'
    found = service(
        "build: .\ncommand: npm start", Dockerfile="FROM node\nWORKDIR /app\nCOPY . .\n", package_json=package
    )
    [vite] = found.commands
    assert vite.text == "vite --host 127.0.0.1 --open"
    assert vite.variables["PORT"].value == "4000"
    place = vite.place(vite.text.index("127"), vite.text.index("127") + 9)
    assert (place.source.path, written(place)) == ("package.json", "127.0.0.1")


def test_yarn_runs_scripts_and_what_packages_bring():
    for command, text in (
        ("yarn dev", "next dev"),
        ("yarn vite --host", "vite --host"),
        ("yarn install", "yarn install"),
    ):
        found = service(
            f"image: node\nworking_dir: /app\ncommand: {command}\nvolumes: ['.:/app']",
            package_json='{"scripts": {"dev": "next dev"}}',
        )
        assert programs(found) == [text]


def test_a_script_of_the_image_passes_its_arguments_on():
    found = service(
        "build: .",
        Dockerfile='FROM x\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["nginx", "-g", "daemon off;"]\n',
        start_sh='#!/bin/sh\nset -e\nexport MODE=a\nexec "$@"\n',
    )
    assert programs(found) == ["set -e", "nginx -g daemon off;"]


def test_the_processes_of_a_procfile():
    found = service(
        "build: .\ncommand: foreman start web",
        Dockerfile="FROM ruby\nWORKDIR /app\nCOPY . .\n",
        Procfile="web: bundle exec puma -p 3000\nworker: sidekiq\n",
    )
    assert programs(found) == ["puma -p 3000"]


def test_words_stand_where_they_are_written():
    found = service("image: x\ncommand:\n  - sh\n  - -c\n  - |\n    cd /srv\n    serve --bind 127.0.0.1:80\n")
    [serve] = found.commands
    assert (serve.folder, written(serve.words[2].anchor)) == ("/srv", "127.0.0.1:80")
    assert serve.words[2].anchor.line == 9
    shell_form = service("build: .", Dockerfile="FROM x\nCMD serve \\\n  --port 80\n")
    assert written(shell_form.commands[0].words[2].anchor) == "80"


def test_scripts_that_never_end_are_given_up():
    loop = '{"scripts": {"a": "npm run a"}}'
    assert service("build: .\ncommand: npm run a", Dockerfile="FROM x\n", package_json=loop).commands == ()
    for text in (
        "'",
        '"',
        "$(",
        "`",
        "\\",
        "${",
        "<<",
        "a <<EOF",
        "((((",
        "&&&&",
        "case x in",
        "}}}",
        "f() {",
    ):
        list(shell.script(whole(Source("x", text)), {}))
        shell.words(whole(Source("x", text)))


# --- variables ----------------------------------------------------------------------------------------------


def test_variables_are_merged_as_the_engine_does():
    found = service(
        "build: .\nenv_file: web.env\nenvironment: {B: compose}",
        Dockerfile="FROM x\nENV A=image B=image C=image\n",
        web_env="B=file\nC=file\n",
    )
    assert {k: v.value for k, v in found.environment.items()} == {"A": "image", "B": "compose", "C": "file"}
    assert found.environment["A"].source.path == "Dockerfile"


def test_variables_of_a_pod():
    found = pod(
        "image: x\nenvFrom: [{configMapRef: {name: files}}]\nenv:\n"
        "  - {name: PORT, value: '80'}\n  - {name: URL, value: 'http://x:$(PORT)/$(NOBODY)'}\n"
        "  - {name: B, valueFrom: {configMapKeyRef: {name: files, key: b}}}\n"
        "  - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k}}}\n"
        "  - {name: GONE, valueFrom: {configMapKeyRef: {name: no, key: k}}}\n",
        _FILES,
    )
    got = found.environment
    assert (got["LEVEL"].value, got["B"].value, got["PORT"].value) == ("info", "two", "80")
    assert {name for name, value in got.items() if value.tag == UNKNOWN} == {"URL", "KEY", "GONE"}
    assert all(isinstance(value, Scalar) for value in got.values())


# --- files --------------------------------------------------------------------------------------------------


def test_mounts_cover_what_the_image_was_given():
    found = service(
        "build: .\nvolumes: ['./conf:/etc/app', './one.txt:/etc/app/in/one.txt', 'data:/data']\n"
        "configs: [{source: c, target: /etc/c}]\nsecrets: [s]",
        Dockerfile="FROM x\nCOPY image/ /etc/app/\nCOPY image/a.txt /opt/\nCOPY <<E /opt/b.txt\ntext\nE\n",
        image__a_txt="image",
        conf__b_txt="mounted",
        one_txt="one",
        compose_override_yaml="services: {web: {}}\nvolumes: {data: }\nconfigs: {c: {content: hi}}\nsecrets: {s: {file: one.txt}}\n",
    ).files
    assert found.read("/etc/app/a.txt") is None
    assert found.read("/etc/app/b.txt").text == "mounted"
    assert found.read("/etc/app/in/one.txt").source.path == "one.txt"
    assert [found.read(p).text for p in ("/opt/a.txt", "/opt/b.txt", "/etc/c")] == ["image", "text\n", "hi"]
    assert found.unknown("/data/x")
    assert found.unknown("/run/secrets/s")
    assert not found.unknown("/etc/app/x")
    assert found.hides("/etc/app/a.txt")
    assert not found.hides("/opt/a.txt")
    assert [path for path, _ in found.find("/etc/app/*.txt")] == ["/etc/app/b.txt"]
    assert [path for path, _ in found.walk("/etc")] == ["/etc/app/b.txt", "/etc/app/in/one.txt", "/etc/c"]


def test_volumes_of_a_pod():
    found = pod(
        "image: x\nvolumeMounts:\n  - {name: conf, mountPath: /conf}\n  - {name: both, mountPath: /both}\n"
        "  - {name: conf, mountPath: /one, subPath: b.conf}\n  - {name: conf, mountPath: /sub, subPath: sub}\n"
        "  - {name: secret, mountPath: /secret}\n",
        _FILES,
        _MORE,
    ).files
    assert [path for path, _ in found.walk("/")] == [
        "/both/LEVEL", "/both/a", "/both/b", "/both/c", "/conf/b.conf", "/conf/sub/a.conf", "/one", "/sub/a.conf"
    ]  # fmt: skip
    assert found.unknown("/secret/key")
    assert not found.unknown("/conf/other")


def test_only_what_is_asked_for_is_read():
    class Counting(MemoryFiles):
        read = 0

        def source(self, path):
            self.read += path.endswith(".txt")
            return super().source(path)

    files = Counting(
        {
            "compose.yaml": "services: {web: {image: x, volumes: ['.:/app']}}",
            **{f"{n}.txt": "" for n in range(999)},
        }
    )
    loaded = load.load(Discovery(files=(("compose.yaml", Kind.YAML),), skipped=()), files, Config())
    [found] = [r for r in loaded.resources if isinstance(r, Container)]
    assert found.files.read("/app/7.txt") is not None
    assert files.read == 1
