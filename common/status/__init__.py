"""Status lists: whether a credential still stands, told by its issuer to everybody alike."""
