"""Reads whose SQL is written once a process."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable


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
        names = {example: name for name, example in self.examples.items()}
        return compiler, sql, [names.get(value) for value in params], params

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
