"""A person's account: sign-up and sign-in, the vault that seals rows, and questions that wait."""
