"""Programmes that pay: their terms and the sample ones."""
