import { describeFaults } from './describe-faults.ts'

describeFaults('#37, #39, #51: faults of introspection', 'introspection')
