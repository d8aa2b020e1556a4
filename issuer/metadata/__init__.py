"""What an authority publishes about itself as credential issuer and authorization server."""
