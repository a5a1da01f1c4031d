"""Postgres and NATS from wheels, on loopback, for one machine and for tests."""

from clavilux_embedded.nats import EmbeddedNats, open_nats
from clavilux_embedded.postgres import EmbeddedPostgres, open_postgres
from clavilux_embedded.process import StartFailed, start, stop

__all__ = ["EmbeddedNats", "EmbeddedPostgres", "StartFailed", "open_nats", "open_postgres", "start", "stop"]
