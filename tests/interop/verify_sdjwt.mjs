// @sd-jwt/sd-jwt-vc judges an SD-JWT VC, offline.
// { credential, documents: { url: document }, status_lists: { url: token }, binding?: { audience, nonce }, at? }
//   → { verified, claims, kb, status } with the Token Status List's value, null where the credential names no list
import { command } from './lib/process.mjs'
import { verifySdJwt } from './lib/sd_jwt.mjs'

const from = (map, what) => async (url) => {
  if (!(url in map)) throw new Error(`${what} ${url} was not given`)
  return map[url]
}

await command(async ({ credential, documents = {}, status_lists = {}, binding, at }) => {
  const outcome = await verifySdJwt(credential, { binding, at, documents: from(documents, 'document'), statusToken: from(status_lists, 'status list') })
  return { verified: true, ...outcome }
})
