/**
 * Owns the kinds of options that commands have, and what each takes for a value.
 * Pure.
 */

export interface Option<T> {
  /** What stands for its value in the help; undefined where it takes none. */
  readonly placeholder: string | undefined
  readonly meaning: string
  readonly otherwise: T
  /** The default as a person reads it; empty where it goes without saying. */
  readonly otherwiseTold: string
  /** What has to be given, after “give”. */
  readonly wanted: string
  /** Undefined where the text is no such value. */
  readonly read: (text: string) => T | undefined
}

export function flag(meaning: string): Option<boolean> {
  return {
    placeholder: undefined,
    meaning,
    otherwise: false,
    otherwiseTold: '',
    wanted: 'no value',
    read: () => undefined,
  }
}

export interface Range {
  readonly least: number
  readonly most: number
  readonly otherwise: number
  /** Only multiples of it. */
  readonly step?: number
  /** Where the default is not the same each time. */
  readonly otherwiseTold?: string
}

export function wholeNumber(meaning: string, range: Range): Option<number> {
  const { least, most, otherwise, step = 1, otherwiseTold = String(otherwise) } = range
  const kind = step === 1 ? 'a whole number' : `a multiple of ${step}`
  return {
    placeholder: 'N',
    meaning,
    otherwise,
    otherwiseTold,
    wanted: `${kind} from ${least} to ${most}`,
    read: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      return value >= least && value <= most && value % step === 0 ? value : undefined
    },
  }
}

export function decimalNumber(
  meaning: string,
  { least, most, otherwise }: Omit<Range, 'step' | 'otherwiseTold'>,
): Option<number> {
  return {
    placeholder: 'N',
    meaning,
    otherwise,
    otherwiseTold: String(otherwise),
    wanted: `a number from ${least} to ${most}`,
    read: (text) => {
      const value = /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN
      return value >= least && value <= most ? value : undefined
    },
  }
}

export function choice<T extends string>(
  meaning: string,
  choices: readonly T[],
  otherwise: T,
): Option<T> {
  return {
    placeholder: 'NAME',
    meaning: `${meaning}: ${choices.join(', ')}`,
    otherwise,
    otherwiseTold: otherwise,
    wanted: `one of ${choices.join(', ')}`,
    read: (text) => choices.find((each) => each === text),
  }
}
