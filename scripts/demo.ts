/** `npm run demo`: the stories of the authorizer over the local stack, and one diagnosis. */
import { startLocalStack } from '../stack/local-stack.ts'
import { buildFirst } from './command-line/build-first.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { firstFailure } from './doctor/report.ts'
import { diagnoseBrokenSetup, tellDiagnosis } from './demo/diagnosis.ts'
import { play, STORIES } from './demo/play.ts'
import { differences, tellStory, tellSummary, type Telling } from './demo/tell.ts'

readCommandLine({
  name: 'demo',
  about: `Tells the stories of the authorizer over the local stack: what is sent, what comes of it, and what the
identity providers see; then a set-up with a mistake, as npm run doctor diagnoses it. It builds first, and takes ten seconds or so. Exit status 0 when all end as they should.`,
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
  const diagnosis = await diagnoseBrokenSetup(stack)
  console.log(tellDiagnosis(diagnosis))
  console.log(tellSummary(tellings))
  const isDiagnosed = firstFailure(diagnosis.checks) !== undefined
  const areGood = tellings.every((telling) => differences(telling).length === 0)
  process.exitCode = areGood && isDiagnosed ? 0 : 1
} finally {
  await stack.close()
}
