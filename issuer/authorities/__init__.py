"""Authorities: their keys and certificates, what they sign as, and the officers who work for them."""
