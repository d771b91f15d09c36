/** `build_spec.yaml` has the members that OCI DevOps documents ("Build Specification"), and no others. */
import { expect, it } from '@jest/globals'
import { Ajv } from 'ajv'
import { readFileSync } from 'node:fs'
import { parseYaml } from './tools.ts'

const text = { type: 'string', minLength: 1 }
const seconds = { type: 'integer', minimum: 1 }
const flag = { type: 'boolean' }

function object(required: readonly string[], properties: object) {
  return { type: 'object', additionalProperties: false, required, properties }
}

const step = {
  type: { const: 'Command' },
  name: text,
  shell: text,
  timeoutInSeconds: seconds,
  failImmediatelyOnError: flag,
  command: text,
  onFailure: { type: 'array' },
}

const validate = new Ajv().compile(
  object(['version', 'component', 'steps'], {
    version: { const: 0.1 },
    component: { const: 'build' },
    timeoutInSeconds: seconds,
    shell: { enum: ['bash', '/bin/sh'] },
    runAs: text,
    failImmediatelyOnError: flag,
    env: object([], {
      variables: { type: 'object' },
      vaultVariables: { type: 'object' },
      exportedVariables: { type: 'array', items: text },
    }),
    inputArtifacts: { type: 'array' },
    steps: { type: 'array', minItems: 1, items: object(['type', 'command'], step) },
    outputArtifacts: {
      type: 'array',
      items: object(['name', 'type', 'location'], {
        name: text,
        type: { enum: ['BINARY', 'DOCKER_IMAGE'] },
        location: text,
      }),
    },
  }),
)

const specification = parseYaml(
  readFileSync(new URL('../../build_spec.yaml', import.meta.url), 'utf8'),
) as Record<string, unknown>

it('is accepted', () => {
  validate(specification)
  expect(validate.errors).toBeNull()
})

it('delivers the image that it builds', () => {
  const { outputArtifacts, steps } = specification as {
    outputArtifacts: { location: string }[]
    steps: { command: string }[]
  }
  const commands = steps.map(({ command }) => command).join('\n')
  for (const { location } of outputArtifacts) {
    expect(commands).toContain(`docker build -t ${location} .`)
  }
})

it.each([
  ['another member', { ...specification, output: [] }],
  ['another version', { ...specification, version: '0.1' }],
  ['no steps', { ...specification, steps: undefined }],
])('with %s is rejected', (_, changed) => {
  expect(validate(JSON.parse(JSON.stringify(changed)))).toBe(false)
})
