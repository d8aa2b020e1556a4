// An OpenID4VP wallet from @openid4vc/openid4vp, dcql, @sd-jwt and @digitalbazaar.
// { request_uri, credentials: [{ format, credential, key }], anchors?, tamper?, fetch_by?: 'get' }
//   → { client, response_mode, fetched_by, presented, status, answer }
import { randomBytes } from 'node:crypto'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { DcqlQuery } from 'dcql'
import { algorithmOf, callbacksFor } from './lib/callbacks.mjs'
import { fetchJson } from './lib/dids.mjs'
import { expandedTypes, presentCredentials } from './lib/linked_data.mjs'
import { command } from './lib/process.mjs'
import { allClaims, presentSdJwt } from './lib/sd_jwt.mjs'
import { hashesOf, TAMPERINGS, tamperWith } from './lib/tamper.mjs'

const WALLET = {
  vp_formats_supported: {
    'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256', 'EdDSA'], 'kb-jwt_alg_values': ['ES256', 'EdDSA'] },
    ldp_vc: { proof_type_values: ['DataIntegrityProof'], cryptosuite_values: ['eddsa-rdfc-2022', 'ecdsa-rdfc-2019'] },
  },
  client_id_prefixes_supported: ['redirect_uri', 'decentralized_identifier', 'x509_san_dns', 'x509_hash'],
  request_object_signing_alg_values_supported: ['ES256', 'EdDSA'],
}
const ENCRYPTION = { authorization_encryption_alg_values_supported: ['ECDH-ES'], authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'] }

/**
 * @openid4vc 0.4.6 spells the POST to `request_uri` as in an older draft (the metadata's members as form fields, no
 * nonce); OpenID4VP 1.0 §5.10 has `wallet_metadata` as one JSON parameter and `wallet_nonce`.
 */
function fetchAsFinal(walletNonce, seen) {
  return async (url, init = {}) => {
    const method = (init.method ?? 'GET').toUpperCase()
    const accepts = String(new Headers(init.headers).get('accept') ?? '')
    if (accepts.includes('oauth-authz-req+jwt')) {
      seen.fetched_by = method
      if (method === 'POST') return fetch(url, { ...init, method, body: new URLSearchParams({ wallet_metadata: JSON.stringify(WALLET), wallet_nonce: walletNonce }).toString() })
    }
    return fetch(url, { ...init, method })
  }
}

/** A credential as `dcql` sees it. */
async function asDcql({ format, credential }) {
  if (format === 'dc+sd-jwt') {
    const claims = await allClaims(credential)
    return { credential_format: format, vct: claims.vct, claims, cryptographic_holder_binding: true }
  }
  return { credential_format: format, type: await expandedTypes(credential, fetchJson), claims: credential, cryptographic_holder_binding: true }
}

/** The concrete paths, arrays counted out, of the claims that a query selected. */
function pathsOf(query, match, claims) {
  if (!query.claims) return []
  const wanted = match.claims.valid_claim_sets[0].valid_claim_indexes ?? query.claims.map((_, index) => index)
  const walk = (node, [step, ...rest]) => {
    const steps = step === null ? node.map((_, index) => index) : [step]
    return steps.flatMap((at) => (rest.length ? walk(node[at], rest).map((tail) => [at, ...tail]) : [[at]]))
  }
  return wanted.flatMap((index) => walk(claims, query.claims[index].path))
}

await command(async ({ request_uri, credentials, anchors = [], tamper, fetch_by }) => {
  const seen = { fetched_by: null }
  const walletNonce = randomBytes(16).toString('base64url')
  const client = new Openid4vpClient({ callbacks: callbacksFor([], { anchors, fetch: fetchAsFinal(walletNonce, seen) }) })

  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: request_uri })
  if (fetch_by === 'get') delete parsed.params.request_uri_method // as wallets do that know no POST (§5.1)
  const byPost = parsed.params.request_uri_method === 'post'
  const { authorizationRequestPayload: request, client: verifier, transactionData } = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: parsed.params,
    wallet: { metadata: WALLET, nonce: walletNonce, ...(byPost ? { expectedNonce: walletNonce } : {}) },
  })

  const query = DcqlQuery.parse(request.dcql_query)
  DcqlQuery.validate(query)
  const result = DcqlQuery.query(query, await Promise.all(credentials.map(asDcql)))
  if (!result.can_be_satisfied) throw new Error('no credential of this wallet satisfies the request')
  const sets = result.credential_sets?.filter(({ required }) => required)
  const chosen = sets ? [...new Set(sets.flatMap(({ matching_options: [first] }) => first))] : query.credentials.map(({ id }) => id)

  const vpToken = {}
  const presented = []
  for (const id of chosen) {
    const [match] = result.credential_matches[id].valid_credentials
    const { format, credential, key } = credentials[match.input_credential_index]
    if (tamper && !TAMPERINGS[format].includes(tamper)) throw new Error(`${tamper} is nothing to tamper with in ${format}`)
    const wanted = query.credentials.find((entry) => entry.id === id)
    const made = { audience: tamper === 'audience' ? 'https://elsewhere.example' : request.client_id, nonce: tamper === 'nonce' ? 'another-nonce' : request.nonce }
    // One credential alone authorises each transaction (§5.1).
    const entries = (transactionData ?? [])
      .filter(({ transactionData: data }) => data.credential_ids.find((name) => chosen.includes(name)) === id)
      .map(({ encoded }) => encoded)
    let presentation
    if (format === 'dc+sd-jwt') {
      const paths = pathsOf(wanted, match, await allClaims(credential))
      const iat = Math.floor(Date.now() / 1000) - (tamper === 'iat' ? 86_400 : 0)
      const extra = entries.length ? { transaction_data_hashes: hashesOf(entries), transaction_data_hashes_alg: 'sha-256' } : {}
      presentation = await presentSdJwt(credential, { paths, key, ...made, iat, extra })
    } else {
      const date = tamper === 'iat' ? new Date(Date.now() + 86_400_000) : new Date()
      // OpenID4VP leaves transaction data of ldp_vc to profiles (§8.4); this is Sello's.
      const extra = entries.length ? { 'urn:sello:transaction_data_hashes': hashesOf(tamper === 'transaction_data' ? ['another'] : entries) } : {}
      presentation = await presentCredentials([credential], { jwk: key, did: key.did, didUrl: key.didUrl, challenge: made.nonce, domain: made.audience, date, documents: fetchJson, extra })
    }
    vpToken[id] = [tamperWith(presentation, tamper, key)]
    presented.push({ id, format, algorithm: algorithmOf(key) })
  }

  const encrypted = request.response_mode === 'direct_post.jwt'
  const response = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: { vp_token: vpToken },
    ...(encrypted ? { jarm: { encryption: {}, serverMetadata: ENCRYPTION } } : {}),
  })
  const { response: answer } = await client.submitOpenid4vpAuthorizationResponse({ authorizationRequestPayload: request, ...response })
  const text = await answer.text()
  return {
    client: { prefix: verifier.prefix, id: verifier.effective },
    response_mode: request.response_mode,
    ...seen,
    transaction_data: (transactionData ?? []).map(({ transactionData: data }) => data),
    presented,
    status: answer.status,
    answer: answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
  }
})
