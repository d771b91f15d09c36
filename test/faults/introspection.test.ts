import { describeFaults } from './describe-faults.ts'

await describeFaults('#37, #39, #51: faults of introspection', 'introspection')
