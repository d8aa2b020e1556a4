// An agent made of Credo, which does one thing after another and forgets all at the end.
// { anchors: [PEM], steps: [step, …] } → { steps: [{ … } | { refused, cause, answered }, …] }, the steps being
//   { offer_uri, tx_code?, format?, tamper? } → { format, credentials }      take what is offered
//   { hold, key } → {}                                                       keep an SD-JWT VC of this key, unchecked
//   { request_uri, tamper? } → { status, answer }                            answer with what is held
//   { verify, format } → { claims }                                          judge an SD-JWT VC or a vc+jwt
//   { sign, format, key, holder } → { credential }                           issue one under a did:key
// A step with `tamper` changes, on its way out, the signature of the key proof or of what is shown.
import { Agent, ConsoleLogger, InjectionSymbols, JsonTransformer, Kms, LogLevel, SdJwtVcRecord, StorageVersionRecord, UpdateAssistant, W3cV2Credential, W3cV2CredentialService, W3cV2JwtVerifiableCredential, X509Module } from '@credo-ts/core'
import { agentDependencies, NodeInMemoryKeyManagementStorage, NodeKeyManagementService } from '@credo-ts/node'
import { OpenId4VcModule } from '@credo-ts/openid4vc'
import { memoryStorage } from './storage.mjs'

const STORES = { 'dc+sd-jwt': 'sdJwtVc', mso_mdoc: 'mdoc', ldp_vc: 'w3cCredentials', jwt_vc_json: 'w3cCredentials' }

/** Another letter in the middle of the last part of a token, where its signature is. */
function bent(token) {
  const at = Math.floor((token.lastIndexOf('.') + token.length) / 2)
  return token.slice(0, at) + (token[at] === 'a' ? 'b' : 'a') + token.slice(at + 1)
}

/** A body on its way out, with one signature changed. */
function tampered(body) {
  const text = String(body)
  if (text.startsWith('{')) {
    const request = JSON.parse(text)
    return JSON.stringify({ ...request, proofs: { jwt: request.proofs.jwt.map(bent) } })
  }
  const form = new URLSearchParams(text)
  const shown = JSON.parse(form.get('vp_token'))
  form.set('vp_token', JSON.stringify(Object.fromEntries(Object.entries(shown).map(([id, [first]]) => [id, [bent(first)]]))))
  return form.toString()
}

let tampering = false
async function fetcher(url, init = {}) {
  const text = String(init.body ?? '')
  const carries = text.includes('vp_token=') || text.includes('"proofs"')
  return fetch(url, tampering && carries ? { ...init, body: tampered(text) } : init)
}

async function agentOf(anchors) {
  const agent = new Agent({
    config: { label: 'Ana', allowInsecureHttpUrls: true, logger: new ConsoleLogger(LogLevel.off) },
    dependencies: { ...agentDependencies, fetch: fetcher },
    modules: {
      storage: memoryStorage,
      keyManagement: new Kms.KeyManagementModule({ backends: [new NodeKeyManagementService(new NodeInMemoryKeyManagementStorage())] }),
      x509: new X509Module({ trustedCertificates: anchors.length ? anchors : undefined }),
      openid4vc: new OpenId4VcModule(),
    },
  })
  // A new storage needs no migration.
  const version = new StorageVersionRecord({ storageVersion: UpdateAssistant.frameworkStorageVersion })
  await agent.dependencyManager.resolve(InjectionSymbols.StorageService).save(agent.context, version)
  await agent.initialize()
  return agent
}

/** A new key of the holder, as the format wants it named. */
async function bindingOf(agent, { proofTypes, credentialFormat }) {
  const algorithm = proofTypes.jwt.supportedSignatureAlgorithms.find((name) => ['ES256', 'EdDSA'].includes(name)) ?? 'ES256'
  const { keyId, publicJwk } = await agent.kms.createKeyForSignatureAlgorithm({ algorithm })
  if (['dc+sd-jwt', 'mso_mdoc'].includes(credentialFormat)) return { method: 'jwk', keys: [Kms.PublicJwk.fromPublicJwk(publicJwk)] }
  const { didState } = await agent.dids.create({ method: 'key', options: { keyId } })
  return { method: 'did', didUrls: [didState.didDocument.verificationMethod[0].id] }
}

async function accept(agent, { offer_uri, tx_code, format }) {
  const { holder } = agent.openid4vc
  const resolvedCredentialOffer = await holder.resolveCredentialOffer(offer_uri)
  const offered = Object.entries(resolvedCredentialOffer.offeredCredentialConfigurations)
  const [[id]] = offered.filter(([, configuration]) => !format || configuration.format === format)
  const token = await holder.requestToken({ resolvedCredentialOffer, ...(tx_code ? { txCode: tx_code } : {}) })
  const { credentials } = await holder.requestCredentials({
    resolvedCredentialOffer,
    ...token,
    credentialConfigurationIds: [id],
    verifyCredentialStatus: false,
    credentialBindingResolver: (asked) => bindingOf(agent, asked),
  })
  for (const { record, credentialConfiguration } of credentials) await agent[STORES[credentialConfiguration.format]].store({ record })
  return { format: credentials[0].credentialConfiguration.format, credentials: credentials.map(({ record }) => record.firstCredential.encoded) }
}

async function answer(agent, { request_uri }) {
  const { holder } = agent.openid4vc
  const resolved = await holder.resolveOpenId4VpAuthorizationRequest(request_uri)
  const { queryResult } = resolved.dcql
  if (!queryResult.can_be_satisfied) throw new Error('no credential of this wallet satisfies the request')
  const { serverResponse } = await holder.acceptOpenId4VpAuthorizationRequest({
    authorizationRequestPayload: resolved.authorizationRequestPayload,
    dcql: { credentials: holder.selectCredentialsForDcqlRequest(queryResult) },
  })
  return { status: serverResponse.status, answer: serverResponse.body }
}

/** A key from outside, in the agent's own store. */
async function imported(agent, key) {
  const { keyId, publicJwk } = await agent.kms.importKey({ privateJwk: key })
  return { keyId, publicJwk }
}

async function hold(agent, { hold: compactSdJwtVc, key }) {
  const { keyId } = await imported(agent, key)
  await agent.sdJwtVc.store({ record: new SdJwtVcRecord({ credentialInstances: [{ compactSdJwtVc, kmsKeyId: keyId }] }) })
  return {}
}

async function verify(agent, { verify: credential, format }) {
  if (format === 'vc+jwt') {
    const result = await agent.w3cV2Credentials.verifyCredential({ credential: W3cV2JwtVerifiableCredential.fromCompact(credential) })
    if (!result.isValid) throw result.error ?? Object.values(result.validations).find(({ isValid }) => !isValid)?.error ?? new Error('not valid')
    return { claims: JSON.parse(Buffer.from(credential.split('.')[1], 'base64url').toString()).credentialSubject }
  }
  const { isValid, error, sdJwtVc } = await agent.sdJwtVc.verify({ compactSdJwtVc: credential })
  if (!isValid) throw error
  return { claims: sdJwtVc.prettyClaims }
}

async function sign(agent, { sign: claims, format, key, holder }) {
  const { keyId } = await imported(agent, key)
  const { didState } = await agent.dids.create({ method: 'key', options: { keyId } })
  const didUrl = didState.didDocument.verificationMethod[0].id
  if (format === 'vc+jwt') {
    const credential = JsonTransformer.fromJSON({ ...claims, issuer: didState.did }, W3cV2Credential)
    const signed = await agent.dependencyManager.resolve(W3cV2CredentialService).signCredential(agent.context, { format, credential, alg: 'ES256', verificationMethod: didUrl })
    return { credential: signed.encoded }
  }
  const { compact } = await agent.sdJwtVc.sign({
    payload: claims,
    issuer: { method: 'did', didUrl },
    holder: { method: 'jwk', jwk: Kms.PublicJwk.fromPublicJwk(holder) },
    disclosureFrame: { _sd: Object.keys(claims).filter((name) => name !== 'vct'), _sd_decoy: 2 },
    headerType: 'dc+sd-jwt',
  })
  return { credential: compact }
}

const STEPS = { offer_uri: accept, request_uri: answer, hold, verify, sign }

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const { anchors = [], steps } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
const agent = await agentOf(anchors)
const told = []
for (const step of steps) {
  tampering = Boolean(step.tamper)
  try {
    told.push(await STEPS[Object.keys(STEPS).find((name) => name in step)](agent, step))
  } catch (error) {
    const answered = error.response?.credentialErrorResponseResult?.data ?? error.errorResponse ?? null
    told.push({ refused: error.message, cause: error.cause?.message ?? null, answered })
  }
}
process.stdout.write(`${JSON.stringify({ steps: told })}\n`)
process.exit(0)
