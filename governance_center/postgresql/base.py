"""Django's PostgreSQL, with room for the prepared statements of every page."""

from django.db.backends.postgresql import base

PREPARED = 500
"""Statements that a connection keeps. One visit of the hall alone has some 140 different ones, and planning a statement
of ten tables takes longer than running it; psycopg keeps 100 and would forget each before it comes again."""


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = PREPARED
        return connection
