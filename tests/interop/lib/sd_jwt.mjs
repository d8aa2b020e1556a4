// SD-JWT VCs by @sd-jwt/sd-jwt-vc: issuing, presenting, verifying, each under ES256 or EdDSA.
import { verify as verifyBytes, createPublicKey } from 'node:crypto'
import { digest, generateSalt } from '@sd-jwt/crypto-nodejs'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { algorithmOf, textSigner } from './callbacks.mjs'
import { fetchJson, jwkOfDidUrl } from './dids.mjs'

const partOf = (token, index) => JSON.parse(Buffer.from(token.split('~')[0].split('.')[index], 'base64url').toString())
export const payloadOf = (token) => partOf(token, 1)

export function verifyText(jwk, text, signature) {
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return verifyBytes(jwk.crv === 'Ed25519' ? null : 'sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
}

/** The issuer's key by `iss` and `kid`: a DID's, or that of its JWT VC Issuer Metadata (SD-JWT VC §4). */
export async function issuerJwk(header, payload, documents = fetchJson) {
  if (payload.iss?.startsWith('did:')) {
    const kid = header.kid.startsWith('#') ? payload.iss + header.kid : header.kid
    if (kid.split('#')[0] !== payload.iss) throw new Error('kid leads to somebody other than iss')
    return jwkOfDidUrl(kid, 'assertionMethod', documents)
  }
  const { origin, pathname } = new URL(payload.iss)
  const metadata = await documents(`${origin}/.well-known/jwt-vc-issuer${pathname === '/' ? '' : pathname}`)
  if (metadata.issuer !== payload.iss) throw new Error('the issuer metadata speaks of another issuer')
  const { keys } = metadata.jwks ?? (await documents(metadata.jwks_uri))
  const found = keys.find((key) => key.kid === header.kid) ?? (header.kid ? undefined : keys[0])
  if (!found) throw new Error('the issuer publishes no such key')
  return found
}

export async function issueSdJwt(jwk, claims, frame, header) {
  const instance = new SDJwtVcInstance({ signer: textSigner(jwk), signAlg: algorithmOf(jwk), hasher: digest, hashAlg: 'sha-256', saltGenerator: generateSalt })
  return instance.issue(claims, frame, { header })
}

/** All claims of an SD-JWT, each disclosure taken in. */
export const allClaims = (token) => new SDJwtVcInstance({ hasher: digest }).getClaims(token)

/** A presentation of the claims at `paths` with a key binding JWT. */
export async function presentSdJwt(token, { paths, key, audience, nonce, iat, extra = {} }) {
  const frame = {}
  for (const path of paths) {
    let node = frame
    path.forEach((step, index) => {
      if (index === path.length - 1) node[step] ??= true
      else node = node[step] = node[step] && node[step] !== true ? node[step] : {}
    })
  }
  const instance = new SDJwtVcInstance({ hasher: digest, kbSigner: textSigner(key), kbSignAlg: algorithmOf(key) })
  return instance.present(token, frame, { kb: { payload: { iat, aud: audience, nonce, ...extra } } })
}

/**
 * Verify signature, times, type, key binding (where a binding is given) and Token Status List, whose token the
 * library fetches by `documents` as text. `status` is the list's value; the library itself refuses any but 0.
 */
export async function verifySdJwt(token, { binding, documents = fetchJson, statusToken, at } = {}) {
  let status = null
  const header = partOf(token, 0)
  const jwk = await issuerJwk(header, payloadOf(token), documents)
  const instance = new SDJwtVcInstance({
    hasher: digest,
    verifier: (text, signature) => header.alg === algorithmOf(jwk) && verifyText(jwk, text, signature),
    kbVerifier: (text, signature, payload) => verifyText(payload.cnf.jwk, text, signature),
    statusVerifier: async (text, signature) => {
      const [listHeader, listPayload] = text.split('.').map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
      if (listHeader.typ !== 'statuslist+jwt') throw new Error('not a status list token')
      if (listPayload.sub !== payloadOf(token).status.status_list.uri) throw new Error('the status list speaks of another list')
      return verifyText(await issuerJwk(listHeader, { iss: payloadOf(token).iss, ...listPayload }, documents), text, signature)
    },
    ...(statusToken ? { statusListFetcher: statusToken } : {}),
    statusValidator: async (value) => {
      status = value
    },
  })
  const { payload, kb } = await instance.verify(token, { ...(binding ? { keyBindingNonce: binding.nonce } : {}), ...(at ? { currentDate: at } : {}) })
  if (!['dc+sd-jwt', 'vc+sd-jwt'].includes(header.typ)) throw new Error(`typ is ${header.typ}`)
  if (binding && kb.payload.aud !== binding.audience) throw new Error('the key binding is for another audience')
  if (binding && Math.abs(Date.now() / 1000 - kb.payload.iat) > 300) throw new Error('the key binding was made at another time')
  return { claims: payload, kb: kb?.payload ?? null, status }
}
