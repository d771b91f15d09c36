import { describeFaults } from './describe-faults.ts'

describeFaults('#51: faults of the token endpoint', 'token endpoint')
