// @digitalbazaar issues and shows single claims (ecdsa-sd-2023), offline.
// { credential, pointers, documents: { url: document } } → { credential } as its holder shows it
// { issue: credential, jwk, pointers, documents } → { credential } with a base proof, by the did:key of `jwk`
import { didKey } from './lib/dids.mjs'
import { deriveCredential, issueSelective } from './lib/linked_data.mjs'
import { command } from './lib/process.mjs'

await command(async ({ credential, issue, jwk, pointers, documents = {} }) => {
  const lookup = async (url) => {
    if (!(url in documents)) throw new Error(`document ${url} was not given`)
    return structuredClone(documents[url])
  }
  if (credential) return { credential: await deriveCredential(credential, { selectivePointers: pointers, documents: lookup }) }
  const { did, didUrl } = didKey(jwk)
  return { credential: await issueSelective({ ...issue, issuer: did }, { jwk, did, didUrl, mandatoryPointers: pointers, documents: lookup }) }
})
