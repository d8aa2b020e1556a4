// @digitalbazaar's cryptosuites, offline: they sign, show single claims and verify under a suite of one's choice.
// { action: 'sign', suite, credential, key: { id, controller, publicKeyMultibase, secretKeyMultibase }, pointers? }
// { action: 'show', suite, credential, pointers }      → { credential }
// { action: 'verify', suite, credential }              → { verified, error }
// each with documents: { url: document }
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as vc from '@digitalbazaar/vc'
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list'
import { SUITES } from './lib/cryptosuites.mjs'
import { loaderOver, MULTIKEY_CONTEXT } from './lib/linked_data.mjs'
import { command, describe } from './lib/process.mjs'

const ACTIONS = {
  sign: async ({ suite, credential, key, pointers, documentLoader }) => {
    const pair = await suite.keys.from({ '@context': MULTIKEY_CONTEXT, type: 'Multikey', ...key })
    const proof = new DataIntegrityProof({ signer: pair.signer(), cryptosuite: suite.sign(pointers) })
    return { credential: await vc.issue({ credential, suite: proof, documentLoader }) }
  },
  show: async ({ suite, credential, pointers, documentLoader }) => {
    const proof = new DataIntegrityProof({ cryptosuite: suite.show(pointers) })
    return { credential: await vc.derive({ verifiableCredential: credential, suite: proof, documentLoader }) }
  },
  // A status list may be signed under another suite than the credential.
  verify: async ({ name, credential, documentLoader }) => {
    const suite = Object.values(SUITES).map(({ verify }) => new DataIntegrityProof({ cryptosuite: verify() }))
    if (credential.proof.cryptosuite !== name) throw new Error(`this is no ${name}`)
    const { verified, error } = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus })
    if (!verified) process.exitCode = 1
    return { verified, error: error ? describe(error) : null }
  },
}

await command(async ({ action, suite, documents = {}, ...given }) => {
  const lookup = async (url) => {
    if (!(url in documents)) throw new Error(`document ${url} was not given`)
    return structuredClone(documents[url])
  }
  return ACTIONS[action]({ name: suite, suite: SUITES[suite], documentLoader: loaderOver(lookup), ...given })
})
