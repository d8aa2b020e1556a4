"""The one door to the network, and what this site answers itself without going through it."""
