"""Situations of HAProxy."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Situation

HAPROXY = os.environ.get("UPSTREAMLINT_HAPROXY", "haproxy")
_GLOBAL = "global\n  log stdout format raw local0\ndefaults\n  mode http\n  log global\n  option httplog\n"
_TIMES = "  timeout connect 1s\n  timeout client 5s\n  timeout server 2s\n  timeout check 1s\n  retries 1\n"


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([HAPROXY, "-v"], capture_output=True, text=True, check=True).stdout
    return "HAProxy " + said.split()[2].partition("-")[0]


def start(text: str, folder: Path, _listen: int) -> tuple[subprocess.Popen[bytes], Callable[[], list[str]]]:
    """Start it, and say how its log is read."""
    (folder / "haproxy.cfg").write_text(_GLOBAL + _TIMES + text)
    log = (folder / "log").open("wb")
    environment = {k: v for k, v in os.environ.items() if k in ("LD_LIBRARY_PATH", "PATH")}
    process = subprocess.Popen(
        [HAPROXY, "-db", "-f", "haproxy.cfg"], cwd=folder, stdout=log, stderr=log, env=environment
    )
    return process, lambda: (folder / "log").read_text(errors="replace").splitlines()


_REQUEST = re.compile(r".*\] \S+ (\S+) [-\d/+]+ (-?\d+) [-\d]+ - - (\S{4}) .*")


def tells(line: str) -> bool:
    """Whether a line says why something failed."""
    if _REQUEST.match(line):
        return not re.search(r" ---- | 400 -?\d* ?.*CR-- ", line)
    return (
        ("[ALERT]" in line or " is DOWN" in line or "has no server" in line)
        and "Fatal" not in line
        and "Error(s)" not in line
    )


def clean(line: str) -> str:
    """A line without what changes from run to run; of a request its server, status and flags."""
    found = _REQUEST.match(line)
    if found:
        return f"{found[1]} {found[2]} {found[3]}"
    line = re.sub(r"check duration: \d+ms", "check duration: …", re.sub(r"\(\d+\) : ", "", line))
    return re.sub(r"^\[\w+\]\s*", "", line)[:300]


def _web(lines: str) -> str:
    inner = "".join(f"  {line}\n" for line in lines.strip().split("\n"))
    return f"listen web\n  bind 127.0.0.1:@listen@\n{inner}"


def _s(name: str, lines: str, failure: str = "", rule: str = "", **more: Any) -> Situation:
    return Situation(name, _web(lines), failure, rule, **more)


def _front(name: str, front: str, back: str, rule: str = "", **more: Any) -> Situation:
    text = f"frontend web\n  bind 127.0.0.1:@listen@\n{front}{back}"
    return Situation(name, text, "", rule, **more)


SIX = (("/", ""),) * 6
THREE = (("/", ""),) * 3
CHECK = "check inter 300ms fall 1"
WAIT = 1.5

SITUATIONS = (
    _s("one server", "server a @http@"),
    _s("one server, refused", "server a @refused@", "refused", "upstream-port-not-served"),
    _s("a name that nobody has", "server a @nobody@", "unresolved at start", "upstream-unknown"),
    _s(
        "a name that nobody has, init-addr none",
        "server a @nobody@ init-addr none",
        "unresolved",
        "upstream-unknown",
    ),
    _s(
        "a name that nobody has, last,libc,none",
        "server a @nobody@ check init-addr last,libc,none",
        "unresolved",
        "upstream-unknown",
        wait=WAIT,
    ),
    _s(
        "one of two has no name, init-addr none",
        "server a @nobody@ check init-addr none\nserver b @http@",
        rule="upstream-unknown",
        requests=THREE,
        wait=WAIT,
    ),
    _s(
        "a disabled server has no name",
        "server a @nobody@ disabled\nserver b @http@",
        rule="upstream-unknown",
    ),
    _s("packets are dropped", "server a @dropped@", "dropped"),
    _s("no server at all", "balance roundrobin", "no endpoints"),
    _s("every server is disabled", "server a @http@ disabled", "no endpoints"),
    _s(
        "two servers, one refused, no check",
        "server a @refused@\nserver b @http@",
        rule="upstream-port-not-served",
        requests=SIX,
    ),
    _s(
        "two servers, one refused, redispatch",
        "option redispatch 1\nserver a @refused@\nserver b @http@",
        rule="upstream-port-not-served",
        requests=SIX,
    ),
    _s(
        "two servers, one refused, check",
        f"server a @refused@ {CHECK}\nserver b @http@ {CHECK}",
        rule="upstream-port-not-served",
        requests=SIX,
        wait=WAIT,
    ),
    _s(
        "one server, refused, check",
        f"server a @refused@ {CHECK}",
        "no endpoints",
        "upstream-port-not-served",
        wait=WAIT,
    ),
    _s(
        "a backup takes over",
        f"server a @refused@ {CHECK}\nserver b @http@ backup",
        rule="upstream-port-not-served",
        wait=WAIT,
    ),
    _s(
        "a backup without a check",
        "server a @refused@\nserver b @http@ backup",
        rule="upstream-port-not-served",
    ),
    _s("option httpchk alone", f"option httpchk\nserver a @http@ {CHECK}", "no endpoints", wait=WAIT),
    _s("a check with GET", f"option httpchk GET /up\nserver a @http@ {CHECK}", wait=WAIT),
    _s(
        "the check's path is missing",
        f"option httpchk GET /missing\nserver a @http@ {CHECK}",
        "no endpoints",
        wait=WAIT,
    ),
    _s(
        "the check accepts 404",
        f"option httpchk GET /missing\nhttp-check expect status 404\nserver a @http@ {CHECK}",
        wait=WAIT,
    ),
    _s("the check is redirected", f"option httpchk GET /moved\nserver a @http@ {CHECK}", wait=WAIT),
    _s(
        "the check wants 200 and is redirected",
        f"option httpchk GET /moved\nhttp-check expect status 200\nserver a @http@ {CHECK}",
        "no endpoints",
        wait=WAIT,
    ),
    _s(
        "the check's Host is unknown",
        f"option httpchk GET /\nserver a @vhost@ {CHECK}",
        "no endpoints",
        wait=WAIT,
    ),
    _s(
        "the check sends a Host",
        f"option httpchk\nhttp-check send meth GET uri / ver HTTP/1.1 hdr Host app.test\nserver a @vhost@ {CHECK}",
        wait=WAIT,
    ),
    _s(
        "the check's port is refused",
        f"server a @http@ {CHECK} port 1",
        "no endpoints",
        "upstream-port-not-served",
        wait=WAIT,
    ),
    _s(
        "a check of TLS against plain text",
        f"server a @http@ {CHECK} check-ssl verify none",
        "no endpoints",
        wait=WAIT,
    ),
    _s(
        "a check of plain text against TLS",
        f"option httpchk GET /\nserver a @tls@ {CHECK}",
        "no endpoints",
        wait=WAIT,
    ),
    _s("checks that are not switched on", "option httpchk GET /missing\nserver a @http@"),
    _s(
        "one of two unhealthy",
        f"option httpchk GET /\nserver a @broken@ {CHECK}\nserver b @http@ {CHECK}",
        requests=SIX,
        wait=WAIT,
    ),
    _s("plain text to TLS", "server a @tls@"),
    _s("TLS to plain text", "server a @http@ ssl verify none", "TLS to plain"),
    _s("TLS without anything to verify with", "server a @tls@ ssl", rule="proxy-config-refused"),
    _s(
        "a certificate that nobody signed",
        "server a @tls@ ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt",
        "TLS name",
    ),
    _s("a certificate that is not looked at", "server a @tls@ ssl verify none"),
    _s("HTTP/2 to HTTP/1", "server a @http@ proto h2"),
    _s("HTTP/1 to HTTP/2", "server a @h2only@", "other protocol"),
    _s("HTTP to FastCGI", "server a @fcgi@", "other protocol"),
    _s("a PROXY header to HTTP", "server a @http@ send-proxy"),
    _s("no PROXY header where one is wanted", "server a @proxied@"),
    _s("a PROXY header where one is wanted", "server a @proxied@ send-proxy"),
    _s("no answer in time", "server a @slow@"),
    _s("the server closes", "server a @closing@"),
    _s("the server speaks something else", "server a @garbage@", "other protocol"),
    _s("the server answers 500", "server a @broken@"),
    _s("another Host than the server knows", "server a @vhost@"),
    _s("the Host that the server knows", "http-request set-header Host app.test\nserver a @vhost@"),
    Situation(
        "refused, mode tcp",
        _web("mode tcp\noption tcplog\nserver a @refused@"),
        "",
        "upstream-port-not-served",
    ),
    _front(
        "no backend for the request",
        "  use_backend api if { path_beg /api }\n",
        "backend api\n  server a @http@\n",
        requests=(("/other", ""), ("/api/x", "")),
    ),
    _front(
        "no backend of the Host's name",
        "  use_backend %[req.hdr(host)]\n",
        "backend app.test\n  server a @http@\n",
        requests=(("/", "app.test"), ("/", "other.test")),
    ),
    _front("an undefined default backend", "  default_backend nobody\n", "", "proxy-config-refused"),
    _front("an undefined backend", "  use_backend nobody if TRUE\n", "", "proxy-config-refused"),
    _front(
        "HTTP to a TCP backend",
        "  default_backend b\n",
        "backend b\n  mode tcp\n  server a @http@\n",
        "proxy-config-refused",
    ),
    _front("a backend without servers", "  default_backend b\n", "backend b\n  balance roundrobin\n"),
    _front(
        "a rule that answers",
        "  http-request deny if { path /x }\n  default_backend b\n",
        "backend b\n  server a @http@\n",
        requests=(("/x", ""), ("/y", "")),
    ),
    _s("undefined resolvers", "server a @http@ resolvers nobody", rule="proxy-config-refused"),
    _s(
        "two backends of one name",
        "server a @http@\nbackend web\nserver a @http@",
        rule="proxy-config-refused",
    ),
    _s("a port that is none", "server a 127.0.0.1:99999", rule="proxy-config-refused"),
    Situation(
        "no end of the last line",
        "listen web\n  bind 127.0.0.1:@listen@\n  server a @http@",
        "",
        "proxy-config-refused",
    ),
)
