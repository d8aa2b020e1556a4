"""Protocol endpoints: parse, call one service, render."""
