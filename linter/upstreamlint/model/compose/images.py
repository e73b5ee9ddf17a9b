"""What is known of well-known images without looking into them.

Ports are the `EXPOSE` of the images' own Dockerfiles. Official images carry no HEALTHCHECK, which is a rule
of their library. Tools are named only where the image's recipe settles it; anything else is unknown.
"""

from __future__ import annotations

from upstreamlint.readers.compose.tree import split_fields
from upstreamlint.values import frozen


@frozen
class ImageName:
    """An image reference in parts; Docker Hub and its `library/` are left out of `name`."""

    name: str
    tag: str


@frozen
class ImageFacts:
    """What an image brings; nothing means not known."""

    ports: tuple[int, ...] = ()
    healthcheck: bool | None = None
    curl: bool | None = None
    wget: bool | None = None


def image_name(reference: str) -> ImageName:
    """Take an image reference apart: `docker.io/library/nginx:1.27@sha256:…` is `nginx`, `1.27`."""
    bare = reference.partition("@")[0].strip()
    fields = split_fields(bare)
    tag = ""
    if len(fields) > 1 and "/" not in fields[-1]:
        tag, bare = fields[-1], ":".join(fields[:-1])
    for prefix in ("docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/"):
        bare = bare.removeprefix(prefix)
    return ImageName(bare, tag)


_OFFICIAL_PORTS: dict[str, tuple[int, ...]] = {
    "adminer": (8080,), "caddy": (80, 443, 2019), "cassandra": (9042, 7000, 7001, 7199, 9160), "clickhouse": (8123, 9000, 9009),
    "couchbase": (8091, 8092, 8093, 8094, 8095, 8096, 11210), "couchdb": (5984, 4369, 9100), "drupal": (80,),
    "elasticsearch": (9200, 9300), "eclipse-mosquitto": (1883,), "ghost": (2368,), "httpd": (80,), "influxdb": (8086,),
    "jetty": (8080,), "joomla": (80,), "kibana": (5601,), "kong": (8000, 8001, 8443, 8444), "mariadb": (3306,),
    "matomo": (80,), "memcached": (11211,), "mongo": (27017,), "mongo-express": (8081,), "mysql": (3306, 33060),
    "nats": (4222, 6222, 8222), "neo4j": (7474, 7473, 7687), "nextcloud": (80,), "nginx": (80,), "percona": (3306,),
    "phpmyadmin": (80,), "postgres": (5432,), "rabbitmq": (5672, 5671, 4369, 25672), "redis": (6379,), "redmine": (3000,),
    "registry": (5000,), "rethinkdb": (28015, 29015, 8080), "solr": (8983,), "sonarqube": (9000,), "telegraf": (8125, 8092, 8094),
    "tomcat": (8080,), "traefik": (80,), "wordpress": (80,), "zookeeper": (2181, 2888, 3888, 8080),
}  # fmt: skip

_OTHER_PORTS: dict[str, tuple[int, ...]] = {
    "axllent/mailpit": (1025, 8025, 1110), "bitnami/kafka": (9092,), "bitnami/postgresql": (5432,), "bitnami/redis": (6379,),
    "confluentinc/cp-kafka": (9092,), "containous/whoami": (80,), "ealen/echo-server": (80,), "gitea/gitea": (22, 3000),
    "grafana/grafana": (3000,), "grafana/loki": (3100,), "hashicorp/consul": (8500, 8600), "hashicorp/vault": (8200,),
    "jaegertracing/all-in-one": (16686, 4317, 4318, 14268), "jenkins/jenkins": (8080, 50000), "kennethreitz/httpbin": (80,),
    "localstack/localstack": (4566,), "mailhog/mailhog": (1025, 8025), "mcr.microsoft.com/mssql/server": (1433,),
    "minio/minio": (9000,), "nginxdemos/hello": (80,), "nginxinc/nginx-unprivileged": (8080,), "openzipkin/zipkin": (9410, 9411),
    "pgvector/pgvector": (5432,), "portainer/portainer-ce": (8000, 9000, 9443), "postgis/postgis": (5432,),
    "prom/alertmanager": (9093,), "prom/node-exporter": (9100,), "prom/prometheus": (9090,), "quay.io/coreos/etcd": (2379, 2380),
    "quay.io/keycloak/keycloak": (8080, 8443), "traefik/whoami": (80,), "valkey/valkey": (6379,),
}  # fmt: skip

_BUILDPACK = frozenset({"node", "python", "golang", "ruby", "openjdk", "gcc", "rust", "buildpack-deps"})
"""Languages whose full images start from `buildpack-deps`, which has curl and wget; their `slim` images have neither."""

_BARE_DEBIAN = frozenset({"postgres", "redis", "httpd", "haproxy", "memcached", "debian", "ubuntu"})
"""Images of the Debian family that end up with neither curl nor wget."""

_ALPINE_ALWAYS = frozenset({"alpine", "traefik", "caddy", "registry"})
_SERVERS_ONLY = ("gcr.io/distroless/", "scratch")


def image_facts(reference: str) -> ImageFacts:
    """What is known of an image by its reference; an unknown tag hides what depends on it."""
    name, tag = (parts := image_name(reference)).name, parts.tag
    official = "/" not in name and name in (
        *_OFFICIAL_PORTS,
        *_BUILDPACK,
        *_BARE_DEBIAN,
        *_ALPINE_ALWAYS,
        "php",
        "busybox",
    )
    ports = _OFFICIAL_PORTS.get(name, _OTHER_PORTS.get(name, ()))
    if name in ("php", "wordpress", "nextcloud", "matomo", "drupal") and "fpm" in tag:
        ports = (9000,)
    elif name == "php" and "apache" in tag:
        ports = (80,)
    elif name == "rabbitmq" and "management" in tag:
        ports = (*ports, 15671, 15672)
    curl, wget = _tools(name, tag)
    return ImageFacts(ports, False if official or name == "scratch" else None, curl, wget)


def _tools(name: str, tag: str) -> tuple[bool | None, bool | None]:
    """Whether curl and wget are in an image."""
    if name.startswith(_SERVERS_ONLY):
        return False, "debug" in tag
    if "${" in tag:
        return None, None
    if name == "busybox":
        return False, True
    if name == "nginx":
        # curl came into the image in 2021; its Alpine variant has BusyBox's wget.
        return None, True if "alpine" in tag else None
    alpine = "alpine" in tag or name in _ALPINE_ALWAYS
    if alpine and name in (*_ALPINE_ALWAYS, *_BARE_DEBIAN, *_BUILDPACK):
        return False, True
    if name in _BARE_DEBIAN:
        return False, False
    if name in _BUILDPACK:
        slim = "slim" in tag
        return not slim, not slim
    return None, None
