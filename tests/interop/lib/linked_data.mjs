// Data Integrity by @digitalbazaar: eddsa-rdfc-2022, ecdsa-rdfc-2019 and ecdsa-sd-2023 credentials and presentations, and Bitstring Status Lists.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey'
import { cryptosuite as ecdsaRdfc2019 } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite'
import { createDiscloseCryptosuite, createSignCryptosuite, createVerifyCryptosuite } from '@digitalbazaar/ecdsa-sd-2023-cryptosuite'
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey'
import { cryptosuite as eddsaRdfc2022 } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import * as vc from '@digitalbazaar/vc'
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list'
import { encode as encodeBase58 } from 'base58-universal'
import jsonld from 'jsonld'
import { multikeyOfJwk, resolveDid, verificationMethod } from './dids.mjs'

// What the W3C publishes under this address (Controlled Identifiers 1.0, Multikey); no package here ships it.
export const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1'
const FIXED = {
  [MULTIKEY_CONTEXT]: {
    '@context': {
      id: '@id',
      type: '@type',
      '@protected': true,
      Multikey: {
        '@id': 'https://w3id.org/security#Multikey',
        '@context': {
          '@protected': true,
          id: '@id',
          type: '@type',
          controller: { '@id': 'https://w3id.org/security#controller', '@type': '@id' },
          publicKeyMultibase: { '@id': 'https://w3id.org/security#publicKeyMultibase', '@type': 'https://w3id.org/security#multibase' },
        },
      },
    },
  },
}

/**
 * A document loader in the manner of @digitalbazaar: first the contexts that its packages ship, then DIDs and their
 * keys, then `documents(url)`, which is the web, or offline a map.
 */
export function loaderOver(documents) {
  return async (url) => {
    const found = (document) => ({ contextUrl: null, documentUrl: url, document })
    if (FIXED[url]) return found(FIXED[url])
    try {
      return await vc.defaultDocumentLoader(url)
    } catch { /* not one of the packages' own */ }
    if (url.startsWith('did:') && !url.includes('#')) return found(await resolveDid(url, documents))
    if (url.startsWith('did:')) {
      const { document } = await documentOf(url, documents)
      return found(document)
    }
    return found(await documents(url, 'application/ld+json, application/vc, application/json'))
  }
}

/** A verification method as a document of its own, whatever purposes its controller lists it for. */
async function documentOf(didUrl, documents) {
  const did = didUrl.split('#')[0]
  const all = await resolveDid(did, documents)
  const listed = ['assertionMethod', 'authentication'].find((purpose) =>
    (all[purpose] ?? []).some((entry) => [didUrl, `#${didUrl.split('#')[1]}`].includes(entry.id ?? entry))
  )
  const method = await verificationMethod(didUrl, listed ?? 'assertionMethod', documents)
  return { document: { '@context': MULTIKEY_CONTEXT, ...method } }
}

const verifierSuites = () => [eddsaRdfc2022, ecdsaRdfc2019, createVerifyCryptosuite()].map((cryptosuite) => new DataIntegrityProof({ cryptosuite }))

/** What a key of each curve signs with, and the multicodec of its secret. */
const SIGNING = {
  Ed25519: { keys: Ed25519Multikey, cryptosuite: eddsaRdfc2022, secret: [0x80, 0x26] },
  'P-256': { keys: EcdsaMultikey, cryptosuite: ecdsaRdfc2019, secret: [0x86, 0x26] },
}

async function signerSuite(jwk, { did, didUrl }, date, ownSuite) {
  const { keys, cryptosuite, secret } = SIGNING[jwk.crv]
  const secretKeyMultibase = `z${encodeBase58(Buffer.concat([Buffer.from(secret), Buffer.from(jwk.d, 'base64url')]))}`
  const key = await keys.from({ '@context': MULTIKEY_CONTEXT, type: 'Multikey', id: didUrl, controller: did, publicKeyMultibase: multikeyOfJwk(jwk), secretKeyMultibase })
  return new DataIntegrityProof({ signer: key.signer(), cryptosuite: ownSuite ?? cryptosuite, ...(date ? { date } : {}) })
}

export async function issueCredential(credential, { jwk, did, didUrl, documents }) {
  return vc.issue({ credential, suite: await signerSuite(jwk, { did, didUrl }), documentLoader: loaderOver(documents) })
}

/** A base proof of ecdsa-sd-2023, for the holder alone; what `mandatoryPointers` lead to is always shown. */
export async function issueSelective(credential, { jwk, did, didUrl, mandatoryPointers, documents }) {
  const suite = await signerSuite(jwk, { did, didUrl }, undefined, createSignCryptosuite({ mandatoryPointers }))
  return vc.issue({ credential, suite, documentLoader: loaderOver(documents) })
}

/** What the holder of a base proof shows. */
export async function deriveCredential(credential, { selectivePointers, documents }) {
  const suite = new DataIntegrityProof({ cryptosuite: createDiscloseCryptosuite({ selectivePointers }) })
  return vc.derive({ verifiableCredential: credential, suite, documentLoader: loaderOver(documents) })
}

/** A presentation by the holder of a did:key; `extra` members have absolute IRIs for names. */
export async function presentCredentials(credentials, { jwk, did, didUrl, challenge, domain, date, documents, extra = {} }) {
  const presentation = { ...vc.createPresentation({ verifiableCredential: credentials, holder: did }), ...extra }
  return vc.signPresentation({ presentation, suite: await signerSuite(jwk, { did, didUrl }, date), challenge, domain, documentLoader: loaderOver(documents) })
}

const options = (documents) => ({ suite: verifierSuites(), documentLoader: loaderOver(documents), checkStatus })
const told = (result) => ({
  verified: result.verified,
  statuses: (result.statusResult?.results ?? []).map(({ credentialStatus, status }) => ({ purpose: credentialStatus.statusPurpose, set: status })),
  error: result.error ?? result.statusResult?.error ?? null,
})

export async function verifyCredential(credential, documents) {
  const issuer = credential.issuer?.id ?? credential.issuer
  const outcome = told(await vc.verifyCredential({ credential, ...options(documents) }))
  for (const proof of [credential.proof].flat())
    if (outcome.verified && proof.verificationMethod.split('#')[0] !== issuer) return { ...outcome, verified: false, error: new Error('signed by another than the issuer') }
  return outcome
}

export async function verifyPresentation(presentation, { challenge, domain, documents }) {
  const result = await vc.verify({ presentation, challenge, domain, ...options(documents) })
  const holder = presentation.proof.verificationMethod.split('#')[0]
  const strangers = [presentation.verifiableCredential].flat().filter((credential) => [credential.credentialSubject].flat().every((subject) => subject.id !== holder))
  const age = Math.abs(Date.now() - Date.parse(presentation.proof.created))
  if (result.verified && !(age < 300_000)) return { verified: false, error: new Error('the presentation was made at another time') }
  if (result.verified && strangers.length) return { verified: false, error: new Error('shown by another than the subject') }
  return { verified: result.verified, credentials: (result.credentialResults ?? []).map(told), error: result.error ?? null }
}

/** The types of a credential as the full IRIs of OpenID4VP's `type_values`. */
export async function expandedTypes(credential, documents) {
  const [expanded] = await jsonld.expand(credential, { documentLoader: loaderOver(documents), base: null, safe: true })
  return expanded['@type']
}
