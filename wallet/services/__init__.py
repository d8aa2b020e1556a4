"""What a wallet does for its owner; usable without a page around it."""
