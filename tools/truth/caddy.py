"""Situations of Caddy."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Situation

CADDY = os.environ.get("UPSTREAMLINT_CADDY", "caddy")


def version() -> str:
    """The version that is measured."""
    return (
        "Caddy "
        + subprocess.run([CADDY, "version"], capture_output=True, text=True, check=True).stdout.split()[0]
    )


def start(text: str, folder: Path, _listen: int) -> tuple[subprocess.Popen[bytes], Callable[[], list[str]]]:
    """Start it, and say how its log is read."""
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + text)
    log = (folder / "log").open("wb")
    words = ["--config", "Caddyfile", "--adapter", "caddyfile"]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "XDG_DATA_HOME": str(folder)}
    process = subprocess.Popen([CADDY, "run", *words], cwd=folder, stdout=log, stderr=log, env=environment)

    def said() -> list[str]:
        if process.returncode == 1:
            # `run` exits without a word where `adapt` says why.
            why = subprocess.run(
                [CADDY, "adapt", *words], cwd=folder, env=environment, capture_output=True, check=False
            )
            return why.stderr.decode(errors="replace").splitlines()
        return (folder / "log").read_text(errors="replace").splitlines()

    return process, said


_CHECKS = (
    '"HTTP request failed"',
    "status code out of tolerances",
    "unexpected status code",
    "response body failed",
)


def tells(line: str) -> bool:
    """Whether a line says why something failed."""
    return any(mark in line for mark in ("Error:", '"level":"error"', *_CHECKS))


def clean(line: str) -> str:
    """A line without what changes from run to run."""
    line = re.sub(r" on [0-9.]+:53", "", re.sub(r"127\.0\.0\.1:[0-9]+->", "…->", line))
    try:
        found = json.loads(line)
    except ValueError:
        return line.removeprefix("Error: ")
    return ": ".join(str(found[k]) for k in ("msg", "error", "status_code") if k in found)[:300]


def _site(lines: str, head: str = ":@listen@") -> str:
    inner = "".join(f"\t{line}\n" for line in lines.strip().split("\n"))
    return f"{head} {{\n{inner}}}\n"


def _s(name: str, lines: str, failure: str = "", rule: str = "", **more: Any) -> Situation:
    return Situation(name, _site(lines), failure, rule, **more)


THREE = (("/", ""),) * 3
SIX = (("/", ""),) * 6
HEALTH = 1.5

SITUATIONS = (
    _s("one upstream", "reverse_proxy @http@"),
    _s("one upstream, refused", "reverse_proxy @refused@", "refused", "upstream-port-not-served"),
    _s("a name that nobody has", "reverse_proxy @nobody@", "unresolved", "upstream-unknown"),
    _s(
        "packets are dropped",
        "reverse_proxy @dropped@ {\n\ttransport http {\n\t\tdial_timeout 1s\n\t}\n}",
        "dropped",
    ),
    _s("no upstream at all", "reverse_proxy /x @http@\nreverse_proxy", "no endpoints"),
    _s(
        "two upstreams, one refused",
        "reverse_proxy @http@ @refused@",
        requests=SIX,
        rule="upstream-port-not-served",
    ),
    _s(
        "two upstreams, both refused",
        "reverse_proxy @refused@ @refused_b@",
        "refused",
        "upstream-port-not-served",
    ),
    _s(
        "first of two refused, no retry",
        "reverse_proxy @refused@ @http@ {\n\tlb_policy first\n}",
        rule="upstream-port-not-served",
        requests=THREE,
    ),
    _s(
        "first of two refused, lb_retries",
        "reverse_proxy @refused@ @http@ {\n\tlb_policy first\n\tlb_retries 2\n}",
        rule="upstream-port-not-served",
        requests=THREE,
    ),
    _s(
        "first of two refused, lb_try_duration",
        "reverse_proxy @refused@ @http@ {\n\tlb_policy first\n\tlb_try_duration 2s\n}",
        rule="upstream-port-not-served",
        requests=THREE,
    ),
    _s(
        "first of two refused, fail_duration",
        "reverse_proxy @refused@ @http@ {\n\tlb_policy first\n\tfail_duration 30s\n}",
        rule="upstream-port-not-served",
        requests=THREE,
    ),
    _s(
        "one refused, fail_duration",
        "reverse_proxy @refused@ {\n\tfail_duration 30s\n}",
        rule="upstream-port-not-served",
        requests=THREE,
    ),
    _s(
        "two upstreams, one has no name",
        "reverse_proxy @nobody@ @http@ {\n\tlb_policy first\n\tlb_try_duration 2s\n}",
        rule="upstream-unknown",
    ),
    _s("healthy", "reverse_proxy @http@ {\n\thealth_uri /up\n\thealth_interval 300ms\n}", wait=HEALTH),
    _s(
        "the check's path is missing",
        "reverse_proxy @http@ {\n\thealth_uri /missing\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check accepts 404",
        "reverse_proxy @http@ {\n\thealth_uri /missing\n\thealth_status 404\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check accepts 4xx",
        "reverse_proxy @http@ {\n\thealth_uri /missing\n\thealth_status 4xx\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check is redirected",
        "reverse_proxy @http@ {\n\thealth_uri /moved\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check follows redirects",
        "reverse_proxy @http@ {\n\thealth_uri /moved\n\thealth_follow_redirects\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check's method is not allowed",
        "reverse_proxy @http@ {\n\thealth_uri /\n\thealth_method OPTIONS\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check's port is refused",
        "reverse_proxy @http@ {\n\thealth_uri /\n\thealth_port 1\n\thealth_interval 300ms\n}",
        wait=HEALTH,
        rule="upstream-port-not-served",
    ),
    _s(
        "the check's Host is unknown",
        "reverse_proxy @vhost@ {\n\thealth_uri /\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check sends a Host",
        "reverse_proxy @vhost@ {\n\theader_up Host app.test\n\thealth_uri /\n\thealth_headers {\n\t\tHost app.test\n\t}\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "the check needs a body that is not there",
        "reverse_proxy @http@ {\n\thealth_uri /\n\thealth_body ^fine\n\thealth_interval 300ms\n}",
        wait=HEALTH,
    ),
    _s(
        "one of two unhealthy",
        "reverse_proxy @http@ @broken@ {\n\thealth_uri /\n\thealth_interval 300ms\n}",
        wait=HEALTH,
        requests=SIX,
    ),
    _s("plain text to TLS", "reverse_proxy @tls@"),
    _s("TLS to plain text", "reverse_proxy https://@http@", "TLS to plain"),
    _s("a certificate that nobody signed", "reverse_proxy https://@tls@", "TLS name"),
    _s(
        "a certificate that is not looked at",
        "reverse_proxy https://@tls@ {\n\ttransport http {\n\t\ttls_insecure_skip_verify\n\t}\n}",
    ),
    _s("h2c to HTTP/1", "reverse_proxy h2c://@http@", "other protocol"),
    _s("HTTP/1 to h2c", "reverse_proxy @h2only@", "other protocol"),
    _s("FastCGI", "reverse_proxy @fcgi@ {\n\ttransport fastcgi\n}"),
    _s("FastCGI to HTTP", "reverse_proxy @http@ {\n\ttransport fastcgi\n}", "other protocol"),
    _s("HTTP to FastCGI", "reverse_proxy @fcgi@", "other protocol"),
    _s(
        "FastCGI refused",
        "php_fastcgi @refused@",
        "refused",
        "upstream-port-not-served",
        requests=(("/index.php", ""),),
    ),
    _s(
        "a PROXY header to HTTP",
        "reverse_proxy @http@ {\n\ttransport http {\n\t\tproxy_protocol v1\n\t}\n}",
    ),
    _s("no PROXY header where one is wanted", "reverse_proxy @proxied@"),
    _s(
        "no answer in time",
        "reverse_proxy @slow@ {\n\ttransport http {\n\t\tresponse_header_timeout 1s\n\t}\n}",
    ),
    _s("the upstream closes", "reverse_proxy @closing@"),
    _s("the upstream speaks something else", "reverse_proxy @garbage@", "other protocol"),
    _s("the upstream answers 500", "reverse_proxy @broken@"),
    _s("another Host than the upstream knows", "reverse_proxy @vhost@"),
    _s("the Host that the upstream knows", "reverse_proxy @vhost@ {\n\theader_up Host app.test\n}"),
    Situation(
        "no site of that name",
        _site("reverse_proxy @http@", "http://shop.test:@listen@"),
        requests=(("/", "other.test"),),
    ),
    Situation(
        "the site of that name",
        _site("reverse_proxy @http@", "http://shop.test:@listen@"),
        requests=(("/", "shop.test"),),
    ),
    _s(
        "no route for the path",
        "handle /api/* {\n\treverse_proxy @http@\n}",
        requests=(("/other", ""), ("/api/x", "")),
    ),
    _s(
        "a path matcher without a star",
        "reverse_proxy /api @http@",
        rule="proxy-path-exact",
        requests=(("/api/x", ""), ("/api", "")),
    ),
    _s(
        "a prefix that is cut off",
        "handle_path /api/* {\n\treverse_proxy @http@\n}",
        requests=(("/api/x", ""),),
    ),
    _s("a prefix that is kept", "handle /api/* {\n\treverse_proxy @http@\n}", requests=(("/api/x", ""),)),
    _s(
        "authorization is refused",
        "forward_auth @refused@ {\n\turi /verify\n}\nreverse_proxy @http@",
        "refused",
        "upstream-port-not-served",
    ),
    _s(
        "authorization has no name",
        "forward_auth @nobody@ {\n\turi /verify\n}\nreverse_proxy @http@",
        "unresolved",
        "upstream-unknown",
    ),
    _s("authorization says no", "forward_auth @http@ {\n\turi /deny\n}\nreverse_proxy @http_b@"),
    _s("authorization says yes", "forward_auth @http@ {\n\turi /verify\n}\nreverse_proxy @http_b@"),
    _s(
        "an error page for what fails",
        'reverse_proxy @refused@\nhandle_errors {\n\trespond "sorry" 503\n}',
        rule="upstream-port-not-served",
    ),
    _s(
        "an upstream that takes over errors",
        "reverse_proxy @refused@\nhandle_errors {\n\treverse_proxy @http@\n}",
        rule="upstream-port-not-served",
    ),
    _s("a socket that is not there", "reverse_proxy unix//nowhere.sock"),
    _s("a variable that is not set", "reverse_proxy {$NOBODY_SET_THIS}"),
    _s("a placeholder that is empty", "reverse_proxy {env.NOBODY_SET_THIS}"),
    _s(
        "names that are looked up later, and have no answer",
        "reverse_proxy {\n\tdynamic a nobody.invalid 80\n}",
    ),
    _s(
        "directives run in their own order",
        'reverse_proxy @http@\nrespond /x "from caddy"',
        requests=(("/x", ""), ("/y", "")),
    ),
    _s("a path in an upstream", "reverse_proxy http://@http@/app", rule="proxy-config-refused"),
    _s("two schemes", "reverse_proxy http://@http@ https://@tls@", rule="proxy-config-refused"),
    _s("an undefined matcher", "reverse_proxy @nothing @http@", rule="proxy-config-refused"),
    _s("a file that is not there", "import nothing.conf", rule="proxy-config-refused"),
    _s("an undefined route", "invoke nothing", rule="proxy-config-refused"),
    Situation("one site twice", _site("reverse_proxy @http@") * 2, rule="proxy-config-refused"),
    Situation("no brace at the end", ":@listen@ {\n\treverse_proxy @http@\n", rule="proxy-config-refused"),
)
