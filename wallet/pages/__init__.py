"""Pages of the wallet: parse, call one service, render."""
