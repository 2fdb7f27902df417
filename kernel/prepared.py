"""Reads whose SQL is written once a process."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.http import Http404

from kernel.scoping import Scope

READERS = 300  # whose statements a process keeps; more than sit at work in a district at one time


@dataclass
class Prepared:
    """A queryset for what every request reads, kept as the statement it makes.

    Django writes the SQL of a queryset anew each time, and for a handful of joins that takes longer than the database
    needs to answer (DECISIONS.md). `build` is called once, with `examples`; wherever an example stands among the
    parameters, the value of that name is sent instead. So no two examples may be equal, nor equal to a constant of
    the queryset, and the text of the statement must not depend on them.
    """

    build: Callable[..., QuerySet]
    examples: dict[str, Any]

    @cached_property
    def written(self) -> tuple[Any, str, list[str | None], tuple]:
        compiler = self.build(**self.examples).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        return compiler, sql, [self.name_of(value) for value in params], params

    def name_of(self, value) -> str | None:
        return next((name for name, example in self.examples.items() if example == value), None)

    def rows(self, **values) -> list[Any]:
        """The rows as instances, with whatever the queryset selects together with them."""
        compiler, sql, names, constants = self.written
        params = tuple(
            values[name] if name else constant for name, constant in zip(names, constants, strict=True)
        )
        ready = copy(compiler)
        ready.connection = connection
        ready.as_sql = lambda *args, **kwargs: (sql, params)
        query = SimpleNamespace(get_compiler=lambda using: ready)
        rows: Any = SimpleNamespace(query=query, db=connection.alias, _known_related_objects={})
        return list(ModelIterable(rows))


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with this sight, as far as `visible_to` asks."""

    scope: Scope
    is_authenticated: bool = True


@dataclass
class PreparedFor:
    """A `Prepared` for each sight: `build` is called with a `Reader` first, for whom it must call `visible_to`.

    A sight that changed is another one, so no statement outlives the rights it was written for.
    """

    build: Callable[..., QuerySet]
    examples: dict[str, Any]

    @cached_property
    def in_sight(self) -> Callable[[Scope], Prepared]:
        return lru_cache(READERS)(lambda scope: Prepared(partial(self.build, Reader(scope)), self.examples))

    def rows(self, user, **values) -> list[Any]:
        try:
            return self.in_sight(user.scope).rows(**values) if user.is_authenticated else []
        except EmptyResultSet:  # nothing can lie in this sight
            return []

    def one_or_404(self, user, **values) -> Any:
        for row in self.rows(user, **values):
            return row
        raise Http404
