"""Director's knowledge as tables: change a plan's taste here and nowhere else."""
