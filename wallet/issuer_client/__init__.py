"""The wallet's requests to issuers and to their authorization servers (OpenID4VCI 1.0, OAuth 2.0)."""
