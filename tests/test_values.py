"""Values and nodes behave as frozen dataclasses do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, field, replace

import pytest

from upstreamlint.values import entity, frozen


@frozen
class Point:
    """A place."""

    x: int
    y: int = 0
    tags: tuple[str, ...] = field(default_factory=tuple)

    @property
    def sum(self) -> int:
        return self.x + self.y


@entity(kw_only=True)
class Base:
    name: str
    size: int = 1


@entity(kw_only=True)
class Child(Base):
    extra: str


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
    changed = replace(Point(1, 2), y=5)
    assert (changed.x, changed.y) == (1, 5)


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
    with pytest.raises(TypeError, match="no field 'z'"):
        Point(1, z=3)


def test_it_shows_its_fields():
    assert repr(Point(1, 2)) == "Point(x=1, y=2, tags=())"
