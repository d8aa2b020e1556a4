"""What staff, operators and holders may see of payments."""
