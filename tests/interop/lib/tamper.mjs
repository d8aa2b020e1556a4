// What a cheat would change in an otherwise honest presentation, and the hashes of transaction data.
import { createHash } from 'node:crypto'
import { textSigner } from './callbacks.mjs'

export const hashesOf = (entries) => entries.map((entry) => createHash('sha256').update(entry).digest('base64url'))

/** Another letter shortly before the end, where the signature is; it changes its bytes for certain. */
export const bent = (text) => {
  const at = text.length - 20
  return text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1)
}

/** A key binding JWT, signed again by the holder over another payload. */
function signedAgain(token, key, change) {
  const parts = token.split('~')
  const [header, payload] = parts.at(-1).split('.')
  const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...change }
  const text = `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}`
  return [...parts.slice(0, -1), `${text}.${textSigner(key)(text)}`].join('~')
}

export const TAMPERINGS = {
  'dc+sd-jwt': ['nonce', 'audience', 'signature', 'iat', 'sd_hash', 'disclosure', 'transaction_data'],
  ldp_vc: ['nonce', 'audience', 'signature', 'iat', 'claim', 'transaction_data'],
}

/** The presentation as the holder's hand alone could not have made it; nonce, audience and iat are bent at signing. */
export function tamperWith(presentation, what, key) {
  if (typeof presentation === 'string') {
    if (what === 'sd_hash') return signedAgain(presentation, key, { sd_hash: createHash('sha256').update('another').digest('base64url') })
    if (what === 'transaction_data') return signedAgain(presentation, key, { transaction_data_hashes: hashesOf(['another']) })
    if (what === 'signature') {
      const end = presentation.lastIndexOf('.') + 1
      return presentation.slice(0, end) + bent(presentation.slice(end))
    }
    if (what === 'disclosure') {
      // One disclosure less than the holder signed.
      const parts = presentation.split('~')
      return [parts[0], ...parts.slice(2)].join('~')
    }
    return presentation
  }
  const changed = structuredClone(presentation)
  if (what === 'signature') changed.proof.proofValue = bent(changed.proof.proofValue)
  if (what === 'claim') {
    const credential = [changed.verifiableCredential].flat()[0]
    const subject = [credential.credentialSubject].flat()[0]
    const name = Object.keys(subject).find((claim) => typeof subject[claim] === 'string' && !['id', 'type'].includes(claim))
    subject[name] = `${subject[name]}, another`
  }
  return changed
}
