/** `npm run build`. The image's first stage runs `build/build.ts` itself, without a command line. */
import { readCommandLine } from './command-line/command-line.ts'

readCommandLine({
  name: 'build',
  about: `Builds dist/: the function with all its dependencies, its bill of materials and the notices of all
packages in it. It takes seconds, and replaces the folder.`,
  options: {},
})
await import('./build/build.ts')
