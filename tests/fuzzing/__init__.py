"""Parsers of foreign bytes under a fuzzer that follows coverage (`make fuzz`)."""
