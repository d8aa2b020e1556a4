// @digitalbazaar/vc behind a VC-API, for the interoperability parts of the W3C's suites (docs/conformance.md).
// Input: {} → { origin, implementation }, its entry of the suites' localConfig.cjs; it serves until its input closes.
//   POST /:suite/:curve/credentials/issue { credential, options: { mandatoryPointers? } } → 201 { verifiableCredential }
//   POST /credentials/derive { verifiableCredential, options: { selectivePointers } }     → 201 the credential as shown
//   POST /credentials/verify { verifiableCredential }                                     → 200 { verified: true } or 400
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import { contexts } from '@digitalbazaar/data-integrity-context'
import * as vc from '@digitalbazaar/vc'
import { SUITES } from './lib/cryptosuites.mjs'
import { loaderOver } from './lib/linked_data.mjs'
import { describe, service } from './lib/process.mjs'

const SELECTIVE = 'ecdsa-sd-2023'
const ISSUERS = [
  ['eddsa-rdfc-2022', 'Ed25519'],
  ['eddsa-jcs-2022', 'Ed25519'],
  ['ecdsa-rdfc-2019', 'P-256'],
  ['ecdsa-rdfc-2019', 'P-384'],
  ['ecdsa-jcs-2019', 'P-256'],
  ['ecdsa-jcs-2019', 'P-384'],
  [SELECTIVE, 'P-256'],
]
const VERSIONS = { vc: ['1.1', '2.0'] }
const documentLoader = loaderOver(async (url) => {
  if (!contexts.has(url)) throw new Error(`${url} is not looked up`)
  return contexts.get(url)
})
// The suites ask for `checks: ['proof']`; @digitalbazaar/vc insists on being told how a status is checked.
const unasked = async () => ({ verified: true })

/** A new key of the suite's kind, which speaks as its did:key. */
async function generate([suite, curve]) {
  const pair = await SUITES[suite].keys.generate({ curve })
  const { publicKeyMultibase } = await pair.export({ publicKey: true })
  pair.controller = `did:key:${publicKeyMultibase}`
  pair.id = `${pair.controller}#${publicKeyMultibase}`
  return pair
}

await service(async (_, origin) => {
  const keys = new Map()
  for (const issuer of ISSUERS) keys.set(issuer.join('/'), await generate(issuer))

  const issue = async ({ params: { suite, curve }, body }) => {
    const { credential, options = {} } = JSON.parse(body)
    const cryptosuite = SUITES[suite].sign(options.mandatoryPointers)
    const proof = new DataIntegrityProof({ signer: keys.get(`${suite}/${curve}`).signer(), cryptosuite })
    return { status: 201, body: { verifiableCredential: await vc.issue({ credential, suite: proof, documentLoader }) } }
  }
  const derive = async ({ body }) => {
    const { verifiableCredential, options } = JSON.parse(body)
    const suite = new DataIntegrityProof({ cryptosuite: SUITES[SELECTIVE].show(options.selectivePointers) })
    return { status: 201, body: await vc.derive({ verifiableCredential, suite, documentLoader }) }
  }
  const verify = async ({ body }) => {
    const suite = Object.values(SUITES).map((each) => new DataIntegrityProof({ cryptosuite: each.verify() }))
    const credential = JSON.parse(body).verifiableCredential
    const { verified, error } = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus: unasked })
    return verified ? { body: { verified } } : { status: 400, body: { verified, error: describe(error) } }
  }

  const verifier = (tags, supportedEcdsaKeyTypes) => ({ id: '', endpoint: `${origin}/credentials/verify`, tags, supports: VERSIONS, supportedEcdsaKeyTypes })
  const implementation = {
    name: 'Digital Bazaar', // the holder that the suite of ecdsa-sd-2023 asks to show claims goes by this name
    implementation: '@digitalbazaar/vc',
    issuers: ISSUERS.map(([suite, curve]) => ({
      id: keys.get(`${suite}/${curve}`).controller,
      endpoint: `${origin}/${suite}/${curve}/credentials/issue`,
      tags: [suite],
      supports: VERSIONS,
      supportedEcdsaKeyTypes: [curve],
    })),
    verifiers: [verifier(Object.keys(SUITES).filter((suite) => suite !== SELECTIVE), ['P-256', 'P-384']), verifier([SELECTIVE], ['P-256'])],
    vcHolders: [{ id: '', endpoint: `${origin}/credentials/derive`, tags: ['vcHolder'] }],
  }
  const routes = {
    'POST /:suite/:curve/credentials/issue': issue,
    'POST /credentials/derive': derive,
    'POST /credentials/verify': verify,
  }
  return { routes, implementation }
})
