// @sd-jwt/sd-jwt-vc issues an SD-JWT VC under a did:key, each claim but `vct` in a disclosure of its own.
// { claims, key, kid, holder } → { credential }
import { command } from './lib/process.mjs'
import { issueSdJwt } from './lib/sd_jwt.mjs'

await command(async ({ claims, key, kid, holder }) => {
  const now = Math.floor(Date.now() / 1000)
  const payload = { iss: kid.split('#')[0], iat: now, exp: now + 86_400, cnf: { jwk: holder }, ...claims }
  const frame = { _sd: Object.keys(claims).filter((name) => name !== 'vct'), _sd_decoy: 2 }
  return { credential: await issueSdJwt(key, payload, frame, { kid, typ: 'dc+sd-jwt' }) }
})
