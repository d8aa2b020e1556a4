"""Signed messages between organisations: the envelope that SPDCI 1.0.0 and G2P Connect 1.0.0 share."""
