"""Values and nodes behave as frozen dataclasses do."""

from __future__ import annotations

import dataclasses
import json
import pickle
from dataclasses import FrozenInstanceError
from functools import cached_property

import pytest

from upstreamlint.values import NamedTuple, StrEnum, entity, field, frozen, mutable, replace


@frozen
class Point:
    """A place."""

    x: int
    y: int = 0
    tags: tuple[str, ...] = field(default_factory=tuple)

    @cached_property
    def sum(self) -> int:
        return self.x + self.y


@entity(kw_only=True)
class Base:
    name: str
    size: int = 1


@entity(kw_only=True)
class Child(Base):
    extra: str


class Pair(NamedTuple):
    """Two texts."""

    first: str
    second: str = "b"

    @property
    def both(self) -> str:
        return self.first + self.second


@mutable
class Gathered:
    names: list[str] = field(default_factory=list)


class Origin(Point):
    def __init__(self) -> None:
        super().__init__(0)


def test_fields_are_given_by_place_or_name():
    assert Point(1, 2).sum == 3
    assert Point(y=2, x=1) == Point(1, 2)
    assert Point(1).tags == ()


def test_equality_is_by_content_for_values_and_by_identity_for_nodes():
    assert Point(1) == Point(1)
    assert hash(Point(1)) == hash(Point(1))
    assert Point(1) != Point(2)
    assert Base(name="a") != Base(name="a")


def test_nothing_can_be_assigned():
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2
    with pytest.raises(FrozenInstanceError):
        del Point(1).x
    with pytest.raises(FrozenInstanceError):
        Point(1).other = 2


def test_a_copy_with_changes():
    for copy in (replace, dataclasses.replace):
        assert copy(Point(1, 2), y=5) == Point(1, 5)
        assert copy(Child(name="a", extra="b"), size=2).size == 2


def test_fields_are_inherited():
    child = Child(name="a", extra="b")
    assert (child.name, child.size, child.extra) == ("a", 1, "b")
    assert isinstance(child, Base)


@pytest.mark.parametrize(
    "call",
    [Point, lambda: Point(1, 2, (), 4), lambda: Base("a", size=2), lambda: Child(name="a")],
    ids=["a field is missing", "too many", "only by name", "a field of the child is missing"],
)
def test_a_wrong_call_is_a_type_error(call):
    with pytest.raises(TypeError):
        call()


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match=r"Point.__init__\(\) .*'z'"):
        Point(1, z=3)


def test_it_shows_its_fields():
    assert repr(Point(1, 2)) == "Point(x=1, y=2, tags=())"


def test_what_is_gathered_is_each_instances_own():
    one = Gathered()
    one.names.append("a")
    assert (one.names, Gathered().names) == (["a"], [])
    one.names = []
    assert one.names == []


def test_a_tuple_with_names_is_a_tuple():
    pair = Pair("a")
    first, second = pair
    assert (pair, pair.both, first, second, pair.second) == (("a", "b"), "ab", "a", "b", "b")
    assert pair._replace(first="c") == Pair(second="b", first="c") == ("c", "b")
    assert pair._asdict() == {"first": "a", "second": "b"}
    assert Pair._make(["x", "y"]) == ("x", "y")
    assert pickle.loads(pickle.dumps(pair)) == pair
    assert repr(pair) == "Pair(first='a', second='b')"
    assert Pair.__doc__ == "Two texts."
    match pair:
        case Pair("a", other):
            assert other == "b"


@pytest.mark.parametrize("call", [Pair, lambda: Pair("a", "b", "c"), lambda: Pair("a", third="c")])
def test_a_tuple_is_made_of_its_fields(call):
    with pytest.raises(TypeError, match=r"Pair.__new__\(\)"):
        call()
    with pytest.raises(AttributeError):
        Pair("a").first = "b"


def test_a_derived_type_may_take_other_fields():
    assert (Origin().x, Origin().y, Point(1).x) == (0, 0, 1)


class Colour(StrEnum):
    RED = "red"
    """Stop."""
    GREEN = "green"

    @property
    def short(self):
        return self.value[0]


def test_a_choice_is_one_of_its_texts():
    assert [*Colour] == ["red", "green"]
    assert len(Colour) == 2
    assert Colour("red") is Colour.RED
    assert (Colour.RED.name, Colour.RED.value, Colour.RED.short) == ("RED", "red", "r")
    assert f"{Colour.RED} {Colour.GREEN!s}" == "red green"
    assert json.dumps({Colour.RED: Colour.GREEN}) == '{"red": "green"}'
    assert {"red": 1}[Colour.RED] == 1
    assert ("red" in Colour, "blue" in Colour, isinstance(Colour.RED, Colour)) == (True, False, True)
    with pytest.raises(ValueError, match="'blue' is not a valid Colour"):
        Colour("blue")
