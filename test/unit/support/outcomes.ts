import { denial, fault, type Denial, type Fault } from '../../../src/decision.ts'
import { failure, type Failure } from '../../../src/platform/result.ts'

export function denied(...parts: Parameters<typeof denial>): Failure<Denial> {
  return failure(denial(...parts))
}

export function faulty(...parts: Parameters<typeof fault>): Failure<Fault> {
  return failure(fault(...parts))
}
