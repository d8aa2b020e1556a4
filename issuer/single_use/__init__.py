"""What counts once: nonces, values that were used, and the states of an issuance session."""
