"""The issuer: authorities, the registries behind them, and the credentials that they issue."""
