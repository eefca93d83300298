"""Clean copies of files: what a reporter sends keeps its original sealed, and its copy tells less."""
