"""Messages of SPDCI 1.0.0, as values: what travels inside the envelope of common/exchange.

Both ends use one definition: our registries answer with it, and the connector asks others with it.
"""
