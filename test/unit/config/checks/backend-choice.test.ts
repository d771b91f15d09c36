import { describe, expect, it } from '@jest/globals'
import {
  configOf,
  ISSUER,
  problem,
  problemsOf,
  withBackends,
  type Members,
} from '../../support/documents.ts'

const OTHER_ISSUER: Members = { ...ISSUER, name: 'others', issuer: 'https://other.example' }

/** With two issuers. */
function amongIssuers(...backends: readonly Members[]): Members {
  return { ...withBackends(...backends), issuers: [ISSUER, OTHER_ISSUER] }
}

const BY_HOST: Members = { when: { arguments: { host: 'a.example' } } }
const LAST: Members = { name: 'last' }

const UNMATCHED_MISSING = problem(
  'unmatched',
  'is missing',
  'Give "refuse"; or leave out the `when` of the last backend, which then takes every call.',
)
function conditionMissing(index: number) {
  return problem(
    `backends.${index}.when`,
    'is missing',
    'Give a condition: only the last backend can take every call.',
  )
}
const ISSUERS_MISSING = problem(
  'backends.0.when.issuers',
  'is missing beside clients or scopes',
  'Name the issuers that these clients or scopes belong to: another issuer may use the same names.',
)
const UNKNOWN_ISSUER = problem(
  'backends.0.when.issuers',
  'has a name that no issuer has',
  'Give names of the issuers above.',
)

describe('several backends', () => {
  it('are accepted in the order of the document', () => {
    const { backends } = configOf(withBackends({ name: 'b', ...BY_HOST }, { name: 'a' }))

    expect(backends.map(({ name }) => name)).toStrictEqual(['b', 'a'])
  })

  it('must have different names', () => {
    const backends = [BY_HOST, { ...BY_HOST, name: 'b' }, BY_HOST, LAST]

    expect(problemsOf(withBackends(...backends))).toStrictEqual([
      problem('backends.2.name', 'is taken', 'Give each backend its own name.'),
    ])
  })

  it('must have a condition, except the last', () => {
    expect(problemsOf(withBackends({}, { name: 'b' }, LAST))).toStrictEqual([
      conditionMissing(0),
      conditionMissing(1),
    ])
  })

  it('may be a single one without a condition', () => {
    expect(problemsOf(withBackends({}))).toStrictEqual([])
  })
})

describe('calls without a matching backend', () => {
  it('are denied if the document says so', () => {
    const document = withBackends(BY_HOST)

    expect(problemsOf({ ...document, unmatched: 'refuse' })).toStrictEqual([])
    expect(problemsOf(document)).toStrictEqual([UNMATCHED_MISSING])
  })

  it('cannot exist if the last backend accepts every call', () => {
    expect(problemsOf({ ...withBackends(BY_HOST, LAST), unmatched: 'refuse' })).toStrictEqual([
      problem(
        'unmatched',
        'has no effect beside a backend without `when`',
        'Leave it out, or give the last backend a condition.',
      ),
    ])
  })

  it('depend on the last backend only', () => {
    expect(problemsOf(withBackends({}, { ...LAST, ...BY_HOST }))).toStrictEqual([
      conditionMissing(0),
      UNMATCHED_MISSING,
    ])
  })
})

describe('the issuers of a condition', () => {
  it('are names of configured issuers', () => {
    const when = { issuers: ['callers', 'others'] }

    expect(problemsOf(amongIssuers({ when }, LAST))).toStrictEqual([])
  })

  it.each([[['caller']], [['callers', 'nobody']], [['Callers']]])(
    'are rejected as %j, which is not the name of an issuer',
    (issuers) => {
      expect(problemsOf(amongIssuers({ when: { issuers } }, LAST))).toStrictEqual([UNKNOWN_ISSUER])
    },
  )

  it('are rejected if the only issuer has another name', () => {
    expect(problemsOf(withBackends({ when: { issuers: ['others'] } }, LAST))).toStrictEqual([
      UNKNOWN_ISSUER,
    ])
  })

  it.each<[Members]>([[{ clients: ['a'] }], [{ scopes: ['a'] }], [{ clients: [], scopes: [] }]])(
    'are required beside %j if there are several',
    (when) => {
      const withIssuers = { ...when, issuers: ['others'] }

      expect(problemsOf(amongIssuers({ when }, LAST))).toStrictEqual([ISSUERS_MISSING])
      expect(problemsOf(amongIssuers({ when: withIssuers }, LAST))).toStrictEqual([])
    },
  )

  it.each<[Members]>([[{ clients: ['a'] }], [{ scopes: ['a'] }]])(
    'may be omitted beside %j if there is one',
    (when) => {
      expect(problemsOf(withBackends({ when }, LAST))).toStrictEqual([])
    },
  )

  it('may be omitted if the condition has only arguments', () => {
    expect(problemsOf(amongIssuers(BY_HOST, LAST))).toStrictEqual([])
  })
})

describe('a grant on behalf of a user', () => {
  const USER_GRANTS: readonly [string, Members][] = [
    ['jwt_bearer', { grant: 'jwt_bearer', assertion: { key_ocid: 'ocid1.vaultsecret.oc1..k' } }],
    ['token_exchange', { grant: 'token_exchange' }],
  ]
  const missingFor = (grant: string) =>
    problem(
      'backends.0.when.issuers',
      `is missing for the grant ${grant}`,
      'Name the issuers whose users it is for: another issuer may have users of the same name.',
    )

  it.each(USER_GRANTS)(
    'must name the issuers of its users if there are several: %s',
    (name, grant) => {
      expect(problemsOf(amongIssuers(grant))).toStrictEqual([missingFor(name)])
      expect(problemsOf(amongIssuers({ ...grant, ...BY_HOST }, LAST))).toStrictEqual([
        missingFor(name),
      ])
    },
  )

  it.each(USER_GRANTS)(
    'is accepted if it names them, or if there is one issuer: %s',
    (_, grant) => {
      const when = { issuers: ['callers'] }

      expect(problemsOf(amongIssuers({ ...grant, when }, LAST))).toStrictEqual([])
      expect(problemsOf(withBackends(grant))).toStrictEqual([])
    },
  )

  it.each<[Members]>([
    [{ grant: 'client_credentials' }],
    [{ grant: 'basic', secret_ocid: 'ocid1.vaultsecret.oc1..b' }],
  ])('is not %j', (grant) => {
    expect(problemsOf(amongIssuers(grant))).toStrictEqual([])
  })
})
