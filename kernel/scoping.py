"""Whose eyes reach which rows."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a person's sight reaches: areas with all below them, single units, and restricted matters.

    Nobody sees everything: county-wide sight is the county's own path, and it opens no restriction.
    """

    user_id: int | None = None
    area_paths: tuple[str, ...] = ()
    unit_ids: frozenset[int] = frozenset()
    restrictions: frozenset[str] = frozenset()

    def area_condition(self, column: str) -> Q:
        """Rows whose `column` (an area path) lies in one of the areas. Never true when there are none."""
        condition = Q(pk__in=())
        for path in self.area_paths:
            condition |= Q(**{f"{column}__startswith": path})
        return condition


class ScopedQuerySet(models.QuerySet):
    """Rows that only some people may see. In views, every read starts with `visible_to(request.user)`."""

    scoped_through: str = ""

    def visible_to(self, user):
        return self.filter(self.in_scope(user.scope)) if user.is_authenticated else self.none()

    def in_scope(self, scope: Scope) -> Q:
        """The condition for `scope`. By default, that of the row named by `scoped_through`."""
        parent = self._parent().objects.all()
        return Q(**{f"{self.scoped_through}__in": parent.filter(parent.in_scope(scope))})

    def _parent(self) -> Any:
        return self.model._meta.get_field(self.scoped_through).related_model


class Reference(models.QuerySet):
    """Rows that everybody who is logged in may see: categories, outlets, units, areas."""

    def visible_to(self, user):
        return self if user.is_authenticated else self.none()
