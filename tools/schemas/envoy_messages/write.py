"""Write the fields of Envoy's messages: `python tools/schemas/envoy_messages/write.py` (needs `xds-protos` of the version named here).

A field is the name of its type: `bool`, `uint32`, …, a message, or an enumeration; `[]` and `{}` stand before what a list
and a map hold. Kept is what an EnvoyFilter of Istio can put in: the messages of the roots, and all that stand as extensions.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

TARGET = (
    Path(__file__).resolve().parents[3] / "linter" / "upstreamlint" / "refusal" / "schemas" / "envoy.json"
)
PACKAGE = "xds-protos"
_SCALARS = {
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_FLOAT: "float32",
    FieldDescriptor.TYPE_DOUBLE: "float64",
    **dict.fromkeys(
        (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SFIXED32), "int32"
    ),
    **dict.fromkeys(
        (FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_SINT64, FieldDescriptor.TYPE_SFIXED64), "int64"
    ),
    **dict.fromkeys((FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_FIXED32), "uint32"),
    **dict.fromkeys((FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64), "uint64"),
}
_WELL_KNOWN = "google.protobuf."
_WANTED = (
    "envoy.config.",
    "envoy.extensions.",
    "envoy.type.",
    "envoy.data.",
    "udpa.",
    "xds.",
    "envoy.service.",
)


def _files() -> list[Any]:
    """Every file that the package describes."""
    names = [
        entry.name
        for root in ("envoy", "udpa", "xds")
        for entry in pkgutil.walk_packages(importlib.import_module(root).__path__, f"{root}.")
        if entry.name.endswith("_pb2")
    ]
    return [importlib.import_module(name).DESCRIPTOR for name in names]


class _Table:
    def __init__(self) -> None:
        self.messages: dict[str, dict[str, str]] = {}
        self.enums: dict[str, list[str]] = {}

    def add(self, message: Descriptor) -> None:
        """A message with those that it holds."""
        if message.full_name in self.messages or message.full_name.startswith(_WELL_KNOWN):
            return
        fields = self.messages[message.full_name] = {}
        for field in message.fields:
            fields[field.name] = self._type(field)

    def _type(self, field: FieldDescriptor) -> str:
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            return "{}" + self._single(inner.fields_by_name["value"])
        return ("[]" if field.is_repeated else "") + self._single(field)

    def _single(self, field: FieldDescriptor) -> str:
        if field.message_type is not None:
            self.add(field.message_type)
            return str(field.message_type.full_name)
        if field.enum_type is not None:
            self.enums[field.enum_type.full_name] = [value.name for value in field.enum_type.values]
            return str(field.enum_type.full_name)
        return _SCALARS[field.type]


def main() -> None:
    """Write the table, a message a line."""
    table = _Table()
    for file in _files():
        if file.package.startswith(_WANTED) and ".v2" not in file.package:
            for message in file.message_types_by_name.values():
                table.add(message)
    lines = [f'"source": {json.dumps(f"{PACKAGE} {version(PACKAGE)}")}']
    for key, part in (("messages", table.messages), ("enums", table.enums)):
        entries = ",\n".join(
            f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in sorted(part.items())
        )
        lines.append(f"{json.dumps(key)}: {{\n{entries}\n}}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    TARGET.write_text(text, "utf-8")
    print(f"{TARGET.name}: {len(table.messages)} messages, {len(text)} bytes")


if __name__ == "__main__":
    main()
