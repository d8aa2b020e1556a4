// DID resolution of the peers' own: did:key, did:jwk and did:web (plain http on loopback), to JWKs and documents.
import { decode, encode } from 'base58-universal'

const MULTICODEC = { Ed25519: [0xed, 0x01], 'P-256': [0x80, 0x24] }
const b64u = (bytes) => Buffer.from(bytes).toString('base64url')

/** y of a compressed P-256 point (SEC 1 §2.3.4). */
function decompress(point) {
  const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
  const power = (base, exponent) => {
    let result = 1n
    for (let e = exponent, s = base % p; e > 0n; e >>= 1n, s = (s * s) % p) if (e & 1n) result = (result * s) % p
    return result
  }
  const x = BigInt(`0x${Buffer.from(point.slice(1)).toString('hex')}`)
  let y = power((((x * x * x - 3n * x + b) % p) + p) % p, (p + 1n) / 4n)
  if ((y & 1n) !== BigInt(point[0] & 1)) y = p - y
  const bytes = (n) => b64u(Buffer.from(n.toString(16).padStart(64, '0'), 'hex'))
  return { kty: 'EC', crv: 'P-256', x: bytes(x), y: bytes(y) }
}

/** The JWK behind a Multikey. */
export function jwkOfMultikey(multikey) {
  if (multikey[0] !== 'z') throw new Error('a Multikey is written in base58btc')
  const bytes = decode(multikey.slice(1))
  const body = bytes.slice(2)
  if (bytes[0] === 0xed && bytes[1] === 0x01) return { kty: 'OKP', crv: 'Ed25519', x: b64u(body) }
  if (bytes[0] === 0x80 && bytes[1] === 0x24) return decompress(body)
  throw new Error('this Multikey is of an unknown curve')
}

/** The Multikey of a JWK. */
export function multikeyOfJwk(jwk) {
  const x = Buffer.from(jwk.x, 'base64url')
  const body = jwk.crv === 'Ed25519' ? x : Buffer.concat([Buffer.from([2 + (Buffer.from(jwk.y, 'base64url')[31] & 1)]), x])
  return `z${encode(Uint8Array.from([...MULTICODEC[jwk.crv], ...body]))}`
}

/** did:key of a JWK, and the URL of its one key. */
export function didKey(jwk) {
  const multikey = multikeyOfJwk(jwk)
  return { did: `did:key:${multikey}`, didUrl: `did:key:${multikey}#${multikey}` }
}

export const didWeb = (url) => `did:web:${url.replace(/^https?:\/\//, '').replace(':', '%3A').replaceAll('/', ':')}`

function webUrl(did) {
  const [host, ...path] = did.slice('did:web:'.length).split(':')
  const authority = decodeURIComponent(host)
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(authority) ? 'http' : 'https'
  return `${scheme}://${authority}/${path.length ? path.map(decodeURIComponent).join('/') : '.well-known'}/did.json`
}

const PURPOSES = ['authentication', 'assertionMethod', 'capabilityInvocation', 'capabilityDelegation']

function documentOf(did, method) {
  const relations = Object.fromEntries(PURPOSES.map((purpose) => [purpose, [method.id]]))
  return { '@context': ['https://www.w3.org/ns/did/v1'], id: did, verificationMethod: [method], ...relations }
}

/** The DID document; `fetchJson(url)` reaches the web, offline callers give a map instead. */
export async function resolveDid(did, fetchJson) {
  if (did.startsWith('did:key:')) {
    const multikey = did.slice('did:key:'.length)
    return documentOf(did, { id: `${did}#${multikey}`, type: 'Multikey', controller: did, publicKeyMultibase: multikey })
  }
  if (did.startsWith('did:jwk:')) {
    const publicKeyJwk = JSON.parse(Buffer.from(did.slice('did:jwk:'.length), 'base64url').toString())
    return documentOf(did, { id: `${did}#0`, type: 'JsonWebKey', controller: did, publicKeyJwk })
  }
  if (!did.startsWith('did:web:')) throw new Error(`DID method of ${did} is not known here`)
  const document = await fetchJson(webUrl(did))
  if (document.id !== did) throw new Error(`the document at ${webUrl(did)} speaks of ${document.id}`)
  return document
}

const absolute = (id, did) => (id.startsWith('#') ? `${did}${id}` : id)

/** The verification method of a DID URL, which its controller must list for `purpose`. */
export async function verificationMethod(didUrl, purpose, fetchJson) {
  const did = didUrl.split('#')[0]
  const document = await resolveDid(did, fetchJson)
  const listed = (document[purpose] ?? []).find((entry) => absolute(entry.id ?? entry, did) === didUrl)
  if (!listed) throw new Error(`${didUrl} is not listed for ${purpose}`)
  const method = listed.id ? listed : document.verificationMethod.find((entry) => absolute(entry.id, did) === didUrl)
  return { ...method, id: didUrl }
}

export async function jwkOfDidUrl(didUrl, purpose, fetchJson) {
  const method = await verificationMethod(didUrl, purpose, fetchJson)
  return method.publicKeyJwk ?? jwkOfMultikey(method.publicKeyMultibase)
}

export async function fetchJson(url, accept = 'application/json') {
  const response = await fetch(url, { headers: { Accept: accept } })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}
