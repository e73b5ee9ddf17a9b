"""Ask the webhook of ingress-nginx about annotations and paths, and write down what it refuses: `python tools/truth/ingress_nginx.py` (needs `go`).

Its code is built `inside` the module that `admission/ingress_nginx/inside` names, which no proxy has by this name: it is taken from the folder `MODULES`. Each annotation
of the table is asked with every value, alone and with the annotations that it goes with.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from admit import server

from upstreamlint.programs.managed.admitted import PREFIX, invalid, is_plain
from upstreamlint.programs.managed.annotations import families

RECORD = Path(__file__).resolve().parents[2] / "tests" / "truth" / "ingress_nginx" / "refused.json.gz"
VALUES = (
    *('a b"c{;', "grün", "abc", "10x", "10s", "50 MB", '"on"', "True", "yes", "-1", "+5", "1_0", "/a/(.*)"),
    *("http://a b;c", "$host", "a\nb", "10.0.0.0", "10.0.0.0/8, fd00::/8", "10.0.0.0/33", "GET POST;"),
    *(
        "shop/own",
        "a,b",
        "*",
        "~^a",
        "https://a.example/$1?x=#y",
        "https://a.example$request_uri",
        "",
        "Upper",
    ),
    *("a_b", "%", "{}", "~", '"', "404,503", "404, 503", "on", "basic", "digest ", "auth-map", "keep-alive"),
    *("least_conn", "round_robin", "ewma ", "301", "8k", "8kb", "$binary_remote_addr", "ECDHE+AESGCM:!MD5"),
)
PATHS = ("/", "/a-b_c.d/e", "/a.*", "/a(/|$)(.*)", "/*", "/a b", "/~user", "/ü", "/a:b", "/a%20b", "/a?b", "")
_TOGETHER = {
    "auth-": {"auth-url": "https://a.example/x"},
    "auth-secret-type": {"auth-type": "basic", "auth-secret": "users"},
    "auth-realm": {"auth-type": "basic", "auth-secret": "users"},
    "canary-": {"canary": "true"},
    "cors-": {"enable-cors": "true"},
    "session-": {"affinity": "cookie"},
    "proxy-ssl": {"proxy-ssl-secret": "shop/own"},
    "modsecurity": {"enable-modsecurity": "true"},
    "opentelemetry": {"enable-opentelemetry": "true"},
    "limit-": {"limit-rps": "5"},
    "mirror-": {"mirror-target": "https://a.example"},
    "upstream-hash-by-": {"upstream-hash-by": "$request_uri"},
    "permanent-redirect-": {"permanent-redirect": "https://a.example"},
    "temporal-redirect-": {"temporal-redirect": "https://a.example"},
}
Case: TypeAlias = tuple[dict[str, str], str, str]
"""Annotations, a path and its type."""


def cases() -> Iterator[Case]:
    """Everything that is asked."""
    table = next(one for one in families() if one.prefix == PREFIX)
    for key in table.keys:
        if key.endswith("-snippet"):
            continue
        together: dict[str, str] = {}
        for start, more in _TOGETHER.items():
            together |= more if key.startswith(start) else {}
        for value in VALUES:
            for beside in ({}, together) if together else ({},):
                told = {**beside, key: value}
                yield {PREFIX + name: text for name, text in told.items()}, "/", "Prefix"
    for path in PATHS:
        for kind in ("Prefix", "Exact", "ImplementationSpecific"):
            yield {}, path, kind


def mine(case: Case) -> bool:
    """Whether the linter says that a case is refused."""
    annotations, path, kind = case
    return any(invalid(annotations)) or (
        bool(path) and kind != "ImplementationSpecific" and not is_plain(path)
    )


def record() -> str:
    """What is recorded: `r` for each case that is refused, `a` for the others."""
    return gzip.decompress(RECORD.read_bytes()).decode()


def _ingress(case: Case) -> dict[str, Any]:
    annotations, path, kind = case
    backend = {"service": {"name": "shop", "port": {"number": 80}}}
    paths = [{"path": path, "pathType": kind, "backend": backend}]
    return {
        "metadata": {"name": "shop", "namespace": "shop", "annotations": annotations},
        "spec": {"rules": [{"host": "shop.example", "http": {"paths": paths}}]},
    }


def main() -> None:
    """Write the record, and print where the linter says otherwise."""
    ask = server("ingress_nginx")
    letters = ""
    for case in cases():
        answer = ask(json.dumps(_ingress(case)))
        letters += "a" if answer["verdict"] == "accepted" else "r"
        if mine(case) != (answer["verdict"] != "accepted"):
            print(case, answer)
    RECORD.write_bytes(gzip.compress(letters.encode(), mtime=0))
    print(len(letters), letters.count("r"))


if __name__ == "__main__":
    main()
