"""What the gateway knows without asking anybody: songs, jobs, events, byte ranges. Pure."""
