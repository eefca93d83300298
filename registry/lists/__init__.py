"""Red and black lists and boards: proposals by due process, and entries."""
