/**
 * Owns the proof that the demo's stories end as they should, over the whole local stack.
 * I/O: starts the local stack.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { play, STORIES } from '../../scripts/demo/play.ts'
import { differences } from '../../scripts/demo/tell.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'

let stack: LocalStack
beforeAll(async () => {
  stack = await startLocalStack()
})
afterAll(async () => {
  await stack.close()
})

// In this order: later stories build on what earlier ones left in the caches.
describe('the demo', () => {
  it.each(STORIES.map((story) => [story.title, story] as const))('%s', async (_title, story) => {
    expect(differences(await play(story, stack))).toEqual([])
  })
})
