"""The job: queue, stages, money and time."""
