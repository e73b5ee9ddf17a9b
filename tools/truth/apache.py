"""Situations of Apache httpd."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Situation

HTTPD = os.environ.get("UPSTREAMLINT_HTTPD", "apache2")
MODULES = os.environ.get("UPSTREAMLINT_HTTPD_MODULES", "/usr/lib/apache2/modules")
_LOADED = (
    "mpm_event unixd authz_core dir alias proxy proxy_http proxy_balancer proxy_fcgi proxy_http2 proxy_wstunnel"
    " lbmethod_byrequests slotmem_shm rewrite headers ssl socache_shmcb env http2 watchdog proxy_hcheck"
)
_HEAD = """ServerRoot "{folder}"
{modules}PidFile {folder}/pid
ErrorLog {folder}/log
LogLevel warn proxy:error
Mutex file:{folder}
DefaultRuntimeDir {folder}
User nobody
Group nogroup
ServerName main.test
Listen 127.0.0.1:{listen}
ProxyTimeout 2
"""


def version() -> str:
    """The version that is measured."""
    said = subprocess.run([HTTPD, "-v"], capture_output=True, text=True, check=True).stdout
    return "Apache " + said.split("Apache/")[1].split()[0]


def start(text: str, folder: Path, listen: int) -> tuple[subprocess.Popen[bytes], Callable[[], list[str]]]:
    """Start it, and say how its log is read."""
    folder.chmod(0o755)
    absent = re.findall(r"^#without (\S+)$", text, re.MULTILINE)
    names = [n for n in _LOADED.split() if n not in absent]
    # Some builds hold some of them.
    modules = "".join(
        f"<IfModule !mod_{n}.c>\nLoadModule {n}_module {MODULES}/mod_{n}.so\n</IfModule>\n" for n in names
    )
    (folder / "httpd.conf").write_text(_HEAD.format(folder=folder, modules=modules, listen=listen) + text)
    environment = {k: v for k, v in os.environ.items() if k in ("LD_LIBRARY_PATH", "PATH")}
    words = [HTTPD, "-D", "FOREGROUND", "-f", str(folder / "httpd.conf")]
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, env=environment)

    def said() -> list[str]:
        return [
            line
            for name in ("out", "log")
            if (folder / name).exists()
            for line in (folder / name).read_text(errors="replace").splitlines()
        ]

    return process, said


_TELLS = re.compile(r"\[\w*:?(?:error|crit)\]|AH00111|Syntax error|Invalid command")
_OF_THIS_MACHINE = re.compile("AH00558|AH01882|AH01873")


def tells(line: str) -> bool:
    """Whether a line says why something failed."""
    return bool(_TELLS.search(line)) and not _OF_THIS_MACHINE.search(line)


def clean(line: str) -> str:
    """A line without what changes from run to run."""
    line = re.sub(r"^\[[^\]]*\] ", "", line)
    line = re.sub(r"\[(?:pid|client) [^\]]*\] ", "", line)
    return re.sub(r"\b127\.0\.0\.1:[0-9]{5}\b", "…", line)[:300]


def _s(name: str, lines: str, failure: str = "", rule: str = "", **more: Any) -> Situation:
    return Situation(name, lines.strip() + "\n", failure, rule, **more)


TWO = (("/", ""),) * 2
FOUR = (("/", ""),) * 4
UNSEEN = "upstream-port-not-served"
_TWO_MEMBERS = "<Proxy balancer://app>\nBalancerMember http://{0}{2}\nBalancerMember http://{1}{3}\n</Proxy>\nProxyPass / balancer://app/"


def _two(first: str, second: str, one: str = "", other: str = "") -> str:
    return _TWO_MEMBERS.format(first, second, one, other)


def _only(loaded: str) -> str:
    """The modules that a configuration loads itself, with mod_proxy and mod_proxy_http, and no others that speak to anybody."""
    named = ["proxy", "proxy_http", *loaded.split()]
    absent = [n for n in _LOADED.split() if n.startswith(("proxy", "lbmethod", "slotmem"))]
    without = "".join(f"#without {n}\n" for n in absent)
    return without + "".join(f"LoadModule {n}_module {MODULES}/mod_{n}.so\n" for n in named)


SITUATIONS = (
    _s("one target", "ProxyPass / http://@http@/"),
    _s("refused", "ProxyPass / http://@refused@/", "refused", UNSEEN, requests=TWO),
    _s("refused, retry=0", "ProxyPass / http://@refused@/ retry=0", rule=UNSEEN, requests=TWO),
    _s(
        "a name that nobody has",
        "ProxyPass / http://@nobody@/",
        "unresolved",
        "upstream-unknown",
        requests=TWO,
    ),
    _s("packets are dropped", "ProxyPass / http://@dropped@/ connectiontimeout=1", "dropped"),
    _s(
        "no slash at the end of the target",
        "ProxyPass / http://@http@",
        rule="proxy-pass-slash-missing",
        requests=(("/x", ""), ("/", ""), ("/x/y", "")),
    ),
    _s(
        "no slash at the end of the target, prefix",
        "ProxyPass /app/ http://@http@",
        rule="proxy-pass-slash-missing",
        requests=(("/app/x", ""),),
    ),
    _s(
        "no slash at the end of the target's path",
        "ProxyPass /app/ http://@http@/base",
        requests=(("/app/x", ""),),
    ),
    _s(
        "no slash at the end of the prefix",
        "ProxyPass /app http://@http@/",
        requests=(("/app/x", ""), ("/app", ""), ("/apples", "")),
    ),
    _s("no slash at either end", "ProxyPass /app http://@http@", requests=(("/app/x", ""), ("/app", ""))),
    _s("a slash at both ends", "ProxyPass /app/ http://@http@/", requests=(("/app/x", ""), ("/app", ""))),
    _s(
        "the longer prefix comes last",
        "ProxyPass / http://@http@/\nProxyPass /app http://@broken@/",
        rule="proxy-pass-shadowed",
        requests=(("/app", ""),),
    ),
    _s(
        "the longer prefix comes first",
        "ProxyPass /app http://@broken@/\nProxyPass / http://@http@/",
        requests=(("/app", ""),),
    ),
    _s(
        "a prefix that is left out",
        "ProxyPass /own !\nProxyPass / http://@http@/",
        requests=(("/own", ""), ("/x", "")),
    ),
    _s(
        "a prefix that is left out too late",
        "ProxyPass / http://@http@/\nProxyPass /own !",
        rule="proxy-pass-shadowed",
        requests=(("/own", ""),),
    ),
    _s(
        "in a Location",
        "<Location /app>\nProxyPass http://@http@/\n</Location>",
        requests=(("/app/x", ""), ("/x", "")),
    ),
    _s("two members, one refused", _two("@http@", "@refused@"), rule=UNSEEN, requests=FOUR),
    _s("two members, both refused", _two("@refused@", "@refused_b@"), "refused", UNSEEN, requests=TWO),
    _s("two members, one has no name", _two("@http@", "@nobody@"), rule="upstream-unknown", requests=FOUR),
    _s("a hot standby takes over", _two("@refused@", "@http@", other=" status=+H"), rule=UNSEEN),
    _s("every member is disabled", _two("@http@", "@http_b@", " status=+D", " status=+D"), "no endpoints"),
    _s(
        "a balancer without members",
        "<Proxy balancer://app>\n</Proxy>\nProxyPass / balancer://app/",
        "no endpoints",
    ),
    _s("an undefined balancer", "ProxyPass / balancer://nobody/"),
    _s(
        "a member of another balancer",
        "<Proxy balancer://other>\nBalancerMember http://@http@\n</Proxy>\nProxyPass / balancer://app/",
    ),
    _s(
        "a member that fails its checks",
        _two(
            "@http@", "@broken@", " hcmethod=GET hcinterval=1 hcuri=/", " hcmethod=GET hcinterval=1 hcuri=/"
        ),
        requests=FOUR,
        wait=3.0,
    ),
    _s("plain text to TLS", "ProxyPass / http://@tls@/"),
    _s("TLS to plain text", "SSLProxyEngine on\nProxyPass / https://@http@/", "TLS to plain"),
    _s("TLS that is not switched on", "ProxyPass / https://@tls@/"),
    _s(
        "a certificate that is not looked at",
        "SSLProxyEngine on\nSSLProxyCheckPeerName off\nProxyPass / https://@tls@/",
    ),
    _s("a certificate for another name", "SSLProxyEngine on\nProxyPass / https://@tls@/", "TLS name"),
    _s(
        "a certificate that nobody signed",
        "SSLProxyEngine on\nSSLProxyVerify require\nSSLProxyCACertificateFile /etc/ssl/certs/ca-certificates.crt\nProxyPass / https://@tls@/",
    ),
    _s("h2c to HTTP/1", "ProxyPass / h2c://@http@/"),
    _s("HTTP/1 to h2c", "ProxyPass / http://@h2only@/", "other protocol"),
    _s("FastCGI", "ProxyPass / fcgi://@fcgi@/srv/"),
    _s("FastCGI to HTTP", "ProxyPass / fcgi://@http@/srv/"),
    _s("HTTP to FastCGI", "ProxyPass / http://@fcgi@/", "other protocol"),
    _s(
        "FastCGI refused",
        "ProxyPassMatch ^/(.*\\.php)$ fcgi://@refused@/srv/$1",
        "refused",
        UNSEEN,
        requests=(("/x.php", ""),),
    ),
    _s(
        "FastCGI, a name that nobody has",
        "ProxyPassMatch ^/(.*\\.php)$ fcgi://@nobody@/srv/$1",
        "unresolved",
        "upstream-unknown",
        requests=(("/x.php", ""),),
    ),
    _s(
        "a handler, refused",
        'DocumentRoot "@folder@"\n<Directory />\nRequire all granted\n</Directory>\n<FilesMatch \\.php$>\nSetHandler "proxy:fcgi://@refused@"\n</FilesMatch>',
        rule=UNSEEN,
        requests=(("/x.php", ""), ("/none.php", "")),
        files=(("x.php", "<?php"),),
    ),
    _s(
        "a handler",
        'DocumentRoot "@folder@"\n<Directory />\nRequire all granted\n</Directory>\n<FilesMatch \\.php$>\nSetHandler "proxy:fcgi://@fcgi@"\n</FilesMatch>',
        requests=(("/x.php", ""),),
        files=(("x.php", "<?php"),),
    ),
    _s("a socket that is not there", "ProxyPass / unix:/nowhere.sock|http://localhost/"),
    _s(
        "a rewrite that passes on",
        "RewriteEngine On\nRewriteRule ^/(.*) http://@http@/$1 [P]",
        requests=(("/x", ""),),
    ),
    _s(
        "a rewrite that passes on, refused",
        "RewriteEngine On\nRewriteRule ^/(.*) http://@refused@/$1 [P]",
        "refused",
        UNSEEN,
    ),
    _s("no answer in time", "ProxyPass / http://@slow@/"),
    _s("the target closes", "ProxyPass / http://@closing@/"),
    _s("the target speaks something else", "ProxyPass / http://@garbage@/"),
    _s("the target answers 500", "ProxyPass / http://@broken@/"),
    _s(
        "another Host than the target knows",
        "ProxyPass / http://@vhost@/",
        requests=(("/", "app.test"),),
    ),
    _s(
        "the Host that the target knows",
        "ProxyPreserveHost On\nProxyPass / http://@vhost@/",
        requests=(("/", "app.test"),),
    ),
    _s(
        "no virtual host of that name",
        "<VirtualHost *>\nServerName a.test\nProxyPass / http://@broken@/\n</VirtualHost>\n<VirtualHost *>\nServerName b.test\nProxyPass / http://@http@/\n</VirtualHost>",
        requests=(("/", "b.test"), ("/", "c.test")),
    ),
    _s("no module for the scheme", "#without proxy_http\nProxyPass / http://@http@/"),
    _s(
        "no module for the directive",
        "#without proxy\n#without proxy_http\n#without proxy_fcgi\n#without proxy_balancer\n#without proxy_http2\n#without proxy_wstunnel\n#without proxy_hcheck\n#without lbmethod_byrequests\nProxyPass / http://@http@/",
    ),
    _s(
        "a section that is not closed",
        "<VirtualHost *>\nProxyPass / http://@http@/",
        rule="proxy-config-refused",
    ),
    _s("sections that cross", "<VirtualHost *>\n<Location />\n</VirtualHost>", rule="proxy-config-refused"),
    _s("a file that is not there", "Include nothing.conf"),
    _s("a variable that is not defined", "ProxyPass / http://${NOBODY_SET_THIS}/"),
    _s("an optional file that is not there", "IncludeOptional nothing.conf\nProxyPass / http://@http@/"),
    *(
        _s(name, _only(loaded) + _TWO_MEMBERS.format("@http@", "@http_b@", "", ""), rule=rule)
        for name, loaded, rule in (
            (
                "a balancer without shared memory",
                "proxy_balancer lbmethod_byrequests",
                "proxy-module-missing",
            ),
            ("a balancer without a method", "proxy_balancer slotmem_shm", "proxy-module-missing"),
            ("a balancer without its module", "slotmem_shm", "proxy-module-missing"),
            ("a balancer with its modules", "proxy_balancer slotmem_shm lbmethod_byrequests", ""),
        )
    ),
)
