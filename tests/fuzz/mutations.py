"""Files that are almost right: the examples of the rules' pages, with parts replaced, moved, doubled or broken.

A mutation knows what it changes: a value of a key, a line with what is indented below it, a word, a run of characters.
So most of what comes out still parses, and reaches what lies behind the parser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from upstreamlint.rules import load
from upstreamlint.testing import examples

READERS = {
    "kustomization": re.compile(r"kustomization\.ya?ml\Z"),
    "Dockerfile": re.compile(r"Dockerfile\Z"),
    "env file": re.compile(r"\.env\Z"),
    "Caddyfile": re.compile(r"Caddyfile\Z"),
    "HAProxy": re.compile(r"\.cfg\Z"),
    "nginx": re.compile(r"\.conf(?:\.template)?\Z|\Anginx/"),
}
"""Readers by the name of the file; YAML is told apart by what it holds."""
CONTENTS = {
    "Istio": re.compile(r"istio\.io/"),
    "Gateway API": re.compile(r"gateway\.networking\.k8s\.io"),
    "Envoy": re.compile(r"static_resources"),
    "Compose": re.compile(r"^services:", re.MULTILINE),
    "Kubernetes": re.compile(r"^kind:", re.MULTILINE),
}

HOSTILE = [
    "²", "٣", "9" * 5000, "-1", "1e3", "0777", "0x1F", "65536", "1.5", "", "~", "null", "[]", "{}", "[x]", "{a: b}", "true", "'", '"', "|", ">",
    '"\\0"', '"\\ud800"', "\ufeff", "\u2028", "${A}", "${A:-${B}}", "$$", "$A$A", "{{ .Values.x }}", "{% if x %}", "*", "*a", "&a x", "<<: *a",
    "!reset x", "../..", "/dev/zero", "/etc/passwd", "a/" * 300, "x" * 3000, ":", "::", "a:b:c", "1-65535", "[::1]:80", "unix:/a", "http://", "http://a:b@c:d/e",
    "a.b.svc.cluster.local.", "*.a", "-", "- - - x", "# upstreamlint: ignore[x]", "---", "...", "\t", "\r", "}", "{", ";", "\\", "<<EOF", "é", "\U0001f600",
]  # fmt: skip
_VALUE = re.compile(r"(?<=[:\s\[{,=\"'/])[^\s\[\]{},:;\"'=/]+")


class Seed(NamedTuple):
    """An example, and the file of it that a reader is for."""

    texts: Mapping[str, str]
    path: str


def reader_of(path: str, text: str) -> str | None:
    by_name = next((name for name, pattern in READERS.items() if pattern.search(path)), None)
    return by_name or next((name for name, pattern in CONTENTS.items() if pattern.search(text)), None)


def seeds() -> dict[str, list[Seed]]:
    """The examples of every rule's page, by reader."""
    found: dict[str, list[Seed]] = {}
    for rule in load().values():
        for example in examples(rule):
            for path, text in example.texts.items():
                reader = reader_of(path, text)
                if reader is not None:
                    found.setdefault(reader, []).append(Seed(example.texts, path))
    return found


COMPOSE = "services:\n  web:\n    image: {image}\n    env_file: [web.env]\n    environment: [A=$A, B]\n    volumes: ['./{file}:{target}:ro']\n  api: {{image: 'nginx:${{TAG:-1.27}}'}}\n"
MOUNTED = {
    "Apache": ("httpd:2.4", "httpd.conf", "/usr/local/apache2/conf/httpd.conf", """\
Define PORT 8080
Listen 80
LoadModule proxy_module modules/mod_proxy.so
<VirtualHost *:80>
  ServerName a.example.com
  <Location "/x/">
    ProxyPass "http://api:${PORT}/" retry=0 timeout=5
  </Location>
  <Proxy balancer://pool>
    BalancerMember http://api:80 route=1
  </Proxy>
  ProxyPassMatch ^/(.*)$ balancer://pool/$1
  RewriteRule ^/y/(.*)$ fcgi://api:9000/$1 [P,L]
</VirtualHost>
"""),
    "cloudflared": ("cloudflare/cloudflared", "config.yml", "/etc/cloudflared/config.yml", """\
tunnel: a
originRequest: {connectTimeout: 5s}
ingress:
  - hostname: a.example.com
    path: ^/x
    service: http://api:80
    originRequest: {noTLSVerify: true, httpHostHeader: a}
  - hostname: "*.example.com"
    service: https://api:443
  - service: http_status:404
"""),
    "Pomerium": ("pomerium/pomerium", "config.yaml", "/pomerium/config.yaml", """\
authenticate_service_url: https://auth.example.com
routes:
  - from: https://a.example.com
    to: [http://api:80, http://web:81]
    prefix: /x
    policy: [{allow: {or: [{email: {is: a@example.com}}]}}]
  - {from: tcp+https://b.example.com:22, to: tcp://api:22}
"""),
    "oauth2-proxy": ("quay.io/oauth2-proxy/oauth2-proxy", "oauth2.cfg", "/etc/oauth2-proxy.cfg", """\
http_address = "0.0.0.0:4180"
upstreams = [ "http://api:80/", "file:///var/www#/static" ]
skip_auth_routes = [ "^/x" ]
"""),
    "Tailscale": ("tailscale/tailscale", "serve.json", "/config/serve.json", """\
{"TCP": {"443": {"HTTPS": true}},
 "Web": {"${TS_CERT_DOMAIN}:443": {"Handlers": {"/": {"Proxy": "http://api:80"}, "/x": {"Text": "x"}}}},
 "AllowFunnel": {"${TS_CERT_DOMAIN}:443": true}}
"""),
    "Traefik": ("traefik:v3", "dynamic.yml", "/etc/traefik/dynamic.yml", """\
http:
  routers: {a: {rule: 'Host(`a`) && PathPrefix(`/x`)', service: a, middlewares: [m@file], entryPoints: [web]}}
  middlewares: {m: {stripPrefix: {prefixes: [/x]}}}
  services: {a: {loadBalancer: {servers: [{url: 'http://api:80'}], healthCheck: {path: /, interval: 5s}}}}
"""),
    "Teleport": ("public.ecr.aws/gravitational/teleport", "teleport.yaml", "/etc/teleport/teleport.yaml", """\
version: v3
app_service:
  enabled: yes
  apps:
    - {name: a, uri: 'http://api:80', public_addr: a.example.com, insecure_skip_verify: true}
"""),
}  # fmt: skip
"""Configurations of proxies that no rule's page shows whole: image, file, where it is mounted, text."""
ENVIRONMENT = "# a\nA=1\nexport B='x y'\nC=\"${A:-$B}\\n\"\nD\nE=${F?no}\nTAG=1.27 # b\n"
OWN = {
    ".gitignore": "# a\n*.yaml\n!keep.yaml\n/build/\n**/x/**\na[!b-d]?\\ \n\\#b\n",
    "baseline": '# known\n- rule: upstream-unknown\n  path: "a.yaml"\n  subject: "b"\n  fingerprint: "0123"\n',
    "configuration": "paths: [deploy]\nexclude: ['**/x/*.yaml']\nseverity: {upstream-unknown: warning}\n"
    "ignore:\n  'a/*.yaml': ['service-*']\n  Service shop/legacy: ['*']\nfail-on: warning\ncomplete: true\nscopes: [[a, b]]\n",
}
"""Files that the program itself is told by."""


def _with_own(found: dict[str, list[Seed]]) -> dict[str, list[Seed]]:
    for name, (image, file, target, text) in MOUNTED.items():
        compose = COMPOSE.format(image=image, file=file, target=target)
        texts = {"compose.yaml": compose, file: text, "web.env": ENVIRONMENT, ".env": ENVIRONMENT}
        found.setdefault(name, []).append(Seed(texts, file))
        found.setdefault("env file", []).extend(Seed(texts, path) for path in ("web.env", ".env"))
    for name, text in OWN.items():
        found[name] = [Seed({name: text}, name)]
    return found


SEEDS = _with_own(seeds())


@st.composite
def mutated(draw: Any, reader: str) -> dict[str, str]:
    """A seed of a reader whose file went through one to five mutations."""
    seed = draw(st.sampled_from(SEEDS[reader]))
    text = seed.texts[seed.path]
    for _ in range(draw(st.integers(1, 5))):
        text = draw(st.sampled_from(MUTATIONS))(draw, text, reader)
    return {**seed.texts, seed.path: text[:200_000]}


def _value(draw: Any, text: str, _reader: str) -> str:
    """A value becomes one that nobody expects there."""
    places = list(_VALUE.finditer(text))
    if not places:
        return text
    place = draw(st.sampled_from(places))
    return text[: place.start()] + draw(st.sampled_from(HOSTILE)) + text[place.end() :]


def _block(draw: Any, text: str, _reader: str) -> str:
    """A line and what is below it goes, comes twice, or moves."""
    lines = text.split("\n")
    start = draw(st.integers(0, len(lines) - 1))
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    block = lines[start:end]
    to = draw(st.integers(0, len(lines)))
    changed = draw(
        st.sampled_from(
            [lines[:start] + lines[end:], lines[:end] + block + lines[end:], lines[:to] + block + lines[to:]]
        )
    )
    return "\n".join(changed)


def _splice(draw: Any, text: str, reader: str) -> str:
    """A part of another file of the same kind stands in this one."""
    other = draw(st.sampled_from(SEEDS[reader]))
    lines, foreign = text.split("\n"), other.texts[other.path].split("\n")
    at, start = draw(st.integers(0, len(lines))), draw(st.integers(0, len(foreign) - 1))
    return "\n".join([*lines[:at], *foreign[start : start + draw(st.integers(1, 8))], *lines[at:]])


def _characters(draw: Any, text: str, _reader: str) -> str:
    """A few characters go, and others come."""
    at = draw(st.integers(0, len(text)))
    gone = draw(st.integers(0, 3))
    come = draw(
        st.sampled_from(HOSTILE)
        | st.text(max_size=3)
        | st.sampled_from(list("{}[]\"'#:;\\$\n \t-*&!|>%@`=,/<"))
    )
    return text[:at] + come + text[at + gone :]


def _indent(draw: Any, text: str, _reader: str) -> str:
    """A line stands further in or out."""
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    lines[at] = draw(st.sampled_from(["  " + lines[at], lines[at][2:], "\t" + lines[at], "- " + lines[at]]))
    return "\n".join(lines)


def _cut(draw: Any, text: str, _reader: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


MUTATIONS = [_value, _value, _value, _block, _splice, _characters, _indent, _cut]
