"""What people can do: send a song, follow a job, ask for it, cancel it."""
