"""G2P Connect as the organisation that pays for its partners."""
