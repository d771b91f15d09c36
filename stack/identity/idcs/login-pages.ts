/** The login of users: the authorization endpoint, the device endpoint and the page for its code. */
import { readBody } from '../../listen.ts'
import { clientOf, type Domain, type Flavour } from '../domain.ts'
import type { Exchange, Middleware } from '../middleware.ts'
import { DEVICE_CODE_SECONDS, findDevice, issueCode, startDevice } from './user-grants.ts'

const DEVICE_PAGE = '/ui/v1/device'

export function serveLoginPages(domain: Domain, paths: Flavour['paths']): Middleware {
  return async (ctx, next) => {
    switch (ctx.path) {
      case paths.authorization:
        await authorize(domain, ctx)
        break
      case paths.device:
        await authorizeDevice(domain, ctx)
        break
      case DEVICE_PAGE:
        await enterUserCode(domain, ctx)
        break
      default:
        await next()
    }
  }
}

/** RFC 6749 §4.1.2.1: shows errors of client or redirect to the user, and sends other errors to the client. */
async function authorize(domain: Domain, ctx: Exchange): Promise<void> {
  const query = new URLSearchParams(ctx.querystring)
  const client = clientOf(domain, query.get('client_id'))
  const redirectUri = query.get('redirect_uri') ?? ''
  if (client === undefined || !isRegistered(redirectUri, client.redirectUris ?? [])) {
    showPage(ctx, 400, 'Not allowed', '<p>Unknown client, or a redirect URI that it does not have.')
    return
  }
  const back = (parameters: Record<string, string>): void => {
    const url = new URL(redirectUri)
    const state = query.get('state')
    const all = { ...parameters, ...(state !== null && { state }) }
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value)
    ctx.redirect(url.href)
  }
  const codeChallenge = query.get('code_challenge') ?? undefined
  if (query.get('response_type') !== 'code') {
    back({ error: 'unsupported_response_type' })
    return
  }
  if (
    (client.isPublic === true && codeChallenge === undefined) ||
    (codeChallenge !== undefined && query.get('code_challenge_method') !== 'S256')
  ) {
    back({ error: 'invalid_request', error_description: 'PKCE with S256 is required' })
    return
  }
  const login = await readLogin(domain, ctx)
  if (login.kind === 'refused') back({ error: 'access_denied' })
  else if (login.kind === 'user') {
    const scope = query.get('scope') ?? ''
    const { clientId } = client
    back({
      code: issueCode(domain, { clientId, user: login.user, scope, redirectUri, codeChallenge }),
    })
  } else {
    showPage(ctx, 200, `${client.clientId} asks for access`, loginForm(domain, login.kind))
  }
}

/** RFC 8252 §7.3: any port of a loopback address. */
function isRegistered(redirectUri: string, registered: readonly string[]): boolean {
  if (!URL.canParse(redirectUri)) return false
  const url = new URL(redirectUri)
  if (url.hostname === '127.0.0.1') url.port = ''
  return registered.some((each) => {
    const known = new URL(each)
    if (known.hostname === '127.0.0.1') known.port = ''
    return known.href === url.href
  })
}

async function authorizeDevice(domain: Domain, ctx: Exchange): Promise<void> {
  const form = await readForm(ctx)
  const client = clientOf(domain, form.get('client_id') ?? basicUser(ctx.get('authorization')))
  if (ctx.method !== 'POST' || client === undefined) {
    ctx.status = ctx.method === 'POST' ? 401 : 405
    ctx.body = { error: 'invalid_client' }
    return
  }
  if (form.get('response_type') !== 'device_code') {
    ctx.status = 400
    ctx.body = { error: 'invalid_request', error_description: 'response_type' }
    return
  }
  const { deviceCode, userCode } = startDevice(domain, client.clientId, form.get('scope') ?? '')
  ctx.status = 200
  ctx.body = {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: domain.url + DEVICE_PAGE,
    expires_in: DEVICE_CODE_SECONDS,
  }
}

function basicUser(authorization: string): string | undefined {
  const credentials = /^Basic (\S+)$/i.exec(authorization)?.[1]
  if (credentials === undefined) return undefined
  return decodeURIComponent(Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '')
}

async function enterUserCode(domain: Domain, ctx: Exchange): Promise<void> {
  const form = ctx.method === 'POST' ? await readForm(ctx) : undefined
  const login = await readLogin(domain, ctx, form)
  const device = findDevice(domain, form?.get('user_code') ?? '')
  if (login.kind === 'none' || login.kind === 'wrong' || device === undefined) {
    const isWrongCode = login.kind === 'user' || login.kind === 'refused'
    const code = `${isWrongCode ? '<p role="alert">No device waits with this code.' : ''}
      <label>Code on the device <input name="user_code" autocomplete="off" required></label>`
    showPage(ctx, 200, 'Connect a device', loginForm(domain, login.kind, code))
    return
  }
  device.user = login.kind === 'user' ? login.user : null
  const text = login.kind === 'user' ? `allowed, as ${login.user}` : 'refused'
  showPage(ctx, 200, 'Done', `<p>The device is ${escape(text)}. You can close this page.`)
}

type Login =
  { readonly kind: 'none' | 'wrong' | 'refused' } | { readonly kind: 'user'; readonly user: string }

async function readLogin(domain: Domain, ctx: Exchange, form?: URLSearchParams): Promise<Login> {
  if (ctx.method !== 'POST') return { kind: 'none' }
  const fields = form ?? (await readForm(ctx))
  if (fields.get('answer') === 'refuse') return { kind: 'refused' }
  const user = domain.options.users?.find(({ name }) => name === fields.get('user'))
  return user?.password !== undefined && user.password === fields.get('password')
    ? { kind: 'user', user: user.name }
    : { kind: 'wrong' }
}

async function readForm({ req }: Exchange): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(req)).toString())
}

function loginForm({ options }: Domain, kind: Login['kind'], more = ''): string {
  const names = (options.users ?? []).map(({ name }) => `<option value="${escape(name)}">`)
  return `${kind === 'wrong' ? '<p role="alert">Unknown user or wrong password.' : ''}
    <form method="post">${more}
      <label>User <input name="user" list="users" autocomplete="username" required></label>
      <datalist id="users">${names.join('')}</datalist>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <p><button name="answer" value="allow">Sign in and allow</button>
      <button name="answer" value="refuse" formnovalidate>Refuse</button>
    </form>`
}

function showPage(ctx: Exchange, status: number, title: string, body: string): void {
  ctx.status = status
  ctx.type = 'text/html; charset=utf-8'
  ctx.body = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${escape(title)}</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:24rem;margin:4rem auto;padding:0 1rem}
label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;padding:.4rem;box-sizing:border-box}
button{font:inherit;padding:.4rem .8rem}</style>
<main><h1>${escape(title)}</h1>${body}</main></html>`
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
