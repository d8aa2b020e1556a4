"""What the issuer does: each service loads rows, calls pure code, stores rows."""
