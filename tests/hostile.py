"""Inputs of kinds that readers fear: loops, doublings, depth, length, odd numbers, encodings, letters of either case."""

from __future__ import annotations

BROKEN = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {selector: {matchLabels: {app: webb}}, template: {metadata: {labels: {app: webb}}, spec: {containers: [{name: web, image: x}]}}}\n"


PROXIES = {
    "Caddyfile": ("caddy:2", "/etc/caddy/Caddyfile"),
    "haproxy.cfg": ("haproxy:3.0", "/usr/local/etc/haproxy/haproxy.cfg"),
    "httpd.conf": ("httpd:2.4", "/usr/local/apache2/conf/httpd.conf"),
    "traefik.toml": ("traefik:v3.7", "/etc/traefik/traefik.toml"),
    "nginx.conf": ("nginx:1.27", "/etc/nginx/nginx.conf"),
    "envoy.yaml": ("envoyproxy/envoy:v1.40.0", "/etc/envoy/envoy.yaml"),
}
"""The image that reads a file of each name, and where."""


def _edge(name, text, path=""):
    image, place = PROXIES[name]
    return {
        "compose.yaml": f"services:\n  edge:\n    image: {image}\n    volumes: ['./{name}:{path or place}:ro']\n  web: {{image: 'registry.example/s:1', command: 'gunicorn a.b --bind 0.0.0.0:8000'}}\n",
        name: text,
    }


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
BIG = "9" * 6000
TEXTS: dict[str, dict[str, str | bytes]] = {}
TEXTS["caddy-import-self"] = _edge(
    "Caddyfile",
    "(a) {\n import b\n}\n(b) {\n import a\n}\n:80 {\n import a\n import Caddyfile\n}\n",
)
TEXTS["caddy-import-doubling"] = _edge(
    "Caddyfile",
    "(s0) {\n respond x\n}\n"
    + "".join(f"(s{i}) {{\n import s{i - 1}\n import s{i - 1}\n}}\n" for i in range(1, 40))
    + ":80 {\n import s39\n}\n",
)
TEXTS["caddy-import-args"] = _edge(
    "Caddyfile",
    "(s0) {\n reverse_proxy {args[0]}\n}\n"
    + "".join(f"(s{i}) {{\n import s{i - 1} {{args[0]}}{{args[0]}}\n}}\n" for i in range(1, 40))
    + ":80 {\n import s39 web:8000\n}\n",
)
TEXTS["caddy-env-in-env"] = _edge(
    "Caddyfile",
    ":80 {\n reverse_proxy " + "{$A:" * 3000 + "x" + "}" * 3000 + "\n}\n",
)
TEXTS["caddy-heredoc-open"] = _edge("Caddyfile", ":80 {\n respond <<A\n" + "<<A\n" * 20000)
TEXTS["caddy-deep-blocks"] = _edge("Caddyfile", ":80 {\n" + "handle {\n" * 5000 + "}\n" * 5001)
TEXTS["caddy-json-deep"] = _edge(
    "Caddyfile",
    path="/etc/caddy/caddy.json",
    text='{"apps":{"http":{"servers":{"a":{"listen":[":80"],"routes":'
    + '[{"handle":[{"handler":"subroute","routes":' * 300
    + "[]"
    + "}]}]" * 300
    + "}}}}}",
)
TEXTS["haproxy-acl-chain"] = _edge(
    "haproxy.cfg",
    "defaults\n mode http\nfrontend a\n bind :80\n"
    + "".join(f" acl a{i % 3} hdr(host) -i h{i}\n" for i in range(10000))
    + " use_backend b if "
    + "a0 " * 5000
    + "\nbackend b\n server a web:8000\n",
)
TEXTS["haproxy-quotes-open"] = _edge(
    "haproxy.cfg",
    "defaults\n mode http\n" + 'log-format "%[var("\\\n' * 20000,
)
TEXTS["haproxy-server-template"] = _edge(
    "haproxy.cfg",
    "defaults\n mode http\nfrontend a\n bind :80\n default_backend b\nbackend b\n server-template s 1-999999999 web:8000 check\n server-template t "
    + BIG
    + " web:8000\n",
)
TEXTS["haproxy-if-nest"] = _edge(
    "haproxy.cfg",
    ".if defined(A)\n" * 20000 + "defaults\n mode http\n" + ".endif\n" * 20000,
)
TEXTS["haproxy-defaults-from-self"] = _edge(
    "haproxy.cfg",
    "defaults a from b\n mode http\ndefaults b from a\n mode http\nfrontend f from a\n bind :80\n default_backend b\nbackend b from b\n server s web:8000\n",
)
TEXTS["apache-define-doubling"] = _edge(
    "httpd.conf",
    "Define A0 xxxxxxxxxx\n"
    + "".join(f"Define A{i} ${{A{i - 1}}}${{A{i - 1}}}\n" for i in range(1, 60))
    + "Listen ${A59}\nProxyPass / http://${A59}/\n",
)
TEXTS["apache-include-self"] = _edge(
    "httpd.conf",
    "Include conf/httpd.conf\nIncludeOptional conf/*.conf\nListen 80\n",
)
TEXTS["apache-ifdefine-deep"] = _edge(
    "httpd.conf",
    "<IfDefine A>\n" * 10000 + "Listen 80\n" + "</IfDefine>\n" * 10000,
)
TEXTS["apache-continuation"] = _edge("httpd.conf", "ProxyPass / \\\n" * 20000)
TEXTS["apache-define-self"] = _edge(
    "httpd.conf",
    "Define A ${B}\nDefine B ${A}\nListen ${A}\nProxyPass / http://${A}:80/\n",
)
TRAEFIK = "services:\n  edge:\n    image: traefik:v3.7\n    command: ['--entrypoints.web.address=:80','--providers.file.filename=/d.toml']\n    volumes: ['./d.toml:/d.toml']\n"
TEXTS["traefik-toml-deep"] = {
    "compose.yaml": TRAEFIK,
    "d.toml": "a = " + "[" * 5000 + "]" * 5000 + "\n[http.routers.a]\nrule='Host(`a`)'\nservice='b'\n",
}
TEXTS["traefik-toml-dotted"] = {"compose.yaml": TRAEFIK, "d.toml": "http." + "a." * 20000 + "b = 1\n"}
TEXTS["traefik-toml-giant"] = {
    "compose.yaml": TRAEFIK,
    "d.toml": f"[[http.services.a.loadBalancer.servers]]\nurl='http://web:{BIG}'\nweight={BIG}\n[http.routers.r]\nrule='Host(`a`)'\nservice='a'\n",
}
TEXTS["traefik-services-cycle"] = {
    "compose.yaml": TRAEFIK.replace("toml", "yml"),
    "d.yml": "http:\n  routers: {r: {rule: 'Host(`a`)', service: a, middlewares: [m]}}\n  middlewares: {m: {chain: {middlewares: [n]}}, n: {chain: {middlewares: [m, m, m]}}}\n  services: {a: {weighted: {services: [{name: b, weight: 1}, {name: a, weight: 1}]}}, b: {failover: {service: a, fallback: b}}}\n",
}
TEXTS["traefik-services-doubling"] = {
    "compose.yaml": TRAEFIK.replace("toml", "yml"),
    "d.yml": "http:\n  routers: {r: {rule: 'Host(`a`)', service: s60, middlewares: [m60]}}\n  middlewares:\n    m0: {retry: {attempts: 3}}\n"
    + "".join(f"    m{i}: {{chain: {{middlewares: [m{i - 1}, m{i - 1}, m{i - 1}]}}}}\n" for i in range(1, 61))
    + "  services:\n    s0: {loadBalancer: {servers: [{url: 'http://web:8000'}]}}\n"
    + "".join(
        f"    s{i}: {{weighted: {{healthCheck: {{}}, services: [{{name: s{i - 1}, weight: 1000000}}, {{name: s{i - 1}, weight: {BIG[:300]}}}]}}}}\n"
        for i in range(1, 61)
    ),
}
TEXTS["traefik-rule-deep"] = {
    "compose.yaml": TRAEFIK.replace("toml", "yml"),
    "d.yml": "http:\n  routers: {r: {rule: '"
    + "(" * 3000
    + "Host(`a`)"
    + ")" * 3000
    + "', service: a}, s: {rule: '"
    + "!" * 5000
    + "Host(`a`)', service: a}}\n  services: {a: {loadBalancer: {servers: [{url: 'http://web:8000'}]}}}\n",
}
TEXTS["traefik-labels-deep"] = {
    "compose.yaml": "services:\n  edge: {image: 'traefik:v3.7', command: [--providers.docker]}\n  web:\n    image: x\n    labels:\n      - traefik."
    + "a." * 30000
    + "b=1\n      - traefik.http.services.web.loadbalancer.servers[999999999999].url=x\n      - 'traefik.http.services.web.loadbalancer.server.port="
    + BIG
    + "'\n"
}
TEXTS["quadlet-self"] = {
    "a.container": "[Unit]\nAfter=a.service b.service\nRequires=b.service\n[Container]\nImage=a.image\nPod=a.pod\nNetwork=a.network\nVolume=a.volume:/a\nPublishPort="
    + BIG
    + ":80\nEnvironment="
    + "A=$A " * 5000
    + "\n",
    "b.container": "[Unit]\nAfter=a.service\n[Container]\nImage=nginx\nNetwork=container:b\n",
    "a.pod": "[Pod]\nPodName=a\nNetwork=a.pod\n",
    "a.network": "[Network]\n",
    "a.image": "[Image]\nImage=a.image\n",
}
TEXTS["quadlet-ranges"] = {
    "a.container": "[Container]\nImage=nginx\n" + "PublishPort=1-65535:1-65535\n" * 2000
}
TEXTS["dockerfile-heredocs"] = {
    "compose.yaml": "services: {a: {build: .}}\n",
    "Dockerfile": "# syntax=docker/dockerfile:1\nFROM nginx\nRUN <<A <<B\n"
    + "<<A\n" * 20000
    + "A\nB\nCOPY <<"
    + "X" * 5000
    + " /a\nCOPY <<E /etc/nginx/conf.d/default.conf\nserver { listen 80; location / { proxy_pass http://${A}; } }\nE\n",
}
TEXTS["dockerfile-onbuild-shell"] = {
    "compose.yaml": "services: {a: {build: {context: ., args: {A: '${A}', B: '${B:-${A:-${B}}}'}}}}\n",
    "Dockerfile": "ARG A=${B}\nARG B=${A}\nFROM ${A:-${B:-a}} AS a\nFROM a AS a\n"
    + "ONBUILD " * 3000
    + "RUN x\nSHELL "
    + "[" * 3000
    + "\nCMD "
    + '["a",' * 20000
    + '\nENTRYPOINT ["sh","-c","'
    + "$(" * 5000
    + '"]\n',
}
TEXTS["shell-entrypoint"] = {
    "compose.yaml": "services: {a: {build: ., entrypoint: /run.sh, volumes: ['./run.sh:/run.sh']}}\n",
    "Dockerfile": 'FROM nginx\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n',
    "run.sh": '#!/bin/sh\nsource /run.sh\n. ./run.sh\nf() { f; f; }; f\nexec /run.sh "$@"\n'
    + "if true; then\n" * 5000
    + "x=$((x\n" * 3000
    + "\"`'" * 5000
    + "<<E\n" * 3000
    + "case a in\n" * 3000,
}
TEXTS["dotenv-multiline"] = {
    "compose.yaml": "services: {a: {image: '$A', env_file: [a.env, a.env, a.env]}}\n",
    ".env": 'A="\n' * 20000 + "B='${A}\n" + "C=$C\nD=${E:-${F:-${D}}}\n",
    "a.env": "A="
    + "${A:-" * 5000
    + "x"
    + "}" * 5000
    + "\n\0B=\ud800\n".encode("utf-8", "surrogatepass").decode("latin-1"),
}
TEXTS["kustomize-cycle"] = {
    "kustomization.yaml": "resources: [., ./, ../"
    "tree, a, s.yaml]\ncomponents: [a]\nbases: [a]\nconfigurations: [kustomization.yaml]\nreplacements: [{path: kustomization.yaml}]\npatches: [{path: kustomization.yaml}]\nopenapi: {path: kustomization.yaml}\n",
    "s.yaml": BROKEN.replace("shop", "other"),
    "a/kustomization.yaml": "resources: [..]\nnamePrefix: " + "x" * 100000 + "\n",
}
TEXTS["kustomize-vars"] = {
    "kustomization.yaml": "resources: [s.yaml]\nvars:\n"
    + "".join(
        f"  - {{name: V{i}, objref: {{kind: Service, name: web, apiVersion: v1}}, fieldref: {{fieldpath: 'metadata.name'}}}}\n"
        for i in range(3000)
    )
    + "replicas: [{name: web, count: "
    + BIG
    + "}]\nimages: [{name: x, newTag: '"
    + "$(V1)" * 3000
    + "'}]\n",
    "s.yaml": BROKEN,
}
TEXTS["chart-self"] = {
    "Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies: [{name: a, version: '*', repository: 'file://.'}, {name: a, version: '*', repository: 'file://../../../../etc', alias: b, condition: a.b.c}]\n",
    "values.yaml": "a: &a {b: *a}\n",
    "templates/a.yaml": '{{ include "a" . }}\n{{ define "a" }}{{ include "a" . }}{{ end }}\n{{ range until 1000000000 }}x{{ end }}\n',
}
TEXTS["chart-values-bomb"] = {
    "Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
    "values.yaml": "a: " + "{b: " * 400 + "1" + "}" * 400 + "\nc: " + BIG + "\n",
    "templates/a.yaml": "{{- range $i := until 2000 }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a{{ $i }}}\ndata: {a: {{ toJson $.Values | quote }}}\n{{- end }}\n",
}
TEXTS["config-odd"] = {
    "upstreamlint.yaml": "paths: ['\\0', '../../../../etc', '/dev/zero', '" + "a/" * 3000 + "']\n"
}
TEXTS["config-numbers"] = {
    "upstreamlint.yaml": "exclude: ["
    + "'**/" * 1
    + "**/" * 300
    + "x']\nseverity: {'*': 3}\nscopes: [[1], [[a]], {a: b}]\nignore: {a: 3}\n"
}
TEXTS["gitignore-classes"] = {
    ".gitignore": ("[" * 200 + "!" * 50 + "a-" * 100 + "]" * 3 + "\n") * 2000
    + "**/" * 200
    + "x\n"
    + "[[:alpha:]]*" * 30
    + "\n\\\n! \n!!!\n",
    "a/" * 20 + "b.yaml": CONFIG_MAP,
}
TEXTS["encodings"] = {
    "a.yaml": "\ufeff" + CONFIG_MAP,
    "b.yaml": CONFIG_MAP.encode("utf-16"),
    "c.yaml": CONFIG_MAP.encode("utf-16-be"),
    "d.yaml": CONFIG_MAP.encode("utf-32"),
    "e.yaml": "kind: Service\nmetadata: {name: caf\xe9}\n".encode("latin-1"),
    "f.yaml": CONFIG_MAP.replace("\n", "\r").encode(),
    "g.yaml": CONFIG_MAP.replace("\n", "\r\n").encode() + b"\x1a",
    "h.yaml": CONFIG_MAP.encode() + b"\0\0\0",
    "i.yaml": "a: \u0085b\u2028c\u2029\n" + CONFIG_MAP,
    "nginx.conf": "http {\r\n server { listen 80; }\r}\n".encode("utf-16"),
    "Dockerfile": "\ufeffFROM nginx\r\nEXPOSE 80\r\n",
    "compose.yaml": '\ufeffservices:\r\n  a: {image: nginx, environment: {A: "\\ud800"}}\r\n',
    ".env": b"\xff\xfeA\0=\01\0",
    "Caddyfile": b"\xef\xbb\xbf:80 {\r\n reverse_proxy web:80\r\n}\r\n",
}
TEXTS["case-twins"] = {
    "Compose.yaml": "services: {A: {image: nginx}}\n",
    "compose.yaml": "services:\n  Web: {image: nginx, ports: ['80:80'], depends_on: [WEB]}\n  WEB: {image: nginx, ports: ['80:80'], depends_on: [web]}\n  web: {image: nginx, container_name: WEB, depends_on: [Web]}\n",
    "DOCKERFILE": "FROM nginx\n",
    "dockerfile": "from nginx\nexpose 80\n",
    "Nginx.conf": "HTTP { SERVER { LISTEN 80; LOCATION / { PROXY_PASS http://Web; } } }\n",
    "A.YAML": CONFIG_MAP.upper(),
    "b.yaml": BROKEN.replace("name: web", "name: WEB").replace("shop", "Other"),
}
TEXTS["nginx-deep-vars"] = _edge(
    "nginx.conf",
    "events {}\nhttp {\n"
    + "".join(f"map $a{i - 1} $a{i} {{ default $a{i - 1}$a{i - 1}; }}\n" for i in range(1, 60))
    + "map $host $a0 { default web; }\nserver { listen 80; set $x $x$x; "
    + "".join(f"set $b{i} $b{i - 1}$b{i - 1}; " for i in range(1, 60))
    + "location / { proxy_pass http://$a59$b59:"
    + BIG
    + "; } }\n}\n",
)
TEXTS["nginx-if-nest"] = _edge(
    "nginx.conf",
    "events {}\nhttp { server { listen 80; "
    + "location / { " * 99
    + "if ($a) { " * 99
    + "return "
    + BIG
    + "; "
    + "} " * 198
    + "rewrite ^ / last; error_page "
    + "500 " * 20000
    + " /x; try_files "
    + "$uri " * 20000
    + "; server_name "
    + "~^(a+)+$ " * 3000
    + "; } }\n",
)
TEXTS["nginx-include-glob"] = {
    **_edge(
        "nginx.conf",
        "events {}\nhttp { include /etc/nginx/*/*/../*.conf; include "
        + "*" * 300
        + "; include /etc/nginx/nginx.con[f]; include ../../../../../../etc/passwd; include /proc/self/environ; }\n",
    )
}
ENVOY = """static_resources:
  listeners:
  - name: l
    address: {socket_address: {address: 0.0.0.0, port_value: %s}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          route_config: {virtual_hosts: [{name: a, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: a0}}]}]}
  clusters:
%s"""
AGG = "type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig"
TEXTS["envoy-aggregate-cycle"] = _edge(
    "envoy.yaml",
    ENVOY
    % (
        "80",
        "".join(
            f"  - {{name: a{i}, cluster_type: {{name: envoy.clusters.aggregate, typed_config: {{'@type': {AGG}, clusters: [a{(i + 1) % 3}, a{(i + 1) % 3}, a{(i + 2) % 3}]}}}}}}\n"
            for i in range(3)
        ),
    ),
)
TEXTS["envoy-aggregate-doubling"] = _edge(
    "envoy.yaml",
    ENVOY
    % (
        "80",
        "".join(
            f"  - {{name: a{i}, cluster_type: {{name: envoy.clusters.aggregate, typed_config: {{'@type': {AGG}, clusters: [a{i + 1}, a{i + 1}]}}}}}}\n"
            for i in range(40)
        )
        + "  - {name: a40, type: STATIC, load_assignment: {endpoints: []}}\n",
    ),
)
TEXTS["envoy-numbers"] = _edge(
    "envoy.yaml",
    ENVOY
    % (
        BIG,
        "  - {name: a0, type: STRICT_DNS, outlier_detection: {consecutive_5xx: -1, max_ejection_percent: 1e400}, common_lb_config: {healthy_panic_threshold: {value: .nan}}, load_assignment: {endpoints: [{priority: "
        + BIG
        + ", load_balancing_weight: .inf, lb_endpoints: [{load_balancing_weight: -5, endpoint: {address: {socket_address: {address: web, port_value: 8000.5}}}}]}]}}\n",
    ),
)
TEXTS["k8s-owner-cycle"] = {
    "a.yaml": "---\n".join(
        [
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: ExternalName, externalName: b.default.svc.cluster.local}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {type: ExternalName, externalName: a.default.svc.cluster.local}\n",
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec: {hosts: [a], http: [{delegate: {name: v}}, {route: [{destination: {host: a, subset: x}, weight: "
            + BIG
            + "}]}]}\n",
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: v}\nspec: {host: '"
            + "*." * 2000
            + "a', subsets: "
            + "[{name: x}, " * 1
            + "{name: x, labels: {a: [b]}}]}\n",
        ]
    )
}
TEXTS["k8s-list-of-lists"] = {
    "a.yaml": "kind: List\napiVersion: v1\nitems:\n"
    "- {kind: List, apiVersion: v1, items: [{kind: Service, apiVersion: v1, metadata: {name: "
    + "é" * 300
    + "}, spec: {ports: [{port: 080}, {port: 0o17}, {port: 0x50}, {port: 1_000}, {port: 12:30:45}, {port: 8e1}, {port: .inf}, {port: 2001-01-01}]}}]}\n"
    * 50
}
TEXTS["k8s-number-texts"] = {
    "a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {commit: 44e3275e0, b: 1.5e3e2, c: 1e999, d: .e1, e: 1e}}\n"
    "spec: {selector: {commit: 44e3275e0}, ports: [{port: 44e3275e0}, {port: 1e999}, {port: 8.0e1e1}]}\n"
}
