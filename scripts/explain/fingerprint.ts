import { createFingerprint } from '../../src/boot/compose.ts'

/**
 * Tells apart the secrets and tokens of one run, as the function does in its log. The key is new for each
 * run: passwords can be guessed, and a report may be passed on.
 */
export const fingerprint = createFingerprint()
