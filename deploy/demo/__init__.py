"""The whole story, as a citizen would live it, over real HTTP."""
