// @digitalbazaar/vc judges a Data Integrity credential or presentation, offline, with its Bitstring Status List.
// { credential | presentation, documents: { url: document }, challenge?, domain? }
//   → { verified, statuses: [{ purpose, set }] }
import { verifyCredential, verifyPresentation } from './lib/linked_data.mjs'
import { command, describe } from './lib/process.mjs'

await command(async ({ credential, presentation, documents = {}, challenge, domain }) => {
  const lookup = async (url) => {
    if (!(url in documents)) throw new Error(`document ${url} was not given`)
    return structuredClone(documents[url])
  }
  const outcome = presentation
    ? await verifyPresentation(presentation, { challenge, domain, documents: lookup })
    : await verifyCredential(credential, lookup)
  if (!outcome.verified) process.exitCode = 1
  return { ...outcome, error: outcome.error ? describe(outcome.error) : null }
})
