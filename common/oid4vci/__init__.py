"""Messages of OpenID for Verifiable Credential Issuance 1.0, one definition for both ends.

`create_` builds what leaves, `parse_` checks the shape of what arrives, `verify_` its meaning.
"""
