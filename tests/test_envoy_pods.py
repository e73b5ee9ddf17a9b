"""An Envoy in a ConfigMap runs in the pods that mean this ConfigMap, and in no others."""

from __future__ import annotations

from upstreamlint.files.readable import MemoryFiles
from upstreamlint.load import manifests
from upstreamlint.programs.envoy.load import load
from upstreamlint.programs.envoy.model import Bootstrap
from upstreamlint.programs.reading import Run
from upstreamlint.settings.config import Config
from upstreamlint.source import Source

TREE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: shop}
data:
  envoy.yaml: |
    static_resources:
      clusters:
        - name: web
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  template:
    spec:
      containers:
        - {name: envoy, image: "envoyproxy/envoy:v1.31", volumeMounts: [{name: c, mountPath: /etc/envoy}]}
      volumes: [{name: c, configMap: {name: edge}}]
"""


def test_two_environments_in_one_tree_do_not_mix():
    paths = ("staging/edge.yaml", "production/edge.yaml")
    resources = [r for path in paths for r in manifests.resources(Source(path, TREE))]
    run = Run(files=MemoryFiles({}), config=Config(), resources=tuple(resources))
    found = [b for b in load(run).resources if isinstance(b, Bootstrap)]
    assert [[pod.anchor.source.path for pod in b.pods] for b in found] == [[path] for path in paths]
