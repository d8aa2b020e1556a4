"""G2P Connect as this house speaks it: to those who pay for it, and to those for whom it pays."""
