#!/bin/bash
# On an empty volume: the tables' owner, the runtime role that owns nothing, and the database.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$EXCHANGE_OWNER_PASSWORD" --set app_password="$EXCHANGE_APP_PASSWORD" <<'SQL'
CREATE ROLE exchange_owner LOGIN NOSUPERUSER NOCREATEROLE CREATEDB PASSWORD :'owner_password';
CREATE ROLE exchange_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
-- So that the owner can end the runtime role's connections when it drops a rehearsal's database.
GRANT exchange_app TO exchange_owner;
CREATE DATABASE exchange OWNER exchange_owner;
SQL
