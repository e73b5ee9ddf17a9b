"""Our loader beside the real one: the same verdict, and the same services, networks, ports, health checks.

Recorded cases of the project's reference material are used where that lies beside the repository; the
binary that the development dependencies install is asked directly.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from upstreamlint.documents import UNKNOWN, Scalar
from upstreamlint.files.readable import DiskFiles
from upstreamlint.model.compose import project
from upstreamlint.readers.compose.discover import discover
from upstreamlint.readers.compose.load import load

SHARED = Path(__file__).resolve().parents[2] / "shared"
TRUTH = SHARED / "truth" / "compose"
CORPUS = SHARED / "corpus"
BINARY = shutil.which("docker-compose", path=str(Path(sys.executable).parent)) or shutil.which(
    "docker-compose"
)

needs_binary = pytest.mark.skipif(BINARY is None, reason="docker-compose is not installed")


# --- what is compared ---------------------------------------------------------------------------------------


def text(scalar: Scalar | None) -> str | None:
    """A value as Compose sees it: variables without a value are empty."""
    if scalar is None:
        return None
    return blank(scalar.value) if scalar.tag == UNKNOWN else scalar.value


def blank(value: str) -> str:
    return re.sub(r"\$\{\w+\}", "", value)


def ours(loaded, files, base: Path) -> dict[str, dict[str, object]]:
    model = project(loaded, files)
    return {name: our_service(service, base) for name, service in model.services.items()}


def our_service(service, base: Path) -> dict[str, object]:
    check = service.healthcheck
    return {
        "image": text(service.image) or None,
        "networks": sorted(a.key for a in service.networks),
        "aliases": sorted((a.key, text(n)) for a in service.networks for n in a.aliases),
        "ports": sorted(
            (blank(p.host_ip), blank(p.text), p.target, p.protocol) for p in service.ports if p.target
        ),
        "hostname": text(service.hostname) or None,
        "container_name": text(service.container_name) or None,
        "network_mode": text(service.network_mode) or None,
        "replicas": service.replicas if service.replicas is not None else 1,
        "condition": {d.service.value: d.condition for d in service.depends_on},
        "healthcheck": our_check(check) if check and check.form != "inherited" else None,
        "environment": {k: text(v) for k, v in service.environment.items()},
        "labels": {k: text(e.value) for k, e in service.labels.items()},
        "binds": sorted(
            (str((base / m.source).resolve()), text(m.target))
            for m in service.mounts
            if m.kind == "bind" and m.source
        ),
        "restart": text(service.restart) or None,
    }


def our_check(check) -> tuple[object, ...]:
    if check.form == "disabled":
        return ("disabled",)
    words = [text(w) for w in check.words]
    return ("NONE",) if check.form == "NONE" else (check.form, *words)


def plain(value):
    """The binary escapes every `$` that it prints."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [plain(v) for v in value]
    return {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value


def theirs(output: dict) -> dict[str, dict[str, object]]:
    return {name: their_service(plain(s or {})) for name, s in (output.get("services") or {}).items()}


def their_service(service: dict) -> dict[str, object]:
    networks = service.get("networks") or {}
    implied = {d for d, v in (service.get("depends_on") or {}).items() if v.get("restart")}
    return {
        "image": service.get("image") or None,
        "networks": sorted(networks),
        "aliases": sorted((k, a) for k, v in networks.items() for a in (v or {}).get("aliases") or ()),
        "ports": sorted(
            (
                p.get("host_ip", "").strip("[]"),
                str(p.get("published", "")),
                p["target"],
                p.get("protocol", "tcp"),
            )
            for p in service.get("ports") or ()
        ),
        "hostname": service.get("hostname") or None,
        "container_name": service.get("container_name") or None,
        "network_mode": service.get("network_mode") or None,
        "replicas": service.get("scale", (service.get("deploy") or {}).get("replicas", 1)),
        "condition": {
            d: v["condition"] for d, v in (service.get("depends_on") or {}).items() if d not in implied
        },
        "healthcheck": their_check(service["healthcheck"]) if service.get("healthcheck") else None,
        "environment": service.get("environment") or {},
        "labels": service.get("labels") or {},
        "binds": sorted(
            (str(Path(v["source"]).resolve()), v["target"])
            for v in service.get("volumes") or ()
            if v["type"] == "bind"
        ),
        "restart": service.get("restart") or None,
    }


def their_check(check: dict) -> tuple[object, ...] | None:
    if check.get("disable"):
        return ("disabled",)
    return tuple(check["test"]) if check.get("test") else None


def differences(mine: dict, real: dict) -> list[str]:
    if mine.keys() != real.keys():
        return [f"services {sorted(mine.keys() ^ real.keys())}"]
    return [
        f"{name}.{key}: {mine[name][key]!r} is {value!r}"
        for name, service in real.items()
        for key, value in service.items()
        if not same(key, mine[name][key], value)
    ]


def same(key: str, mine: object, real: object) -> bool:
    if key == "condition" and isinstance(mine, dict) and isinstance(real, dict):
        # A link to a service that is in `depends_on` as well is told by the same flag.
        return real.items() <= mine.items()
    if key == "environment" and isinstance(mine, dict) and isinstance(real, dict):
        # Names that are passed through have no value in the binary's answer, or are left out of it.
        return all((v or "") == (real.get(k) or "") for k, v in mine.items()) and real.keys() <= mine.keys()
    if key == "binds":
        return (
            all(item in real for item in mine) if isinstance(mine, list) and isinstance(real, list) else False
        )
    return mine == real


def real(folder: Path, *arguments: str, **variables: str) -> tuple[dict | None, str]:
    assert BINARY is not None
    run = subprocess.run(
        [BINARY, *arguments, "config", "--format", "json"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **variables},
        timeout=120,
        check=False,
    )
    return (json.loads(run.stdout), run.stderr) if run.returncode == 0 else (None, run.stderr)


# --- recorded cases -----------------------------------------------------------------------------------------

BY_DESIGN = {
    # Compose reads an unset variable as empty and finds no image; here the image is unknown.
    "unset_var_image",
}


@pytest.mark.skipif(not TRUTH.is_dir(), reason="the recorded cases are not here")
def test_recorded_cases(capsys):
    cases = json.loads((TRUTH / "cases.json").read_text())
    files = DiskFiles([str(TRUTH)])
    wrong: list[str] = []
    for name, record in cases.items():
        wanted = record["5.6.1"]
        members = [str(p) for p in (TRUTH / name).rglob("*") if p.is_file()]
        found = [c for c in discover(members, files) if c.default]
        paths = found[0].paths if found else (str(TRUTH / name / "compose.yaml"),)
        if name == "explicit_f_no_override":
            paths = paths[:1]
        loaded = load(paths, files, {"COMPOSE_PROFILES": "*"} if name == "profile_all" else None)
        if bool(loaded.faults) != bool(wanted["rc"]):
            wrong.append(f"{name}: {[f.message for f in loaded.faults]} is {wanted['err']}")
        elif not wanted["rc"]:
            shown = ours(loaded, files, TRUTH)
            on = theirs(wanted["out"])
            # Services that a profile switches off are not printed.
            mine = {n: s for n, s in shown.items() if n in on or name not in INACTIVE}
            for service in (*mine.values(), *on.values()):
                service.pop("binds")
            wrong.extend(f"{name}: {d}" for d in differences(mine, on))
    by_design = [w for w in wrong if w.partition(":")[0] in BY_DESIGN]
    agreed = len(cases) - len({w.partition(":")[0] for w in wrong})
    with capsys.disabled():
        sys.stdout.write(f"\nrecorded Compose cases: {agreed}/{len(cases)} agree\n")
    assert [w for w in wrong if w not in by_design] == [], wrong


INACTIVE = {"depends_inactive_profile_required_false", "depends_healthy_optional"}


# --- the binary over small projects -------------------------------------------------------------------------

PROJECTS: dict[str, dict[str, str]] = {
    "include merges, what is local wins": {
        "compose.yaml": "include: [sub/a.yaml]\nservices: {b: {image: x, ports: ['1:1']}}\n",
        "sub/a.yaml": "services: {b: {image: y, command: foo, ports: ['2:2']}, c: {image: '${V}'}}\n",
        "sub/.env": "V=sub\n",
    },
    "the first include wins over the next": {
        "compose.yaml": "include: [a.yaml, b.yaml]\n",
        "a.yaml": "services: {s: {image: one}}\n",
        "b.yaml": "services: {s: {image: two, hostname: h}}\n",
    },
    "extends through two files": {
        "compose.yaml": "services: {a: {extends: {file: s/a.yaml, service: c}, ports: ['1:1']}}\n",
        "s/a.yaml": "services: {c: {extends: {file: t/b.yaml, service: d}, environment: [X=1]}}\n",
        "s/t/b.yaml": "services: {d: {image: q, volumes: ['./x:/y'], environment: {X: 2, Y: 3}}}\n",
    },
    "overrides": {
        "compose.yaml": (
            "services:\n  a:\n    image: x\n    command: [a, b]\n    ports: ['80:80', '81:81']\n    labels: [a=1, b=2]\n"
            "    depends_on: [b]\n    healthcheck: {test: [CMD, x], interval: 3s}\n    volumes: ['./a:/a', './b:/b']\n"
            "  b: {image: y}\n"
        ),
        "compose.override.yaml": (
            "services:\n  a:\n    command: c\n    ports: ['80:80', '82:82']\n    labels: {b: 3}\n"
            "    healthcheck: {test: foo}\n    volumes: ['./c:/a']\n    depends_on: {b: {condition: service_healthy}}\n"
        ),
    },
    "override and reset": {
        "compose.yaml": "services:\n  a: {image: x, ports: ['80:80'], environment: {A: 1, B: 2}}\n  b: {image: y}\n",
        "compose.override.yaml": (
            "services:\n  a:\n    ports: !override ['90:90']\n    environment:\n      A: !reset null\n  b: !reset null\n"
        ),
    },
    "env files": {
        "compose.yaml": "services: {a: {image: x, env_file: [e.env, {path: f.env, required: false}], environment: [B=3, D]}}\n",
        ".env": "FOO=z\nD=fromdotenv\n",
        "e.env": 'A=1\nexport B=2\nC = 3\nS=\'lit $X \\n\'\nE="dq $FOO \\n x"\nF=${FOO}-x # c\nG=a#b\nL="multi\nline"\nM=${NO:-def}\n',
    },
    "yaml 1.2": {
        "compose.yaml": "services: {a: {image: x, ports: [22:22, 3000:3000], environment: {A: yes, B: on, C: 012}}, on: {image: y}}\n",
    },
    "anchors": {
        "compose.yaml": (
            "x-a: &a {image: i, restart: always}\nx-b: &b {environment: {A: 1}, image: j}\n"
            "services:\n  s:\n    <<: [*a, *b]\n    hostname: h\n"
        ),
    },
    "names and hosts": {
        "compose.yaml": (
            "name: Shop.X\nservices:\n  a:\n    image: x\n    networks: {n: {aliases: [p, q]}, default: }\n"
            "    extra_hosts: ['h:1.2.3.4', 'g=::1']\n    links: ['b:db']\n  b: {image: y, networks: [n]}\nnetworks: {n: {name: real}}\n"
        ),
    },
    "an undefined network": {"compose.yaml": "services: {a: {image: x, networks: [nope]}}\n"},
    "a cycle": {"compose.yaml": "services: {a: {image: x, depends_on: [b]}, b: {image: x, links: [a]}}\n"},
    "a bad port": {"compose.yaml": "services: {a: {image: x, ports: ['80:99999']}}\n"},
    "a bad range": {"compose.yaml": "services: {a: {image: x, ports: ['8000-8002:80-81']}}\n"},
    "an unknown key": {"compose.yaml": "services: {a: {image: x, helthcheck: {test: x}}}\n"},
    "a wrong type": {"compose.yaml": "services: {a: {image: x, ports: 80}}\n"},
    "a null mapping": {"compose.yaml": "services: {a: {image: x, environment: }}\n"},
    "a missing include": {"compose.yaml": "include: [nope.yaml]\nservices: {a: {image: x}}\n"},
    "a required variable": {"compose.yaml": "services: {a: {image: '${X:?set X}'}}\n"},
    "a missing env file": {"compose.yaml": "services: {a: {image: x, env_file: nope.env}}\n"},
    "an include of itself": {"compose.yaml": "include: [compose.yaml]\nservices: {a: {image: x}}\n"},
    "too many containers of one name": {
        "compose.yaml": "services: {aa: {image: x, container_name: cc, scale: 2}}\n"
    },
}


@needs_binary
@pytest.mark.parametrize("name", PROJECTS)
def test_small_projects(name, tmp_path):
    for path, content in PROJECTS[name].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    output, errors = real(tmp_path, COMPOSE_PROFILES="*")
    files = DiskFiles([str(tmp_path)])
    candidate = next(
        c for c in discover([str(p) for p in tmp_path.rglob("*") if p.is_file()], files) if c.default
    )
    loaded = load(candidate.paths, files, {"COMPOSE_PROFILES": "*"})
    messages = [f.message for f in loaded.faults]
    if output is None:
        assert messages, errors
        said = errors.replace(str(tmp_path) + "/", "").replace("./", "")
        assert any(m.replace(str(tmp_path) + "/", "").split(":")[0] in said for m in messages), (
            messages,
            errors,
        )
    else:
        assert messages == []
        assert differences(ours(loaded, files, tmp_path), theirs(output)) == []
        assert loaded.name == output["name"] or "name" not in loaded.root


VALUES = [
    "$", "a$1b", "${A", "$}", "${A-x}", "${A:-}", "${A:-${B:-c}}", "${A-}}", "${A:-a}b}", "${A:-a:b-c}", "$$A", "$${A}",
    "${A:-$$x}", "${A:?}", "${a-b}", "${1}", "${A!}", "${A:x}", "${P:+x}", "${P+x}", "${P:+${P}y}", "${}", "${E:-d}",
    "${E-d}", "${E+z}", "${E:?x}", "${E?x}", "${A-{x}}", '${A:-{"a":1}}', "${A-x}${B-y}", "{${A-x}}", "$P-$$P",
]  # fmt: skip


@needs_binary
@pytest.mark.parametrize("value", VALUES)
def test_variables(value, tmp_path):
    (tmp_path / "compose.yaml").write_text(json.dumps({"services": {"a": {"image": "x", "hostname": value}}}))
    (tmp_path / ".env").write_text("P=pp\nE=\n")
    output, _ = real(tmp_path)
    loaded = load([str(tmp_path / "compose.yaml")], DiskFiles([str(tmp_path)]))
    assert bool(loaded.faults) == (output is None)
    if output is not None:
        found = loaded.root.at("services", "a", "hostname")
        assert (text(found) if isinstance(found, Scalar) else "") == plain(
            output["services"]["a"].get("hostname", "")
        )


# --- the binary over real files -----------------------------------------------------------------------------

SAMPLE = 3
"""Every third file of the corpus: the binary takes about 65 ms for one."""


@needs_binary
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_corpus(capsys):
    listed = (CORPUS / "all_compose_list.txt").read_text().split("\n")
    paths = [p for p in listed if p and (CORPUS / p).is_file()][::SAMPLE]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda p: real(CORPUS, "-f", p, COMPOSE_PROFILES="*"), paths))
    files = DiskFiles([str(CORPUS)])
    wrong: list[str] = []
    for path, (output, errors) in zip(paths, answers, strict=True):
        loaded = load([str(CORPUS / path)], files, {"COMPOSE_PROFILES": "*"})
        if bool(loaded.faults) != (output is None):
            wrong.append(f"{path}: {[f.message for f in loaded.faults]} is {errors.strip()[-200:]}")
        elif output is not None:
            found = differences(ours(loaded, files, CORPUS), theirs(output))
            wrong.extend(f"{path}: {d}" for d in found)
    agreed = len(paths) - len({w.partition(":")[0] for w in wrong})
    with capsys.disabled():
        sys.stdout.write(f"\nCompose files of the corpus: {agreed}/{len(paths)} agree\n")
        sys.stdout.writelines(f"{w[:600]}\n" for w in wrong)
    assert agreed >= len(paths) - 3


def test_the_helpers_see_a_difference():
    assert differences({"a": {"image": "x"}}, {"a": {"image": "y"}}) == ["a.image: 'x' is 'y'"]
