"""What servers refuse: the recorded answers of the real ones, and each check by a mistake that it is for.

The recorded situations hold objects that a real API server and a real istiod took. The quick check is held
against the full one on objects that are changed at every place.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest
import yaml as pyyaml

from upstreamlint import rules, testing
from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import meta_of
from upstreamlint.readers import yaml
from upstreamlint.refusal import apis, base64s, cel, schema
from upstreamlint.refusal.at import At
from upstreamlint.refusal.check import check_of, in_full, refusals
from upstreamlint.refusal.covered import COVERED
from upstreamlint.refusal.istio import header_values, hosts, regexes
from upstreamlint.settings.config import Config
from upstreamlint.source import Source

SHARED = Path(__file__).resolve().parents[2] / "shared"
RULES = rules.load()
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: 8080}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
          args: ["--listen", "0.0.0.0:8080"]
          ports:
            - {name: http, containerPort: 8080}
            - {name: metrics, containerPort: 9090}
          env:
            - {name: MODE, value: "on"}
          readinessProbe:
            httpGet: {path: /ready, port: http}
          volumeMounts:
            - {name: config, mountPath: /etc/web}
      volumes:
        - {name: config, configMap: {name: web}}
"""
INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  rules:
    - host: web.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {}
      ports:
        - {protocol: TCP, port: 8080}
"""
ROUTES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  http:
    - match:
        - uri: {prefix: /}
      route:
        - destination: {host: web, subset: v1, port: {number: 80}}
          weight: 90
        - destination: {host: web, subset: v2}
          weight: 10
      timeout: 5s
"""
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy: {loadBalancer: {simple: LEAST_REQUEST}}
  subsets:
    - {name: v1, labels: {version: v1}}
    - {name: v2, labels: {version: v2}}
"""
SERVERS = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: edge}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: [web.example.com]
      tls: {mode: SIMPLE, credentialName: web}
"""
ENTRY = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: pay}
spec:
  hosts: [pay.example.com]
  resolution: DNS
  ports:
    - {number: 443, name: tls, protocol: TLS}
"""
LISTENERS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  gatewayClassName: edge
  listeners:
    - {name: http, port: 80, protocol: HTTP}
"""
HTTP = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: edge}]
  rules:
    - matches: [{path: {type: PathPrefix, value: /}}]
      backendRefs: [{name: web, port: 80}]
"""
SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 4
"""
TRAEFIK = """\
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: web}
spec:
  entryPoints: [web]
  routes:
    - match: Host(`web.example.com`)
      kind: Rule
      services: [{name: web, port: 80}]
"""
PROXY = """\
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: web}
spec:
  virtualhost: {fqdn: web.example.com}
  routes:
    - conditions: [{prefix: /}]
      services: [{name: web, port: 80}]
"""
SCALED = """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web}
spec:
  scaleTargetRef: {name: web}
  triggers:
    - {type: cpu, metadata: {value: "50"}}
"""
NIGHTLY = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: nightly
              image: registry.example.com/nightly:1
              resources: {requests: {cpu: 100m}, limits: {cpu: 200m}}
"""
FULL_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, creationTimestamp: null}
spec:
  type: NodePort
  selector: {app: web}
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  ports:
    - {name: http, port: 80, nodePort: 30080}
"""
HEADLESS = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  ports: [{name: http, port: 80}]
"""
FULL_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  progressDeadlineSeconds: 60
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector:
    matchLabels: {app: web}
    matchExpressions: [{key: tier, operator: In, values: [front]}]
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      initContainers:
        - name: migrate
          image: registry.example.com/web:1
          securityContext: {allowPrivilegeEscalation: false, privileged: false, capabilities: {add: [CHOWN]}}
          volumeMounts: [{name: config, mountPath: /etc/web}]
          resources: {requests: {cpu: 100m}, limits: {cpu: 200m}}
      containers:
        - name: web
          image: registry.example.com/web:1
          securityContext: {allowPrivilegeEscalation: true, privileged: true}
          livenessProbe: {successThreshold: 1, tcpSocket: {port: 8080}}
          readinessProbe: {successThreshold: 2, tcpSocket: {port: 8080}}
          env:
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm:
                topologyKey: zone
                labelSelector: {matchExpressions: [{key: app, operator: Exists}]}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: web}}
        - {maxSkew: 1, topologyKey: host, whenUnsatisfiable: ScheduleAnyway}
      tolerations:
        - {key: dedicated, operator: Equal, value: web, effect: NoSchedule}
        - {key: example.com/spot, operator: Exists}
      volumes:
        - {name: config, emptyDir: {}}
"""
FULL_INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {kubernetes.io/ingress.class: nginx}}
spec:
  defaultBackend: {service: {name: web, port: {name: http}}}
  tls: [{hosts: [web.example.com], secretName: web}]
  rules:
    - http: {paths: [{path: /a, pathType: Exact, backend: {service: {name: web, port: {number: 80}}}}]}
"""
FULL_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web, api]}]}
  egress:
    - to: [{ipBlock: {cidr: 10.0.0.0/8}}]
    - to: [{podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}]
"""
FULL_ROUTES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.example.com, web.shop.svc]
  gateways: [mesh, edge/web]
  http:
    - match:
        - uri: {prefix: /}
          method: {exact: GET}
          headers: {x-canary: {exact: "on"}}
          withoutHeaders: {x-old: {exact: "on"}}
          queryParams: {q: {exact: a}}
      retries: {attempts: 2, perTryTimeout: 2s, retryOn: "5xx,reset"}
      route:
        - destination: {host: web, port: {number: 80}}
"""
ANYWHERE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: ["*"]
  gateways: [edge]
  http:
    - headers: {request: {set: {x-from: edge}}}
      corsPolicy: {allowMethods: [GET]}
      timeout: 5s
      route:
        - destination: {host: web}
          headers: {response: {remove: [server]}}
"""
FULL_SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy:
    tls: {mode: SIMPLE, sni: web.example.com}
    connectionPool: {tcp: {maxConnections: 100, idleTimeout: 5s}, http: {maxRetries: 2}}
    outlierDetection: {consecutive5xxErrors: 5, interval: 5s, baseEjectionTime: 60s, maxEjectionPercent: 50}
  subsets:
    - {name: v1, labels: {version: v1}, trafficPolicy: {tls: {mode: DISABLE}}}
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: web}
type: kubernetes.io/dockerconfigjson
data: {.dockerconfigjson: e30=}
"""
PASSTHROUGH = """\
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: web}
spec:
  to: {kind: Service, name: web}
  tls: {termination: passthrough}
"""
SESSIONS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: edge}]
  rules:
    - sessionPersistence: {sessionName: web, idleTimeout: 1h}
      backendRefs: [{name: web, port: 80}]
"""
MORE_LISTENERS = """\
apiVersion: gateway.networking.x-k8s.io/v1alpha1
kind: XListenerSet
metadata: {name: more}
spec:
  parentRef: {name: edge}
  listeners: [{name: http, port: 80, protocol: HTTP}]
"""
FILTER = """\
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: limits}
spec:
  configPatches:
    - applyTo: CLUSTER
      match: {context: SIDECAR_OUTBOUND}
      patch:
        operation: MERGE
        value:
          connect_timeout: 3s
          lbPolicy: RANDOM
          circuit_breakers: {thresholds: [{max_connections: "100"}]}
    - applyTo: HTTP_FILTER
      match: {context: SIDECAR_INBOUND}
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.lua
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
            default_source_code: {inline_string: "function envoy_on_request(h) end"}
"""
TWO_STORES = "emptyDir: {}, hostPath: {path: /a}"
WITH_MORE = (
    *(FULL_SERVICE, HEADLESS, FULL_DEPLOYMENT, FULL_INGRESS),
    *(FULL_POLICY, FULL_ROUTES, ANYWHERE, FULL_SUBSETS),
)
"""Sound objects with what is less frequent."""
SOUND = (
    *(SERVICE, DEPLOYMENT, INGRESS, POLICY, ROUTES, SUBSETS, SERVERS, ENTRY, LISTENERS, HTTP, SCALER),
    *(NIGHTLY, TRAEFIK, PROXY, SCALED, SECRET, PASSTHROUGH, SESSIONS, MORE_LISTENERS, FILTER),
)


def documents(text, path="app.yaml"):
    for document in yaml.read(Source(path, text)).documents:
        if isinstance(document.root, Mapping) and (meta := meta_of(document.root, ".")) is not None:
            yield meta, document.root


def refused(text, version="", path="app.yaml"):
    """What is refused of the objects of a text: the path and the words, without what is only dropped."""
    return [
        (r.path, r.said)
        for meta, root in documents(text, path)
        for r in refusals(meta, root, version)
        if not r.ignored
    ]


def changed(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("text", SOUND, ids=lambda t: "-".join(t.split()[1:4:2]))
def test_sound_object_is_taken(text):
    assert refused(text) == []


MISTAKES = [
    (SERVICE, "port: 80,", 'port: "80",', "spec.ports[0].port", "cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32"),
    (SERVICE, "app: web", "app: 1", "spec.selector.app", "cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string"),
    (SERVICE, "selector:", "selectors:", "spec.selectors", 'unknown field "spec.selectors"'),
    (SERVICE, "port: 80,", "port: 70000,", "spec.ports[0].port", "must be between 1 and 65535, inclusive"),
    (SERVICE, "targetPort: 8080", 'targetPort: "8080"', "spec.ports[0].targetPort", "must contain at least one letter (a-z)"),
    (SERVICE, "targetPort: 8080}", "targetPort: 8080}\n    - {port: 81}", "spec.ports[1].name", "Required value"),
    (SERVICE, "targetPort: 8080}", "targetPort: 8080}\n    - {name: http, port: 81}", "spec.ports[1].name", 'Duplicate value: "http"'),
    (SERVICE, "targetPort: 8080}", "targetPort: 8080}\n    - {name: b, port: 80}", "spec.ports[1]", "Duplicate value"),
    (SERVICE, "targetPort: 8080", "nodePort: 30080", "spec.ports[0].nodePort", "may not be used when `type` is 'ClusterIP'"),
    (SERVICE, "spec:", "spec:\n  type: Loadbalancer", "spec.type", 'Unsupported value: "Loadbalancer"'),
    (SERVICE, "spec:", "spec:\n  type: ExternalName", "spec.externalName", "Required value"),
    (SERVICE, "metadata: {name: web}", "metadata: {name: todo-replace, labels: 1}", "metadata.labels", "cannot unmarshal number"),
    (SERVICE, "name: web", "name: web.shop", "metadata.name", "must not contain dots"),
    (DEPLOYMENT, "  selector: {matchLabels: {app: web}}\n", "", "spec.selector", "Required value"),
    (DEPLOYMENT, "{matchLabels: {app: web}}", "{app: web}", "spec.selector", "empty selector is invalid for deployment"),
    (DEPLOYMENT, "name: metrics", "name: http", "spec.template.spec.containers[0].ports[1].name", 'Duplicate value: "http"'),
    (DEPLOYMENT, "port: http}", "port: http}\n            tcpSocket: {port: 8080}", "spec.template.spec.containers[0].readinessProbe.tcpSocket", "may not specify more than 1 handler type"),
    (DEPLOYMENT, "{name: config, mountPath", "{name: confg, mountPath", "spec.template.spec.containers[0].volumeMounts[0].name", 'Not found: "confg"'),
    (DEPLOYMENT, "  replicas: 2", "  replicas: -1", "spec.replicas", "must be greater than or equal to 0"),
    (DEPLOYMENT, "  replicas: 2", "  strategy: {type: Recreate, rollingUpdate: {}}", "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"),
    (DEPLOYMENT, "metrics, containerPort: 9090", "a-name-that-is-long, containerPort: 9090", "spec.template.spec.containers[0].ports[1].name", "must be no more than 15 characters"),
    (INGRESS, "pathType: Prefix, ", "", "spec.rules[0].http.paths[0].pathType", "Required value: pathType must be specified"),
    (INGRESS, "pathType: Prefix", "pathType: prefix", "spec.rules[0].http.paths[0].pathType", 'supported values: "Exact", "ImplementationSpecific", "Prefix"'),
    (INGRESS, "path: /,", "path: web,", "spec.rules[0].http.paths[0].path", "must be an absolute path"),
    (INGRESS, "path: /,", "path: /a//b,", "spec.rules[0].http.paths[0].path", "must not contain '//'"),
    (INGRESS, "{number: 80}", "{number: 80, name: http}", "spec.rules[0].http.paths[0].backend", "cannot set both port name & port number"),
    (INGRESS, "{service: {name: web, port: {number: 80}}}", "{serviceName: web, servicePort: 80}", "spec.rules[0].http.paths[0].backend", "resource or service backend is required"),
    (INGRESS, "web.example.com", "web.example.com:8443", "spec.rules[0].host", "a lowercase RFC 1123 subdomain must consist of"),
    (INGRESS, "web.example.com", "10.0.0.1", "spec.rules[0].host", "must be a DNS name, not an IP address"),
    (INGRESS, "networking.k8s.io/v1", "extensions/v1beta1", "apiVersion", 'no matches for kind "Ingress" in version "extensions/v1beta1"'),
    (POLICY, "- namespaceSelector: {}", "- ipBlock: {cidr: 10.0.0.0}", "spec.ingress[0].from[0].ipBlock.cidr", "must be a valid CIDR value"),
    (POLICY, "- namespaceSelector: {}", "- ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}", "spec.ingress[0].from[0].ipBlock.except[0]", "must be a strict subset of `cidr`"),
    (POLICY, "ports:", "port:", "spec.ingress[0].port", 'unknown field "spec.ingress[0].port"'),
    (SCALER, "maxReplicas: 4", "maxReplicas: 1", "spec.maxReplicas", "must be greater than or equal to `minReplicas`"),
    (ROUTES, "weight: 90", "weight: 0", "", ""),
    (ROUTES, "timeout: 5s", 'timeout: "5"', "spec.http[0].timeout", "must be a valid duration greater than 1ms"),
    (ROUTES, "hosts: [web]", "hosts: ['*']", "spec.hosts[0]", "wildcard host * is not allowed for virtual services bound to the mesh gateway"),
    (ROUTES, "hosts: [web]", "hosts: [web]\n  gateways: [./edge]", "spec.gateways[0]", 'invalid value for namespace: "."'),
    (ROUTES, "prefix: /", 'regex: "/(a"', "spec.http[0].match[0].uri.regex", "missing closing ): `/(a`"),
    (ROUTES, "prefix: /", 'regex: "/(?!a)"', "spec.http[0].match[0].uri.regex", "invalid or unsupported Perl syntax: `(?!`"),
    (ROUTES, "prefix: /", "prefix: /, exact: /", "spec.http[0].match[0].uri", "must validate one and only one schema (oneOf)"),
    (ROUTES, "uri: {prefix: /}", "headers: {a b: {exact: c}}", "spec.http[0].match[0].headers.a b", "header name a b is not a valid header name"),
    (ROUTES, "timeout: 5s", "headers: {request: {set: {x-share: 10%}}}", "spec.http[0].headers.request.set.x-share", "Un-escaped %"),
    (ROUTES, "timeout: 5s", "corsPolicy: {allowMethods: [FETCH]}", "spec.http[0].corsPolicy.allowMethods[0]", '"FETCH" is not a supported HTTP method'),
    (SUBSETS, "{version: v2}", "{a b: v2}", "spec.subsets[1].labels.a b", 'invalid tag key: "a b"'),
    (ROUTES, "timeout: 5s", "redirect: {uri: /}", "spec.http[0].route", "HTTP route cannot contain both route and redirect"),
    (ROUTES, "timeout: 5s", "retries: {attempts: 0, perTryTimeout: 1s}", "spec.http[0].retries.attempts", "attempts are set to 0 (disabled)"),
    (SUBSETS, "name: v2", "name: v1", "spec.subsets[1].name", "duplicate subset names: v1"),
    (SUBSETS, "name: v2", "name: v2.0", "spec.subsets[1].name", "subset name is invalid: v2.0"),
    (SUBSETS, "name: v2, ", "", "spec.subsets[1].name", "Required value"),
    (SUBSETS, "{loadBalancer: {simple: LEAST_REQUEST}}", "{}", "spec.trafficPolicy", "traffic policy must have at least one field"),
    (SERVERS, "      hosts: [web.example.com]\n", "", "spec.servers[0].hosts", "Required value"),
    (SERVERS, "      tls: {mode: SIMPLE, credentialName: web}\n", "", "spec.servers[0].port.protocol", "server must have TLS settings for HTTPS/TLS protocols"),
    (SERVERS, ", credentialName: web", "", "spec.servers[0].tls.mode", "SIMPLE TLS requires a server certificate"),
    (SERVERS, "web.example.com", "web", "spec.servers[0].hosts[0]", "short names (non FQDN) are not allowed"),
    (ENTRY, "DNS", "NONE\n  endpoints: [{address: 10.0.0.1}]", "spec", "NONE mode cannot set endpoints"),
    (ENTRY, "DNS", "STATIC\n  endpoints: [{address: pay.internal}]", "spec.endpoints[0].address", "is not a valid IP address"),
    (ENTRY, "DNS", "DNS_ROUND_ROBIN\n  endpoints: [{address: a.example}, {address: b.example}]", "spec", "DNS_ROUND_ROBIN mode cannot have multiple endpoints"),
    (ENTRY, "[pay.example.com]", "['*.example.com']", "spec.hosts[0]", "hosts must be FQDN or contain only prefix wildcards"),
    (LISTENERS, "protocol: HTTP", "protocol: TCP, hostname: a.example", "spec.listeners", "hostname must not be specified for protocols ['TCP', 'UDP']"),
    (LISTENERS, "protocol: HTTP}", "protocol: HTTP}\n    - {name: http, port: 81, protocol: HTTP}", "spec.listeners[1]", 'Duplicate value: {"name":"http"}'),
    (HTTP, "value: /", "value: web", "spec.rules[0].matches[0].path", "value must be an absolute path and start with '/'"),
    (HTTP, ", port: 80", "", "spec.rules[0].backendRefs[0]", "Must have port for Service reference"),
    (NIGHTLY, "0 3 * * *", "0 25 * * *", "spec.schedule", "end of range (25) above maximum (23): 25"),
    (NIGHTLY, "restartPolicy: Never", "restartPolicy: Always", "spec.jobTemplate.spec.template.spec.restartPolicy", 'Required value: valid values: "OnFailure", "Never"'),
    (NIGHTLY, "requests: {cpu: 100m}", "requests: {cpu: 100mm}", "spec.jobTemplate.spec.template.spec.containers[0].resources.requests.cpu", "unable to parse quantity's suffix"),
    (NIGHTLY, "requests: {cpu: 100m}", "requests: {cpu: 300m}", "spec.jobTemplate.spec.template.spec.containers[0].resources.requests", "must be less than or equal to cpu limit"),
    (NIGHTLY, "limits: {cpu: 200m}", "limits: {cpu: }", "spec.jobTemplate.spec.template.spec.containers[0].resources.requests", "must be less than or equal to cpu limit of 0"),
    (NIGHTLY, "        spec:\n          restartPolicy: Never", "        restartPolicy: Never\n        spec:", "spec.jobTemplate.spec.template.restartPolicy", 'unknown field "spec.jobTemplate.spec.template.restartPolicy"'),
    (DEPLOYMENT, "mountPath: /etc/web", "mountPath: ''", "spec.template.spec.containers[0].volumeMounts[0].mountPath", "Required value"),
    (TRAEFIK, "kind: Rule", "kind: rule", "spec.routes[0].kind", 'Unsupported value: "rule": supported values: "Rule"'),
    (TRAEFIK, "match: Host(`web.example.com`)\n      ", "", "spec.routes[0].match", "Required value"),
    (TRAEFIK, "[web]", "web", "spec.entryPoints", 'must be of type array: "string"'),
    (PROXY, "port: 80", "port: 70000", "spec.routes[0].services[0].port", "should be less than or equal to 65536"),
    (PROXY, ", port: 80", "", "spec.routes[0].services[0].port", "Required value"),
    (SCALED, '"50"', "50", "spec.triggers[0].metadata.value", 'must be of type string: "integer"'),
    (SCALED, "  scaleTargetRef: {name: web}\n", "", "spec.scaleTargetRef", "Required value"),
    (NIGHTLY, "  jobTemplate:", "  timeZone: Europe/Berln\n  jobTemplate:", "spec.timeZone", "unknown time zone Europe/Berln"),
    (NIGHTLY, "  jobTemplate:", "  timeZone: local\n  jobTemplate:", "spec.timeZone", "must be an explicit time zone"),
    (SECRET, "e30=", "e30", "data..dockerconfigjson", "illegal base64 data at input byte 0"),
    (SECRET, "e30=", "aGk=", "data[.dockerconfigjson]", "invalid character 'h' looking for beginning of value"),
    (SECRET, ".dockerconfigjson: e30=", "a: e30=", "data[.dockerconfigjson]", "Required value"),
    (FULL_DEPLOYMENT, "emptyDir: {}", TWO_STORES, "spec.template.spec.volumes[0].hostPath", "may not specify more than 1 volume type"),
    (PASSTHROUGH, "  tls:", "  path: /a\n  tls:", "spec", "must validate at least one schema (anyOf)"),
    (DEPLOYMENT, "  replicas: 2", "  minReadySeconds: 600", "spec.progressDeadlineSeconds", "Invalid value: 600: must be greater than minReadySeconds"),
    (INGRESS, "  rules:", "  backend: {serviceName: web, servicePort: 80}\n  rules:", "spec.backend", 'unknown field "spec.backend"'),
    (ROUTES, "timeout: 5s", "headers: {request: {set: {x-by: '%REQ(x'}}}", "spec.http[0].headers.request.set.x-by", "Un-terminated variable expression '%REQ(x'"),
    (ROUTES, "timeout: 5s", "headers: {request: {set: {x-by: '%REQ(x)s'}}}", "spec.http[0].headers.request.set.x-by", "Expecting '%' or whitespace after"),
    (FILTER, "3s", "3", "spec.configPatches[0].patch.value.connect_timeout", "json: cannot unmarshal number into Go value of type string"),
    (FILTER, "3s", "'3'", "spec.configPatches[0].patch.value.connect_timeout", 'bad Duration: time: missing unit in duration "3"'),
    (FILTER, "RANDOM", "RANDM", "spec.configPatches[0].patch.value.lbPolicy", "for enum envoy.config.cluster.v3.Cluster.LbPolicy"),
    (FILTER, '"100"', "1k", "spec.configPatches[0].patch.value.circuit_breakers.thresholds[0].max_connections", "invalid character 'k' after top-level value"),
    (FILTER, '"100"', "-1", "spec.configPatches[0].patch.value.circuit_breakers.thresholds[0].max_connections", "json: cannot unmarshal number -1 into Go value of type uint32"),
    (FILTER, '[{max_connections: "100"}]', "{max_connections: 100}", "spec.configPatches[0].patch.value.circuit_breakers.thresholds", "json: cannot unmarshal object into Go value of type []json.RawMessage"),
    (FILTER, "lua.v3.Lua", "lua.v3.Luaa", "spec.configPatches[1].patch.value.typed_config.@type", "could not resolve Any message type"),
    (FILTER, "extensions.filters.http.lua.v3", "config.filter.http.lua.v2", "spec.configPatches[1].patch.value.typed_config.@type", "(hint: try using the v3 XDS API)"),
    (FILTER, '"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua\n            ', "", "spec.configPatches[1].patch.value.typed_config", "Any JSON doesn't have '@type'"),
    (FILTER, '"function envoy_on_request(h) end"', "1", "spec.configPatches[1].patch.value.typed_config.default_source_code.inline_string", "can't unmarshal Any nested proto type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"),
    (MORE_LISTENERS, "port: 80", "port: 80000", "spec.listeners[0].port", "should be less than or equal to 65535"),
    (HTTP, "port: 80", "port: 80, weight: -1", "spec.rules[0].backendRefs[0].weight", "should be greater than or equal to 0"),
]  # fmt: skip
MISTAKES = [m for m in MISTAKES if m[3]]


@pytest.mark.parametrize(
    ("text", "old", "new", "path", "words"), MISTAKES, ids=[f"{m[3]}-{m[2][:20]}" for m in MISTAKES]
)
def test_mistake_is_refused_at_its_field(text, old, new, path, words):
    found = refused(changed(text, old, new))
    assert [p for p, said in found if words in said] == [path], found


def test_weights_that_sum_to_nothing():
    text = ROUTES.replace("weight: 90", "weight: 0").replace("weight: 10", "weight: 0")
    assert refused(text) == [("spec.http[0].route[0].weight", "total destination weight = 0")]


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        (INGRESS.replace("networking.k8s.io/v1", "networking.k8s.io/v1beta1"), "1.21", 0),
        (INGRESS.replace("networking.k8s.io/v1", "networking.k8s.io/v1beta1"), "1.22", 1),
        (INGRESS, "1.18", 1),
        (INGRESS, "1.19", 0),
        (SERVICE.replace("spec:", "spec:\n  trafficDistribution: PreferClose"), "", 0),
    ],
)
def test_version_of_kubernetes_decides(text, version, expected):
    assert len(refused(text, version)) == expected


def test_field_that_came_later_is_unknown_to_an_older_version():
    text = SERVICE.replace("spec:", "spec:\n  trafficDistribution: PreferClose")
    ((meta, root),) = documents(text)
    (dropped,) = refusals(meta, root, "1.27")
    assert (dropped.path, dropped.ignored) == ("spec.trafficDistribution", True)


SILENT = {
    "a patch of an image": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}",
    "a patch of a type": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort}",
    "a directive of a patch": DEPLOYMENT.replace(
        "- name: web", "- $patch: delete\n          name: web"
    ).replace("          image: registry.example.com/web:1\n", ""),
    "a value to be filled in": SERVICE.replace("port: 80", 'port: "${PORT}"'),
    "a name to be filled in": SERVICE.replace("name: web", "name: APP-svc").replace("port: 80", "port: 0"),
    "a name that asks to be replaced": SERVICE.replace("name: web", "name: replace-me").replace(
        "port: 80", "port: 0"
    ),
    "an image in a comment": DEPLOYMENT.replace("registry.example.com/web:1", "#IMAGE"),
    "a kind of another group": SERVICE.replace("apiVersion: v1", "apiVersion: serving.knative.dev/v1"),
    "an alpha version": HTTP.replace("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1alpha2"),
    "a namespace of what has none": "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: a.b}",
    "what SOPS encrypted": SECRET.replace("e30=", "'ENC[AES256_GCM,data:x]'") + "sops: {mac: a}\n",
    "data to be filled in": SECRET.replace("e30=", "<base64>"),
    "data that says what it is to be": SECRET.replace("e30=", "abcbase64=="),
    "what the server writes": SERVICE + "status: {loadBalancer: {}, anything: 1}\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_what_is_no_whole_object_is_not_judged(text):
    assert refused(text) == []


def test_what_a_patch_in_a_folder_lacks_is_not_judged():
    text = DEPLOYMENT.replace("  selector: {matchLabels: {app: web}}\n", "")
    assert refused(text, path="overlays/production/web.yaml") == []
    assert refused(text) != []


def changes(value, path=()):
    """Copies of plain data with one place changed: left out, emptied, doubled, or of another type."""
    if isinstance(value, dict):
        for key, part in value.items():
            rest = {k: v for k, v in value.items() if k != key}
            yield rest
            yield {**rest, f"{key}s": part}
            yield {**rest, f"{key} or": part}
            for other in (
                None,
                "",
                0,
                -1,
                70000,
                "80",
                "A_b",
                "a.b",
                "x" * 70,
                True,
                [],
                {},
                [part],
                {"a": part},
            ):
                yield {**value, key: other}
            yield from ({**value, key: other} for other in changes(part))
    elif isinstance(value, list):
        yield [*value, *copy.deepcopy(value)]
        for number, part in enumerate(value):
            yield value[:number] + value[number + 1 :]
            yield from ([*value[:number], other, *value[number + 1 :]] for other in changes(part))


def renamed(value, names):
    """Copies of plain data with one text or number in place of another, so that some are equal that were not."""
    text = pyyaml.safe_dump(value, sort_keys=False)
    for one in names:
        for other in (*names, "web-2", "80", "9090", "8080", "y", "web.shop", "WEB_2"):
            yield text.replace(f": {one}\n", f": {other}\n")
            yield text.replace(f": {one}\n", f": {other}\n", 1)


@pytest.mark.parametrize("text", SOUND, ids=lambda t: "-".join(t.split()[1:4:2]))
def test_quick_look_lets_nothing_pass_that_the_full_one_refuses(text):
    data = pyyaml.safe_load(text)
    base = pyyaml.safe_dump(data, sort_keys=False)
    assert refused(base) == []
    texts = [json.dumps(d) for d in changes(data)]
    texts += [pyyaml.safe_dump(d, sort_keys=False) for d in changes(data)]
    texts += renamed(data, ("http", "metrics", "web", "config", "v1", "v2", "80", "8080", "9090", "MODE"))
    assert passed_as_the_full_look_does(texts) > 1


@pytest.mark.parametrize("text", WITH_MORE, ids=lambda t: "-".join(t.split()[1:4:2]))
def test_quick_look_lets_nothing_pass_of_what_is_less_frequent(text):
    data = pyyaml.safe_load(text)
    assert refused(text) == []
    assert passed_as_the_full_look_does(json.dumps(d) for d in changes(data)) > 1


def test_covered_names_what_the_checks_ask(monkeypatch):
    asked = defaultdict(set)
    place = []
    get = At.get

    def noted(at, name):
        holder = at
        while isinstance(holder.step, int):
            holder = holder.up
        place[-1].add((holder.step, name))
        return get(at, name)

    monkeypatch.setattr(At, "get", noted)
    for text in (*SOUND, *WITH_MORE):
        for meta, root in documents(text):
            key = schema.kind(root.scalar("apiVersion").value, meta.kind).key
            check = check_of(meta.group, meta.kind)
            if key in COVERED and check is not None:
                place.append(asked[key])
                assert list(check(At(root))) == []
    assert len(asked) >= 7
    missing = {key: unnamed(COVERED[key], found) for key, found in asked.items()}
    assert not any(missing.values()), missing


def unnamed(covered, asked):
    """Fields that checks ask, and that `covered` neither bars, with what holds them, nor names in another way."""
    named = {
        *covered.asked,
        *covered.texts,
        *covered.needed,
        *covered.single,
        *covered.several,
        *covered.names,
    }
    named |= {*covered.distinct, *covered.looks, *covered.apart, *covered.keys, *covered.answered}
    barred = {name.rpartition(".")[2] for name in covered.asked}
    holders = {holder for holder, _ in asked}
    inner = {holder for holder, name in asked if holder in barred}
    inner |= {name for holder, name in asked if holder in inner}
    return [
        f"{holder}.{name}"
        for holder, name in sorted(asked)
        if not {name, holder, f"{holder}.{name}"} & named
        and name not in holders
        and holder not in barred | inner
    ]


def passed_as_the_full_look_does(texts):
    """How many texts are of sound objects; the quick look says of all what the full one does."""
    passed = 0
    for changed_text in texts:
        for meta, root in documents(changed_text):
            scalar = root.scalar("apiVersion")
            known = schema.kind(scalar.value, meta.kind) if scalar is not None else None
            if known is not None and apis.unserved(scalar.value, meta.kind, "") is None:
                quick, full = refusals(meta, root), in_full(meta, root, known)
                assert [(r.path, r.said) for r in quick] == [(r.path, r.said) for r in full], changed_text
                passed += not full
    return passed


CONTAINER = (
    "            - {name: http, containerPort: 8080}\n",
    "            - name: {}\n              containerPort: 8080\n",
)
BOUNDS = [
    (DEPLOYMENT, *CONTAINER, "http-metrics", "http-metrics-of-the-web"),
    (SUBSETS, "{loadBalancer: {simple: LEAST_REQUEST}}", "\n    outlierDetection:\n      maxEjectionPercent: {}", "50", "500"),
    (DEPLOYMENT, "      volumes:\n", "      tolerations:\n        - key: of\n          value: {}\n      volumes:\n", '"web"', '"a b"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "sound", "wrong"), BOUNDS, ids=[b[4] for b in BOUNDS])
def test_value_of_another_range_or_form_is_refused(text, old, new, sound, wrong):
    block = pyyaml.safe_dump(
        pyyaml.safe_load(text.replace(old, new.format("PLACE")).replace("MODE", "A_MODE"))
    )
    one, other = (block.replace("PLACE", value) for value in (sound, wrong))
    assert refused(one) == refused(one) == []
    assert refused(other)


def findings(*texts, config=None):
    files = {f"{n}.yaml": text for n, text in enumerate(texts)}
    return [
        d for d in testing.check_texts(files, RULES, config or Config()).diagnostics if d.severity != "info"
    ]


def test_refused_object_is_said_once_with_what_it_takes_down():
    (found,) = findings(changed(SERVICE, "selector:", "selectors:"), DEPLOYMENT, INGRESS)
    assert found.rule == "object-refused"
    assert [(a.listener, a.share) for a in found.affects] == [("web.example.com", 1.0)]


def test_port_that_is_refused_is_not_told_again_where_it_is_dialled():
    (found,) = findings(changed(SERVICE, "port: 80,", "port: 80000,"), DEPLOYMENT, INGRESS)
    assert (found.rule, [a.listener for a in found.affects]) == ("object-refused", ["web.example.com"])


def test_routes_of_a_refused_object_are_what_it_affects():
    (found,) = findings(SERVICE, DEPLOYMENT, changed(INGRESS, "pathType: Prefix, ", ""))
    assert [a.listener for a in found.affects] == ["web.example.com"]


def test_routes_by_a_refused_gateway_or_subset_are_what_it_affects():
    edge = changed(SERVERS, "      hosts: [web.example.com]\n", "      hosts: []\n")
    routes = changed(ROUTES, "hosts: [web]", "hosts: [web.example.com]\n  gateways: [default/edge]")
    edge = changed(edge, "{name: edge}", "{name: edge, namespace: default}")
    subsets = changed(SUBSETS, "name: v2", "name: v1")
    found = findings(SERVICE, DEPLOYMENT, edge, routes, subsets)
    affected = {d.subject: {a.listener for a in d.affects} for d in found if d.rule == "object-refused"}
    assert affected == {
        "default/Gateway/edge": {"web.example.com"},
        "shop/DestinationRule/web": {"web.example.com"},
    }
    assert "host-not-in-gateway" not in {d.rule for d in found}


def test_other_faults_of_an_object_of_an_old_api_are_told():
    text = INGRESS.replace("networking.k8s.io/v1", "networking.k8s.io/v1beta1")
    text = text.replace("{service: {name: web, port: {number: 80}}}", "{serviceName: web, servicePort: 81}")
    assert {d.rule for d in findings(SERVICE, DEPLOYMENT, text)} == {
        "object-refused",
        "upstream-port-not-served",
    }


def test_objects_of_an_old_api_in_one_file_are_one_finding():
    old = DEPLOYMENT.replace("apps/v1", "extensions/v1beta1")
    (found,) = findings(f"{old}---\n{old.replace('name: web, labels', 'name: other, labels')}")
    assert [label.text for label in found.finding.related].count("here too") == 1


def test_dropped_field_is_a_warning():
    (found,) = findings(changed(SERVICE, "selector:", "anotherThing: 1\n  selector:"), DEPLOYMENT)
    assert (found.rule, found.severity) == ("object-refused", "warning")


def test_field_that_istiod_drops_is_a_warning():
    (found,) = findings(changed(FILTER, "connect_timeout", "connect_timout"))
    assert (found.rule, found.severity) == ("object-refused", "warning")
    assert found.finding.help == "did you mean `connect_timeout`?"
    assert findings(changed(FILTER, "connect_timeout", "of_a_newer_envoy")) == []


def test_aliases_are_looked_at_once():
    lines = ["apiVersion: v1", "kind: Pod", "metadata: {name: a}", "spec:"]
    lines += ["  containers:", "    - &c {name: a, image: b, env: [&e {name: 1}" + ", *e" * 3000 + "]}"]
    lines += ["    - *c"] * 3000
    assert len(refused("\n".join(lines))) < 10


@pytest.mark.parametrize(
    ("tree", "value", "holds"),
    [
        (["||", ["get", ["name", "self"], "none"], ["value", True]], {}, True),
        (["&&", ["value", False], ["get", ["name", "self"], "none"]], {}, False),
        (["exists_one", ["name", "self"], "x", ["==", ["name", "x"], ["value", 1]]], [1, 2, 1], False),
        (
            [">=", ["call", "duration", ["name", "self"]], ["call", "duration", ["value", "1ms"]]],
            "1h2m",
            True,
        ),
        (["call", "matches", ["name", "self"], ["value", "^(?i)A$"]], "a", True),
    ],
)
def test_rules_of_definitions(tree, value, holds):
    assert cel.rule(tree)(value) is holds


def test_rule_about_what_is_not_filled_in_says_nothing():
    with pytest.raises(cel.UnsureError):
        cel.rule(["==", ["name", "self"], ["value", 1]])(cel.OPEN)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("YWJj", None),
        ("YWI=", None),
        ("YQ==", None),
        ("YW\nJj\n", None),
        ("", None),
        ("hunter2!", 7),
        ("YWJjZ", 4),
        ("YWJjZA=", 7),
        ("YQ=x", 2),
        ("YQ==YQ==", 4),
        ("YWI=x", 4),
        ("=YWJ", 0),
    ],
)
def test_base64_is_read_as_go_does(text, place):
    """The places are those that Go 1.26 names."""
    said = f"illegal base64 data at input byte {place}" if place is not None else None
    assert base64s.problem(text) == said


@pytest.mark.parametrize("pattern", ["[a-z", "(a", "a)", "*a", "a**", "(?=a)", r"(a)\1", "[z-a]"])
def test_expression_that_re2_refuses(pattern):
    assert regexes.problem(pattern) is not None


@pytest.mark.parametrize(
    "pattern", ["/v[12]/.*", r"\d+", "(?i)abc", r"\pL+", "[[:alpha:]]+", r"a\.b", "(?P<x>a)", "^*", "a{,2}"]
)
def test_expression_that_re2_takes(pattern):
    assert regexes.problem(pattern) is None


@pytest.mark.parametrize(
    "text", ["", "a", "100%%", "%REQ(x-id)%", '%A(["b", "c"])%', "%START_TIME(%s)%", "%A% %B%"]
)
def test_value_of_a_header_that_istiod_takes(text):
    assert header_values.problem(text) is None


def test_hosts_of_istio():
    assert hosts.wildcard("*.example.com") is None
    assert hosts.name("*.example.com") is not None
    assert hosts.name("example.com.") is None
    assert hosts.name("10.0.0.1") is not None
    assert hosts.same("*.example.com", "api.example.com")
    assert not hosts.inside("*.example.com", "api.example.com")


@pytest.mark.skipif(not (SHARED / "refused").is_dir(), reason="the examples are not at hand")
def test_examples_are_errors_and_nothing_else_is_said():
    files = sorted((SHARED / "refused").rglob("*.yaml"))
    silent = []
    for path in files:
        rules_found = {d.rule for d in findings(path.read_text("utf-8")) if d.severity == "error"}
        if rules_found != {"object-refused"}:
            silent.append((path.name, rules_found))
    assert silent == []


@pytest.mark.skipif(not (SHARED / "oracle").is_dir(), reason="the recorded situations are not at hand")
def test_objects_that_the_real_servers_took_are_taken():
    wrong, objects = [], 0
    with gzip.open(SHARED / "oracle" / "situations.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            for path, text in json.loads(line)["files"].items():
                objects += 1
                wrong += [(path, found) for found in refused(text)]
    assert objects > 1000
    assert wrong == []
