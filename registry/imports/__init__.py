"""Files of offices and real cases, read into the same commands as everybody else."""
