"""What the JSON endpoints share: parsers, errors, and who may ask."""
