/** `npm run demo`: the stories of the authorizer over the local stack, and one diagnosis. */
import { startLocalStack } from '../stack/local-stack.ts'
import { buildFirst } from './command-line/build-first.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { firstFailure } from './doctor/report.ts'
import { diagnoseBrokenSetup, formatDiagnosis } from './demo/diagnosis.ts'
import { differences, formatStory, formatSummary, type PlayedStory } from './demo/format.ts'
import { play, STORIES } from './demo/play.ts'

readCommandLine({
  name: 'demo',
  about: `Runs the stories of the authorizer on the local stack and prints for each what the caller sends, what the
function decides and what Oracle Integration gets; then npm run doctor for a set-up with a mistake.
It builds first, and takes about ten seconds. Exit status 0 if all end as expected.`,
  options: {},
})
buildFirst()

const stack = await startLocalStack()
try {
  const stories: PlayedStory[] = []
  for (const story of STORIES) {
    const played = await play(story, stack)
    stories.push(played)
    console.log(formatStory(played, stories.length))
  }
  const diagnosis = await diagnoseBrokenSetup(stack)
  console.log(formatDiagnosis(diagnosis))
  console.log(formatSummary(stories))
  const isDiagnosed = firstFailure(diagnosis.checks) !== undefined
  const areGood = stories.every((played) => differences(played).length === 0)
  process.exitCode = areGood && isDiagnosed ? 0 : 1
} finally {
  await stack.close()
}
