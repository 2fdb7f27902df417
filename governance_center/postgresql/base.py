"""Django's PostgreSQL, with room for the prepared statements of every page, and moments read by the driver itself."""

from datetime import UTC

import psycopg
from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.pq import Format

PREPARED = 500
"""Statements that a connection keeps. One visit of the hall alone has some 140 different ones, and planning a statement
of ten tables takes longer than running it; psycopg keeps 100 and would forget each before it comes again."""


Moments: type = psycopg.adapters.get_loader(psycopg.adapters.types["timestamptz"].oid, Format.TEXT)


class UtcMoments:
    """Connections speak UTC, so the driver's loader gives what Django's own does, in a tenth of the time.

    It is of a class that cannot be inherited from, and Django asks the loader for its timezone.
    """

    format, timezone = Format.TEXT, UTC

    def __new__(cls, oid, context=None):
        return Moments(oid, context)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self):
        params = super().get_connection_params()
        params["context"] = AdaptersMap(params["context"])
        params["context"].register_loader("timestamptz", UtcMoments)
        return params

    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = PREPARED
        return connection
