"""A schema of every shape, data that is seldom as it should be, and queries of all sorts."""

import datetime
import enum
import random
from collections.abc import Callable, Generator
from typing import Annotated, Any, NewType

import strawberry
from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

Fussy = NewType("Fussy", str)


def _fussy(value: Any) -> Any:
    """Serializes what it likes, and nothing at all of an empty text."""
    if value == "bad":
        raise ValueError("bad is not fussy")
    return value.upper() or None


SCALARS: dict[object, ScalarDefinition] = {Fussy: strawberry.scalar(name="Fussy", serialize=_fussy)}


@strawberry.enum
class Colour(enum.Enum):
    RED = strawberry.enum_value("red", name="ROUGE")
    BLUE = 2


@strawberry.enum
class Size(enum.StrEnum):
    SMALL = "s"
    LARGE = "l"


@strawberry.interface
class Named:
    name: str
    nick: str | None


@strawberry.type
class Cat(Named):
    lives: int


@strawberry.type
class Dog(Named):
    tricks: list[str]
    friend: Annotated["Thing", strawberry.lazy("tests.api.shapes")] | None


@strawberry.type
class Picky:
    """Told from others by what the request says."""

    word: str

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return info.context["picky"] or isinstance(value, Row)


Pet = Annotated[Cat | Dog, strawberry.union("Pet")]


@strawberry.type
class Thing:
    text: str | None
    word: str
    number: int | None
    count: int
    ratio: float | None
    flag: bool | None
    ident: strawberry.ID
    colour: Colour | None
    size: Size
    moment: datetime.datetime | None
    fussy: Fussy | None
    tags: list[str]
    grid: list[list[int | None] | None] | None
    colours: list[Colour] | None
    child: Annotated["Thing", strawberry.lazy("tests.api.shapes")] | None
    must: Annotated["Thing", strawberry.lazy("tests.api.shapes")]
    children: list[Annotated["Thing", strawberry.lazy("tests.api.shapes")] | None] | None
    strict: list[Annotated["Thing", strawberry.lazy("tests.api.shapes")]]
    named: Named | None
    pets: list[Pet]
    cat: Cat | None
    picky: Picky | None

    @strawberry.field(graphql_type=str | None)  # type: ignore[untyped-decorator]
    @staticmethod
    def shout(root: strawberry.Parent[Any], times: int = 1) -> Any:
        return root.word * times

    @strawberry.field(graphql_type=str)  # type: ignore[untyped-decorator]
    @staticmethod
    async def later(root: strawberry.Parent[Any]) -> Any:
        return root.word

    @strawberry.field(graphql_type=list[Annotated["Thing", strawberry.lazy("tests.api.shapes")]])  # type: ignore[untyped-decorator]
    @staticmethod
    async def more(root: strawberry.Parent[Any]) -> Any:
        return root.strict


@strawberry.type
class Query:
    thing: Thing | None
    things: list[Thing | None]

    @strawberry.field(graphql_type=list[Thing])  # type: ignore[untyped-decorator]
    @staticmethod
    async def found(root: strawberry.Parent[Any]) -> Any:
        return root.things


@strawberry.type
class Mutation:
    @strawberry.mutation(graphql_type=Thing | None)  # type: ignore[untyped-decorator]
    @staticmethod
    async def rename(root: strawberry.Parent[Any], word: str) -> Any:
        root.thing.word = word
        return root.thing


class Schema(strawberry.Schema):
    """One that logs nothing."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        pass


def schema_with(executor: type[Any] | None, **more: Any) -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=executor,
        **more,
    )


class Row:
    """An object of any type; an attribute that is a `Raising` raises."""

    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)

    def __getattribute__(self, name: str) -> Any:
        value: Any = super().__getattribute__(name)
        if isinstance(value, Raising):
            raise value.error
        return value

    def __repr__(self) -> str:
        return "a row"


class CatRow(Row):
    """One that Strawberry takes for a cat, as it is cast."""

    __as_strawberry_type__ = Cat


class DogRow(Row):
    __as_strawberry_type__ = Dog


class Raising:
    """What an attribute is that raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __repr__(self) -> str:
        return "something that raises"


class Awaited:
    """Something to await that may be left alone."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[None, None, Any]:
        yield from ()
        if isinstance(self.value, Raising):
            raise self.value.error
        return self.value

    def __repr__(self) -> str:
        return "something to await"


class Text(str):
    """No plain text, though a text."""

    __slots__ = ()


Maker = Callable[[], Any]
MOMENT = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)
GOOD: dict[str, list[Maker]] = {
    "String": [lambda: "a", lambda: "", lambda: Text("b"), lambda: 7, lambda: True],
    "Int": [lambda: 1, lambda: -5, lambda: 2**31 - 1, lambda: True, lambda: "12", lambda: 3.0],
    "Float": [lambda: 1.5, lambda: 2, lambda: "2.5", lambda: 10**400],
    "Boolean": [lambda: True, lambda: False, lambda: 1, lambda: 0.0],
    "ID": [lambda: "x", lambda: 4, lambda: Text("y")],
    "Colour": [lambda: Colour.RED, lambda: Colour.BLUE, lambda: "red", lambda: 2],
    "Size": [lambda: Size.SMALL, lambda: Size.LARGE, lambda: "l"],
    "DateTime": [lambda: MOMENT],
    "Fussy": [lambda: "fine"],
}
BAD: list[Maker] = [
    lambda: None,
    lambda: Raising(RuntimeError("no attribute today")),
    lambda: ValueError("an error as a value"),
    lambda: object,
    lambda: 2**31,
    lambda: float("nan"),
    lambda: "bad",
    lambda: "",
    list,
    lambda: {"a": 1},
    lambda: Awaited("late"),
    lambda: Awaited(Raising(RuntimeError("late and bad"))),
    lambda: Awaited(None),
]
DEEPEST = 3


class Data:
    """Draws data; how often it is bad is drawn as well."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._bad = self._chance.choice([0.0, 0.0, 0.005, 0.05])

    def root(self) -> Row:
        return self._row("Query", 0)

    def _row(self, name: str, depth: int) -> Row:
        type_ = SCHEMA.type_map[name]
        assert isinstance(type_, GraphQLObjectType)
        fields = {
            (field.extensions["strawberry-definition"].python_name): self._value(field.type, depth)
            for field in type_.fields.values()
        }
        return {"Cat": CatRow, "Dog": DogRow}.get(name, Row)(**fields)

    def _value(self, type_: Any, depth: int) -> Any:
        if self._chance.random() < self._bad:
            bad: Maker = self._chance.choice(BAD)
            return bad()
        text = str(type_)
        if text.endswith("!"):
            return self._present(type_.of_type, depth)
        absent = depth >= DEEPEST or self._chance.random() < 0.2
        return None if absent else self._present(type_, depth)

    def _present(self, type_: Any, depth: int) -> Any:
        if str(type_).startswith("["):
            count = 0 if depth >= DEEPEST else self._chance.randrange(4)
            items = [self._value(type_.of_type, depth + 1) for _ in range(count)]
            kinds: list[Callable[[Any], Any]] = [list, list, list, tuple, iter]
            return self._chance.choice(kinds)(items)
        if is_abstract_type(type_):
            return self._row(self._chance.choice(["Cat", "Dog"]), depth + 1)
        if isinstance(type_, GraphQLObjectType):
            # Where there must be one, an end has to be found all the same.
            return self._row(type_.name, depth + 1) if depth <= DEEPEST else None
        return self._chance.choice(GOOD[str(type_)])()


class Asking:
    """Draws a valid query with the variables $yes and $no."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._fragments: list[str] = []

    def document(self) -> str:
        body = self._set(SCHEMA.type_map["Query"], 0)
        head = "query ($yes: Boolean! = true, $no: Boolean!) "
        # Both variables must be used.
        used = " a: __typename @skip(if: $yes) b: __typename @include(if: $no) "
        return head + "{" + used + body[1:] + " ".join(self._fragments)

    def _set(self, type_: Any, depth: int) -> str:
        count = self._chance.randint(1, 6 if depth < 2 else 3)
        return "{ " + " ".join(self._selection(type_, depth) for _ in range(count)) + " }"

    def _selection(self, type_: Any, depth: int) -> str:
        directive = self._chance.choice(["", "", "", *DIRECTIVES])
        kind = self._chance.randrange(8)
        if kind == 0 and depth <= DEEPEST:
            on = self._condition(type_)
            return f"... {on and f'on {on}'} {directive} {self._set(SCHEMA.type_map[on or type_.name], depth + 1)}"
        if kind == 1 and depth <= DEEPEST:
            on = self._condition(type_) or type_.name
            body = self._set(SCHEMA.type_map[on], depth + 1)
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {on} {body}")
            return f"...{name} {directive} ...{name}"
        return self._field(type_, depth, directive)

    def _condition(self, type_: Any) -> str:
        if is_abstract_type(type_):
            names = [each.name for each in possible(type_)] + [type_.name]
        else:
            names = ["", str(type_)]
        return self._chance.choice(names)

    def _field(self, type_: Any, depth: int, directive: str) -> str:
        fields = dict(getattr(type_, "fields", {}))
        if depth > DEEPEST:
            fields = {
                n: f for n, f in fields.items() if not is_composite_type(get_named_type(f.type))
            }
        name = self._chance.choice([*fields, "__typename"])
        alias = self._chance.choice(["", "", f"also_{name}: "])
        if name == "__typename":
            return f"{alias}__typename {directive}"
        below = get_named_type(fields[name].type)
        body = self._set(below, depth + 1) if is_composite_type(below) else ""
        argument = "(times: 2)" if name == "shout" else ""
        return f"{alias}{name}{argument} {directive} {body}"


DIRECTIVES = (
    "@skip(if: $yes)",
    "@skip(if: $no)",
    "@include(if: $yes)",
    "@include(if: $no)",
    "@skip(if: false)",
    "@include(if: false)",
)
SCHEMA: GraphQLSchema = schema_with(None)._schema


def possible(type_: GraphQLAbstractType) -> list[GraphQLObjectType]:
    return list(SCHEMA.get_possible_types(type_))
