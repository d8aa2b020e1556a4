// An OpenID4VCI wallet from @openid4vc/openid4vci.
// { offer_uri, tx_code?, configuration_id?, format?, proofs?, key: 'did:key' | 'jwk', curve?, event? }
//   → { issuer, configuration_id, format, credentials, keys, access, notification_id, notified }
import { Openid4vciClient } from '@openid4vc/openid4vci'
import { callbacksFor, generateJwk, publicJwk } from './lib/callbacks.mjs'
import { didKey } from './lib/dids.mjs'
import { command } from './lib/process.mjs'

const CURVES = { 'did:key': 'Ed25519', jwk: 'P-256' }

/** How a new holder key presents itself in a proof, under an algorithm that the issuer lists. */
function signerFor(jwk, kind, configuration) {
  const listed = configuration.proof_types_supported?.jwt?.proof_signing_alg_values_supported ?? []
  const alg = jwk.crv === 'P-256' ? 'ES256' : listed.includes('EdDSA') ? 'EdDSA' : 'Ed25519'
  return kind === 'jwk' ? { method: 'jwk', alg, publicJwk: publicJwk(jwk) } : { method: 'did', alg, didUrl: didKey(jwk).didUrl }
}

await command(async ({ offer_uri, tx_code, configuration_id, format, proofs = 1, key = 'jwk', curve = CURVES[key], event = 'credential_accepted', nonce: forced }) => {
  const keys = await Promise.all(Array.from({ length: proofs }, () => generateJwk(curve)))
  const client = new Openid4vciClient({ callbacks: callbacksFor(keys) })

  const credentialOffer = await client.resolveCredentialOffer(offer_uri)
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const known = issuerMetadata.credentialIssuer.credential_configurations_supported
  const chosen = configuration_id ?? credentialOffer.credential_configuration_ids.find((id) => !format || known[id]?.format === format)
  if (!known[chosen]) throw new Error(`the offer names no configuration of format ${format}`)

  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata, txCode: tx_code ?? undefined })
  const { c_nonce } = await client.requestNonce({ issuerMetadata })
  const signed = await Promise.all(
    keys.map((jwk) =>
      client.createCredentialRequestJwtProof({
        issuerMetadata,
        credentialConfigurationId: chosen,
        signer: signerFor(jwk, key, known[chosen]),
        nonce: forced ?? c_nonce,
        issuedAt: new Date(),
      })
    )
  )
  const accessToken = accessTokenResponse.access_token
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    accessToken,
    credentialConfigurationId: chosen,
    proofs: { jwt: signed.map(({ jwt }) => jwt) },
  })
  const notificationId = credentialResponse.notification_id
  if (notificationId) await client.sendNotification({ issuerMetadata, accessToken, notification: { notificationId, event } })
  return {
    issuer: credentialOffer.credential_issuer,
    metadata_version: issuerMetadata.originalDraftVersion,
    configuration_id: chosen,
    format: known[chosen].format,
    credentials: credentialResponse.credentials.map((entry) => entry.credential ?? entry),
    keys: keys.map((jwk) => ({ ...jwk, ...didKey(jwk) })),
    access: { token: accessToken, type: accessTokenResponse.token_type, expires_in: accessTokenResponse.expires_in },
    notification_id: notificationId ?? null,
    notified: notificationId ? event : null,
  }
})
