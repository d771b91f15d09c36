/** `npm run build`. The image's first stage runs `build/build.ts` itself, without a command line. */
import { readCommandLine } from './command-line/command-line.ts'

readCommandLine({
  name: 'build',
  about: `Builds dist/: the function with everything that it needs at run time, its bill of materials and the
notices of all packages in it. It takes seconds, and replaces what is there.`,
  options: {},
})
await import('./build/build.ts')
