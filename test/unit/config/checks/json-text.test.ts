import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { duplicateMembers } from '../../../../src/config/checks/json-text.ts'
import { readDocument } from '../../../../src/config/read-document.ts'
import { failure } from '../../../../src/platform/result.ts'
import { configProblem } from '../../support/problems.ts'

describe('duplicate members', () => {
  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":1,"a":1,"a":1}', ['a']],
    ['{"a":1,"b":2,"a":3,"b":4}', ['a', 'b']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"a\\"":1,"a\\u0022":2}', ['a"']],
    ['{"é":1,"\\u00e9":2}', ['é']],
    ['{"":1,"":2}', ['']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['{"a":{"b":{},"b":[]}}', ['a.b']],
    ['{"a":[0,{"b":1,"b":2}]}', ['a.1.b']],
    ['{"a":[[],["x"],[{},{"b":1 , "b":2}]]}', ['a.2.1.b']],
    ['[{"a":1},{"a":1,"a":2},{"a":1}]', ['1.a']],
    ['{"a":{"b":1},"c":{"b":1},"a":{"b":1}}', ['a']],
    ['{"x":"{","a":1,"y":"}","a":2}', ['a']],
    ['{"x":"\\\\","a":1,"y":"\\"","a":2}', ['a']],
    ['{"x":["a","a"],"x":1}', ['x']],
    ['{ "a" :\n1 ,\t"a" : "a" }', ['a']],
  ])('are found with their path: %s', (text, paths) => {
    JSON.parse(text)

    expect(duplicateMembers(text)).toStrictEqual(paths)
  })

  it.each([
    '{}',
    '[]',
    '"a"',
    'null',
    '{"a":{"a":{"a":1}}}',
    '{"a":"a"}',
    '{"a":["a","a"],"b":["a"]}',
    '[{"a":1},{"a":1}]',
    '{"a":"b","b":"a"}',
    '{"a":"\\",\\"a\\":1"}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":1,"A":2,"a ":3,"\\\\u0061":4}',
  ])('are not found if there are none: %s', (text) => {
    JSON.parse(text)

    expect(duplicateMembers(text)).toStrictEqual([])
  })

  /** Names that are made of what the scanner looks at. */
  const name = fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '[', ',', ':', 'a', '\u2028'),
  })
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      name,
      fc.double(),
      fc.array(tie('value')),
      fc.dictionary(name, tie('value')),
    ),
  }))

  it('are never found in the output of JSON.stringify', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.jsonValue()), fc.constantFrom(0, 2), (each, indent) => {
        expect(duplicateMembers(JSON.stringify(each, null, indent))).toStrictEqual([])
      }),
    )
  })

  it('are found at every position', () => {
    fc.assert(
      fc.property(value, value, name, value, (before, one, twice, other) => {
        const member = JSON.stringify(twice)
        const [first, second] = [JSON.stringify(one), JSON.stringify(other)]
        const text = `[${JSON.stringify(before)},{${member}:${first},${member}:${second}}]`

        expect(duplicateMembers(text)).toStrictEqual([`1.${twice}`])
      }),
    )
  })
})

describe('a document', () => {
  it('is rejected with each of them and without values', () => {
    const text =
      '{"issuers":[{"name":"a","audience":["s3cret"],"audience":"any"}],"backends":[],"issuers":[]}'
    const duplicate = [
      'is given twice',
      'Keep the one that is meant: only the last would count.',
    ] as const

    expect(readDocument(text, 'key')).toStrictEqual(
      failure([
        configProblem('key: issuers.0.audience', ...duplicate),
        configProblem('key: issuers', ...duplicate),
      ]),
    )
  })
})
