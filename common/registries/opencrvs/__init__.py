"""OpenCRVS's words: events as records, and searches for them."""
