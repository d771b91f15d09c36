import { createFingerprint } from '../../src/boot/compose.ts'

/**
 * Identifies secrets and tokens as in the function's log. The key is new for each run: a report may be
 * passed on, and passwords can be guessed.
 */
export const fingerprint = createFingerprint()
