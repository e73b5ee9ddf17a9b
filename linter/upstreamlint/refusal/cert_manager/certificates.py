"""Certificates (`ValidateCertificateSpec`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.addresses import address
from upstreamlint.refusal.at import At
from upstreamlint.refusal.cel import ConversionError, seconds
from upstreamlint.refusal.cert_manager.said import by_webhook
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.refused import Refusal, invalid, required, unsupported

_NAMES = ("commonName", "dnsNames", "uris", "emailAddresses", "ipAddresses", "otherNames", "literalSubject")
_NAMELESS = (
    'Invalid value: "": at least one of commonName (from the commonName field or from a literalSubject), '
    "dnsNames, emailSANs, ipAddresses, otherNames, or uriSANs must be set"
)
_LONGEST = 64
_HOUR = 3_600.0
_USUAL = 90 * 24 * _HOUR
_SHORTEST = 5 * 60.0
_RSA = (2_048, 8_192)
_ECDSA = (256, 384, 521)
_SIGNATURES = {
    "RSA": ("SHA256WithRSA", "SHA384WithRSA", "SHA512WithRSA"),
    "ECDSA": ("ECDSAWithSHA256", "ECDSAWithSHA384", "ECDSAWithSHA512"),
    "Ed25519": ("PureEd25519",),
}
_OWN = "cert-manager.io"


def certificate(root: At) -> Iterator[Refusal]:
    """What is refused of a Certificate."""
    yield from map(by_webhook, _certificate(root.get("spec")))


def _certificate(spec: At) -> Iterator[Refusal]:
    if spec.unsure or not spec.given:
        return
    secret = spec.get("secretName")
    wrong = problem("dns-subdomain", secret.text) if secret.text and not secret.nameless else None
    if secret.value == "":
        yield required(secret, "must be specified")
    elif wrong is not None:
        yield invalid(secret, wrong)
    yield from _issuer(spec.get("issuerRef"))
    if all(spec.get(name).empty for name in _NAMES):
        yield Refusal(spec.path, _NAMELESS, spec.anchor, lack=True)
    name = spec.get("commonName")
    if len(name.text) > _LONGEST:
        yield Refusal(name.path, f"Too long: may not be more than {_LONGEST} bytes", name.anchor)
    for part in spec.items("ipAddresses"):
        if part.text and address(part.text) is None and not part.nameless:
            yield invalid(part, "invalid IP address")
    yield from _key(spec.get("privateKey"), spec.get("signatureAlgorithm"))
    yield from _times(spec)
    kept = spec.get("revisionHistoryLimit")
    if kept.number is not None and kept.number < 1:
        yield invalid(kept, "must not be less than 1")


def _issuer(reference: At) -> Iterator[Refusal]:
    """An issuer of another group is that group's own affair."""
    name, kind, group = reference.get("name"), reference.get("kind"), reference.get("group")
    if name.value == "":
        yield required(name, "must be specified")
    if group.unsure or group.text not in ("", _OWN) or kind.text in ("", "Issuer", "ClusterIssuer"):
        return
    forgotten = "" if group.text else f" (did you forget to set {kind.path}.group?)"
    yield invalid(kind, f"must be one of Issuer or ClusterIssuer{forgotten}")


def _key(key: At, signed: At) -> Iterator[Refusal]:
    size, algorithm = key.get("size"), key.get("algorithm")
    if algorithm.unsure:
        return
    kind, bits = algorithm.text or "RSA", size.number or 0
    if kind == "RSA" and bits > 0 and not _RSA[0] <= bits <= _RSA[1]:
        yield invalid(size, f"must be between {_RSA[0]} and {_RSA[1]} for rsa keyAlgorithm")
    elif kind == "ECDSA" and bits > 0 and bits not in _ECDSA:
        yield unsupported(size, map(str, _ECDSA))
    allowed = _SIGNATURES.get(kind, ())
    if signed.text and allowed and signed.text not in allowed:
        known = " ".join(allowed)
        yield invalid(signed, f"for key algorithm {kind} the allowed signature algorithms are [{known}]")


def _times(spec: At) -> Iterator[Refusal]:
    """How long it is good for, and when it is renewed."""
    lasts, before, share = spec.get("duration"), spec.get("renewBefore"), spec.get("renewBeforePercentage")
    if any(at.unsure for at in (lasts, before, share)):
        return
    times: list[float | None] = []
    for at in (lasts, before):
        times.append(None)
        if not isinstance(at.value, str):
            continue
        try:
            times[-1] = seconds(at.value)
        except ConversionError as error:
            yield Refusal(at.path, str(error), at.anchor, "write hours: `2160h` are 90 days")
            return
    whole, left = times[0] if times[0] is not None else _USUAL, times[1]
    if times[0] is not None and whole < _HOUR:
        yield invalid(lasts, "certificate duration must be greater than 1h0m0s")
    if left is None:
        return
    if share.given:
        said = "renewBefore and renewBeforePercentage are mutually exclusive and cannot both be set"
        yield invalid(before, said)
    if left < _SHORTEST:
        yield invalid(before, "certificate renewBefore must be greater than 5m0s")
    if left >= whole:
        said = f"certificate duration {_shown(whole)} must be greater than renewBefore {_shown(left)}"
        yield invalid(before, said)


def _shown(time: float) -> str:
    """A time of whole seconds as Go prints it."""
    minutes, rest = divmod(round(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s" if minutes else f"{rest}s"
