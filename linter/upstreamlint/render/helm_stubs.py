"""Templates that a chart includes and does not hold, since nobody fetched the library that defines them.

What they are called says what they print: names as `helm create` makes them, the labels that go with those, the version
of an API. What is not known prints a placeholder, or nothing. Both ends of a wire include the same, so that they still fit.
"""

from __future__ import annotations

from collections.abc import Collection

from upstreamlint import patterns

MISSING = patterns.compile(r"no template \"([\w./-]{1,200})\"")
"""What Helm says of a template that is not there."""

FAILED = patterns.compile(
    r"(?<![\w./-])[\w.-]{1,100}/((?:charts/[\w.-]{1,100}/){0,3}templates/[\w./-]{1,200}):\d+:\d+"
)
"""The file of a chart that Helm says does not render."""

LEFT_OUT = "without "
"""How it begins what is said of a chart of which templates were left out."""

FILE = "templates/_missing.tpl"

_ROOT = '{{- $r := . -}}{{- if hasKey . "context" -}}{{- $r = .context -}}{{- end -}}'
_NAME = "{{- $n := default $r.Chart.Name $r.Values.nameOverride -}}"
_FULL = (
    "{{- $f := $r.Values.fullnameOverride -}}"
    "{{- if not $f -}}{{- $f = ternary $r.Release.Name (list $r.Release.Name $n | join `-`) "
    "(contains $n $r.Release.Name) -}}{{- end -}}"
)
_LABELS = (
    "app.kubernetes.io/name: {{ $n }}\napp.kubernetes.io/instance: {{ $r.Release.Name }}"
    '{{- if hasKey . "customLabels" -}}{{- with .customLabels }}\n{{ toYaml . }}{{- end -}}{{- end -}}'
)
_VALUE = (
    '{{- if hasKey . "value" -}}{{- if kindIs "string" .value -}}{{ tpl .value $r }}'
    "{{- else -}}{{ tpl (toYaml .value) $r }}{{- end -}}{{- end -}}"
)
_VERSIONS = (
    (("deployment", "statefulset", "daemonset"), "apps/v1"),
    (("ingress", "networkpolicy"), "networking.k8s.io/v1"),
    (("cronjob", "job"), "batch/v1"),
    (("hpa", "autoscaler"), "autoscaling/v2"),
    (("poddisruptionbudget", "pdb", "policy"), "policy/v1"),
    (("rbac", "role"), "rbac.authorization.k8s.io/v1"),
)


def stub(name: str, defined: Collection[str] = ()) -> str:
    """A definition in the place of the one that is missing.

    `defined` are the names of those that are there: a chart that names things in the place of its library names them so in
    what the library prints.
    """
    body = _body(name.lower())
    if "$" in body:
        library = name.partition(".")[0] + "."
        own = next((d for d in sorted(defined) if d.startswith(library) and d.endswith(".name")), "")
        named = f'{{{{- $n := include "{own}" $r | trim -}}}}' if own else _NAME
        inner = f'{{{{- if hasKey $r "Chart" -}}}}{named}{body}{{{{- end -}}}}'
        body = f'{{{{- if kindIs "map" . -}}}}{_ROOT}{inner}{{{{- end -}}}}'
    return f'{{{{- define "{name}" -}}}}{body}{{{{- end -}}}}\n'


def _body(name: str) -> str:
    last = name.rpartition(".")[2]
    if "apiversion" in last:
        return next((made for kinds, made in _VERSIONS if any(k in name for k in kinds)), "v1")
    if "label" in name or "selector" in last:
        return _LABELS
    if "tplvalues" in name or last in ("render", "tpl"):
        return _VALUE
    if last in ("fullname", "serviceaccountname", "serviceaccount"):
        return f"{_FULL}{{{{ $f | trunc 63 | trimSuffix `-` }}}}"
    if last == "name":
        return "{{ $n }}"
    if last == "chart":
        return "{{ $r.Chart.Name }}-{{ $r.Chart.Version }}"
    if last == "namespace":
        return "{{ $r.Release.Namespace }}"
    return f"<{last}>" if last == "image" or last.endswith("name") else ""
