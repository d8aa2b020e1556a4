"""The authorization server: clients, sign-in, codes and tokens, bound to keys by DPoP."""
