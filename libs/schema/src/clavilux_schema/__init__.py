"""The one database: numbered migrations and the version check."""
