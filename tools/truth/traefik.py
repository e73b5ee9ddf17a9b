"""Situations of Traefik: a configuration is what the file provider reads, or (`services`) a Compose file in JSON.

Of a Compose file the command of `traefik` is what Traefik is started with, and the other services are the containers
that an engine on loopback tells it of, each at 127.0.0.1. Set `UPSTREAMLINT_TRAEFIK` where it is not installed.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from measure import Situation
from traefik_labels import SITUATIONS as LABELS

TRAEFIK = os.environ.get("UPSTREAMLINT_TRAEFIK", "traefik")
_QUIET = (
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
    "--log.nocolor=true",
    "--providers.providersthrottleduration=50ms",
)


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([TRAEFIK, "version"], capture_output=True, text=True, check=True).stdout
    return "Traefik " + said.split()[1]


def start(text: str, folder: Path, listen: int) -> tuple[subprocess.Popen[bytes], Callable[[], list[str]]]:
    """Start it, and say how its log is read."""
    words = [
        f"--entrypoints.web.address=127.0.0.1:{listen}",
        f"--providers.file.filename={folder}/dynamic.yml",
    ]
    if text.startswith("{"):
        compose = json.loads(text)
        engine = _engine(compose)
        words = [w.replace(":8080", f"127.0.0.1:{listen}") for w in compose["services"]["traefik"]["command"]]
        words = [w.replace("unix:///var/run/docker.sock", f"tcp://127.0.0.1:{engine}") for w in words]
    else:
        (folder / "dynamic.yml").write_text(text)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [TRAEFIK, *_QUIET, *words], cwd=folder, stdout=log, stderr=log, env={"HOME": str(folder)}
    )
    # It listens before it has heard of what its providers know.
    time.sleep(4.0)
    return process, lambda: (folder / "log").read_text(errors="replace").splitlines()


def _engine(compose: dict[str, Any]) -> int:
    """An engine that says what containers a Compose file comes to; it ends with this program."""
    project = compose["name"]
    found = {}
    for number, (name, service) in enumerate(compose["services"].items()):
        if name == "traefik":
            continue
        networks = service.get("networks", ["default"])
        real = {
            key: (compose.get("networks", {}).get(key) or {}).get("name", f"{project}_{key}")
            for key in networks
        }
        labels = {
            **service.get("labels", {}),
            "com.docker.compose.project": project,
            "com.docker.compose.service": name,
        }
        found[f"{number:064x}"] = {
            "Id": f"{number:064x}",
            "Name": f"/{project}-{name}-1",
            "State": {"Status": "running", "Running": True},
            "HostConfig": {"NetworkMode": next(iter(real.values()))},
            "Config": {"Labels": labels},
            "NetworkSettings": {
                "Ports": {f"{port}/tcp": [] for port in service.get("expose", ())},
                "Networks": {one: {"NetworkID": one, "IPAddress": "127.0.0.1"} for one in real.values()},
            },
        }

    class Engine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = re.sub(r"\A/v[0-9.]+", "", self.path.partition("?")[0])
            if path == "/events":
                threading.Event().wait(30)
                return
            body: Any = "OK"
            if path == "/version":
                body = {"Version": "28.0.0", "ApiVersion": "1.48", "MinAPIVersion": "1.24", "Os": "linux"}
            elif path == "/containers/json":
                body = [
                    {"Id": one, "Names": [c["Name"]], "Labels": c["Config"]["Labels"]}
                    for one, c in found.items()
                ]
            elif path.startswith("/containers/"):
                body = found[path.split("/")[2]]
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Api-Version", "1.48")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def tells(line: str) -> bool:
    """Whether a line says why something failed."""
    marks = (" ERR ", " WRN ", " FTL ", "command traefik error")
    return any(mark in line for mark in marks) and "context canceled" not in line


def clean(line: str) -> str:
    """A line without what changes from run to run."""
    line = re.sub(r"\A\S+ (?=ERR|WRN|FTL)", "", line)
    line = re.sub(r"\A[0-9/]+ [0-9:]+ ", "", line)
    return re.sub(r"github\.com/\S+ > |container=\S+", "", re.sub(r"127\.0\.0\.1:[0-9]+->", "…->", line))[
        :300
    ]


def _file(
    name: str,
    servers: str,
    failure: str = "",
    rule: str = "",
    *,
    router: str = "",
    more: str = "",
    **rest: Any,
) -> Situation:
    """A router on everything, and its service."""
    lines = "".join(f"        - url: {url}\n" for url in servers.split())
    text = (
        "http:\n  routers:\n    shop:\n      rule: PathPrefix(`/`)\n      service: shop\n"
        + "".join(f"      {line}\n" for line in router.splitlines())
        + (f"  services:\n    shop:\n      loadBalancer:\n        servers:\n{lines}" if servers else "")
    )
    return Situation(name, text + more, failure, rule, **rest)


def _rule(name: str, rule: str, refused: bool = True, *, host: str = "shop.test", **router: str) -> Situation:
    """A router with a rule, asked for a host."""
    more = "".join(f"      {key}: {value}\n" for key, value in router.items())
    text = f"http:\n  routers:\n    shop:\n      rule: {json.dumps(rule)}\n      service: shop\n{more}"
    text += "  services:\n    shop:\n      loadBalancer:\n        servers:\n        - url: http://@http@\n"
    return Situation(
        f"rule: {name}", text, "", "router-rule-refused" if refused else "", requests=(("/", host),)
    )


def _stream(name: str, rule: str, refused: bool = True, more: str = "") -> Situation:
    """A router of TCP with a rule."""
    text = f"tcp:\n  routers:\n    shop:\n      rule: {json.dumps(rule)}\n      service: shop\n{more}"
    text += "  services:\n    shop:\n      loadBalancer:\n        servers:\n        - address: '@http@'\n"
    return Situation(f"TCP rule: {name}", text, "", "router-rule-refused" if refused else "")


def _indented(text: str, by: int) -> str:
    return "".join(" " * by + line + "\n" for line in text.splitlines())


def _balancer(
    name: str, servers: str, lines: str, failure: str = "", rule: str = "", **rest: Any
) -> Situation:
    """A service with more than its servers."""
    return _file(name, servers, failure, rule, more=_indented(lines, 8), **rest)


def _services(name: str, text: str, rule: str = "", failure: str = "", **rest: Any) -> Situation:
    """A router on everything, whose service `shop` is one of those given."""
    head = "http:\n  routers:\n    shop:\n      rule: PathPrefix(`/`)\n      service: shop\n  services:\n"
    return Situation(name, head + _indented(text, 4), failure, rule, **rest)


def _one(name: str, url: str) -> str:
    return f"{name}:\n  loadBalancer:\n    servers:\n      - url: {url}\n"


def _labels(
    name: str,
    labels: dict[str, str],
    rule: str = "",
    *,
    command: tuple[str, ...] = (),
    other: dict[str, Any] | None = None,
    given: tuple[str, ...] = ("--entrypoints.web.address=:8080", "--providers.docker=true"),
    **rest: Any,
) -> Situation:
    words = [*given, *command]
    if any(w.startswith("--providers.docker") for w in words):
        words.append("--providers.docker.endpoint=unix:///var/run/docker.sock")
    compose = {
        "name": "shop",
        "services": {
            "traefik": {"image": "traefik:v3.7", "command": words, "depends_on": ["app"]},
            "app": {
                "image": "registry.example/app:1",
                "expose": ["@port@"],
                "labels": labels,
                **(other or {}),
            },
        },
    }
    return Situation(name, json.dumps(compose, indent=1), "", rule, **rest)


THREE = (("/", ""),) * 3
HOST = (("/", "shop.test"), ("/", "other.test"))
RULE = {"traefik.http.routers.shop.rule": "PathPrefix(`/`)"}
PORT = {"traefik.http.services.shop.loadbalancer.server.port": "@port@"}

SITUATIONS: tuple[Situation, ...] = (
    _file("one server", "http://@http@"),
    _file("one server, refused", "http://@refused@", "refused", "upstream-port-not-served"),
    _file("a name that nobody has", "http://@nobody@", "unresolved", "upstream-unknown"),
    _file(
        "no servers",
        "",
        more="  services:\n    shop:\n      loadBalancer:\n        servers: []\n",
        failure="no endpoints",
    ),
    _file(
        "two servers, one refused",
        "http://@http@ http://@refused@",
        rule="upstream-port-not-served",
        requests=THREE * 2,
    ),
    _file(
        "file: options of TLS",
        "http://@http@",
        more="tls:\n  options:\n    default:\n      minVersion: VersionTLS12\n      sniStrict: true\n",
    ),
    _file(
        "file: an option of TLS that is none",
        "http://@http@",
        rule="provider-config-refused",
        more="tls:\n  options:\n    default:\n      sslProtocols: [TLSv1.2]\n",
    ),
    _file(
        "file: a resolver for a certificate of its own",
        "http://@http@",
        rule="provider-config-refused",
        more="tls:\n  certificates:\n    - certFile: a\n      keyFile: b\n      certResolver: le\n",
    ),
    _file("an address without a scheme", "@http@", rule="origin-without-scheme"),
    _file("a host without a scheme", "localhost", rule="origin-without-scheme"),
    _file("a name and a port without a scheme", "localhost:8000", rule="origin-without-scheme"),
    _file("two slashes and no scheme", "//@http@", rule="origin-without-scheme"),
    _file("a path in the URL", "http://@http@/base"),
    _file(
        "a service that is not there",
        "http://@http@",
        router="",
        more="    other:\n      loadBalancer:\n        servers: []\n",
    ).__class__(
        "a service that is not there",
        "http:\n  routers:\n    shop:\n      rule: PathPrefix(`/`)\n      service: shop\n  services:\n    shops:\n"
        "      loadBalancer:\n        servers:\n        - url: http://@http@\n",
        "",
        "connector-service-missing",
    ),
    _file(
        "a middleware that is not there",
        "http://@http@",
        rule="middleware-missing",
        router="middlewares: [strip]",
    ),
    _file(
        "a chain with a middleware that is not there",
        "http://@http@",
        rule="middleware-missing",
        router="middlewares: [all]",
        more="  middlewares:\n    all:\n      chain:\n        middlewares: [strip]\n",
    ),
    _file(
        "a chain that is whole",
        "http://@http@",
        router="middlewares: [all]",
        more="  middlewares:\n    all:\n      chain:\n        middlewares: [strip@file]\n    strip:\n      stripPrefix:\n        prefixes: [/api]\n",
        requests=(("/api/x", ""),),
    ),
    _file(
        "an entry point that is not there",
        "http://@http@",
        rule="entry-point-missing",
        router="entryPoints: [websecure]",
    ),
    _file(
        "one of two entry points is not there",
        "http://@http@",
        rule="entry-point-missing",
        router="entryPoints: [websecure, web]",
    ),
    _file(
        "an entry point in other letters",
        "http://@http@",
        rule="entry-point-missing",
        router="entryPoints: [Web]",
    ),
    _balancer(
        "a transport that is not there",
        "http://@http@",
        "serversTransport: inner",
        rule="servers-transport-missing",
    ),
    _balancer(
        "a transport that is there",
        "http://@http@",
        "serversTransport: inner",
        requests=(("/", ""),),
    ).__class__(
        "a transport that is there",
        "http:\n  routers:\n    shop:\n      rule: PathPrefix(`/`)\n      service: shop\n  services:\n    shop:\n"
        "      loadBalancer:\n        serversTransport: inner\n        servers:\n        - url: http://@http@\n"
        "  serversTransports:\n    inner:\n      insecureSkipVerify: true\n",
    ),
    _file("plain text to TLS", "http://@tls@"),
    _file("TLS to plain text", "https://@http@", "TLS to plain"),
    _file("a certificate that nobody signed", "https://@tls@", "TLS name"),
    _file("h2c to HTTP/1", "h2c://@http@"),
    _file("HTTP to FastCGI", "http://@fcgi@", "other protocol"),
    _file("the server closes", "http://@closing@"),
    _file("the server answers 500", "http://@broken@"),
    _file("another Host than the server knows", "http://@vhost@", requests=(("/", "shop.test"),)),
    _balancer("the Host of the URL", "http://@vhost@", "passHostHeader: false"),
    _balancer(
        "healthy", "http://@http@", "healthCheck: {path: /up, interval: 300ms, timeout: 200ms}", wait=1.5
    ),
    _balancer(
        "the check's path is missing",
        "http://@http@",
        "healthCheck: {path: /missing, interval: 300ms, timeout: 200ms}",
        "unhealthy",
        wait=1.5,
    ),
    _balancer(
        "the check is redirected",
        "http://@http@",
        "healthCheck: {path: /moved, interval: 300ms, timeout: 200ms}",
        wait=1.5,
    ),
    _balancer(
        "the check wants 404",
        "http://@http@",
        "healthCheck: {path: /missing, status: 404, interval: 300ms, timeout: 200ms}",
        wait=1.5,
    ),
    _balancer(
        "the check asks a port that is refused",
        "http://@http@",
        "healthCheck: {path: /up, port: 1, interval: 300ms, timeout: 200ms}",
        wait=1.5,
    ),
    _services(
        "weighted",
        "shop:\n  weighted:\n    services:\n      - {name: a, weight: 1}\n      - {name: b, weight: 1}\n"
        + _one("a", "http://@http@")
        + _one("b", "http://@http_b@"),
        requests=THREE,
    ),
    _services(
        "weighted, one refused",
        "shop:\n  weighted:\n    services:\n      - {name: a, weight: 1}\n      - {name: b, weight: 1}\n"
        + _one("a", "http://@http@")
        + _one("b", "http://@refused@"),
        "upstream-port-not-served",
        requests=THREE * 2,
    ),
    _services(
        "weighted, one is not there",
        "shop:\n  weighted:\n    services:\n      - {name: a, weight: 1}\n      - {name: c, weight: 1}\n"
        + _one("a", "http://@http@"),
        "connector-service-missing",
    ),
    _services(
        "mirrored, the mirror is refused",
        "shop:\n  mirroring:\n    service: a\n    mirrors:\n      - {name: b, percent: 100}\n"
        + _one("a", "http://@http@")
        + _one("b", "http://@refused@"),
    ),
    _services(
        "mirrored, the mirror is not there",
        "shop:\n  mirroring:\n    service: a\n    mirrors:\n      - {name: c, percent: 100}\n"
        + _one("a", "http://@http@"),
        "connector-service-missing",
    ),
    _services(
        "failover without a check",
        "shop:\n  failover:\n    service: a\n    fallback: b\n"
        + _one("a", "http://@refused@")
        + _one("b", "http://@http@"),
    ),
    _services(
        "failover, the fallback is not there",
        "shop:\n  failover:\n    service: a\n    fallback: c\n"
        + _one("a", "http://@http@").rstrip()
        + "\n    healthCheck: {path: /up, interval: 300ms}\n",
        "connector-service-missing",
    ),
    _file(
        "authorization says yes",
        "http://@http@",
        router="middlewares: [auth]",
        more="  middlewares:\n    auth:\n      forwardAuth:\n        address: http://@http_b@/auth\n",
    ),
    _file(
        "authorization says no",
        "http://@http@",
        router="middlewares: [auth]",
        more="  middlewares:\n    auth:\n      forwardAuth:\n        address: http://@http_b@/deny\n",
    ),
    _file(
        "authorization is refused",
        "http://@http@",
        rule="upstream-port-not-served",
        router="middlewares: [auth]",
        more="  middlewares:\n    auth:\n      forwardAuth:\n        address: http://@refused@/auth\n",
    ),
    _file(
        "authorization has no name",
        "http://@http@",
        rule="upstream-unknown",
        router="middlewares: [auth]",
        more="  middlewares:\n    auth:\n      forwardAuth:\n        address: http://@nobody@/auth\n",
    ),
    _file(
        "an error page of a service that is not there",
        "http://@http@",
        rule="connector-service-missing",
        router="middlewares: [pages]",
        more="  middlewares:\n    pages:\n      errors:\n        status: [500-599]\n        service: pages\n        query: /x\n",
    ),
    _file("a rule of the second release", "http://@http@", router="").__class__(
        "a rule with two hosts in one word",
        "http:\n  routers:\n    shop:\n      rule: Host(`shop.test`, `other.test`)\n      service: shop\n  services:\n    shop:\n"
        "      loadBalancer:\n        servers:\n        - url: http://@http@\n",
        requests=HOST,
    ),
    _labels("labels", {**RULE, **PORT}),
    _labels("labels without a port, one exposed", RULE),
    _labels("labels without a port, none exposed", RULE, other={"expose": []}),
    _labels(
        "labels, not exposed by default",
        {**RULE, **PORT},
        "labels-not-read",
        command=("--providers.docker.exposedbydefault=false",),
    ),
    _labels(
        "labels, enabled",
        {"traefik.enable": "true", **RULE, **PORT},
        command=("--providers.docker.exposedbydefault=false",),
    ),
    _labels(
        "labels, no provider", {**RULE, **PORT}, "labels-not-read", given=("--entrypoints.web.address=:8080",)
    ),
    _labels(
        "labels, another constraint",
        {**RULE, **PORT},
        "labels-not-read",
        command=("--providers.docker.constraints=Label(`zone`,`public`)",),
    ),
    _labels(
        "labels, the constraint",
        {**RULE, **PORT, "zone": "public"},
        command=("--providers.docker.constraints=Label(`zone`,`public`)",),
    ),
    _labels(
        "labels, a regular constraint",
        {**RULE, **PORT, "zone": "public"},
        command=(
            "--providers.docker.constraints=!LabelRegex(`zone`,`^priv`) && (Label(`a`,`b`) || Label(`zone`,`public`))",
        ),
    ),
    _labels(
        "labels, an entry point that is not there",
        {**RULE, **PORT, "traefik.http.routers.shop.entrypoints": "http"},
        "entry-point-missing",
    ),
    _labels(
        "labels, a middleware that is not there",
        {**RULE, **PORT, "traefik.http.routers.shop.middlewares": "strip"},
        "middleware-missing",
    ),
    _labels(
        "labels, a middleware of another provider",
        {**RULE, **PORT, "traefik.http.routers.shop.middlewares": "strip@file"},
        "",
    ),
    _labels(
        "labels, a middleware of another container",
        {
            **RULE,
            **PORT,
            "traefik.http.routers.shop.middlewares": "strip@docker",
            "traefik.http.middlewares.strip.stripprefix.prefixes": "/api",
        },
        requests=(("/api/x", ""),),
    ),
    _labels(
        "labels, two services and no name",
        {**RULE, **PORT, "traefik.http.services.admin.loadbalancer.server.port": "@port@"},
        "router-without-service",
    ),
    _labels(
        "labels, a service that is not there",
        {**RULE, **PORT, "traefik.http.routers.shop.service": "shops"},
        "label-service-unknown",
    ),
    _labels(
        "labels, HTTPS to plain text",
        {**RULE, **PORT, "traefik.http.services.shop.loadbalancer.server.scheme": "https"},
        "",
    ),
    _labels("labels, no rule", PORT, requests=(("/", "app-shop"), ("/", "shop.test"))),
    _labels(
        "labels, a default rule",
        PORT,
        command=("--providers.docker.defaultrule=Host(`{{ .Name }}.test`)",),
        requests=(("/", "app-shop.test"), ("/", "app.test")),
    ),
    _labels(
        "labels, a provider's network that is not there",
        {**RULE, **PORT},
        command=("--providers.docker.network=web",),
    ),
    _labels(
        "labels, a misspelt field",
        {**RULE, **PORT, "traefik.http.routers.shop.rules": "x"},
        "provider-config-refused",
    ),
    _rule("a host", "Host(`shop.test`)", False),
    _rule("two hosts in one matcher", "Host(`shop.test`,`other.test`)"),
    _rule(
        "two hosts in one matcher, the old syntax", "Host(`shop.test`,`other.test`)", False, ruleSyntax="v2"
    ),
    _rule("an old expression", "HostRegexp(`{sub:[a-z]+}.test`)"),
    _rule("an old expression, the old syntax", "HostRegexp(`{sub:[a-z]+}.test`)", False, ruleSyntax="v2"),
    _rule("an expression", "HostRegexp(`^[a-z]+\\.test$`)", False),
    _rule("an expression, the old syntax", "HostRegexp(`^[a-z]+\\.test$`)", ruleSyntax="v2"),
    _rule("an expression of a path, the old syntax", "PathRegexp(`^/`)", ruleSyntax="v2"),
    _rule("a path with a placeholder", "Path(`/{id}`)"),
    _rule("headers of the old syntax", "Headers(`Host`,`shop.test`)"),
    _rule("a matcher that is none", "Hosts(`shop.test`)"),
    _rule("small letters", "host(`shop.test`) && pathprefix(`/`)", False),
    _rule("single quotes", "Host('shop.test')"),
    _rule("double quotes", 'Host("shop.test")', False),
    _rule("no quotes", "Host(shop.test)"),
    _rule("a word for an operator", "Host(`shop.test`) and PathPrefix(`/`)"),
    _rule("a line that ends before its operator", "Host(`shop.test`)\n&& PathPrefix(`/`)"),
    _rule("a line that ends behind its operator", "Host(`shop.test`) &&\nPathPrefix(`/`)\n", False),
    _rule("a parenthesis too few", "Host(`shop.test`) && (PathPrefix(`/`)"),
    _rule("a path without its slash", "PathPrefix(`api`)"),
    _rule("a host with a port", "Host(`shop.test:8080`)"),
    _rule("a host with a scheme", "Host(`http://shop.test`)"),
    _rule("an empty host", "Host(``)"),
    _rule("a rule that is empty", ""),
    _rule("a name of TLS", "HostSNI(`shop.test`)"),
    _rule("not a host", "!Host(`other.test`)", False),
    _stream("all", "HostSNI(`*`)", False),
    _stream("a name without TLS", "HostSNI(`shop.test`)"),
    _stream("a host", "Host(`shop.test`)"),
    _stream("two names", "HostSNI(`*`,`shop.test`)"),
    _stream("all or a name", "HostSNI(`*`) || HostSNI(`shop.test`)", False),
    *LABELS,
)
