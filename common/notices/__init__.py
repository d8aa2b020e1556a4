"""Telling people and organisations what happened: written with the event, delivered after it, once."""
