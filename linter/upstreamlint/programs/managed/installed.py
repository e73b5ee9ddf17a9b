"""The containers of controllers: those of workloads, and those that charts of public repositories start.

Of a chart, its values tell the arguments: traefik/traefik-helm-chart, traefik/templates/_podtemplate.tpl. Since version 10 of the chart, what the values do not
say is left to Traefik itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.config_maps import ConfigMaps
from upstreamlint.containers.container import Container
from upstreamlint.containers.pod import PodFacts
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.kubernetes.container import PodContainer
from upstreamlint.model.kubernetes.workload import PodTemplate
from upstreamlint.numerals import decimal
from upstreamlint.values import replace

_CHART = "traefik"
_PROVIDERS = ("kubernetesCRD", "kubernetesIngress")
_TRUTHS = ("allowCrossNamespace", "allowExternalNameServices", "allowEmptyServices")
_TEXTS = ("ingressClass", "labelSelector")
_GIVEN = ("additionalArguments", "globalArguments")
_OPEN = (
    "env",
    "envFrom",
    "deployment.additionalVolumes",
    "additionalVolumeMounts",
    "volumes",
    "experimental.fastProxy",
)
"""What may tell Traefik more, by variables and files."""
_SINCE, _THIRD = 10, 28


def started(index: Index) -> Iterator[Container]:
    """Every container of a run's workloads, and every Traefik that a chart starts."""
    for workload in index.of(Workload):
        yield from index.containers(workload)
    for release in index.of(ChartRelease):
        if release.chart.value == _CHART and _CHART in release.origin.lower():
            yield _container(release)


def _is_known(release: ChartRelease) -> bool:
    major = decimal(release.version.lstrip("v^~>= ").partition(".")[0])
    return (major is None or major >= _SINCE) and all(release.value(path) is None for path in _OPEN)


def _container(release: ChartRelease) -> Container:
    chart = release.chart
    words = tuple(_words(release))
    part = PodContainer(
        name=None,
        image=chart._replace(value=f"traefik:{_tag(release)}"),
        ports=(),
        probes=(),
        mounts=(),
        env=(),
        env_from=(),
        env_keys=(),
        command=(),
        args=words,
        opaque_env=(),
        takes_secrets=False,
        folder=None,
        sidecar=False,
        hooked=not _is_known(release),
        anchor=chart.anchor,
    )
    template = PodTemplate(
        labels=None,
        annotations=None,
        values={},
        containers=(part,),
        first=(),
        volumes=(),
        claims=False,
        host_network=False,
        host_network_anchor=None,
        dns_policy=None,
        has_dns_config=False,
        hostname=None,
        subdomain=None,
        readiness_gates=(),
        service_account=None,
        grace_period=None,
        needs=(),
        spread=False,
        zones=(),
        anchor=chart.anchor,
    )
    meta = replace(release.meta, namespace=release.namespace)
    workload = Workload(meta, template, None, False, None, False, None, None)
    return Container(workload, PodFacts(workload, part, ConfigMaps(())), part=part)


def _tag(release: ChartRelease) -> str:
    """The tag of the image: the one that is given, else the line that the chart is for; v3 since version 28."""
    major = decimal(release.version.lstrip("v^~>= ").partition(".")[0])
    return release.text("image.tag") or ("latest" if major is None else "v3" if major >= _THIRD else "v2")


def _words(release: ChartRelease) -> Iterator[Scalar]:
    for provider in _PROVIDERS:
        options = release.value(f"providers.{provider}")
        own = options if isinstance(options, Mapping) else None
        if own is None or not _is(own, "enabled", "false"):
            flag = f"--providers.{provider.lower()}"
            yield release.chart._replace(value=flag)
            yield from _options(own, flag) if own is not None else ()
    for path in _GIVEN:
        given = release.value(path)
        if isinstance(given, Sequence):
            yield from (item for item in given.items if isinstance(item, Scalar))


def _options(own: Mapping, flag: str) -> Iterator[Scalar]:
    """What the values say of a provider."""
    for name in (*_TRUTHS, *_TEXTS):
        told = own.scalar(name)
        if told is not None and told.value and (name in _TEXTS or told.value == "true"):
            yield told._replace(value=f"{flag}.{name.lower()}={told.value}")
    spaces = own.scalars("namespaces")
    if spaces:
        yield spaces[0]._replace(value=f"{flag}.namespaces={','.join(s.value for s in spaces)}")


def _is(node: Mapping, key: str, value: str) -> bool:
    found = node.scalar(key)
    return found is not None and found.value == value
