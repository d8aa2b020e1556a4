"""Leaves that turn values into bytes and back."""
