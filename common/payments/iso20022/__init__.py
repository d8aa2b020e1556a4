"""ISO 20022 between a payer and its bank: pain.001 out, pain.002 back, each against its schema."""
