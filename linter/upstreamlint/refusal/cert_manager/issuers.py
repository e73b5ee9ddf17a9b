"""Issuers and ClusterIssuers (`ValidateIssuerConfig`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.cert_manager.said import by_webhook
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required

_TYPES = ("acme", "ca", "selfSigned", "vault", "venafi")
_WAYS = ("appRole", "kubernetes", "tokenSecretRef", "clientCertificate", "aws")
_NAMED = ("class", "ingressClassName", "name")
_SERVICES = ("", "ClusterIP", "NodePort")
_PROVIDERS = (
    *("akamai", "azureDNS", "cloudDNS", "cloudflare", "route53", "acmeDNS", "digitalocean", "rfc2136"),
    "webhook",
)
"""In the order of the webhook, which forbids all but the first and those `_BESIDE`."""
_BESIDE = frozenset({"acmeDNS"})


def issuer(root: At) -> Iterator[Refusal]:
    """What is refused of an Issuer or a ClusterIssuer."""
    spec = root.get("spec")
    if not spec.unsure and (spec.given or not spec.empty):
        yield from map(by_webhook, _issuer(spec))


def _issuer(spec: At) -> Iterator[Refusal]:
    given = [spec.get(name) for name in _TYPES if spec.get(name).given]
    if any(at.unsure for at in given):
        return
    if not given:
        yield Refusal(
            spec.path, "Required value: at least one issuer must be configured", spec.anchor, lack=True
        )
        return
    for other in given[1:]:
        yield forbidden(other, "may not specify more than one issuer type")
    first = given[0]
    if first.step == "acme":
        yield from _acme(first)
    elif first.step == "ca":
        yield from _filled(first.get("secretName"))
    elif first.step == "vault":
        yield from _vault(first)


def _filled(at: At, detail: str = "") -> Iterator[Refusal]:
    """A text that may not be empty; that it is missing, the definition says."""
    if at.value == "":
        yield required(at, detail)


def _acme(acme: At) -> Iterator[Refusal]:
    key = acme.get("privateKeySecretRef")
    if not key.unsure:
        yield from _filled(key.get("name"), "private key secret name is a required field")
    yield from _filled(acme.get("server"), "acme server URL is a required field")
    for solver in acme.items("solvers"):
        if solver.given and not solver.unsure:
            yield from _solver(solver)


def _solver(solver: At) -> Iterator[Refusal]:
    http, dns = solver.get("http01"), solver.get("dns01")
    if http.unsure or dns.unsure:
        return
    if http.given and dns.given:
        yield Refusal(
            solver.path,
            "Forbidden: may not specify more than one solver type in a single solver",
            dns.key,
            "write each as a solver of its own",
        )
    elif dns.given:
        yield from _dns(dns)
    elif not http.given and not dns.given:
        yield Refusal(solver.path, "Required value: no solver type configured", solver.anchor, lack=True)
    if http.given:
        yield from _http(http)


def _dns(dns: At) -> Iterator[Refusal]:
    given = [dns.get(name) for name in _PROVIDERS if dns.get(name).given]
    if not given:
        yield required(dns, "no DNS01 provider configured")
    for other in given[1:]:
        if other.step not in _BESIDE:
            yield forbidden(other, "may not specify more than one provider type")
    cloudflare = dns.get("cloudflare")
    if len(given) != 1 or not cloudflare.given or cloudflare.unsure:
        return
    key, token = cloudflare.get("apiKeySecretRef"), cloudflare.get("apiTokenSecretRef")
    if key.given and token.given:
        yield forbidden(cloudflare, "apiKeySecretRef and apiTokenSecretRef cannot both be specified")
    elif not key.given and not token.given:
        yield required(cloudflare, "apiKeySecretRef or apiTokenSecretRef is required")
    elif key.given and cloudflare.get("email").empty:
        yield required(cloudflare.get("email"))
    for secret in (key, token):
        if secret.given and not secret.unsure and secret.get("key").empty:
            yield required(secret.get("key"), "secret key is required")


def _http(http: At) -> Iterator[Refusal]:
    ingress, gateway = http.get("ingress"), http.get("gatewayHTTPRoute")
    if ingress.unsure or gateway.unsure:
        return
    if not ingress.given and not gateway.given:
        yield required(http, "no HTTP01 solver type configured")
    elif ingress.given and gateway.given:
        yield required(http, "only 1 HTTP01 solver type may be configured")
    given = [ingress.get(name) for name in _NAMED if ingress.get(name).given]
    if len([at for at in given if at.step != "name" or not at.empty]) > 1:
        yield Refusal(
            ingress.path,
            "Forbidden: only one of 'ingressClassName', 'name' or 'class' should be specified",
            given[-1].key,
            "leave one of them out",
        )
    name = ingress.get("ingressClassName")
    wrong = problem("dns-subdomain", name.text) if name.text and not name.nameless else None
    if wrong is not None:
        yield invalid(name, f"must be a valid IngressClass name: {wrong}")
    for way in (ingress, gateway):
        kind = way.get("serviceType")
        if kind.text not in _SERVICES and not kind.nameless:
            yield invalid(kind, 'must be empty, "ClusterIP" or "NodePort"')


def _vault(vault: At) -> Iterator[Refusal]:
    yield from _filled(vault.get("server"))
    yield from _filled(vault.get("path"))
    ways = vault.get("auth")
    if ways.given and not ways.unsure and not any(ways.get(way).given for way in _WAYS):
        yield required(
            ways, "please supply one of: appRole, kubernetes, tokenSecretRef, clientCertificate, aws"
        )
    own = ways.get("kubernetes")
    given = [own.get("serviceAccountRef"), own.get("secretRef").get("name")]
    if own.given and not own.unsure and all(at.empty for at in given):
        yield required(own, "please supply one of: secretRef, serviceAccountRef")
