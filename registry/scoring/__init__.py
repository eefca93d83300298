"""Credit scores: explained sums of effective facts, and the grade they give."""
