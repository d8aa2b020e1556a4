"""Messages of G2P Connect 1.0.0: disbursements, and the mapper from people to financial addresses."""
