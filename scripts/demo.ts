/**
 * Tells the stories of the authorizer over the local stack; exit status 0 when all end as they should.
 * I/O: starts the local stack; writes standard output.
 */
import { startLocalStack } from '../stack/local-stack.ts'
import { buildFirst } from './command-line/build-first.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { play, STORIES } from './demo/play.ts'
import { differences, tellStory, tellSummary, type Telling } from './demo/tell.ts'

readCommandLine({
  name: 'demo',
  about: `Tells the stories of the authorizer over the local stack: what is sent, what comes of it, and what the
identity providers see. It builds first, and takes ten seconds or so. Exit status 0 when all end as they should.`,
  options: {},
})
buildFirst()

const stack = await startLocalStack()
try {
  const tellings: Telling[] = []
  for (const story of STORIES) {
    const telling = await play(story, stack)
    tellings.push(telling)
    console.log(tellStory(telling, tellings.length))
  }
  console.log(tellSummary(tellings))
  process.exitCode = tellings.every((telling) => differences(telling).length === 0) ? 0 : 1
} finally {
  await stack.close()
}
