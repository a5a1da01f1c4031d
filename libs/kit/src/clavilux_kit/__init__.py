"""What every Clavilux process shares: errors, gRPC, objects, events, retries, telemetry."""
