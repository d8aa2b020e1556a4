// What @openid4vc asks of its caller: keys, hashes, signatures, encryption and certificates.
import { createHash, createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto'
import { clientAuthenticationAnonymous } from '@openid4vc/oauth2'
import { calculateJwkThumbprint, CompactEncrypt, compactDecrypt, compactVerify, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { didKey, fetchJson, jwkOfDidUrl } from './dids.mjs'

export const publicJwk = ({ d: _, ...jwk }) => jwk

/** A fresh key as a private JWK; `curve` is Ed25519 or P-256. */
export async function generateJwk(curve) {
  const pair = curve === 'Ed25519' ? await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true }) : await generateKeyPair('ES256', { extractable: true })
  return exportJWK(pair.privateKey)
}

export const algorithmOf = (jwk) => (jwk.crv === 'Ed25519' ? 'EdDSA' : 'ES256')

/** A detached signer in the manner of @sd-jwt: text in, base64url out. */
export function textSigner(jwk) {
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return (text) => sign(jwk.crv === 'Ed25519' ? null : 'sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

export const certificate = (base64) => new X509Certificate(Buffer.from(base64, 'base64'))

/** The key of a certificate chain whose every link is signed by the next and, where anchors are given, ends in one. */
function keyOfChain(x5c, anchors) {
  const chain = x5c.map(certificate)
  chain.forEach((link, index) => {
    if (index + 1 < chain.length && !link.verify(chain[index + 1].publicKey)) throw new Error('the certificate chain is broken')
    if (Date.now() < Date.parse(link.validFrom) || Date.now() > Date.parse(link.validTo)) throw new Error('a certificate is out of date')
  })
  const last = chain.at(-1)
  const trusted = anchors.map((pem) => new X509Certificate(pem))
  if (trusted.length && !trusted.some((anchor) => anchor.fingerprint256 === last.fingerprint256 || last.verify(anchor.publicKey)))
    throw new Error('the certificate chain ends in nobody that is trusted')
  return chain[0].publicKey.export({ format: 'jwk' })
}

/** Callbacks over a set of private keys; `anchors` are the certificates (PEM) in one of which an x5c chain must end. */
export function callbacksFor(keys = [], { anchors = [], fetch: fetcher = fetch, purpose = 'authentication' } = {}) {
  const find = async (jwk) => {
    const wanted = await calculateJwkThumbprint(jwk)
    for (const key of keys) if ((await calculateJwkThumbprint(publicJwk(key))) === wanted) return key
    throw new Error('this key is not ours')
  }
  const signerJwkOf = async (signer) => {
    if (signer.method === 'jwk') return signer.publicJwk
    if (signer.method === 'did') return jwkOfDidUrl(signer.didUrl, purpose, fetchJson)
    if (signer.method === 'x5c') return keyOfChain(signer.x5c, anchors)
    throw new Error(`signer method ${signer.method} is not known here`)
  }
  return {
    fetch: fetcher,
    hash: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    generateRandom: (length) => randomBytes(length),
    clientAuthentication: clientAuthenticationAnonymous(),
    signJwt: async (signer, { header, payload }) => {
      let jwk
      if (signer.method === 'did') {
        jwk = keys.find((key) => key.kid === signer.didUrl || didKey(key).didUrl === signer.didUrl)
        if (!jwk) throw new Error('no key of ours has this DID URL')
      } else jwk = await find(await signerJwkOf(signer))
      const jwt = await new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(jwk, signer.alg))
      return { jwt, signerJwk: publicJwk(jwk) }
    },
    verifyJwt: async (signer, { compact }) => {
      const signerJwk = await signerJwkOf(signer)
      try {
        await compactVerify(compact, await importJWK(signerJwk, signer.alg), { algorithms: ['ES256', 'EdDSA', 'Ed25519'] })
        return { verified: true, signerJwk }
      } catch {
        return { verified: false }
      }
    },
    encryptJwe: async ({ publicJwk: jwk, alg, enc, apu, apv }, data) => {
      const encrypt = new CompactEncrypt(Buffer.from(data)).setProtectedHeader({ alg, enc, ...(jwk.kid ? { kid: jwk.kid } : {}) })
      encrypt.setKeyManagementParameters({
        ...(apu ? { apu: Buffer.from(apu, 'base64url') } : {}),
        ...(apv ? { apv: Buffer.from(apv, 'base64url') } : {}),
      })
      return { encryptionJwk: jwk, jwe: await encrypt.encrypt(await importJWK(jwk, alg)) }
    },
    decryptJwe: async (jwe, options) => {
      for (const key of keys) {
        if (options?.jwk && (await calculateJwkThumbprint(publicJwk(key))) !== (await calculateJwkThumbprint(options.jwk))) continue
        try {
          const { plaintext } = await compactDecrypt(jwe, await importJWK(key, 'ECDH-ES'))
          return { decrypted: true, decryptionJwk: publicJwk(key), payload: Buffer.from(plaintext).toString('utf8') }
        } catch { /* another key's, perhaps */ }
      }
      return { decrypted: false }
    },
    getX509CertificateMetadata: (base64) => {
      const names = (certificate(base64).subjectAltName ?? '').split(', ')
      const of = (kind) => names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
      return { sanDnsNames: of('DNS:'), sanUriNames: of('URI:') }
    },
  }
}
