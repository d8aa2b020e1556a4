// An OpenID4VP verifier from @openid4vc/openid4vp, dcql, @sd-jwt and @digitalbazaar.
// Input: { certificate?: PEM, certificate_key?: JWK, other_certificate?: PEM of the same key } → { origin, did }. Control, for the test that drives it:
//   POST /control/request { dcql_query, prefix, response_mode?, request_uri_method?, transaction_data?, redirect?, forgery? }
//     → { request_uri, session }
//   GET /control/sessions/:id → { state, claims, wallet_nonce, error }
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { calculateX509HashClientIdPrefixValue, Openid4vpVerifier } from '@openid4vc/openid4vp'
import { DcqlPresentationResult, DcqlQuery } from 'dcql'
import { callbacksFor, generateJwk, publicJwk } from './lib/callbacks.mjs'
import { didWeb, fetchJson } from './lib/dids.mjs'
import { expandedTypes, verifyPresentation } from './lib/linked_data.mjs'
import { service } from './lib/process.mjs'
import { verifySdJwt } from './lib/sd_jwt.mjs'
import { bent } from './lib/tamper.mjs'

const FORMATS = {
  'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256', 'EdDSA'], 'kb-jwt_alg_values': ['ES256', 'EdDSA'] },
  ldp_vc: { proof_type_values: ['DataIntegrityProof'], cryptosuite_values: ['eddsa-rdfc-2022'] },
}
const fetchStatus = async (url) => (await fetch(url, { headers: { Accept: 'application/statuslist+jwt' } })).text()

await service(async ({ certificate, certificate_key, other_certificate }, origin) => {
  const did = didWeb(`${origin}/bank`)
  const signing = { ...(await generateJwk('P-256')), kid: `${did}#request` }
  const certified = certificate_key ? { ...certificate_key, kid: 'certified' } : null
  const chainOf = (pem) => (pem ? [new X509Certificate(pem).raw.toString('base64')] : null)
  const x5c = chainOf(certificate)
  const sessions = new Map()

  const keys = [signing, ...(certified ? [certified] : [])]
  const callbacks = callbacksFor(keys)
  const verifier = new Openid4vpVerifier({ callbacks })

  const identities = {
    redirect_uri: async (responseUri) => ({ client_id: `redirect_uri:${responseUri}` }),
    decentralized_identifier: async () => ({ client_id: `decentralized_identifier:${did}`, signer: { method: 'did', alg: 'ES256', didUrl: signing.kid } }),
    x509_san_dns: async () => ({ client_id: 'x509_san_dns:localhost', signer: { method: 'x5c', alg: 'ES256', x5c } }),
    x509_hash: async () => ({
      client_id: `x509_hash:${await calculateX509HashClientIdPrefixValue({ hash: callbacks.hash, x509Certificate: x5c[0] })}`,
      signer: { method: 'x5c', alg: 'ES256', x5c },
    }),
  }

  // What a stranger would sign: the right name under a key that the name does not publish.
  const stranger = await generateJwk('P-256')
  const strangers = new Openid4vpVerifier({ callbacks: callbacksFor([{ ...stranger, kid: signing.kid }]) })

  async function requestOf(session, walletNonce) {
    if (session.forgery === 'authority') session.signer = { ...session.signer, x5c: chainOf(other_certificate) }
    return (session.forgery === 'stranger' ? strangers : verifier).createOpenId4vpAuthorizationRequest({
      authorizationRequestPayload: { ...session.payload, ...(walletNonce ? { wallet_nonce: walletNonce } : {}) },
      ...(walletNonce ? { wallet: { expectedNonce: walletNonce } } : {}),
      ...(session.signer
        ? { jar: { jwtSigner: session.signer, requestUri: session.request_uri, expiresInSeconds: 300, additionalJwtPayload: { aud: 'https://self-issued.me/v2' } } }
        : {}),
    })
  }

  const signedRequest = async ({ params, body, method }) => {
    const session = sessions.get(params.id)
    session.state = 'retrieved'
    session.fetched_by = method
    session.wallet_nonce = new URLSearchParams(body).get('wallet_nonce')
    const { jar } = await requestOf(session, session.forgery === 'wallet_nonce' ? 'a-nonce-of-yesterday' : session.wallet_nonce)
    if (session.forgery === 'signature') return { type: 'application/oauth-authz-req+jwt', body: bent(jar.authorizationRequestJwt) }
    return { type: 'application/oauth-authz-req+jwt', body: jar.authorizationRequestJwt }
  }

  /** Each presentation verified by the library of its format, and as `dcql` sees it. */
  async function judged(format, presentation, session) {
    const { client_id: audience, nonce } = session.payload
    if (format === 'dc+sd-jwt') {
      const { claims, kb, status } = await verifySdJwt(presentation, { binding: { audience, nonce }, statusToken: fetchStatus })
      if (status) throw new Error(`status ${status}`)
      return { claims, kb, dcql: { credential_format: format, vct: claims.vct, claims, cryptographic_holder_binding: true } }
    }
    const outcome = await verifyPresentation(presentation, { challenge: nonce, domain: audience, documents: fetchJson })
    if (!outcome.verified) throw outcome.error ?? outcome.credentials.find(({ error }) => error)?.error ?? new Error('not verified')
    if (outcome.credentials.some(({ statuses }) => statuses.some(({ set }) => set))) throw new Error('a status is set')
    const credential = [presentation.verifiableCredential].flat()[0]
    const type = await expandedTypes(credential, fetchJson)
    return { claims: credential.credentialSubject, dcql: { credential_format: format, type, claims: credential, cryptographic_holder_binding: true } }
  }

  return {
    did,
    routes: {
      'GET /bank/did.json': async () => ({
        type: 'application/did+json',
        body: {
          '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
          id: did,
          verificationMethod: [{ id: signing.kid, type: 'JsonWebKey', controller: did, publicKeyJwk: publicJwk({ ...signing, kid: undefined }) }],
          authentication: [signing.kid],
          assertionMethod: [signing.kid],
        },
      }),
      'POST /control/request': async ({ body }) => {
        const { dcql_query, prefix, response_mode = 'direct_post', request_uri_method, transaction_data, redirect, forgery } = JSON.parse(body)
        const id = randomUUID()
        const response_uri = `${origin}/bank/response/${id}`
        const { client_id, signer } = await identities[prefix](response_uri)
        const client_metadata = { client_name: 'Banco de Prueba', vp_formats_supported: FORMATS }
        if (response_mode === 'direct_post.jwt') {
          const encryption = { ...(await generateJwk('P-256')), kid: `enc-${id}` }
          keys.push(encryption)
          client_metadata.jwks = { keys: [{ ...publicJwk(encryption), alg: 'ECDH-ES', use: 'enc' }] }
          client_metadata.encrypted_response_enc_values_supported = ['A256GCM', 'A128GCM']
        }
        const entries = transaction_data?.map((entry) => Buffer.from(JSON.stringify(entry)).toString('base64url'))
        const payload = {
          response_type: 'vp_token',
          client_id,
          response_uri,
          response_mode,
          nonce: randomBytes(16).toString('base64url'),
          state: randomBytes(16).toString('base64url'),
          dcql_query,
          client_metadata,
          ...(entries ? { transaction_data: entries } : {}),
        }
        const session = { state: 'requested', payload, signer, redirect, forgery, request_uri: `${origin}/bank/request/${id}` }
        sessions.set(id, session)
        const { authorizationRequest } = await requestOf(session)
        const method = request_uri_method ? `&request_uri_method=${request_uri_method}` : ''
        return { body: { request_uri: authorizationRequest + method, session: id } }
      },
      'GET /control/sessions/:id': async ({ params }) => {
        const { state, claims, error, wallet_nonce, fetched_by, verified_transaction_data } = sessions.get(params.id)
        return { body: { state, claims, error, wallet_nonce, fetched_by, verified_transaction_data } }
      },
      'GET /bank/request/:id': signedRequest,
      'POST /bank/request/:id': signedRequest,
      'POST /bank/response/:id': async ({ params, body }) => {
        const session = sessions.get(params.id)
        const refusal = new URLSearchParams(body).get('error')
        if (refusal) {
          session.state = 'declined'
          session.error = refusal
          return { body: {} }
        }
        try {
          const parsed = await verifier.parseOpenid4vpAuthorizationResponse({
            authorizationRequestPayload: session.payload,
            authorizationResponse: Object.fromEntries(new URLSearchParams(body)),
            callbacks,
          })
          const query = DcqlQuery.parse(session.payload.dcql_query)
          const all = {}
          for (const [id, presentations] of Object.entries(parsed.dcql.presentations)) {
            const { format } = query.credentials.find((entry) => entry.id === id)
            all[id] = await Promise.all(presentations.map((presentation) => judged(format, presentation, session)))
          }
          const seen = Object.fromEntries(Object.entries(all).map(([id, list]) => [id, list.map(({ dcql }) => dcql)]))
          const result = DcqlPresentationResult.fromDcqlPresentation(seen, { dcqlQuery: query })
          if (!result.can_be_satisfied) throw new Error('the answer does not satisfy the query')
          if (session.payload.transaction_data) {
            const credentials = Object.fromEntries(Object.entries(all).map(([id, list]) => [id, list.filter(({ kb }) => kb?.transaction_data_hashes).map(({ kb }) => kb)]))
            const verified = await verifier.verifyTransactionData({ transactionData: session.payload.transaction_data, credentials })
            session.verified_transaction_data = verified.map(({ transactionDataEntry }) => transactionDataEntry.transactionData)
          }
          session.claims = Object.fromEntries(Object.entries(all).map(([id, list]) => [id, list.map(({ claims }) => claims)]))
          session.state = 'verified'
        } catch (error) {
          session.state = 'rejected'
          session.error = error.message
          return { status: 400, body: { error: 'invalid_request', error_description: error.message } }
        }
        return { body: session.redirect ? { redirect_uri: session.redirect } : {} }
      },
    },
  }
})
