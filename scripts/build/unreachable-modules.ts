import type { Plugin } from 'esbuild'

/**
 * A library's module that the function never uses. Loading these takes a good part of a cold first call;
 * the end-to-end tests run the bundle without them.
 */
interface UnreachableModule {
  readonly module: RegExp
  /** The file that requires it. */
  readonly importer: RegExp
  readonly why: string
}

const UNREACHABLE_MODULES: readonly UnreachableModule[] = [
  {
    module: /^(isomorphic-fetch|node-fetch)$/,
    importer: /./,
    why: 'all requests go through platform/http.ts',
  },
  {
    module: /^\.\/fetch\.js$/,
    importer: /axios.adapters|axios.lib.adapters/,
    why: 'the adapter is http',
  },
  { module: /^form-data$/, importer: /axios/, why: 'bodies are strings' },
  { module: /^follow-redirects$/, importer: /axios/, why: 'redirects are not followed' },
  {
    module: /^(proxy-from-env|https-proxy-agent)$/,
    importer: /axios/,
    why: 'proxies are not used',
  },
  { module: /^http2$/, importer: /axios/, why: 'only HTTP/1.1 is used' },
  {
    module: /^\.\/(sign|verify)$/,
    importer: /jsonwebtoken.index/,
    why: 'Oracle’s client only decodes its own token',
  },
  {
    module: /^(tweetnacl|bcrypt-pbkdf|jsbn|ecc-jsbn(\/lib\/ec)?)$/,
    importer: /sshpk|ecc-jsbn/,
    why: 'the key of a resource principal is an unencrypted RSA key',
  },
  {
    module: /^\.\/(dhe|ed-compat|identity|certificate)$/,
    importer: /sshpk.lib/,
    why: 'Oracle’s client only reads an RSA key with it',
  },
  {
    module: /^\.\/(formats\/)?(rfc4253|ssh|ssh-private|dnssec|putty|openssh-cert|x509|x509-pem)$/,
    importer: /sshpk.lib/,
    why: 'the key of a resource principal is in PEM, as PKCS #1 or PKCS #8',
  },
  {
    module: /^\.\/(parser|verify)$/,
    importer: /http-signature.lib/,
    why: 'requests are only signed',
  },
  {
    module: /^(json-schema|verror)$/,
    importer: /jsprim/,
    why: 'only its date format is used',
  },
  {
    module: /^jssha$/,
    importer: /oci-common.lib/,
    why: 'requests to Vault have no body',
  },
  {
    module: /^opossum$/,
    importer: /oci-(common|secrets).lib/,
    why: 'the circuit breaker of Oracle’s client is off',
  },
]

/** Replaces each of them by an empty module. */
export const withoutUnreachableModules: Plugin = {
  name: 'without-unreachable-modules',
  setup: (bundler) => {
    bundler.onResolve({ filter: /./ }, ({ path, importer }) =>
      UNREACHABLE_MODULES.some(({ module, importer: by }) => module.test(path) && by.test(importer))
        ? { path, namespace: 'unreachable', sideEffects: false }
        : undefined,
    )
    bundler.onLoad({ filter: /./, namespace: 'unreachable' }, () => ({
      contents: 'module.exports = {}',
    }))
  },
}
