"""A PostgreSQL and a Valkey of the checkout's own, for work on one machine without anything installed.

Used only while DATABASE_URL or REDIS_URL is unset. Data lies under `.local/`, which git ignores, and
survives. Both servers listen on 127.0.0.1 alone, on a port chosen once and remembered, behind generated
passwords.

Every process that asks for them leaves a note in `.local/users/`; the last one to end normally stops them,
unless `manage.py servers start` asked for them to stay. A process that was killed leaves a note that no
longer counts.
"""

from config.env import environment
from config.servers.local import DatabaseAddresses, LocalServers, local_servers
from config.servers.processes import ServerFailed

__all__ = [
    "DatabaseAddresses",
    "LocalServers",
    "ServerFailed",
    "ensure_postgres",
    "ensure_valkey",
    "local_servers",
]


def ensure_postgres() -> DatabaseAddresses:
    """The addresses of a running PostgreSQL: those of the environment, or of the checkout's own server.

    Starts the server where needed, and stops it when the last process that uses it ends. Raises ServerFailed.
    """
    env = environment()
    if env.database_url:
        return DatabaseAddresses(runtime=env.database_url, owner=env.owner_url)
    return local_servers().postgres()


def ensure_valkey() -> str:
    """The address of a running Redis or Valkey: that of the environment, or of the checkout's own server."""
    return environment().redis_url or local_servers().valkey()
