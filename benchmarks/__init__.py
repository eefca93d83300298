"""Measurements, each beside a floor or a peer in the same run; `README.md` says how to read them."""
