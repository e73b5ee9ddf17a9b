"""Situations of Traefik's labels and its command line: what is left out of what containers say, and what it does not start with."""

from __future__ import annotations

import json
from typing import Any

from measure import Situation

GIVEN = (
    "--entrypoints.web.address=:8080",
    "--providers.docker=true",
    "--providers.docker.exposedbydefault=false",
)
ON = {"traefik.enable": "true"}
ROUTER = "traefik.http.routers.web."
SERVICE = "traefik.http.services.web.loadbalancer."
MIDDLEWARE = "traefik.http.middlewares.m."
BASE = {**ON, ROUTER + "rule": "Host(`a.example`)", ROUTER + "entrypoints": "web"}
PORT = {SERVICE + "server.port": "@port@"}
WEB = {**BASE, **PORT}
BOTH = (("/", "a.example"), ("/", "b.example"))


def _of(
    name: str,
    labels: dict[str, str],
    rule: str = "",
    *,
    command: tuple[str, ...] = (),
    beside: dict[str, str] | None = None,
    requests: tuple[tuple[str, str], ...] = (("/", "a.example"),),
) -> Situation:
    """A container with labels, another one beside it, and words on Traefik's command line."""
    told = {word.partition("=")[0] for word in command}
    words = [word for word in GIVEN if word.partition("=")[0] not in told]
    words += [*command, "--providers.docker.endpoint=unix:///var/run/docker.sock"]
    services: dict[str, Any] = {"traefik": {"image": "traefik:v3.7", "command": words, "depends_on": ["web"]}}
    for key, found in (("web", labels), ("api", beside)):
        if found is not None:
            services[key] = {"image": "registry.example/app:1", "expose": ["@port@"], "labels": found}
    compose = {"name": "shop", "services": services}
    return Situation(f"labels: {name}", json.dumps(compose, indent=1), "", rule, requests=requests)


def _told(name: str, word: str, refused: bool = True) -> Situation:
    found = _of(name, WEB, "proxy-config-refused" if refused else "", command=(word,))
    return Situation(f"option: {name}", found.config, "", found.rule, found.requests)


def _middleware(name: str, settings: dict[str, str], rule: str = "") -> Situation:
    labels = {
        **WEB,
        ROUTER + "middlewares": "m",
        **{MIDDLEWARE + key: value for key, value in settings.items()},
    }
    return _of(name, labels, rule)


def _beside(name: str, rule: str, first: dict[str, str], labels: dict[str, str]) -> Situation:
    return _of(name, {**WEB, **first}, rule, beside={**ON, **labels}, requests=BOTH)


OTHER = {"traefik.http.routers.api.rule": "Host(`b.example`)"}

SITUATIONS: tuple[Situation, ...] = (
    _of("all is well", WEB),
    _of(
        "a misspelt beginning",
        {**ON, "traefik.htttp.routers.web.rule": "Host(`a.example`)"},
        "labels-not-read",
    ),
    _of("a misspelt name", {**ON, "trafik.http.routers.web.rule": "Host(`a.example`)"}, "labels-not-read"),
    _of(
        "one misspelt beginning",
        {**BASE, "traefik.htpp.services.web.loadbalancer.server.port": "@port@"},
        "labels-not-read",
    ),
    _of(
        "the first release's",
        {**ON, "traefik.frontend.rule": "Host:a.example", "traefik.port": "@port@"},
        "labels-not-read",
    ),
    _beside(
        "one router twice",
        "label-defined-twice",
        {},
        {
            ROUTER + "rule": "Host(`b.example`)",
            "traefik.http.services.api.loadbalancer.server.port": "@port@",
        },
    ),
    _of("one router twice, alike", WEB, beside=WEB),
    _of("one router twice, each with its own service", BASE, "label-defined-twice", beside=BASE),
    _beside("one service twice, alike", "", {}, {**OTHER, **PORT}),
    _beside(
        "one service twice, not alike",
        "label-defined-twice",
        {},
        {**OTHER, **PORT, SERVICE + "passhostheader": "false"},
    ),
    _beside(
        "one middleware twice",
        "label-defined-twice",
        {ROUTER + "middlewares": "m", MIDDLEWARE + "stripprefix.prefixes": "/a"},
        {**OTHER, MIDDLEWARE + "stripprefix.prefixes": "/b"},
    ),
    _of(
        "a colon for the sign",
        {**ON, ROUTER + "rule: Host(`a.example`)": "", **PORT},
        "provider-config-refused",
    ),
    _of("enabled by nothing", {**WEB, "traefik.enable": ""}, "provider-config-refused"),
    _of("enabled by yes", {**WEB, "traefik.enable": "yes"}, "provider-config-refused"),
    _of("enabled by 1", {**WEB, "traefik.enable": "1"}),
    _of(
        "a name with a dot",
        {**ON, "traefik.http.routers.web.example.rule": "Host(`a.example`)", **PORT},
        "provider-config-refused",
    ),
    _of("a name with a space", {**ON, "traefik.http.routers.web app.rule": "Host(`a.example`)", **PORT}),
    _of("letters of either case", {**BASE, "traefik.HTTP.Services.web.LoadBalancer.Server.Port": "@port@"}),
    _of("a priority that is none", {**WEB, ROUTER + "priority": "high"}, "provider-config-refused"),
    _of("a weight that is none", {**WEB, SERVICE + "server.weight": "x"}, "provider-config-refused"),
    _of(
        "a time that is none",
        {**WEB, SERVICE + "healthcheck.path": "/", SERVICE + "healthcheck.interval": "10 seconds"},
        "provider-config-refused",
    ),
    _of(
        "a time without a unit",
        {**WEB, SERVICE + "healthcheck.path": "/up", SERVICE + "healthcheck.interval": "10"},
    ),
    _of("a port by name", {**BASE, SERVICE + "server.port": "http"}, "router-part-refused"),
    _of(
        "a URL and a port",
        {**WEB, SERVICE + "server.url": "http://127.0.0.1:8000"},
        "provider-config-refused",
    ),
    _of(
        "servers by number",
        {**BASE, SERVICE + "servers[0].url": "http://127.0.0.1:8000"},
        "provider-config-refused",
    ),
    _of(
        "a weighted service",
        {**WEB, "traefik.http.services.all.weighted.services[0].name": "web", ROUTER + "service": "all"},
        "provider-config-refused",
    ),
    _of(
        "a misspelt setting of the engine",
        {**WEB, "traefik.docker.netwrok": "shop_default"},
        "provider-config-refused",
    ),
    _of(
        "a service of the router that is misspelt",
        {**WEB, ROUTER + "service": "wbe"},
        "label-service-unknown",
    ),
    _of("the service of the container", {**BASE, ROUTER + "service": "web-shop"}),
    _of(
        "a service of another container",
        {**BASE, ROUTER + "service": "api"},
        beside={**ON, "traefik.http.services.api.loadbalancer.server.port": "@port@"},
    ),
    _of("the API, not switched on", {**WEB, ROUTER + "service": "api@internal"}, "connector-service-missing"),
    _of(
        "the dashboard, not switched on",
        {**WEB, ROUTER + "service": "dashboard@internal"},
        "connector-service-missing",
    ),
    _of("a service of its own that is none", {**WEB, ROUTER + "service": "api@internl"}),
    _of(
        "the API",
        {**WEB, ROUTER + "service": "api@internal"},
        command=("--api=true",),
        requests=(("/api/version", "a.example"),),
    ),
    _of(
        "TLS options that are not there", {**WEB, ROUTER + "tls.options": "modern@file"}, "router-tls-unknown"
    ),
    _of("a resolver that is not there", {**WEB, ROUTER + "tls.certresolver": "le"}, "router-tls-unknown"),
    _of(
        "the entry point's middleware is not there",
        WEB,
        "middleware-missing",
        command=("--entrypoints.web.http.middlewares=auth@file",),
    ),
    _of(
        "the entry point's resolver is not there",
        WEB,
        "router-tls-unknown",
        command=("--entrypoints.web.http.tls.certresolver=le",),
    ),
    _of(
        "a redirection to an entry point that is not there",
        WEB,
        "entry-point-missing",
        command=("--entrypoints.web.http.redirections.entrypoint.to=https",),
    ),
    _of("a redirection to a port", WEB, command=("--entrypoints.web.http.redirections.entrypoint.to=:443",)),
    _of(
        "UDP at an entry point of TCP",
        {
            **WEB,
            "traefik.udp.routers.dns.entrypoints": "dns",
            "traefik.udp.services.dns.loadbalancer.server.port": "@port@",
        },
        "entry-point-missing",
    ),
    _middleware(
        "two kinds of one middleware",
        {"compress": "true", "stripprefix.prefixes": "/a"},
        "router-part-refused",
    ),
    _middleware("a middleware that may be empty", {"compress": "true"}),
    _middleware("a middleware that may not be empty", {"basicauth": "true"}, "provider-config-refused"),
    _middleware("a user without a hash", {"basicauth.users": "admin"}, "router-part-refused"),
    _middleware("a scheme that is missing", {"redirectscheme.permanent": "true"}, "router-part-refused"),
    _middleware("one prefix for many", {"stripprefix.prefix": "/a"}, "provider-config-refused"),
    _middleware("a range that is none", {"ipallowlist.sourcerange": "10.0.0.0/99"}, "router-part-refused"),
    _middleware("a list of the old name", {"ipwhitelist.sourcerange": "127.0.0.1"}),
    _middleware("headers of the old release", {"headers.sslredirect": "true"}),
    _middleware("a misspelt header", {"headers.stssecond": "1"}, "provider-config-refused"),
    _told("a misspelt section", "--provider.docker.watch=true"),
    _told("a misspelt option", "--entrypoints.web.adress=:8081"),
    _told("a misspelt option of the log", "--log.levle=DEBUG"),
    _told("one of the first release", "--docker"),
    _told("one that is gone", "--providers.docker.swarmmode=true"),
    _told("a section that is gone", "--pilot.token=x"),
    _told("an address without its colon", "--entrypoints.two.address=8081"),
    _told("a level of the log that is none", "--log.level=DEBG", refused=False),
    _told("a network that is not there", "--providers.docker.network=proxy", refused=False),
)
