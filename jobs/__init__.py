"""What happens by the clock, the processes that run it, and the command line."""
