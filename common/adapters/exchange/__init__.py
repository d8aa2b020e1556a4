"""Partners and their signed messages, in and out: what SPDCI and G2P Connect share."""
