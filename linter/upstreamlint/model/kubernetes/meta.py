"""What every Kubernetes object has: identity, labels, selectors, and integers as `kubectl` reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint import documents
from upstreamlint.documents import Document, Entry, Scalar
from upstreamlint.model.kubernetes.unfilled import has_unfilled_port
from upstreamlint.numerals import literal
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity


@entity
class Labels:
    """A map of texts: labels, annotations or an equality selector."""

    node: documents.Mapping

    @property
    def entries(self) -> dict[str, Entry]:
        """The map with the place of every key and value."""
        return self.node.entries

    @property
    def anchor(self) -> Anchor:
        """Where it is written."""
        return self.node.anchor

    @property
    def values(self) -> dict[str, str]:
        """The map without positions."""
        return {k: v.value for k, v in self.node.values.items() if v.__class__ is Scalar}

    def get(self, key: str) -> str | None:
        """The value of a key."""
        value = self.node.values.get(key)
        return value.value if isinstance(value, Scalar) else None

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.node.values)

    def __str__(self) -> str:
        return ", ".join(f"{k}={v}" for k, v in self.values.items())


def labels(node: documents.Node | None) -> Labels | None:
    """A map of texts, if the node is a mapping with anything in it."""
    return Labels(node) if isinstance(node, documents.Mapping) and node.values else None


@entity
class Meta:
    """The identity of an object (the API version is no part of it).

    `namespace` is empty when the file does not say: the client's current one. `folder` is where the file
    is. `patched` says that a patch or template that was not applied may change the object, or that its name or a port is
    still to be filled in.
    """

    group: str
    kind: str
    name: Scalar
    namespace: str
    labels: Labels | None
    annotations: Labels | None
    anchor: Anchor
    folder: str
    patched: bool = False

    @property
    def id(self) -> str:
        """`namespace/Kind/name`, as fingerprints and messages name it."""
        return f"{self.namespace}/{self.kind}/{self.name}" if self.namespace else f"{self.kind}/{self.name}"

    @property
    def title(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}" if self.namespace else str(self.name)

    def annotation(self, key: str) -> str | None:
        """The value of an annotation."""
        return self.annotations.get(key) if self.annotations is not None else None


@entity
class KubernetesObject:
    """An object that the API server keeps: it goes by its identity, and stands where its name is written."""

    meta: Meta

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def anchor(self) -> Anchor:
        """Where its name is written."""
        return self.meta.anchor

    @property
    def title(self) -> str:
        """`namespace/name`."""
        return self.meta.title


class Operator(StrEnum):
    """How a selector's expression tests a label."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    """The last three are Calico's."""


@entity
class Expression:
    """One item of `matchExpressions`."""

    key: Scalar
    operator: Operator
    values: tuple[str, ...]
    anchor: Anchor


@entity
class LabelSelector:
    """`matchLabels` and `matchExpressions`, all of which must hold; an empty one matches everything."""

    match_labels: Labels | None
    expressions: tuple[Expression, ...]
    anchor: Anchor

    @property
    def is_empty(self) -> bool:
        """Whether it matches everything."""
        return not self.match_labels and not self.expressions

    def __str__(self) -> str:
        parts = [str(self.match_labels)] if self.match_labels else []
        parts += [
            f"{e.key} {e.operator} ({', '.join(e.values)})".removesuffix(" ()") for e in self.expressions
        ]
        return ", ".join(parts)

    def matches(self, values: Mapping[str, str]) -> bool:
        """Whether labels satisfy it. `NotIn` and `DoesNotExist` also match labels without the key (W2)."""
        if self.match_labels and any(values.get(k) != v for k, v in self.match_labels.values.items()):
            return False
        return all(_holds(e, values) for e in self.expressions)


def _holds(expression: Expression, values: Mapping[str, str]) -> bool:
    value = values.get(expression.key.value)
    match expression.operator:
        case Operator.IN:
            return value in expression.values
        case Operator.NOT_IN:
            return value not in expression.values
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None
        case Operator.CONTAINS:
            return value is not None and any(part in value for part in expression.values)
        case Operator.STARTS_WITH:
            return value is not None and value.startswith(expression.values)
        case Operator.ENDS_WITH:
            return value is not None and value.endswith(expression.values)


_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


def selector(node: documents.Node | None) -> LabelSelector | None:
    """A LabelSelector, if the node is a mapping."""
    if not isinstance(node, documents.Mapping):
        return None
    expressions = []
    for item in node.mappings("matchExpressions"):
        key, operator = item.scalar("key"), item.scalar("operator")
        if key is None or operator is None or operator.value not in _OPERATORS:
            continue
        values = tuple(v.value for v in item.scalars("values"))
        expressions.append(Expression(key, Operator(operator.value), values, item.anchor))
    return LabelSelector(labels(node.get("matchLabels")), tuple(expressions), node.anchor)


def map_selector(node: documents.Node | None) -> LabelSelector | None:
    """A plain map of labels, as ReplicationController and DeploymentConfig have, as a LabelSelector."""
    found = labels(node)
    return LabelSelector(found, (), found.anchor) if found else None


def integer(scalar: Scalar | None) -> int | None:
    """A number as `kubectl` reads it: unquoted; `0777` and `0o17` are octal, `1_000` is 1000, `080` is 80."""
    return literal(scalar.value) if scalar is not None and scalar.plain else None


def truth(scalar: Scalar | None) -> bool:
    """Whether a scalar is true as `kubectl` reads it."""
    return scalar is not None and scalar.plain and scalar.value.lower() in ("true", "yes", "on", "y")


def meta(document: Document, folder: str, namespace: str = "") -> Meta | None:
    """The identity of an object, if it has a kind and a name (or generates one)."""
    root = document.root
    if not isinstance(root, documents.Mapping):
        return None
    return meta_of(root, folder, namespace)


def meta_of(
    root: documents.Mapping, folder: str, namespace: str = "", listed: documents.Mapping | None = None
) -> Meta | None:
    """As `meta`, for an object inside a list; the items of a typed list, `listed`, need no kind of their own."""
    kind, head = root.scalar("kind"), root.mapping("metadata")
    if kind is None and listed is not None:
        kind = listed.scalar("kind")
        kind = kind._replace(value=kind.value.removesuffix("List")) if kind is not None else None
    if kind is None or head is None:
        return None
    name = head.scalar("name") or head.scalar("generateName")
    if name is None:
        return None
    version = root.scalar("apiVersion") or (listed.scalar("apiVersion") if listed is not None else None)
    group, slash, _ = (version.value if version else "").partition("/")
    own = head.scalar("namespace")
    return Meta(
        group=group if slash else "",
        kind=kind.value,
        name=name,
        namespace=own.value if own else namespace,
        labels=labels(head.get("labels")),
        annotations=labels(head.get("annotations")),
        anchor=name.anchor,
        folder=folder,
        # Names of objects are in lower case.
        patched="<" in name.value or name.value.isupper() or has_unfilled_port(kind.value, root),
    )
