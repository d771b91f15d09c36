/** Runs the demo's stories in their order. */
import type { LocalStack } from '../../stack/local-stack.ts'
import { JWT_STORIES } from './jwt-stories.ts'
import { BACKEND_STORIES } from './backend-stories.ts'
import { observe } from './observe.ts'
import { INTROSPECTION_STORIES } from './stories.ts'
import type { Story } from './story.ts'
import { USER_FLOW_STORIES } from './user-flow-stories.ts'
import type { PlayedStory } from './format.ts'

export const STORIES: readonly Story[] = [
  ...INTROSPECTION_STORIES,
  ...JWT_STORIES,
  ...BACKEND_STORIES,
  ...USER_FLOW_STORIES,
]

export async function play(story: Story, stack: LocalStack): Promise<PlayedStory> {
  if (story.configure !== undefined) {
    await stack.authorizer.setConfig(await story.configure(stack))
  }
  const request = await story.request(stack)
  const seen = await observe(stack, request)
  await story.afterwards?.(stack)
  return { story, seen }
}
