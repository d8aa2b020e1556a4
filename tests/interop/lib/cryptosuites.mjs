// @digitalbazaar's cryptosuites by name: the keys that they want, and how one signs, shows single claims and verifies.
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite'
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey'
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite'
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite'
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey'
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'

const one = (cryptosuite) => ({ sign: () => cryptosuite, verify: () => cryptosuite })
export const SUITES = {
  'eddsa-rdfc-2022': { keys: Ed25519Multikey, ...one(eddsaRdfc) },
  'eddsa-jcs-2022': { keys: Ed25519Multikey, sign: eddsaJcs.createSignCryptosuite, verify: eddsaJcs.createVerifyCryptosuite },
  'ecdsa-rdfc-2019': { keys: EcdsaMultikey, ...one(ecdsaRdfc) },
  'ecdsa-jcs-2019': { keys: EcdsaMultikey, sign: ecdsaJcs.createSignCryptosuite, verify: ecdsaJcs.createVerifyCryptosuite },
  'ecdsa-sd-2023': {
    keys: EcdsaMultikey,
    sign: (mandatoryPointers) => ecdsaSd.createSignCryptosuite({ mandatoryPointers }),
    show: (selectivePointers) => ecdsaSd.createDiscloseCryptosuite({ selectivePointers }),
    verify: ecdsaSd.createVerifyCryptosuite,
  },
}
