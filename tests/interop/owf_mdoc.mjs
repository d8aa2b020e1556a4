// @owf/mdoc issues, shows and verifies mdocs, offline; it brings the formats, Node the cryptography.
// Commands and their answers are those of mdl.mjs.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify as verifySignature, X509Certificate } from 'node:crypto'
import {
  CoseKey, DeviceKey, DeviceRequest, DeviceResponse, DocRequest, Holder, Issuer, IssuerSigned, ItemsRequest, Verifier
} from '@owf/mdoc'
import { command } from './lib/process.mjs'

const ES256 = -7
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'))
const der = (pem) => new Uint8Array(new X509Certificate(pem).raw)
const plain = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value)
const publicJwk = ({ d, ...jwk }) => jwk
const unsupported = () => { throw new Error('not used here') }

const context = {
  crypto: {
    random: (length) => new Uint8Array(randomBytes(length)),
    digest: ({ digestAlgorithm, bytes }) => new Uint8Array(createHash(digestAlgorithm.replace('-', '')).update(bytes).digest()),
    calculateEphemeralMacKey: unsupported
  },
  cose: {
    sign1: {
      sign: ({ toBeSigned, key }) =>
        new Uint8Array(sign('sha256', toBeSigned, { key: createPrivateKey({ key: key.jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' })),
      verify: ({ key, sign1 }) =>
        verifySignature(
          'sha256', sign1.toBeSigned,
          { key: createPublicKey({ key: publicJwk(key.jwk), format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, sign1.signature
        )
    },
    mac0: { sign: unsupported, verify: unsupported }
  },
  x509: {
    getIssuerNameField: ({ certificate, field }) =>
      new X509Certificate(certificate).issuer.split('\n').filter((line) => line.startsWith(`${field}=`)).map((line) => line.slice(field.length + 1)),
    getPublicKey: ({ certificate }) => CoseKey.fromJwk(new X509Certificate(certificate).publicKey.export({ format: 'jwk' })),
    verifyCertificateChain: ({ trustedCertificates, x5chain, now = new Date() }) => {
      const chain = x5chain.map((one) => new X509Certificate(one))
      const roots = trustedCertificates.map((one) => new X509Certificate(one))
      const current = (one) => new Date(one.validFrom) <= now && now <= new Date(one.validTo)
      const linked = chain.every((one, n) => n + 1 === chain.length || one.verify(chain[n + 1].publicKey))
      const anchored = roots.some((root) => current(root) && chain.at(-1).checkIssued(root) && chain.at(-1).verify(root.publicKey))
      if (!chain.every(current) || !linked || !anchored) throw new Error('this chain leads to no trusted certificate')
    },
    getCertificateData: ({ certificate }) => {
      const found = new X509Certificate(certificate)
      return {
        issuerName: found.issuer, subjectName: found.subject, serialNumber: found.serialNumber, thumbprint: found.fingerprint256,
        notBefore: new Date(found.validFrom), notAfter: new Date(found.validTo), pem: found.toString()
      }
    }
  }
}

async function verify({ verify, transcript, root }) {
  const deviceResponse = DeviceResponse.decode(bytes(verify))
  await Verifier.verifyDeviceResponse(
    { deviceResponse, sessionTranscript: bytes(transcript), trustedCertificates: [der(root)] }, context
  )
  const claims = {}
  for (const { issuerSigned } of deviceResponse.documents) {
    for (const [namespace, items] of issuerSigned.issuerNamespaces.issuerNamespaces) {
      claims[namespace] = Object.fromEntries(items.map((item) => [item.elementIdentifier, plain(item.elementValue)]))
    }
  }
  return { verified: true, claims }
}

async function present({ present, transcript, key, elements, doctype }) {
  const namespaces = {}
  for (const [namespace, name] of elements) (namespaces[namespace] ??= {})[name] = false
  const deviceRequest = DeviceRequest.create({
    docRequests: [DocRequest.create({ itemsRequest: ItemsRequest.create({ docType: doctype, namespaces }) })]
  })
  const shown = await Holder.createDeviceResponseForDeviceRequest(
    {
      deviceRequest,
      sessionTranscript: bytes(transcript),
      issuerSigned: [IssuerSigned.decode(bytes(present))],
      signature: { signingKey: CoseKey.fromJwk({ ...key, alg: 'ES256' }) }
    },
    context
  )
  return { shown: Buffer.from(shown.encode()).toString('hex') }
}

async function issue({ issue, doctype, device, key, certificate, signed, until }) {
  const issuer = new Issuer(doctype, context)
  for (const [namespace, values] of Object.entries(issue)) issuer.addIssuerNamespace(namespace, values)
  const made = await issuer.sign({
    signingKey: CoseKey.fromJwk(key),
    algorithm: ES256,
    digestAlgorithm: 'SHA-256',
    validityInfo: { signed: new Date(signed), validFrom: new Date(signed), validUntil: new Date(until) },
    deviceKeyInfo: { deviceKey: DeviceKey.fromJwk(device) },
    certificates: [der(certificate)]
  })
  return { issued: Buffer.from(made.encode()).toString('hex') }
}

await command((input) => (input.verify ? verify(input) : input.present ? present(input) : issue(input)))
