"""Write realistic app bundles: python bench/apps.py 1000 FOLDER

Each app is a Deployment, Service, Ingress, NetworkPolicy, ConfigMap and a VirtualService with its
DestinationRule: seven resources in six files. All wiring is sound but for one app in fifty, whose Service
selects a label that no pod has.
"""

from __future__ import annotations

import sys
from pathlib import Path

PER_APP = 7
TEAMS = ("platform", "payments", "growth", "search", "identity", "logistics", "data", "mobile")


def bundle(number: int) -> dict[str, str]:
    """The files of one app."""
    team = TEAMS[number % len(TEAMS)]
    app, namespace, port = f"{team}-api-{number}", f"{team}-prod", 8000 + number % 10
    selected = f"{app}x" if number % 50 == 0 else app
    environment = "".join(
        f'            - name: {name}_{i}\n              value: "{number * i}"\n'
        for i, name in enumerate(("CACHE", "POOL", "LIMIT", "QUEUE", "RETRY")[: 2 + number % 4])
    )
    return {
        "deployment.yaml": f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {app}
  namespace: {namespace}
  labels:
    app: {app}
    team: {team}
spec:
  replicas: {1 + number % 5}
  selector:
    matchLabels:
      app: {app}
  template:
    metadata:
      labels:
        app: {app}
        version: v1
      annotations:
        prometheus.io/scrape: "true"
    spec:
      serviceAccountName: {app}
      containers:
        - name: {app}
          image: registry.example.com/{team}/{app}:1.{number % 40}.0
          args: ["--listen", "0.0.0.0:{port}", "--log-format=json"]
          ports:
            - name: http
              containerPort: {port}
            - name: metrics
              containerPort: 9090
          env:
{environment}          readinessProbe:
            httpGet:
              path: /ready
              port: http
            periodSeconds: 10
          livenessProbe:
            httpGet:
              path: /live
              port: http
            initialDelaySeconds: 15
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 512Mi
          volumeMounts:
            - name: config
              mountPath: /etc/app
      volumes:
        - name: config
          configMap:
            name: {app}-config
""",
        "service.yaml": f"""\
apiVersion: v1
kind: Service
metadata:
  name: {app}
  namespace: {namespace}
spec:
  selector:
    app: {selected}
  ports:
    - name: http
      port: 80
      targetPort: http
    - name: http-metrics
      port: 9090
      targetPort: metrics
""",
        "ingress.yaml": f"""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {app}
  namespace: {namespace}
spec:
  ingressClassName: nginx
  rules:
    - host: {app}.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {app}
                port:
                  number: 80
""",
        "networkpolicy.yaml": f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {app}
  namespace: {namespace}
spec:
  podSelector:
    matchLabels:
      app: {app}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {{}}
      ports:
        - protocol: TCP
          port: {port}
""",
        "configmap.yaml": f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {app}-config
  namespace: {namespace}
data:
  LOG_LEVEL: info
  application.yaml: |
    server:
      port: {port}
    cache:
      ttl: {number % 300}s
""",
        "istio.yaml": f"""\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {app}
  namespace: {namespace}
spec:
  hosts:
    - {app}.{namespace}.svc.cluster.local
  http:
    - route:
        - destination:
            host: {app}.{namespace}.svc.cluster.local
            subset: v1
            port:
              number: 80
      timeout: 5s
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: {app}
  namespace: {namespace}
spec:
  host: {app}.{namespace}.svc.cluster.local
  subsets:
    - name: v1
      labels:
        version: v1
""",
    }


def write(resources: int, folder: Path) -> None:
    """Write bundles until there are so many resources."""
    for number in range(1, resources // PER_APP + 2):
        place = folder / TEAMS[number % len(TEAMS)] / f"app-{number}"
        place.mkdir(parents=True, exist_ok=True)
        for name, text in bundle(number).items():
            (place / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
