"""Instructions on their way out, and what gateways say of them."""
