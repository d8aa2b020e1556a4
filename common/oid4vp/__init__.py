"""OpenID4VP 1.0 as a pure library: both ends of each message, one definition.

A wallet calls, in this order:

- `request.parse_authorization_request(link_or_parameters) -> RequestReference`
- `request_object.fetch_request_object(reference, *, send, wallet_nonce) -> RequestReference`
- `request_object.verify_request(reference, *, trust, now, wallet_nonce) -> VerifiedRequest`; its `.request`
  is an `AuthorizationRequest` (response_uri, response_mode, nonce, state, query, metadata, transaction_data,
  name, purpose), its `.client_id` the audience, its `.identity` what was proven of the sender
- `matching.candidates(query, held) -> Candidates`: `.matches`, `.options()`, `.default()`, `.missing()`; a
  `Match` has `.disclose`, the claim paths to pass to the format's `present`
- `transaction_data.for_credential(entries, query_id) -> tuple[str, ...]` for the `Binding`;
  an entry that several credential queries may authorise goes to one of them
- `response.create_response(request, presentations)` or `create_error_response(request, error)`, then
  `response.send_response(outgoing, *, send) -> redirect_uri`

A verifier calls `request.create_request_parameters`, `create_request_object`, `create_link` (or, unsigned,
`create_link_by_value`), then `response.parse_response_form`, `open_response` and `matching.check_satisfied`.
`send` is `common.adapters.network.http.request`.
"""
