// @auth0/mdl issues, shows and verifies mdocs, offline.
// { verify, transcript, root } → { verified, claims by namespace }; every check that it makes must pass
// { present, transcript, key, elements: [[namespace, name]] } → { shown }; `present` is an MDoc of one document
// { issue: { namespace: { name: value } }, doctype, device, key, certificate, signed, until } → { issued }, an MDoc
// Bytes travel as hexadecimal, keys as JWKs, certificates as PEM.
import mdl from '@auth0/mdl'
import { command } from './lib/process.mjs'

const { DeviceResponse, Document, MDoc, Verifier } = mdl
const bytes = (hex) => Buffer.from(hex, 'hex')
// "the session transcript bytes" of this library are the transcript within a tag 24
const embedded = (transcript) => {
  const head = transcript.length < 24 ? [0xd8, 24, 0x40 + transcript.length] : [0xd8, 24, 0x58, transcript.length]
  return Buffer.concat([Buffer.from(head), transcript])
}
const plain = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value)

async function verify({ verify, transcript, root }) {
  const mdoc = await new Verifier([root]).verify(bytes(verify), { encodedSessionTranscript: embedded(bytes(transcript)) })
  const claims = {}
  for (const document of mdoc.documents) {
    for (const [namespace, items] of Object.entries(document.issuerSigned.nameSpaces)) {
      claims[namespace] = Object.fromEntries(items.map((item) => [item.elementIdentifier, plain(item.elementValue)]))
    }
  }
  return { verified: true, claims }
}

async function present({ present, transcript, key, elements, doctype }) {
  const fields = elements.map(([namespace, name]) => ({ path: [`$['${namespace}']['${name}']`], intent_to_retain: false }))
  const shown = await DeviceResponse.from(bytes(present))
    .usingPresentationDefinition({
      id: 'asked',
      input_descriptors: [{ id: doctype, format: { mso_mdoc: { alg: ['ES256'] } }, constraints: { limit_disclosure: 'required', fields } }]
    })
    .usingSessionTranscriptBytes(embedded(bytes(transcript)))
    .authenticateWithSignature(key, 'ES256')
    .sign()
  return { shown: shown.encode().toString('hex') }
}

async function issue({ issue, doctype, device, key, certificate, signed, until }) {
  const document = new Document(doctype)
  for (const [namespace, values] of Object.entries(issue)) document.addIssuerNameSpace(namespace, values)
  const made = await document
    .useDigestAlgorithm('SHA-256')
    .addValidityInfo({ signed: new Date(signed), validUntil: new Date(until) })
    .addDeviceKeyInfo({ deviceKey: device })
    .sign({ issuerPrivateKey: key, issuerCertificate: certificate, alg: 'ES256' })
  return { issued: new MDoc([made]).encode().toString('hex') }
}

await command((input) => (input.verify ? verify(input) : input.present ? present(input) : issue(input)))
