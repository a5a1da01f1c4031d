"""Postgres, gRPC and NATS behind the ports."""
