"""What issuer, wallet and verifier all need: the standards, as pure Python."""
