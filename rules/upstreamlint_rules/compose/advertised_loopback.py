"""A broker hands its clients an address that means themselves.

A client of Kafka asks the address that it is given for the brokers, and then connects to the addresses that these
advertise. A listener that other services dial by the broker's name, and that is advertised as `localhost:9092`, sends
each of them back to its own container, where nothing listens: `Connection to node 1 (localhost/127.0.0.1:9092) could not
be established`. Only a program on the machine itself finds the broker there, by the published port.

Advertise the name of the service on the listener that containers use, and keep one of its own, on another port, for the
machine: `KAFKA_ADVERTISED_LISTENERS: INSIDE://kafka:9092,OUTSIDE://localhost:29092`.

Basis: Kafka's documentation of `listeners` and `advertised.listeners`.

## Fails

```yaml title="compose.yaml"
services:
  kafka:
    image: apache/kafka:3.9.0
    environment:
      KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://localhost:9092  # error: [advertised-loopback] "localhost:9092"
    ports: ["9092:9092"]
  orders:
    image: registry.example/orders:1
    environment:
      KAFKA_BOOTSTRAP_SERVERS: kafka:9092
```

## Passes

```yaml title="compose.yaml"
services:
  kafka:
    image: apache/kafka:3.9.0
    environment:
      KAFKA_LISTENERS: INSIDE://:9092,OUTSIDE://:29092
      KAFKA_ADVERTISED_LISTENERS: INSIDE://kafka:9092,OUTSIDE://localhost:29092
    ports: ["29092:29092"]
  orders:
    image: registry.example/orders:1
    environment:
      KAFKA_BOOTSTRAP_SERVERS: kafka:9092
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.advertised import Advertised

_REFUSED = Symptom(
    log="clients log `Connection to node … could not be established. Node may not be available.`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each address that sends clients to themselves."""
    for found in graph.broken(Advertised):
        name = found.service.name
        yield Finding(
            message=f"`{name}` sends its clients to `{found.wanted}`, which is the container of each of them",
            primary=Label(found.anchor, "advertised to whoever asks"),
            subject=found.service,
            related=tuple(Label(anchor, about) for anchor, about in found.clients),
            symptom=_REFUSED,
            help=f"advertise `{name}:{found.port}` on this listener, or let containers dial another one",
            fault=found.wanted,
        )
