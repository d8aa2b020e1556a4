"""What verification reads from outside: DIDs, keys, status lists, types, schemas; fetched once and kept."""
