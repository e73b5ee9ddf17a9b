"""The programs that are read here: how each is recognised, and what configures it.

Nothing of a program's own folder is imported before a tree holds it.
"""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.files.kinds import Kind
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.programs.nginx.installation.layouts import LAYOUTS
from upstreamlint.programs.program import Program, later, marked
from upstreamlint.programs.reading import Found, Run

_NGINX_WORDS = ("_pass", "listen", "upstream")


def _nginx_concerns(run: Run) -> bool:
    if run.paths_of(Kind.NGINX) or any(map(_holds_nginx, run.of(ConfigMap))):
        return True
    return any(c.service is not None or NGINX.runs_in(c) for c in run.containers)


def _holds_nginx(config_map: ConfigMap) -> bool:
    texts = (e.value.value for e in config_map.data.values() if isinstance(e.value, Scalar))
    return any(word in text for text in texts for word in _NGINX_WORDS)


def is_bootstrap(text: str) -> bool:
    """Whether a text may be a bootstrap of Envoy."""
    return "static_resources" in text or "staticResources" in text


def _envoy_concerns(run: Run) -> bool:
    return any(is_bootstrap(s.text) for s in run.sources) or any(map(_holds_envoy, run.of(ConfigMap)))


def _holds_envoy(config_map: ConfigMap) -> bool:
    values = (entry.value for entry in config_map.data.values())
    return any(isinstance(value, Scalar) and "static_resources" in value.value for value in values)


LABELS = Program(
    name="label proxies",
    technology="compose",
    load=lambda _: Found(),
    link=later("labels.link", "link"),
    concerns=lambda _: False,
)
"""Proxies with a Docker provider, as one program: a table says which there are."""
NGINX = Program(
    name="nginx",
    technology="nginx",
    load=later("nginx.load", "load"),
    link=later("nginx.link", "link"),
    images="nginx|openresty|tengine|angie",
    other="ingress|nginx-proxy|docker-gen|gateway-fabric|controller",
    alone=("nginx", "nginxinc/nginx-unprivileged", "openresty/openresty"),
    commands=frozenset({"nginx", "nginx-debug", "openresty", "angie"}),
    arguments=("-c",),
    layouts=LAYOUTS,
    concerns=_nginx_concerns,
)
CLOUDFLARED = Program(
    name="cloudflared",
    technology="connectors",
    load=later("cloudflared.load", "load"),
    link=later("connectors.link", "link"),
    images="cloudflared",
    other="operator|ingress-controller|exporter|certs",
    alone=("cloudflare/cloudflared",),
    commands=frozenset({"cloudflared"}),
    arguments=("--config",),
    variables=("TUNNEL_CONFIG",),
)
NGROK = Program(
    name="ngrok",
    technology="connectors",
    load=later("ngrok.load", "load"),
    link=later("connectors.link", "link"),
    images=r"\A(?:docker-)?ngrok\Z",
    alone=("ngrok/ngrok", "wernight/ngrok"),
    commands=frozenset({"ngrok"}),
    arguments=("--config",),
    ports=frozenset({4040}),
)
FRPC = Program(
    name="frpc",
    technology="connectors",
    load=later("frp.load", "load"),
    link=later("connectors.link", "link"),
    images="frpc",
    alone=("snowdreamtech/frpc", "fatedier/frpc", "ghcr.io/fatedier/frpc"),
    commands=frozenset({"frpc"}),
    arguments=("-c", "--config"),
    ports=frozenset({7400}),
)
TAILSCALE = Program(
    name="Tailscale",
    technology="connectors",
    load=later("tailscale.load", "load"),
    link=later("connectors.link", "link"),
    images="tailscale",
    other="operator|k8s-nameserver|exporter",
    alone=("tailscale/tailscale", "ghcr.io/tailscale/tailscale"),
    commands=frozenset({"tailscale"}),
    variables=("TS_SERVE_CONFIG",),
)
OAUTH2_PROXY = Program(
    name="oauth2-proxy",
    technology="connectors",
    load=later("oauth2_proxy.load", "load"),
    link=later("connectors.link", "link"),
    images="oauth2[-_]proxy",
    alone=("quay.io/oauth2-proxy/oauth2-proxy", "bitnami/oauth2-proxy"),
    commands=frozenset({"oauth2-proxy", "oauth2_proxy"}),
    arguments=("--config", "-config"),
    variables=("OAUTH2_PROXY_CONFIG",),
    ports=frozenset({4180}),
)
AUTHELIA = Program(
    name="Authelia",
    technology="authelia",
    load=later("authelia.load", "load"),
    link=later("authelia.link", "link"),
    images=r"\Aauthelia\Z",
    alone=("authelia/authelia", "ghcr.io/authelia/authelia"),
    commands=frozenset({"authelia"}),
    arguments=("--config", "-c"),
    variables=("X_AUTHELIA_CONFIG",),
    ports=frozenset({9091}),
)
PHP_FPM = Program(
    name="PHP-FPM",
    technology="php_fpm",
    load=later("php_fpm.load", "load"),
    link=later("php_fpm.load", "link"),
    images="php",
    commands=frozenset({"php-fpm"}),
    concerns=marked("php", "fpm", "sock"),
)
POMERIUM = Program(
    name="Pomerium",
    technology="connectors",
    load=later("pomerium.load", "load"),
    link=later("connectors.link", "link"),
    images="pomerium",
    other="operator|ingress-controller|verify|exporter",
    alone=("pomerium/pomerium",),
    commands=frozenset({"pomerium"}),
    arguments=("--config", "-config"),
    ports=frozenset({80, 443, 5443}),
)
TRAEFIK = Program(
    name="Traefik",
    technology="traefik",
    load=later("traefik.load", "load"),
    link=later("traefik.link", "link"),
    images=r"(?:\A|-)traefik\Z",
    alone=("traefik",),
    commands=frozenset({"traefik"}),
    ports=frozenset({80, 443, 8080}),
)
TELEPORT = Program(
    name="Teleport",
    technology="connectors",
    load=later("teleport.load", "load"),
    link=later("connectors.link", "link"),
    images="teleport",
    other="operator|kube-agent-updater|exporter",
    alone=("public.ecr.aws/gravitational/teleport-distroless*",),
    commands=frozenset({"teleport"}),
    arguments=("--config", "-c"),
)
ENVOY = Program(
    name="Envoy",
    technology="envoy",
    load=later("envoy.load", "load"),
    link=later("envoy.link", "link"),
    images="envoy",
    other="gateway|ratelimit|operator|sidecar-injector|appmesh",
    alone=("envoyproxy/envoy",),
    commands=frozenset({"envoy"}),
    arguments=("-c", "--config-path"),
    concerns=_envoy_concerns,
)
CADDY = Program(
    name="Caddy",
    technology="caddy",
    load=later("caddy.run", "read"),
    link=later("caddy.link", "link"),
    images="caddy|frankenphp",
    alone=("caddy",),
    commands=frozenset({"caddy", "frankenphp"}),
    concerns=marked("caddy", "frankenphp"),
    kind=Kind.CADDY,
)
HAPROXY = Program(
    name="HAProxy",
    technology="haproxy",
    load=later("haproxy.run", "read"),
    link=later("haproxy.link", "link"),
    images="haproxy",
    alone=("haproxy",),
    commands=frozenset({"haproxy", "haproxy-systemd-wrapper"}),
    concerns=marked("haproxy"),
    kind=Kind.HAPROXY,
)
APACHE = Program(
    name="Apache",
    technology="apache",
    load=later("apache.run", "read"),
    link=later("apache.link", "link"),
    images="httpd|apache",
    alone=("httpd",),
    commands=frozenset({"httpd", "httpd-foreground", "apache2", "apache2ctl", "apachectl"}),
    concerns=marked("httpd", "apache"),
    kind=Kind.APACHE,
)
DEV_SERVERS = Program(
    name="development servers",
    technology="dev_server",
    load=later("dev_server.run", "read"),
    link=later("dev_server.run", "link"),
    concerns=marked(
        *(
            "npm",
            "yarn",
            "npx",
            "vite",
            "vue-cli",
            "webpack",
            "next",
            "react-scripts",
            "package.json",
            "node",
        ),
        expression=r"bun(?<=\bbun)\b|ng\b",
    ),
)
MANAGED = Program(
    name="managed programs",
    technology="managed",
    load=later("managed.proxies", "load"),
    link=later("managed.link", "link"),
    concerns=marked(
        *("nginx-ingress", "nginx-plus-ingress", "ingress-nginx", "haproxy-ingress", "proxyv2"),
        expression=r"(?:\A|\0)auto(?=[\n\0]|\Z)",
    ),
)
"""Managed programs, as one: what they are configured by is objects, and few of their places are in the files."""
LOCAL_IMAGES = Program(
    name="images of pods",
    technology="local_images",
    load=later("local_images.load", "load"),
    link=later("local_images.link", "link"),
    concerns=lambda run: bool(run.paths_of(Kind.DOCKERFILE)) and any(c.part for c in run.containers),
)
"""Dockerfiles that make the images of pods: they show what manifests do not."""
BUILT_IN = (
    LABELS,
    NGINX,
    CLOUDFLARED,
    NGROK,
    FRPC,
    TAILSCALE,
    OAUTH2_PROXY,
    AUTHELIA,
    PHP_FPM,
    POMERIUM,
    TRAEFIK,
    TELEPORT,
    ENVOY,
    CADDY,
    HAPROXY,
    APACHE,
    DEV_SERVERS,
    MANAGED,
    LOCAL_IMAGES,
)
"""In the order in which they are read and linked."""
