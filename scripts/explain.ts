/** `npm run explain`: why a token is permitted or denied, by the function's own checks. */
import { numericDate, systemClock, type Clock } from '../src/platform/clock.ts'
import { readInput } from './check-config/read-input.ts'
import { endWith, EX_USAGE, readCommandLine } from './command-line/command-line.ts'
import { flag, text } from './command-line/options.ts'
import { UsageError } from './command-line/parse.ts'
import { readFile } from './command-line/read-file.ts'
import { readStandardInput } from './command-line/standard-input.ts'
import { evaluate } from './explain/evaluate.ts'
import { readLogLines } from './explain/log-lines.ts'
import { explainLine, toLogText } from './explain/log-report.ts'
import { readToken } from './explain/read-token.ts'
import { toJsonReport, toTextReport } from './explain/report.ts'
import { readSecrets } from './explain/secrets.ts'
import { toJson } from './explain/shown.ts'

const { values } = readCommandLine(
  {
    name: 'explain',
    about: `Explains why the function permits or denies a token: it reads the token from standard input, runs the
function's checks with your configuration and prints what each check expected and found. It fetches
keys and introspects like the function. It requests no token for the backend, and prints no signature
and no secret.`,
    options: {
      config: option('FILE', 'the configuration, in any form that check-config accepts'),
      secrets: option(
        'FILE',
        'client secrets for introspection: lines OCID=secret or CLIENT_ID=secret',
      ),
      arguments: option('A=B&C=D', 'other arguments of the gateway, by which a backend is chosen'),
      at: option('TIME', 'checks the token at this time, such as 2026-01-31T12:00:00Z'),
      log: option(
        'FILE',
        "explains lines of the function's log instead of a token; - for standard input",
      ),
      json: flag('prints one JSON object'),
    },
    more: `A client secret may also be in the environment variable CLIENT_SECRET, if only one client needs one;
otherwise the command prompts for it on the terminal.

Log lines may be as the function wrote them, or as OCI Logging exports them.

Exit status: 0 permitted, 1 denied, 2 fault, 64 wrong usage.

Examples
  npm run -s explain -- --config config.json < token.txt
  oci fn function get --function-id ocid1.fnfunc.… > function.json
  printf %s "$TOKEN" | npm run -s explain -- --config function.json --json
  npm run -s explain -- --log log.json`,
  },
  EX_USAGE,
)

await endWith(() => (values.log === undefined ? explainToken() : explainLog(values.log)))

async function explainToken(): Promise<number> {
  const { config, secrets, at } = values
  if (config === undefined) {
    throw new UsageError('--config is missing: give the file with the configuration.')
  }
  const configuration = readInput(readFile('--config', config))
  const other = Object.fromEntries(new URLSearchParams(values.arguments ?? ''))
  const clock = at === undefined ? systemClock : fixedClock(at)
  const token = readToken((await readStandardInput('an access token')).toString('utf8'))
  const explanation = await evaluate({
    configuration,
    token,
    arguments: other,
    secrets: await readSecrets(configuration, secrets),
    clock,
  })
  process.stdout.write(
    values.json ? `${toJson(toJsonReport(explanation))}\n` : toTextReport(explanation, clock.now()),
  )
  return { permit: 0, deny: 1, fault: 2 }[explanation.decision.outcome]
}

async function explainLog(path: string): Promise<number> {
  const content =
    path === '-' ? await readStandardInput('lines of the log') : readFile('--log', path)
  const lines = readLogLines(content.toString('utf8'))
  if (lines.length === 0) {
    throw new UsageError(
      'There is no line of the function\'s log in this: give lines with an "event".',
    )
  }
  const explained = lines.flatMap(explainLine)
  process.stdout.write(values.json ? `${toJson({ lines: explained })}\n` : toLogText(explained))
  return 0
}

function fixedClock(time: string): Clock {
  const now = Date.parse(time) / 1000
  if (!Number.isFinite(now)) {
    throw new UsageError('--at is not a time: give one such as 2026-01-31T12:00:00Z.')
  }
  return { now: () => numericDate(now) }
}

function option(placeholder: string, meaning: string) {
  return text(placeholder, meaning, placeholder === 'FILE' ? 'a file' : placeholder)
}
