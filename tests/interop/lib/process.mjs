// A peer is a command: JSON on standard input, one JSON object on standard output, exit code 0 or 1.
import { createServer } from 'node:http'
import { setGlobalConfig } from '@openid4vc/oauth2'

setGlobalConfig({ allowInsecureUrls: true }) // every party of the tests lives on loopback

async function readInput() {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
}

/** What went wrong, with its causes and with what the other side answered. */
export function describe(error) {
  const told = { name: error.name, message: error.message }
  if (error.errorResponse) told.answer = error.errorResponse
  if (error.response?.credentialErrorResponseResult?.data) told.answer = error.response.credentialErrorResponseResult.data
  if (error.errors) told.errors = [...error.errors].map(describe)
  if (error.details) told.details = error.details
  if (error.cause instanceof Error) told.cause = describe(error.cause)
  return told
}

/** Run a command that ends. */
export async function command(run) {
  let outcome
  try {
    outcome = await run(await readInput())
  } catch (error) {
    outcome = { error: describe(error) }
    process.exitCode = 1
  }
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}

const bodyOf = async (request) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Run a server on a free port of loopback until standard input closes; `build(input, origin)` gives the routes:
 * `{ 'GET /path/:id': async ({ params, body, headers, url }) => ({ status, type, body }) }`.
 */
export async function service(build) {
  const lines = process.stdin[Symbol.asyncIterator]()
  const input = JSON.parse(Buffer.from((await lines.next()).value).toString('utf8'))
  const routes = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, `http://${request.headers.host}`)
    let answer = { status: 404, body: { error: 'not_found', path: url.pathname } }
    try {
      for (const { method, pattern, handle } of routes) {
        const match = method === request.method && pattern.exec(url.pathname)
        if (!match) continue
        const headers = new Headers(Object.entries(request.headers).map(([k, v]) => [k, String(v)]))
        answer = await handle({ params: match.groups ?? {}, body: await bodyOf(request), headers, url, method: request.method })
        break
      }
    } catch (error) {
      answer = { status: error.status ?? 400, body: error.errorResponse ?? { error: 'server_error', ...describe(error) } }
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
    response.writeHead(answer.status ?? 200, { 'Content-Type': answer.type ?? 'application/json', 'Cache-Control': 'no-store' })
    response.end(answer.status === 204 ? undefined : text)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${server.address().port}`
  const { routes: table, ...told } = await build(input, origin)
  for (const [route, handle] of Object.entries(table)) {
    const [method, path] = route.split(' ')
    routes.push({ method, pattern: new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`), handle })
  }
  process.stdout.write(`${JSON.stringify({ origin, ...told })}\n`)
  while (!(await lines.next()).done);
  server.close()
  process.exit(0)
}
