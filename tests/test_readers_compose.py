"""What a Compose project reads as, and where its values say that they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstreamlint.documents import INTERPOLATED, UNKNOWN, Mapping, Scalar
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.readers import dockerfile
from upstreamlint.readers.compose.discover import discover
from upstreamlint.readers.compose.load import load
from upstreamlint.source import Source


def project(files, *paths, environment=None):
    return load(paths or ("compose.yaml",), MemoryFiles(files), environment)


def at(found, *path):
    node = found.root.at(*path)
    assert node is not None, path
    return node


def place(node):
    span = node.anchor.span
    return span.path, span.line, span.column


def messages(found):
    return [f.message for f in found.faults]


# --- values -------------------------------------------------------------------------------------------------


def test_scalars_are_text_as_yaml_1_2_reads_it():
    found = project(
        {
            "compose.yaml": "services:\n  on:\n    image: x\n    ports:\n      - 22:22\n    environment: {A: yes, C: 012}\n"
        }
    )
    assert found.faults == ()
    assert [p.value for p in at(found, "services", "on", "ports")] == ["22:22"]
    assert at(found, "services", "on", "environment", "A").value == "yes"
    assert at(found, "services", "on", "environment", "C").value == "10"


def test_a_variable_takes_its_value_from_the_env_file_beside_the_first_file():
    found = project(
        {"app/compose.yaml": "services: {a: {image: 'x:${TAG}'}}", "app/.env": "TAG=1.2\n"},
        "app/compose.yaml",
    )
    image = at(found, "services", "a", "image")
    assert (image.value, image.tag) == ("x:1.2", INTERPOLATED)
    assert place(image) == ("app/compose.yaml", 1, 23)


def test_a_variable_without_a_value_is_unknown_and_no_fault():
    found = project({"compose.yaml": "services:\n  a:\n    image: $IMAGE\n    ports: ['${PORT}:80']\n"})
    assert found.faults == ()
    assert at(found, "services", "a", "image").tag == UNKNOWN
    assert at(found, "services", "a", "ports").items[0].value == "${PORT}:80"
    assert [(name, anchor.span.line) for name, anchor in found.unset] == [("IMAGE", 3), ("PORT", 4)]


def test_the_process_environment_is_not_read(monkeypatch):
    monkeypatch.setenv("IMAGE", "from-the-shell")
    assert (
        at(project({"compose.yaml": "services: {a: {image: '${IMAGE:-y}'}}"}), "services", "a", "image").value
        == "y"
    )


def test_a_required_variable_is_a_fault_where_it_stands():
    found = project({"compose.yaml": "services:\n  a:\n    image: ${IMG:?need IMG}\n"})
    [fault] = found.faults
    assert fault.kind == "required-variable"
    assert (
        fault.message
        == "error while interpolating services.a.image: required variable IMG is missing a value: need IMG"
    )
    assert fault.anchor.span[1:3] == (3, 12)


def test_anchors_and_merge_keys_point_at_what_was_written():
    text = "x-a: &a\n  image: i\nservices:\n  s:\n    <<: *a\n    hostname: h\n"
    found = project({"compose.yaml": text})
    assert place(at(found, "services", "s", "image")) == ("compose.yaml", 2, 10)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("services:\n  a: {image: x}\n  a: {image: y}\n", 3, 'mapping key "a" already defined at line 2'),
        (
            "x-x: &a {image: i}\nservices:\n  s:\n    <<: *a\n    <<: *a\n",
            5,
            'mapping key "<<" already defined at line 4',
        ),
    ],
)
def test_a_key_twice_is_a_fault(text, line, said):
    found = project({"compose.yaml": text})
    fault = next(f for f in found.faults if f.kind == "syntax")
    assert (fault.message, fault.anchor.line) == (said, line)


def test_merge_keys_of_two_mappings_are_no_duplicates():
    text = "x-a: &a {image: i}\nservices:\n  s:\n    <<: *a\n  t:\n    <<: *a\n"
    assert project({"compose.yaml": text}).faults == ()


def test_broken_yaml_is_a_fault_and_a_fragment():
    found = project({"compose.yaml": "services:\n\ta: 1\n"})
    assert found.fragment
    assert [f.kind for f in found.faults] == ["syntax"]


# --- several files ------------------------------------------------------------------------------------------


def test_an_override_keeps_both_places():
    found = project(
        {
            "compose.yaml": "services:\n  a:\n    image: x\n    ports: ['80:80']\n",
            "compose.override.yaml": "services:\n  a:\n    ports: ['81:80']\n    environment: [X=1]\n",
        },
        "compose.yaml",
        "compose.override.yaml",
    )
    assert [place(p) for p in at(found, "services", "a", "ports")] == [
        ("compose.yaml", 4, 13),
        ("compose.override.yaml", 3, 13),
    ]
    assert place(at(found, "services", "a", "environment", "X")) == ("compose.override.yaml", 4, 21)


def test_reset_and_override_tags():
    found = project(
        {
            "compose.yaml": "services:\n  a: {image: x, ports: ['80:80'], depends_on: [b]}\n  b: {image: y}\n  c: {image: z}\n",
            "o.yaml": "services:\n  a: {ports: !override ['8443:443'], depends_on: !reset null}\n  c: !reset null\n",
        },
        "compose.yaml",
        "o.yaml",
    )
    assert list(at(found, "services").entries) == ["a", "b"]
    assert [p.value for p in at(found, "services", "a", "ports")] == ["8443:443"]
    assert "depends_on" not in at(found, "services", "a")


def test_documents_of_one_file_are_merged():
    found = project({"compose.yaml": "services:\n  a: {image: x}\n---\nservices:\n  b: {image: y}\n"})
    assert list(at(found, "services").entries) == ["a", "b"]


def test_extends_takes_values_from_where_they_are_written():
    found = project(
        {
            "compose.yaml": "services:\n  a: {extends: {file: sub/b.yml, service: z}, hostname: h}\n",
            "sub/b.yml": "services:\n  z:\n    image: q\n    volumes: ['./n.conf:/n']\n",
        }
    )
    assert place(at(found, "services", "a", "image")) == ("sub/b.yml", 3, 12)
    assert found.folders == {"compose.yaml": ".", "sub/b.yml": "sub"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  z: {}\n  other:\n    volumes:\n", []),
        ("  z:\n    volumes:\n", ["services.z.volumes must be a array"]),
    ],
)
def test_only_the_service_that_is_extended_is_held_against_the_schema(text, expected):
    found = project(
        {
            "compose.yaml": "services:\n  a: {extends: {file: b.yml, service: z}, image: x}\n",
            "b.yml": f"services:\n{text}",
        }
    )
    assert messages(found) == expected


def test_extends_of_what_is_missing():
    found = project({"compose.yaml": "services:\n  a: {extends: {service: zz}}\n"})
    assert messages(found) == ['cannot extend service "a" in compose.yaml: service "zz" not found']
    assert found.incomplete == {"a"}


def test_extends_in_a_circle_ends():
    found = project({"compose.yaml": "services: {a: {extends: b, image: x}, b: {extends: a}}"})
    assert {f.kind for f in found.faults} == {"cycle"}


def test_include_has_its_own_folder_and_variables():
    found = project(
        {
            "compose.yaml": "include: [sub/compose.yaml]\nservices:\n  a: {image: x, depends_on: [b]}\n",
            "sub/compose.yaml": "services:\n  b: {image: 'y:${V}'}\n",
            "sub/.env": "V=7\n",
        }
    )
    assert found.faults == ()
    assert at(found, "services", "b", "image").value == "y:7"
    assert found.folders["sub/compose.yaml"] == "sub"


def test_include_of_what_is_missing_points_at_the_name():
    found = project({"compose.yaml": "include:\n  - sub/compose.yaml\nservices: {a: {image: x}}\n"})
    [fault] = found.faults
    assert (fault.kind, fault.anchor.span[1:3]) == ("missing-file", (2, 5))
    assert found.fragment


def test_env_file_values_stand_in_their_file_and_environment_wins():
    found = project(
        {
            "compose.yaml": "services: {a: {image: x, env_file: e.env, environment: [B=2, C]}}",
            "e.env": "# no\nA=1\nB='1'\n",
        }
    )
    environment = at(found, "services", "a", "environment")
    assert place(environment.get("A")) == ("e.env", 2, 3)
    assert environment.get("B").value == "2"
    assert environment.get("C").tag == UNKNOWN


def test_a_missing_env_file_is_a_fault_unless_it_is_optional():
    found = project({"compose.yaml": "services:\n  a:\n    image: x\n    env_file: e.env\n"})
    assert [(f.kind, f.anchor.line) for f in found.faults] == [("missing-file", 4)]
    assert found.unread == {"a"}
    assert (
        project({"compose.yaml": "services: {a: {image: x, env_file: [{path: e, required: false}]}}"}).faults
        == ()
    )


def test_the_project_is_named_by_the_file_the_variable_or_the_folder():
    text = "services: {a: {image: x}}"
    assert project({"My.App/compose.yaml": text}, "My.App/compose.yaml").name == "myapp"
    assert project({"d/compose.yaml": "name: shop\n" + text}, "d/compose.yaml").name == "shop"
    assert (
        project({"d/compose.yaml": text, "d/.env": "COMPOSE_PROJECT_NAME=p\n"}, "d/compose.yaml").name == "p"
    )
    assert load(["compose.yaml"], MemoryFiles({"compose.yaml": text}), default_name="Here").name == "here"


# --- faults -------------------------------------------------------------------------------------------------

FAULTS = [
    ("undefined-network", "services:\n  a: {image: x, networks: [n]}\n", 2, 28, 'service "a" refers to undefined network n'),
    ("undefined-volume", "services:\n  a: {image: x, volumes: ['n.conf:/x']}\n", 2, 28, 'service "a" refers to undefined volume n.conf'),
    ("undefined-config", "services:\n  a: {image: x, configs: [c]}\n", 2, 27, 'service "a" refers to undefined config c'),
    ("undefined-service", "services:\n  a: {image: x, depends_on: [b]}\n", 2, 30, 'service "a" depends on undefined service "b"'),
    ("undefined-service", "services:\n  a: {image: x, network_mode: 'service:b'}\n", 2, 40, 'service "a" depends on undefined service "b"'),
    ("cycle", "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, links: [a]}\n", 3, 25, "dependency cycle detected: a -> b -> a"),
    ("schema", "services:\n  a: {image: x, prots: ['80:80']}\n", 2, 17, "services.a.prots false schema"),
    ("schema", "services:\n  a: {image: x}\nservice: {}\n", 3, 1, "additional properties 'service' not allowed"),
    ("schema", "services:\n  a: {image: x, ports: 80}\n", 2, 24, "services.a.ports must be a array"),
    ("schema", "services:\n  a: {image: x, healthcheck: {test: x, interval: 30}}\n", 2, 50, "services.a.healthcheck.interval must be a string"),
    ("conflict", "services:\n  a: {image: x, network_mode: host, networks: [n]}\nnetworks: {n: {}}\n", 2, 17,
     "service a declares mutually exclusive `network_mode` and `networks`"),
    ("conflict", "services:\n  a: {image: x, scale: 2, deploy: {replicas: 3}}\n", 2, 17,
     "services.a: can't set distinct values on 'scale' and 'deploy.replicas'"),
    ("port", "services:\n  a: {image: x, ports: ['99999:80']}\n", 2, 25, "invalid hostPort: 99999"),
    ("value", "services:\n  a: {image: x, healthcheck: {test: [curl, x]}}\n", 2, 38,
     'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'),
    ("no-image", "services:\n  a: {ports: ['80:80']}\n", 2, 3, 'service "a" has neither an image nor a build context specified'),
    ("version-1", "web:\n  image: x\ndb:\n  image: y\n", 1, 1, "additional properties 'db', 'web' not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "line", "column", "said"), FAULTS)
def test_faults_in_the_words_of_compose(kind, text, line, column, said):
    [fault] = project({"compose.yaml": text}).faults
    assert (fault.kind, fault.message) == (kind, said)
    assert fault.anchor.span[1:3] == (line, column)


def test_a_needed_service_of_a_profile_that_is_off():
    text = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: y, profiles: [p]}\n"
    [fault] = project({"compose.yaml": text}).faults
    assert fault.kind == "inactive-service"
    assert fault.related[0][0].span[1:3] == (3, 17)
    assert project({"compose.yaml": text, ".env": "COMPOSE_PROFILES=p\n"}).faults == ()


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("services: {a: {image: x}}", False),
        ("services: {a: {build: .}}", False),
        ("services: {a: {ports: ['80:80']}}", True),
        ("services: {a: {image: x, networks: [n]}}", True),
        ("web: {image: x}", True),
    ],
)
def test_fragments(text, fragment):
    assert project({"compose.yaml": text}).fragment is fragment


# --- discovery ----------------------------------------------------------------------------------------------


def found_in(files):
    return [(c.paths, c.default, c.fragment) for c in discover(files, MemoryFiles(files))]


SERVICE = "services: {a: {image: x}}"


def test_the_default_file_goes_with_its_override():
    files = {
        "compose.yaml": SERVICE,
        "docker-compose.override.yml": "services: {a: {ports: ['1:1']}}",
        "docker-compose.yml": SERVICE,
    }
    assert found_in(files) == [
        (("compose.yaml", "docker-compose.override.yml"), True, False),
        (("docker-compose.yml",), False, False),
    ]


def test_compose_file_in_the_env_file_names_the_files():
    files = {
        "d/.env": "COMPOSE_FILE=base.yml:x.yml\n",
        "d/base.yml": SERVICE,
        "d/x.yml": "services: {b: {image: y}}",
    }
    assert found_in(files) == [(("d/base.yml", "d/x.yml"), True, False)]


def test_included_and_extended_files_are_no_projects():
    files = {
        "compose.yaml": "include: [sub/compose.yaml]\nservices: {a: {extends: {file: base.yml, service: z}}}",
        "base.yml": "services: {z: {image: q}}",
        "sub/compose.yaml": SERVICE,
    }
    names = [paths for paths, _, _ in found_in(files)]
    assert ("compose.yaml",) in names
    assert ("base.yml",) not in names


def test_other_files_are_told_by_what_they_hold():
    files = {
        "prod.yml": SERVICE,
        "piece.compose.yml": "services: {a: {ports: ['80:80']}}",
        "symfony.yaml": "services: {App\\: {resource: '../src'}}",
        ".gitlab-ci.yml": "services:\n  - docker:dind\nbuild: {script: x}\n",
        "k8s.yaml": "kind: Service\nmetadata: {name: x}\n",
    }
    assert found_in(files) == [(("piece.compose.yml",), False, True), (("prod.yml",), False, False)]


# --- Dockerfiles --------------------------------------------------------------------------------------------

DOCKERFILE = """\
ARG VERSION=1.27
FROM node:22 AS build
COPY . .
EXPOSE 3000
FROM nginx:${VERSION}-alpine AS web
ARG CONF=default
ENV PORT=8080
RUN apk add --no-cache \\
    # a comment
    curl tzdata=1 && rm -rf /x
WORKDIR /etc/nginx
COPY --from=build /app /usr/share/nginx/html
COPY --chown=1:1 conf/${CONF}.conf conf.d/
ADD nginx.conf .
COPY <<EOF /etc/nginx/extra.conf
listen 81;
EOF
EXPOSE $PORT 81/udp
HEALTHCHECK --interval=5s --retries=2 CMD curl -f http://localhost:8080 || exit 1
CMD ["nginx", "-g", "daemon off;"]
"""


def test_the_last_stage_of_a_dockerfile():
    source = Source("Dockerfile", DOCKERFILE)
    stage = dockerfile.read(source, arguments={"CONF": "site"})
    assert stage is not None
    assert (stage.base.value, stage.name) == ("nginx:1.27-alpine", "web")
    assert [(e.number, e.protocol, e.anchor.span[1:3]) for e in stage.exposed] == [
        (8080, "tcp", (18, 8)),
        (81, "udp", (18, 14)),
    ]
    copies = [([s.value for s in c.sources], c.target.value) for c in stage.copies]
    assert copies == [
        (["conf/site.conf"], "/etc/nginx/conf.d/"),
        (["nginx.conf"], "/etc/nginx/"),
        ([], "/etc/nginx/extra.conf"),
    ]
    content = stage.copies[2].content
    assert content is not None
    assert (content.value, place(content)) == ("listen 81;\n", ("Dockerfile", 16, 1))
    assert [(p.value, p.anchor.span[1:3]) for p in stage.packages] == [
        ("curl", (10, 5)),
        ("tzdata", (10, 10)),
    ]
    assert stage.healthcheck is not None
    assert (stage.healthcheck.interval, stage.healthcheck.retries) == (5.0, 2)
    assert stage.command is not None
    assert [w.value for w in stage.command.words] == ["nginx", "-g", "daemon off;"]


def test_a_target_and_the_stages_below_it():
    source = Source(
        "Dockerfile",
        "FROM python:3 AS base\nEXPOSE 80\nHEALTHCHECK NONE\nFROM base AS dev\nEXPOSE 81\nFROM scratch\n",
    )
    stage = dockerfile.read(source, "dev")
    assert stage is not None
    assert [e.number for e in stage.exposed] == [80, 81]
    assert stage.healthcheck is not None
    assert stage.healthcheck.command is None
    assert stage.base.value == "python:3"
    assert dockerfile.read(source, "nope") is None


# --- robustness ---------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["services:", "a:", "b", " ", "  ", "\n", "- ", "image: x", "ports:", "'80:80'", "${", "}", "$A", ":-", "&a", "*a", "<<: *a",
     "!reset", "!override", "null", "{", "}", "[", "]", ",", "extends:", "include:", "compose.yaml", "env_file:", "e.env", "networks:",
     "depends_on:", "healthcheck:", "test:", "build:", "volumes:", "./a:/b", ":", "::", "---", "#", "\t", "|", "80", "1.5", "~", "x-a:"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_load_never_raises(text):
    files = MemoryFiles({"compose.yaml": text, "e.env": text, ".env": text, "Dockerfile": text})
    load(["compose.yaml"], files)
    discover(["compose.yaml", "e.env", ".env"], files)
    dockerfile.read(Source("Dockerfile", text))


DOCKER = st.sampled_from(
    ["FROM a", "FROM a AS b", " AS ", "\n", "\\\n", "COPY ", "--from=a ", "x ", "/y", "<<EOF", "EOF", "EXPOSE ", "80", "-90", "/udp", "ENV ", "A=",
     '"', "'", "[", "]", "ARG ", "A", "$A", "${A", "}", "RUN apk add ", "HEALTHCHECK ", "NONE", "CMD ", "--interval=5s ", "# c", "`", "WORKDIR "]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(DOCKER, max_size=40).map("".join))
def test_dockerfiles_never_raise(text):
    dockerfile.read(Source("Dockerfile", text))


@pytest.mark.parametrize(
    "text",
    [
        "x-a: &a {<<: &b {<<: *a}}\nservices: {a: {image: x}}\n",
        "x-a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"x-{c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n"
            for p, c in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "a: " + "[" * 200 + "]" * 200,
        "services: {a: {image: '" + "${A:-" * 3000 + "'}}",
    ],
)
def test_hostile_trees_are_faults(text):
    assert project({"compose.yaml": text}).faults


def test_a_chain_of_services_is_no_danger():
    chain = "".join(f"  s{n}: {{image: x, depends_on: [s{n + 1}]}}\n" for n in range(3000))
    found = project({"compose.yaml": "services:\n" + chain + "  s3000: {image: x}\n"})
    assert found.faults == ()
    assert isinstance(found.root, Mapping)
    assert isinstance(at(found, "services", "s1", "image"), Scalar)
