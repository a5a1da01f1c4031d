"""The public REST and SSE face."""
