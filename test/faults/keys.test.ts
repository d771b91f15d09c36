import { describeFaults } from './describe-faults.ts'

await describeFaults('#51: faults of the keys', 'keys')
