import os
import subprocess

import psycopg
import pytest

from governance_center.embedded.binaries import postgres_folder
from governance_center.embedded.place import PROJECT
from tests import servers

ROLES = ("governance_runtime", "governance_owner")


@pytest.fixture
def connect():
    """Connect as one of the two roles to a database that was set up as docker-compose does it."""
    with servers.maintenance() as server:
        server.execute("CREATE DATABASE production")
        try:
            set_up("production")
            yield lambda role: psycopg.connect(
                servers.here().database_url("production"), user=role, autocommit=True
            )
        finally:
            server.execute("DROP DATABASE production WITH (FORCE)")
            for role in ROLES:
                server.execute(f"DROP ROLE {role}")


def set_up(database):
    subprocess.run(
        [PROJECT / "docker" / "roles.sh"],
        env={
            "PATH": f"{postgres_folder()}:{os.environ['PATH']}",
            "PGHOST": str(servers.here().run),
            "POSTGRES_USER": "governance",  # the superuser of the tests' cluster
            "POSTGRES_DB": database,
            "OWNER_PASSWORD": "theirs",
            "RUNTIME_PASSWORD": "ours",
        },
        check=True,
        stdout=subprocess.DEVNULL,
    )


def test_the_role_at_work_changes_rows_and_no_rules(connect):
    with connect("governance_owner") as owner, connect("governance_runtime") as runtime:
        owner.execute("CREATE EXTENSION pg_trgm")  # as migrations may
        owner.execute("CREATE TABLE book (id int GENERATED ALWAYS AS IDENTITY, line text)")

        runtime.execute("INSERT INTO book (line) VALUES ('first')")
        runtime.execute("UPDATE book SET line = 'second'")

        for forbidden in (
            "TRUNCATE book",
            "DROP TABLE book",
            "ALTER TABLE book DISABLE TRIGGER ALL",
            "CREATE TABLE other (id int)",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                runtime.execute(forbidden)
