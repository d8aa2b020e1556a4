// An OpenID4VCI issuer from @openid4vc/openid4vci, with @sd-jwt and @digitalbazaar for what it issues.
// Input: {} → { origin, issuer, did }. Control, for the test that drives it:
//   POST /control/offer { configuration_ids, tx_code?, by_value?, forgery?: 'signature' } → { offer_uri, tx_code, session }
//   POST /control/attestation { anchors } → {}: takes wallets alone for which one of these (PEM) vouches; null: any wallet
//   GET /control/sessions/:id → { issued, event }; GET /control/clients/:id → the claims of its wallet attestation
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { Oauth2AuthorizationServer, Oauth2ResourceServer, preAuthorizedCodeGrantIdentifier as PRE_AUTHORIZED, SupportedAuthenticationScheme } from '@openid4vc/oauth2'
import { Openid4vciIssuer, Openid4vciVersion } from '@openid4vc/openid4vci'
import { callbacksFor, generateJwk, publicJwk } from './lib/callbacks.mjs'
import { didKey, didWeb, fetchJson, multikeyOfJwk } from './lib/dids.mjs'
import { issueCredential } from './lib/linked_data.mjs'
import { service } from './lib/process.mjs'
import { issueSdJwt } from './lib/sd_jwt.mjs'
import { bent } from './lib/tamper.mjs'

const CLAIMS = { given_name: 'Ana Lucía', family_name: 'Quispe Ñahui', card_number: 'L-2041', branch: 'Cusco' }
const BATCH = 10
const ATTESTED = {
  token_endpoint_auth_methods_supported: ['attest_jwt_client_auth'],
  client_attestation_signing_alg_values_supported: ['ES256'],
  client_attestation_pop_signing_alg_values_supported: ['ES256'],
  pre_authorized_grant_anonymous_access_supported: false,
}

/** A credential under another signature than its issuer's. */
const forged = (credential) =>
  typeof credential === 'string'
    ? credential.replace(/^[^~]+/, bent)
    : { ...credential, proof: { ...credential.proof, proofValue: bent(credential.proof.proofValue) } }

await service(async (_, origin) => {
  const issuerUrl = `${origin}/library`
  const did = didWeb(issuerUrl)
  const joseKey = { ...(await generateJwk('P-256')), kid: 'jose' }
  const proofKey = await generateJwk('Ed25519')
  const contextUrl = `${issuerUrl}/types/library-card.jsonld`
  const vct = `${issuerUrl}/types/library-card`
  const sessions = new Map()
  const nonces = new Set()

  const callbacks = callbacksFor([joseKey])
  const issuer = new Openid4vciIssuer({ callbacks })
  const authorizationServer = new Oauth2AuthorizationServer({ callbacks })
  const resourceServer = new Oauth2ResourceServer({ callbacks: { ...callbacks, fetch: (url, init) => fetch(url, init) } })

  const proofs = { proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256', 'EdDSA'] } } }
  const display = [{ name: 'Library card', locale: 'en' }]
  const claims = Object.keys(CLAIMS)
  const credential_configurations_supported = {
    'library.dc+sd-jwt': {
      format: 'dc+sd-jwt',
      vct,
      scope: 'library_sd_jwt',
      cryptographic_binding_methods_supported: ['jwk', 'did:key'],
      credential_signing_alg_values_supported: ['ES256'],
      credential_metadata: { display, claims: claims.map((name) => ({ path: [name] })) },
      ...proofs,
    },
    'library.ldp_vc': {
      format: 'ldp_vc',
      scope: 'library_ldp',
      cryptographic_binding_methods_supported: ['jwk', 'did:key'],
      credential_signing_alg_values_supported: ['eddsa-rdfc-2022'],
      credential_definition: { '@context': ['https://www.w3.org/ns/credentials/v2', contextUrl], type: ['VerifiableCredential', 'LibraryCard'] },
      credential_metadata: { display, claims: claims.map((name) => ({ path: ['credentialSubject', name] })) },
      ...proofs,
    },
  }
  const credentialIssuer = issuer.createCredentialIssuerMetadata({
    credential_issuer: issuerUrl,
    credential_endpoint: `${issuerUrl}/credential`,
    nonce_endpoint: `${issuerUrl}/nonce`,
    notification_endpoint: `${issuerUrl}/notification`,
    batch_credential_issuance: { batch_size: BATCH },
    display: [{ name: 'Biblioteca Municipal', locale: 'es' }],
    credential_configurations_supported,
  })
  const serverMetadata = authorizationServer.createAuthorizationServerMetadata({
    issuer: issuerUrl,
    token_endpoint: `${issuerUrl}/token`,
    jwks_uri: `${issuerUrl}/jwks`,
    grant_types_supported: [PRE_AUTHORIZED],
    pre_authorized_grant_anonymous_access_supported: true,
  })
  const issuerMetadata = {
    credentialIssuer,
    authorizationServers: [serverMetadata],
    originalDraftVersion: Openid4vciVersion.V1,
    knownCredentialConfigurations: credential_configurations_supported,
  }
  const jwks = { keys: [{ ...publicJwk(joseKey), alg: 'ES256', use: 'sig' }] }
  const didUrl = `${did}#proof`

  const make = {
    'dc+sd-jwt': async (holderJwk) =>
      issueSdJwt(
        joseKey,
        { iss: issuerUrl, vct, iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 86_400 * 365, cnf: { jwk: holderJwk }, ...CLAIMS, address: { city: 'Cusco', street: 'Calle Nueva 7' } },
        { _sd: [...claims, 'address'], _sd_decoy: 2, address: { _sd: ['city', 'street'] } },
        { kid: joseKey.kid, typ: 'dc+sd-jwt' }
      ),
    ldp_vc: async (holderJwk) =>
      issueCredential(
        {
          '@context': ['https://www.w3.org/ns/credentials/v2', contextUrl],
          id: `urn:uuid:${randomUUID()}`,
          type: ['VerifiableCredential', 'LibraryCard'],
          issuer: did,
          validFrom: new Date(Date.now() - 1000).toISOString().replace(/\.\d+/, ''),
          credentialSubject: { id: didKey(holderJwk).did, ...CLAIMS },
        },
        { jwk: proofKey, did, didUrl, documents: async (url) => (url === contextUrl ? context : fetchJson(url)) }
      ),
  }
  const context = {
    '@context': {
      '@protected': true,
      LibraryCard: `${contextUrl}#LibraryCard`,
      ...Object.fromEntries(claims.map((name) => [name, `${contextUrl}#${name}`])),
    },
  }

  let trusted = null // who vouches for wallets, PEM
  const attestingServer = () => new Oauth2AuthorizationServer({ callbacks: callbacksFor([joseKey], { anchors: trusted ?? [] }) })
  const asRequest = ({ headers, method, url }) => ({ headers, method, url: url.toString() })
  const sessionOf = async (request) => {
    const { tokenPayload } = await resourceServer.verifyResourceRequest({
      authorizationServers: [serverMetadata],
      resourceServer: issuerUrl,
      request: asRequest(request),
      allowedAuthenticationSchemes: [SupportedAuthenticationScheme.Bearer],
    })
    return sessions.get(tokenPayload.sub)
  }

  return {
    issuer: issuerUrl,
    did,
    routes: {
      'POST /control/offer': async ({ body }) => {
        const { configuration_ids = Object.keys(credential_configurations_supported), tx_code = false, by_value = false, forgery } = JSON.parse(body || '{}')
        const session = { id: randomUUID(), code: randomBytes(24).toString('base64url'), tx: tx_code ? String(randomInt(100_000, 1_000_000)) : undefined, issued: 0, event: null, forgery }
        const { credentialOffer, credentialOfferObject } = await issuer.createCredentialOffer({
          issuerMetadata,
          credentialConfigurationIds: configuration_ids,
          grants: { [PRE_AUTHORIZED]: { 'pre-authorized_code': session.code, ...(session.tx ? { tx_code: { input_mode: 'numeric', length: 6 } } : {}) } },
          ...(by_value ? {} : { credentialOfferUri: `${issuerUrl}/offers/${session.id}` }),
        })
        sessions.set(session.id, { ...session, offer: credentialOfferObject })
        return { body: { offer_uri: credentialOffer, tx_code: session.tx ?? null, session: session.id } }
      },
      'GET /control/sessions/:id': async ({ params }) => {
        const { issued, event } = sessions.get(params.id)
        return { body: { issued, event } }
      },
      'POST /control/attestation': async ({ body }) => {
        trusted = JSON.parse(body).anchors
        return { body: {} }
      },
      'GET /control/clients/:id': async ({ params }) => ({ body: sessions.get(params.id).client ?? {} }),
      'GET /library/offers/:id': async ({ params }) => ({ body: sessions.get(params.id).offer }),
      'GET /.well-known/openid-credential-issuer/library': async () => ({ body: credentialIssuer }),
      'GET /.well-known/oauth-authorization-server/library': async () => ({ body: trusted ? { ...serverMetadata, ...ATTESTED } : serverMetadata }),
      'GET /.well-known/jwt-vc-issuer/library': async () => ({ body: { issuer: issuerUrl, jwks } }),
      'GET /library/jwks': async () => ({ type: 'application/jwk-set+json', body: jwks }),
      'GET /library/types/library-card.jsonld': async () => ({ type: 'application/ld+json', body: context }),
      'GET /library/types/library-card': async () => ({ body: { vct, name: 'Library card', display: [{ locale: 'en', name: 'Library card' }], claims: claims.map((name) => ({ path: [name] })) } }),
      'GET /library/did.json': async () => ({
        type: 'application/did+json',
        body: {
          '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
          id: did,
          verificationMethod: [{ id: didUrl, type: 'Multikey', controller: did, publicKeyMultibase: multikeyOfJwk(proofKey) }],
          assertionMethod: [didUrl],
        },
      }),
      'POST /library/token': async (request) => {
        const { grant, accessTokenRequest, clientAttestation: shown } = authorizationServer.parseAccessTokenRequest({
          accessTokenRequest: Object.fromEntries(new URLSearchParams(request.body)),
          request: asRequest(request),
        })
        const session = [...sessions.values()].find(({ code }) => code === grant.preAuthorizedCode) ?? { code: 'unknown' }
        const { clientAttestation } = await attestingServer().verifyPreAuthorizedCodeAccessTokenRequest({
          clientAttestation: trusted ? { required: true, ...shown } : undefined,
          authorizationServerMetadata: serverMetadata,
          grant,
          accessTokenRequest,
          request: asRequest(request),
          expectedPreAuthorizedCode: session.code,
          expectedTxCode: session.tx,
        })
        session.code = `used ${session.code}`
        session.client = clientAttestation?.clientAttestation.payload
        return {
          body: await authorizationServer.createAccessTokenResponse({
            audience: issuerUrl,
            authorizationServer: issuerUrl,
            signer: { method: 'jwk', alg: 'ES256', publicJwk: publicJwk(joseKey) },
            subject: session.id,
            expiresInSeconds: 300,
          }),
        }
      },
      'POST /library/nonce': async () => {
        const nonce = randomBytes(16).toString('base64url')
        nonces.add(nonce)
        return { body: issuer.createNonceResponse({ cNonce: nonce }) }
      },
      'POST /library/credential': async (request) => {
        const session = await sessionOf(request)
        const credentialRequest = issuer.parseCredentialRequest({ issuerMetadata, credentialRequest: JSON.parse(request.body) })
        const configuration = credentialRequest.credentialConfiguration
        const jwts = credentialRequest.proofs?.jwt ?? []
        if (!configuration || !jwts.length || jwts.length > BATCH) throw Object.assign(new Error('no such configuration, or proofs out of number'), { errorResponse: { error: 'invalid_credential_request' } })
        const credentials = []
        const used = new Set()
        for (const jwt of jwts) {
          const { nonce } = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString())
          if (!nonces.has(nonce)) throw Object.assign(new Error('stale nonce'), { errorResponse: { error: 'invalid_nonce' } })
          used.add(nonce)
          const { signer } = await issuer.verifyCredentialRequestJwtProof({ issuerMetadata, jwt, expectedNonce: nonce })
          const { kty, crv, x, y } = signer.publicJwk
          const credential = await make[configuration.format]({ kty, crv, x, ...(y ? { y } : {}) })
          credentials.push({ credential: session.forgery ? forged(credential) : credential })
        }
        used.forEach((nonce) => nonces.delete(nonce))
        session.issued += credentials.length
        return { body: issuer.createCredentialResponse({ credentialRequest, credentials, notificationId: session.id }) }
      },
      'POST /library/notification': async (request) => {
        const session = await sessionOf(request)
        const { notification_id, event } = JSON.parse(request.body)
        if (notification_id !== session.id) throw Object.assign(new Error('unknown notification'), { errorResponse: { error: 'invalid_notification_id' } })
        session.event = event
        return { status: 204 }
      },
    },
  }
})
