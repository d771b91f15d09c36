import {
  DENIAL_REASONS,
  FAULT_REASONS,
  type DenialReason,
  type FaultReason,
} from '../../src/reasons.ts'
import { RESPONSIBLE, type Responsible } from './responsible.ts'

export interface ReasonText {
  readonly meaning: string
  readonly remedy: string
  /** Undefined for `permitted`, which needs no change. */
  readonly responsible: Responsible | undefined
}

const REASONS: Readonly<Record<string, Omit<ReasonText, 'responsible'>>> = {
  ...DENIAL_REASONS,
  ...FAULT_REASONS,
}

/** The meaning of a decision's reason and the remedy; undefined for an unknown reason. */
export function explainReason(reason: string): ReasonText | undefined {
  if (reason === 'permitted') {
    return { meaning: 'The token is valid.', remedy: '', responsible: undefined }
  }
  const text = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  return (
    text && {
      meaning: text.meaning,
      remedy: text.remedy,
      responsible: RESPONSIBLE[reason as DenialReason | FaultReason],
    }
  )
}
