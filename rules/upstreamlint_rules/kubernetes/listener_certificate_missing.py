"""A listener that ends TLS has no certificate: its Secret is in another namespace, is called otherwise, or holds none.

Istio takes the Secret of `credentialName` from the namespace of the gateway's pods, not from that of the Gateway. A Gateway of the Gateway API takes it
from its own namespace, and from another one only where a ReferenceGrant there permits it. It needs `tls.crt` and `tls.key`. Without it
the port is opened and ends every handshake, or is not opened at all; routes that come by it are dead, however right they are. Behind an Ingress,
or an IngressRoute of Traefik, clients are shown the controller's own certificate instead; Contour leaves the virtual host out.

Put the Secret (or cert-manager's Certificate) into the namespace that is looked in, correct its name, or add the ReferenceGrant.

Basis: istio, `pilot/pkg/xds/sds.go`; Istio documentation, "Secure Gateways"; Gateway API, `certificateRefs`, conditions `InvalidCertificateRef` and
`RefNotPermitted`.

## Fails

```yaml title="gateway.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    istio: ingressgateway
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      hosts:
        - shop.example.com
      tls:
        mode: SIMPLE
        credentialName: shop-tls  # warning: [listener-certificate-missing] "namespace `istio-system`"
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: shop
  namespace: shop
spec:
  secretName: shop-tls
  dnsNames:
    - shop.example.com
  issuerRef:
    kind: ClusterIssuer
    name: letsencrypt
```

## Passes

```yaml title="gateway.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: shop
  namespace: shop
spec:
  selector:
    istio: ingressgateway
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      hosts:
        - shop.example.com
      tls:
        mode: SIMPLE
        credentialName: shop-tls
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: shop
  namespace: istio-system
spec:
  secretName: shop-tls
  dnsNames:
    - shop.example.com
  issuerRef:
    kind: ClusterIssuer
    name: letsencrypt
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.certificates import ListenerCertificate, Unheld

_UNSERVED = Symptom(log="no TLS handshake succeeds: the listener has no certificate, or is not opened")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each listener without its certificate."""
    for found in graph.broken(ListenerCertificate):
        yield Finding(
            message=f"{_message(found)}, the certificate of {found.title}",
            primary=Label(found.anchor, _LABELS[found.fault]),
            subject=found.owner,
            hit=found.hits,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_shown(found.instead) if found.instead else _UNSERVED,
            fix=found.fix,
            help=_help(found),
            assumption=found.assumption or ("clients look at the certificate" if found.instead else ""),
            fault=f"{found.title}:{found.wanted}",
        )


def _shown(instead: str) -> Symptom:
    named = f"`{instead}`" if " own" not in instead else instead
    return Symptom(
        log=f"clients are shown another certificate, {named}, which none believes (526 behind Cloudflare)"
    )


_LABELS = {
    None: "nothing there permits it",
    Unheld.MISSING: "nothing has this name",
    Unheld.ELSEWHERE: "nothing of that namespace has this name",
    Unheld.NO_PAIR: "holds no certificate and key",
}


def _message(found: ListenerCertificate) -> str:
    secret, where = f"Secret `{found.wanted}`", f"namespace `{found.namespace}`"
    match found.fault:
        case None:
            return f"{where} does not permit the use of {secret}"
        case Unheld.NO_PAIR:
            return f"{secret} of {where} has no `tls.crt` and `tls.key`"
    return f"no {secret} is in {where}"


def _help(found: ListenerCertificate) -> str:
    match found.fault:
        case None:
            return f"add what permits it to namespace `{found.namespace}` (ReferenceGrant, TLSCertificateDelegation)"
        case Unheld.NO_PAIR:
            return "name a Secret of type `kubernetes.io/tls`"
        case Unheld.ELSEWHERE:
            return f"put it into namespace `{found.namespace}`"
    return f"use `{found.near[0].instead}`" if found.near else "add it, or correct the name"
