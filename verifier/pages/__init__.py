"""Pages for people, and endpoints for wallets: parse, one service, render."""
