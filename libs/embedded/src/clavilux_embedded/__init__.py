"""Postgres and NATS from wheels, on loopback, for one machine and for tests."""
