"""What every Clavilux process shares. No domain, no vendor."""
