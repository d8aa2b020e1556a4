"""Timings: ratios against the raw signature or a peer measured in the same run, never an assertion."""
