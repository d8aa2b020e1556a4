"""A presentation by OpenID4VP: request, response, verification, what it unlocks."""
