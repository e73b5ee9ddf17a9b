"""Where the images of nginx keep its configuration.

Some write a `resolver` when they start, from `/etc/resolv.conf`: on a network of Compose that is the engine's own.
"""

from __future__ import annotations

from upstreamlint.programs.program import Layout

_HTTP = "events {{}} http {{ {} }}"

_SWAG = (
    "include /config/nginx/proxy-confs/*.subdomain.conf;"
    " server { listen 443 ssl; include /config/nginx/proxy-confs/*.subfolder.conf; }"
)

LAYOUTS = (
    Layout(
        images=("bitnami/nginx", "*/bitnami/nginx", "bitnamisecure/nginx"),
        main="/opt/bitnami/nginx/conf/nginx.conf",
        stock=_HTTP.format(
            "include /opt/bitnami/nginx/conf/context.d/http/*.conf;"
            " include /opt/bitnami/nginx/conf/server_blocks/*.conf;"
            " server { listen 8080; include /opt/bitnami/nginx/conf/bitnami/*.conf; }"
        ),
        folders=("/opt/bitnami/nginx",),
        source="bitnami/containers bitnami/nginx README, rootfs/opt/bitnami/scripts/nginx/bitnami-templates",
    ),
    Layout(
        images=("linuxserver/swag", "*/linuxserver/swag", "linuxserver/letsencrypt"),
        main="/config/nginx/nginx.conf",
        stock=_HTTP.format("include /config/nginx/site-confs/*.conf;"),
        parts=(
            ("/config/nginx/site-confs/default.conf", _SWAG),
            ("/config/nginx/resolver.conf", "resolver 127.0.0.11;"),
        ),
        folders=("/config/nginx",),
        beside=frozenset({80, 443, 9000}),
        seeded=True,
        source="linuxserver/docker-swag root/defaults/nginx/site-confs/default.conf.sample",
    ),
    Layout(
        images=("linuxserver/nginx", "*/linuxserver/nginx"),
        main="/config/nginx/nginx.conf",
        stock=_HTTP.format("include /etc/nginx/http.d/*.conf; include /config/nginx/site-confs/*.conf;"),
        folders=("/config/nginx",),
        seeded=True,
        source="linuxserver/docker-baseimage-alpine-nginx root/defaults/nginx/nginx.conf.sample",
    ),
    Layout(
        images=(
            "jc21/nginx-proxy-manager",
            "nginxproxymanager/nginx-proxy-manager",
            "*/jc21/nginx-proxy-manager",
        ),
        main="/etc/nginx/nginx.conf",
        stock=_HTTP.format(
            "include /data/nginx/custom/http_top[.]conf; include /etc/nginx/conf.d/include/resolvers.conf;"
            " include /etc/nginx/conf.d/*.conf;"
            " include /data/nginx/proxy_host/*.conf; include /data/nginx/custom/http[.]conf;"
            " server { include /data/nginx/custom/server_proxy[.]conf; }"
        )
        + " stream { include /data/nginx/custom/stream[.]conf; }",
        folders=("/data/nginx/custom", "/data/nginx/proxy_host"),
        parts=(
            (
                "/etc/nginx/conf.d/include/proxy.conf",
                "proxy_set_header Host $host; proxy_pass $forward_scheme://$server:$port$request_uri;",
            ),
            ("/etc/nginx/conf.d/include/resolvers.conf", "resolver 127.0.0.11;"),
        ),
        beside=frozenset({80, 81, 443, 3000}),
        source="NginxProxyManager/nginx-proxy-manager docker/rootfs/etc/nginx: nginx.conf, conf.d/include/proxy.conf",
    ),
    Layout(
        images=("openresty", "*/openresty"),
        main="/usr/local/openresty/nginx/conf/nginx.conf",
        stock=_HTTP.format("include /etc/nginx/conf.d/*.conf;"),
        server="/etc/nginx/conf.d/default.conf",
        ports=frozenset({80}),
        folders=("/usr/local/openresty/nginx/conf", "/etc/nginx"),
        whole=True,
        source="openresty/docker-openresty nginx.conf, nginx.vh.default.conf",
    ),
    Layout(
        images=("angie", "*/angie"),
        main="/etc/angie/angie.conf",
        stock=_HTTP.format("include /etc/angie/http.d/*.conf;"),
        server="/etc/angie/http.d/default.conf",
        ports=frozenset({80}),
        folders=("/etc/angie",),
        whole=True,
        source="angie.software: Docker images, angie.conf of the package",
    ),
    Layout(
        images=("nginx-unprivileged", "*/nginx-unprivileged"),
        main="/etc/nginx/nginx.conf",
        stock=_HTTP.format("include /etc/nginx/conf.d/*.conf;"),
        server="/etc/nginx/conf.d/default.conf",
        ports=frozenset({8080}),
        folders=("/etc/nginx", "/usr/local/nginx/conf"),
        whole=True,
        source="nginx/docker-nginx-unprivileged mainline/debian/Dockerfile",
    ),
    Layout(
        images=("nginx", "*/nginx", "nginx-plus", "*/nginx-plus", "*/nginx-plus/*"),
        main="/etc/nginx/nginx.conf",
        stock=_HTTP.format("include /etc/nginx/conf.d/*.conf;"),
        server="/etc/nginx/conf.d/default.conf",
        ports=frozenset({80}),
        folders=("/etc/nginx", "/usr/local/nginx/conf"),
        whole=True,
        source="nginx/docker-nginx mainline/debian/Dockerfile, pkg-oss nginx.conf",
    ),
)
"""The first row that fits an image counts."""
