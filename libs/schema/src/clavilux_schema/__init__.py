"""The one database: numbered migrations and the version check."""

from clavilux_schema.migration import EXPECTED_VERSION, SchemaOutdated, check_version, migrate

__all__ = ["EXPECTED_VERSION", "SchemaOutdated", "check_version", "migrate"]
