/**
 * The least that a function can be: it answers, and does nothing.
 */
import { handle } from '@fnproject/fdk'

handle(() => Promise.resolve({ active: true }), { inputMode: 'buffer' })
