#!/bin/sh
# Runs once, when the database is made: who owns the tables, and who works with them.
set -eu

psql --set ON_ERROR_STOP=1 --set owner="$OWNER_PASSWORD" --set runtime="$RUNTIME_PASSWORD" \
     --username "${POSTGRES_USER:-postgres}" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE governance_owner LOGIN PASSWORD :'owner';
CREATE ROLE governance_runtime LOGIN PASSWORD :'runtime';
SELECT format('ALTER DATABASE %I OWNER TO governance_owner', current_database()) \gexec
ALTER SCHEMA public OWNER TO governance_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO governance_runtime;
-- No TRUNCATE, no TRIGGER, no REFERENCES: rows may be worked with, rules may not be changed.
ALTER DEFAULT PRIVILEGES FOR ROLE governance_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO governance_runtime;
ALTER DEFAULT PRIVILEGES FOR ROLE governance_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO governance_runtime;
SQL
