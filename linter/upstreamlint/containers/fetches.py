"""What curl and wget send, and which statuses make them succeed.

After the manual of curl (`--fail`: 22 for a status of 400 and above; redirects only with `--location`) and wget's
`src/http.c` and busybox's `networking/wget.c`, which follow redirects and fail for whatever is no 2xx in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.values import frozen


@frozen(kw_only=True)
class Fetch:
    """A request: `host` is the Host header that is written, empty for the address's own."""

    method: str
    host: str
    accepts: tuple[tuple[int, int], ...]
    follows: bool


def fetch(words: Sequence[str]) -> Fetch | None:
    """What a command fetches; nothing where its success does not hang on the status alone."""
    reader = {"curl": _curl, "wget": _wget}.get(words[0].rpartition("/")[2])
    return reader(words[1:]) if reader is not None else None


def _curl(words: Sequence[str]) -> Fetch | None:
    given = dict(_options(words, _CURL_VALUES))
    headers = [value for name, value in _options(words, _CURL_VALUES) if name in ("-H", "--header")]
    host = _host(headers)
    if not given.keys() & {"-f", "--fail", "--fail-with-body"} or given.keys() & _CURL_ELSEWHERE:
        return None
    sends = bool(given.keys() & _CURL_BODY) and not given.keys() & {"-G", "--get"}
    asked = given.get("-X", given.get("--request", ""))
    method = asked or ("HEAD" if given.keys() & {"-I", "--head"} else "POST" if sends else "GET")
    follows = bool(given.keys() & {"-L", "--location", "--location-trusted"})
    return (
        Fetch(method=method.upper(), host=host, accepts=((100, 399),), follows=follows)
        if host is not None
        else None
    )


def _wget(words: Sequence[str]) -> Fetch | None:
    given = dict(_options(words, _WGET_VALUES))
    host = _host([value for name, value in _options(words, _WGET_VALUES) if name == "--header"])
    if given.keys() & _WGET_ELSEWHERE or host is None:
        return None
    sends = bool(given.keys() & {"--post-data", "--post-file"})
    method = given.get("--method", "POST" if sends else "GET")
    return Fetch(method=method.upper(), host=host, accepts=((200, 299),), follows=True)


def _host(headers: Sequence[str]) -> str | None:
    """The Host that headers name, empty where they do not; nothing where one of them lets somebody in."""
    host = ""
    for header in headers:
        name, _, value = header.partition(":")
        if name.strip().lower() in ("authorization", "cookie"):
            return None
        host = value.strip() if name.strip().lower() == "host" else host
    return host


def _options(words: Sequence[str], valued: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Options with their values: `--name value`, `--name=value`, `-nvalue`, `-abn value`."""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        following = words[at] if at < len(words) else ""
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            takes = name in valued and not equals
            yield name, following if takes else value
            at += takes
        elif word.startswith("-") and len(word) > 1:
            for number, letter in enumerate(word[1:], 2):
                if f"-{letter}" in valued:
                    yield f"-{letter}", word[number:] or following
                    at += not word[number:]
                    break
                yield f"-{letter}", ""


_CURL_ELSEWHERE = frozenset({
    "-u", "--user", "--oauth2-bearer", "-E", "--cert", "-b", "--cookie", "-x", "--proxy", "--unix-socket",
    "--abstract-unix-socket", "--resolve", "--connect-to", "-K", "--config", "-T", "--upload-file",
    "--netrc", "-n", "--next", "-:", "--aws-sigv4",
})  # fmt: skip
"""Options that let somebody in, or send the request elsewhere."""
_CURL_BODY = frozenset({
    "-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--data-urlencode", "--json", "-F",
    "--form",
})  # fmt: skip
_CURL_OTHERS = frozenset({
    "-o", "--output", "-X", "--request", "-H", "--header", "-A", "--user-agent", "-m", "--max-time",
    "--connect-timeout", "--retry", "--retry-delay", "--retry-max-time", "-w", "--write-out", "-e",
    "--referer", "-c", "--cookie-jar", "-D", "--dump-header", "-r", "--range", "--cacert", "--capath",
    "--max-redirs", "--interface", "--limit-rate", "-y", "-Y", "-z", "-C", "--url", "--key", "--stderr",
})  # fmt: skip
_CURL_VALUES = _CURL_ELSEWHERE.difference(("--netrc", "-n", "--next", "-:")) | _CURL_BODY | _CURL_OTHERS
_WGET_ELSEWHERE = frozenset({
    "--user", "--http-user", "--load-cookies", "--certificate", "--max-redirect", "-i", "--input-file",
    "--proxy", "-e", "--execute", "--content-on-error",
})  # fmt: skip
_WGET_OTHERS = frozenset({
    "-O", "--output-document", "-o", "--output-file", "-T", "--timeout", "-t", "--tries", "--header", "-U",
    "--user-agent", "-P", "--post-data", "--post-file", "--method", "--waitretry", "-Y", "-a",
    "--body-data", "--password", "--http-password", "--ca-certificate", "-Q",
})  # fmt: skip
_WGET_VALUES = _WGET_ELSEWHERE.difference(("--content-on-error",)) | _WGET_OTHERS
