"""Merchants and operators who ask for an account by their code, and the officers who confirm them."""
