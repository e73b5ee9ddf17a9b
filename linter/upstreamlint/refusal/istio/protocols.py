"""The protocols of ports that istiod knows (`pkg/config/protocol`), in lower case."""

HTTP = frozenset({"http", "http2", "http_proxy", "grpc", "grpc-web"})
TLS = frozenset({"https", "tls"})
KNOWN = HTTP | TLS | {"tcp", "udp", "mongo", "redis", "mysql"}
