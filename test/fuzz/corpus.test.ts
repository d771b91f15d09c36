/**
 * Owns the replay of what fuzzing has found worth keeping: inputs that once reached something new,
 * or that once were not dealt with as they have to be.
 * I/O: reads the corpus.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { TARGETS } from '../../scripts/fuzz/targets.ts'

const corpus = fileURLToPath(new URL('./corpus/', import.meta.url))

describe.each(TARGETS)('$name', (target) => {
  const folder = `${corpus}${target.name.replaceAll(' ', '-')}`
  const kept = existsSync(folder) ? readdirSync(folder) : []
  const inputs = [
    ...target.seeds.map((seed) => Buffer.from(seed)),
    ...kept.map((file) => readFileSync(`${folder}/${file}`)),
  ]

  it('deals with each input of the corpus as it has to', () => {
    expect(inputs.length).toBeGreaterThan(target.seeds.length)
    for (const input of inputs) {
      expect(() => {
        target.run(input)
      }).not.toThrow()
    }
  })
})
