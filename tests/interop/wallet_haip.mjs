// An OpenID4VCI wallet from @openid4vc with authorization code, PAR, DPoP, attestations, deferred issuance, refresh.
// A person's browser stands between its steps; what one step must remember for the next is `kept`.
//   { step: 'authorize', offer_uri, redirect_uri, provider? } → { url, kept }
//   { step: 'take', kept, answer, proof: 'jwt' | 'attested' | 'attestation', count? } → { credentials | transaction_id, token_type, kept }
//   { step: 'later', kept, transaction_id } → { credentials | transaction_id }
//   { step: 'renew', kept, proof } → as take
// `provider` is { x5c, key }: who vouches for the wallet and its keys.
import { randomBytes } from 'node:crypto'
import { clientAuthenticationClientAttestationJwt, clientAuthenticationNone, Oauth2Client } from '@openid4vc/oauth2'
import { Openid4vciClient, Openid4vciWalletProvider } from '@openid4vc/openid4vci'
import { callbacksFor, generateJwk, publicJwk } from './lib/callbacks.mjs'
import { didKey } from './lib/dids.mjs'
import { command } from './lib/process.mjs'

const CLIENT = 'https://wallet.example/'
// Where 0.4.6 departs from OpenID4VCI 1.0: it types key attestations as an early draft did (Appendix D.1) …
const FINAL_TYPES = { 'keyattestation+jwt': 'key-attestation+jwt' }
// … and takes a notification_id in a deferred answer for an error exactly where §9.2 allows it.
async function withoutReceipt(url, init) {
  const answer = await fetch(url, init)
  if (!String(url).endsWith('/deferred-credential') || answer.status !== 200) return answer
  const { notification_id: _, ...rest } = await answer.json()
  return new Response(JSON.stringify(rest), { status: 200, headers: answer.headers })
}
const later = (seconds) => new Date(Date.now() + seconds * 1000)

/** Everything that speaks for the wallet: its keys, its provider's word, its client. */
async function party(kept) {
  const keys = [kept.dpop, kept.instance, ...(kept.keys ?? []), ...(kept.provider ? [kept.provider.key] : [])]
  const callbacks = callbacksFor(keys, { fetch: withoutReceipt })
  const sign = callbacks.signJwt
  callbacks.signJwt = (signer, { header, payload }) => sign(signer, { header: { ...header, typ: FINAL_TYPES[header.typ] ?? header.typ }, payload })
  const vouching = kept.provider && {
    provider: new Openid4vciWalletProvider({ callbacks }),
    signer: { method: 'x5c', alg: 'ES256', x5c: kept.provider.x5c },
  }
  callbacks.clientAuthentication = vouching
    ? clientAuthenticationClientAttestationJwt({
        callbacks,
        clientAttestationJwt: await vouching.provider.createWalletAttestationJwt({
          issuer: 'https://provider.example',
          clientId: CLIENT,
          walletName: 'Wallet of the peers',
          confirmation: { jwk: publicJwk(kept.instance) },
          expiresAt: later(600),
          signer: vouching.signer,
        }),
      })
    : clientAuthenticationNone({ clientId: CLIENT })
  const client = new Openid4vciClient({ callbacks })
  const issuerMetadata = await client.resolveIssuerMetadata(kept.issuer ?? (await client.resolveCredentialOffer(kept.offer_uri)).credential_issuer)
  return { callbacks, client, vouching, issuerMetadata, dpop: { signer: { method: 'jwk', alg: 'ES256', publicJwk: publicJwk(kept.dpop) }, nonce: kept.nonce } }
}

async function proofsFor({ client, vouching, issuerMetadata }, kept, proof) {
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata })
  const attestation = vouching && proof !== 'jwt' && (await vouching.provider.createKeyAttestationJwt({
    attestedKeys: kept.keys.map(publicJwk),
    keyStorage: ['iso_18045_moderate'],
    nonce,
    expiresAt: later(600),
    use: proof === 'attestation' ? 'proof_type.attestation' : 'proof_type.jwt',
    signer: vouching.signer,
  }))
  if (proof === 'attestation') return { attestation: [attestation] }
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId: kept.configuration_id,
    signer: { method: 'jwk', alg: 'ES256', publicJwk: publicJwk(kept.keys[0]) },
    nonce,
    issuedAt: new Date(),
    ...(attestation ? { keyAttestationJwt: attestation } : {}),
  })
  return { jwt: [jwt] }
}

async function fetchCredentials(found, kept, proof) {
  const { credentialResponse, dpop } = await found.client.retrieveCredentials({
    issuerMetadata: found.issuerMetadata,
    accessToken: kept.access_token,
    credentialConfigurationId: kept.configuration_id,
    proofs: await proofsFor(found, kept, proof),
    dpop: { ...found.dpop, nonce: kept.nonce },
  })
  return { ...told(credentialResponse, kept), kept: { ...kept, nonce: dpop?.nonce ?? kept.nonce } }
}

const told = (response, kept) => ({
  credentials: (response.credentials ?? []).map((entry) => entry.credential ?? entry),
  transaction_id: response.transaction_id ?? null,
  interval: response.interval ?? null,
  keys: kept.keys.map((jwk) => ({ ...jwk, ...didKey(jwk) })),
})

const STEPS = {
  authorize: async ({ offer_uri, redirect_uri, provider }) => {
    const kept = { offer_uri, redirect_uri, provider, dpop: await generateJwk('P-256'), instance: await generateJwk('P-256'), state: randomBytes(16).toString('base64url') }
    const found = await party(kept)
    const credentialOffer = await found.client.resolveCredentialOffer(offer_uri)
    const scopes = credentialOffer.credential_configuration_ids.map((id) => found.issuerMetadata.credentialIssuer.credential_configurations_supported[id].scope)
    // Openid4vciClient.createAuthorizationRequestUrlFromOffer forgets `state`, so the client below it is asked.
    const begun = await new Oauth2Client({ callbacks: found.callbacks }).createAuthorizationRequestUrl({
      authorizationServerMetadata: found.issuerMetadata.authorizationServers[0],
      additionalRequestPayload: { issuer_state: credentialOffer.grants.authorization_code.issuer_state },
      resource: credentialOffer.credential_issuer,
      clientId: CLIENT,
      redirectUri: redirect_uri,
      scope: scopes.join(' '),
      state: kept.state,
      dpop: found.dpop,
    })
    return {
      url: begun.authorizationRequestUrl,
      kept: { ...kept, issuer: credentialOffer.credential_issuer, verifier: begun.pkce.codeVerifier, configuration_id: credentialOffer.credential_configuration_ids[0], nonce: begun.dpop?.nonce },
    }
  },
  take: async ({ kept, answer, proof = 'jwt', count = 1, verifier }) => {
    kept = { ...kept, keys: await Promise.all(Array.from({ length: count }, () => generateJwk('P-256'))) }
    const found = await party(kept)
    const server = found.issuerMetadata.authorizationServers[0]
    const { code, state, error } = found.client.parseAndVerifyAuthorizationResponseRedirectUrl({ url: answer, authorizationServerMetadata: server })
    if (error || state !== kept.state) throw new Error(`the office answered ${error ?? 'somebody else'}`)
    const { accessTokenResponse, dpop } = await found.client.retrieveAuthorizationCodeAccessTokenFromOffer({
      credentialOffer: await found.client.resolveCredentialOffer(kept.offer_uri).catch(() => ({ credential_issuer: kept.issuer, credential_configuration_ids: [kept.configuration_id], grants: { authorization_code: {} } })),
      issuerMetadata: found.issuerMetadata,
      authorizationCode: code,
      pkceCodeVerifier: verifier ?? kept.verifier,
      redirectUri: kept.redirect_uri,
      dpop: found.dpop,
    })
    kept = { ...kept, nonce: dpop?.nonce, access_token: accessTokenResponse.access_token, refresh_token: accessTokenResponse.refresh_token }
    return { token_type: accessTokenResponse.token_type, ...(await fetchCredentials(found, kept, proof)) }
  },
  later: async ({ kept, transaction_id }) => {
    const found = await party(kept)
    const { deferredCredentialResponse } = await found.client.retrieveDeferredCredentials({
      issuerMetadata: found.issuerMetadata,
      accessToken: kept.access_token,
      transactionId: transaction_id,
      dpop: { ...found.dpop, nonce: kept.nonce },
    })
    return told(deferredCredentialResponse, kept)
  },
  renew: async ({ kept, proof = 'jwt' }) => {
    const found = await party(kept)
    const { accessTokenResponse, dpop } = await new Oauth2Client({ callbacks: found.callbacks }).retrieveRefreshTokenAccessToken({
      authorizationServerMetadata: found.issuerMetadata.authorizationServers[0],
      refreshToken: kept.refresh_token,
      dpop: found.dpop,
    })
    kept = { ...kept, nonce: dpop?.nonce, access_token: accessTokenResponse.access_token }
    return { token_type: accessTokenResponse.token_type, ...(await fetchCredentials(found, kept, proof)) }
  },
}

await command(async ({ step, ...given }) => STEPS[step](given))
