"""Clusters that Envoy sends gRPC to, and that say nothing of HTTP/2. Measured on Envoy 1.40: `502`, `reset reason: protocol error`."""

from __future__ import annotations

import pytest

from upstreamlint import rules, testing

RULES = rules.load()

_ENVOY = """
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - {match: {%(match)s}, route: {cluster: greeter}}
                        %(other)s
                http_filters:
                  %(filter)s
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
  clusters:
    - name: greeter
      type: STRICT_DNS
      %(options)s
      load_assignment:
        cluster_name: greeter
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: greeter.example.com, port_value: 9090}}}}]}]
    - name: pages
      type: STRICT_DNS
      load_assignment:
        cluster_name: pages
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: pages.example.com, port_value: 8000}}}}]}]
"""
_WEB = """- name: envoy.filters.http.grpc_web
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.grpc_web.v3.GrpcWeb}"""
_JSON = """- name: transcoder
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder
                      proto_descriptor: /etc/envoy/api.pb
                      services: [helloworld.Greeter]"""
_OPTIONS = (
    'typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {"@type": '
    "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, %s}}"
)
_HTTP2 = _OPTIONS % "explicit_http_config: {http2_protocol_options: {}}"
_CLIENTS = _OPTIONS % "use_downstream_protocol_config: {http2_protocol_options: {}}"
_PAGES = "- {match: {prefix: /}, route: {cluster: pages}}"


@pytest.mark.parametrize(
    ("match", "other", "filters", "options", "broken"),
    [
        ("prefix: /", "", _WEB, "", True),
        ("prefix: /", "", _JSON, "", True),
        ("prefix: /", "", "", "", False),
        ("prefix: /, grpc: {}", _PAGES, "", "", True),
        ("prefix: /, grpc: {}", _PAGES, "", _HTTP2, False),
        ("prefix: /helloworld.Greeter/", _PAGES, _WEB, "", False),
        ("prefix: /", "", _WEB, _HTTP2, False),
        ("prefix: /", "", _WEB, _CLIENTS, False),
        ("prefix: /", "", _WEB, "http2_protocol_options: {}", False),
    ],
)
def test_grpc(match, other, filters, options, broken):
    text = _ENVOY % {"match": match, "other": other, "filter": filters, "options": options}
    found = {d.rule for d in testing.check_texts({"envoy.yaml": text}, RULES).diagnostics}
    assert ("upstream-protocol-mismatch" in found) is broken
