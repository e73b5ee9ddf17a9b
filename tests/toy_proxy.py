"""A toy proxy: each line of its file is a path, a blank and the address that it leads to."""

import re

from upstreamlint.containers.container import Container
from upstreamlint.facets.dial import Dial, caller
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.numerals import port
from upstreamlint.programs.program import Program
from upstreamlint.programs.reading import Found
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import entity

LINE = re.compile(r"^(?P<path>\S+) (?P<host>[\w.-]+):(?P<port>\d+)$", re.MULTILINE)


@entity
class Toy:
    id: str
    anchor: Anchor
    place: Container
    text: Fragment


def load(run):
    files = ((c, c.files.read(path)) for c in PROGRAM.places(run) for path in PROGRAM.told(c))
    found = [Toy(f"toy/{c.id}", text.place(0, 0), c, text) for c, text in files if text]
    return Found(resources=tuple(found), sources=tuple(toy.anchor.source for toy in found))


def link(index):
    for toy in index.of(Toy):
        for line in LINE.finditer(toy.text.text):
            host, number = (toy.text.place(*line.span(name)) for name in ("host", "port"))
            route = Route("line", toy, "*", line["path"], host, line["path"])
            yield route
            yield Edge(toy.place.node, route, host, f"Toy takes {line['path']}", None)
            by = caller(toy.place, PROGRAM.name, alone=PROGRAM.alone_in(toy.place))
            yield Dial(caller=by, owner=route, route=route, host=line["host"], host_anchor=host,
                       port=port(line["port"]), port_anchor=number)  # fmt: skip


PROGRAM = Program(
    name="Toy",
    load=load,
    link=link,
    images="toy",
    alone=("acme/toy",),
    arguments=("--routes",),
    variables=("TOY_ROUTES",),
)
