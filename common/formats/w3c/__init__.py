"""What the formats of the W3C data model share: documents, tokens, envelopes, status entries."""
