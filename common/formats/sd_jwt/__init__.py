"""SD-JWT (RFC 9901), compact serialisation: the core beneath SD-JWT VC.

One leaf a subject: `disclosure` (§4.2), `issuing` (§4.2.4), `processing` (§7.1), `selecting` (§7.2),
`key_binding` (§4.3, §7.3), `transaction_data` (OpenID4VP 1.0 B.3), `compact` (§4).
"""
