"""Violations (违法行为) and the penalty decisions (行政处罚决定) that found them."""
