/** A function that does nothing and answers. Do not deploy it. */
import { handle } from '@fnproject/fdk'

handle(() => Promise.resolve({ active: true }), { inputMode: 'buffer' })
