"""Taking a credential offer: authorization, key proofs, credential requests (OpenID4VCI 1.0)."""
