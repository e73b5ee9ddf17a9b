"""Which nginx configurations are found, where they run, and what is known of them."""

from __future__ import annotations

import pytest

from upstreamlint import load, rules, testing
from upstreamlint.files.discover import Discovery, Found
from upstreamlint.files.kinds import kind_of_name, kind_of_text
from upstreamlint.files.readable import MemoryFiles
from upstreamlint.finding import Severity
from upstreamlint.programs.nginx.instance import Flavour, NginxInstance, image_of, version
from upstreamlint.settings.config import Config

RULES = rules.load()
SERVER = "server {\n    listen 80;\n    location / { proxy_pass http://%s; }\n}\n"


def instances(texts: dict[str, str], config: Config | None = None) -> list[NginxInstance]:
    found = []
    for path, text in sorted(texts.items()):
        kind = kind_of_name(path.rpartition("/")[2]) or kind_of_text(text.encode())
        if kind:
            found.append(Found(path, kind))
    files = MemoryFiles(texts)
    loaded = load.load(Discovery(files=tuple(found), skipped=()), files, config or Config())
    return [r for r in loaded.resources if isinstance(r, NginxInstance)]


def compose(volumes: str, image: str = "nginx:1.27", more: str = "") -> str:
    return f"services:\n  edge:\n    image: {image}\n    volumes:\n{volumes}{more}  shop:\n    image: registry.example/shop:1\n"


@pytest.mark.parametrize(
    ("image", "flavour", "tag", "official"),
    [
        ("nginx:1.27-alpine", Flavour.OPEN_SOURCE, "1.27", True),
        ("docker.io/library/nginx:1.25.3", Flavour.OPEN_SOURCE, "1.25.3", True),
        ("nginx", Flavour.OPEN_SOURCE, None, True),
        ("openresty/openresty:1.25.3.1-alpine", Flavour.OPENRESTY, "1.25.3.1", True),
        ("private-registry.nginx.com/nginx-plus/base:r32", Flavour.PLUS, None, True),
        ("bitnami/nginx:1.27", Flavour.UNKNOWN, None, False),
        ("registry.example/team/my-nginx:3", Flavour.UNKNOWN, None, False),
    ],
)
def test_an_image_tells_the_nginx_in_it(image, flavour, tag, official):
    found = image_of(image)
    assert found is not None
    assert (found.flavour, found.official) == (flavour, official)
    assert (found.version.text if found.version else None) == tag


def test_other_images_hold_no_nginx():
    assert image_of("postgres:16") is None


def test_a_short_tag_is_any_of_its_releases():
    found = version("1.27")
    assert found is not None
    assert not found.before(1, 27, 3)
    assert not found.since(1, 27, 3)
    assert found.before(1, 28, 0)
    assert found.since(1, 27, 0)


def test_a_mounted_file_runs_in_its_service_and_is_not_judged_alone():
    found = instances(
        {"compose.yaml": compose("      - ./a.conf:/etc/nginx/conf.d/a.conf\n"), "a.conf": SERVER % "shop"}
    )
    assert [(i.service and i.service.name.value, i.complete, i.alone) for i in found] == [
        ("edge", True, True)
    ]
    assert len(found[0].config.routes) == 1


def test_a_mounted_folder_and_a_main_file():
    texts = {
        "compose.yaml": compose("      - ./nginx:/etc/nginx\n"),
        "nginx/nginx.conf": "events {}\nhttp { include sites/*.conf; }\n",
        "nginx/sites/a.conf": SERVER % "shop",
    }
    (found,) = instances(texts)
    assert {f.source.path for f in found.config.fragments} == {"nginx/nginx.conf", "nginx/sites/a.conf"}
    assert found.complete


def test_what_a_volume_hides_is_unknown():
    texts = {
        "compose.yaml": compose(
            "      - ./nginx.conf:/etc/nginx/nginx.conf\n      - sites:/etc/nginx/conf.d\n", more=""
        )
        + "volumes:\n  sites: {}\n",
        "nginx.conf": "events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n",
    }
    (found,) = instances(texts)
    assert not found.complete


def test_templates_are_filled_in_from_the_environment():
    texts = {
        "compose.yaml": compose(
            "      - ./a.template:/etc/nginx/templates/a.conf.template\n",
            more="    environment: {SHOP: shop:8080}\n",
        ),
        "a.template": SERVER % "${SHOP}",
    }
    (found,) = instances(texts)
    assert [r.target.target.value for r in found.config.routes] == ["http://shop:8080"]


def test_a_start_command_that_fills_in_a_template_is_followed():
    command = "    command: /bin/sh -c \"envsubst < /tmp/a.conf > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'\"\n"
    texts = {
        "compose.yaml": compose(
            "      - ./a.conf:/tmp/a.conf\n", more=command + "    environment: {SHOP: shop:8080}\n"
        ),
        "a.conf": SERVER % "$SHOP",
    }
    (found,) = instances(texts)
    assert [r.target.target.value for r in found.config.routes] == ["http://shop:8080"]


def test_a_dockerfile_copies_configuration():
    texts = {
        "compose.yaml": "services:\n  edge:\n    build: ./edge\n",
        "edge/Dockerfile": "FROM nginx:1.25\nCOPY a.conf /etc/nginx/conf.d/default.conf\n",
        "edge/a.conf": SERVER % "shop",
    }
    (found,) = instances(texts)
    assert found.service is not None
    assert found.version is not None
    assert found.version.text == "1.25"


def test_a_dockerfile_that_writes_configuration_leaves_it_open():
    texts = {
        "compose.yaml": "services:\n  edge:\n    build: ./edge\n",
        "edge/Dockerfile": "FROM nginx:1.25\nCOPY a.conf /etc/nginx/conf.d/default.conf\n"
        "RUN echo 'upstream php {}' > /etc/nginx/conf.d/php.conf\n",
        "edge/a.conf": SERVER % "shop",
    }
    (found,) = instances(texts)
    assert not found.complete


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/nginx.conf, subPath: main}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: edge}
data:
  main: |
    events {}
    http {
        server { location / { proxy_pass http://shop; } }
    }
"""


def test_a_config_map_is_mounted_key_by_key_with_places_in_the_manifest():
    (found,) = instances({"pod.yaml": POD})
    assert found.complete
    assert found.workload is not None
    (route,) = found.config.routes
    assert route.target.anchor.span[:3] == ("pod.yaml", 21, 42)


def test_a_config_map_that_is_not_here_leaves_it_open():
    head, _, _ = POD.partition("---")
    assert instances({"pod.yaml": head}) == []


def test_main_files_come_before_fragments_and_take_what_they_include():
    texts = {
        "nginx.conf": "events {}\nhttp { include conf.d/*.conf; }\n",
        "conf.d/a.conf": SERVER % "a",
        "b.conf": SERVER % "b",
    }
    found = instances(texts)
    assert [(i.config.main.source.path, i.config.fragment) for i in found] == [
        ("nginx.conf", False),
        ("b.conf", True),
    ]


def test_what_the_user_says_wins_over_the_image():
    texts = {
        "compose.yaml": compose("      - ./a.conf:/etc/nginx/conf.d/a.conf\n"),
        "a.conf": SERVER % "shop",
    }
    (found,) = instances(texts, Config(nginx_version="1.21", flavour="plus"))
    assert found.version is not None
    assert (found.version.text, found.flavour) == ("1.21", Flavour.PLUS)


def test_text_of_another_program_is_left_alone():
    assert (
        instances(
            {
                "gatling.conf": "gatling {\n  http {\n    ssl {\n      a = 1\n    }\n  }\n}\nserver {\n x = 2\n}\n"
            }
        )
        == []
    )


def test_one_chain_leads_from_a_published_port_through_nginx_to_a_dead_service():
    texts = {
        "compose.yaml": compose(
            "      - ./a.conf:/etc/nginx/conf.d/a.conf\n",
            more="    ports: ['80:80']\n    depends_on: [shop]\n",
        ),
        "a.conf": SERVER % "shopp:8080",
    }
    result = testing.check_texts(texts, RULES)
    (error,) = [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert error.finding.primary.anchor.span[:3] == ("a.conf", 3, 36)
    assert "published port 80" in {a.listener for a in error.affects}
    assert error.finding.symptom is not None
    assert "host not found in upstream" in str(error.finding.symptom)


def test_ignore_comments_in_nginx_files_are_heeded():
    texts = {
        "nginx.conf": "events {}\nhttp {\n    upstream a { }  # upstreamlint: ignore[upstream-empty] filled in later\n}\n"
    }
    result = testing.check_texts(texts, RULES)
    assert [d.rule for d in result.diagnostics] == []
