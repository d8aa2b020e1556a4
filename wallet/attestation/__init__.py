"""What the wallet's provider attests of the wallet and its keys (OpenID4VCI 1.0 Appendices D, E)."""
