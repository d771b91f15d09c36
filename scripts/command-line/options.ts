/** A command's option: how the help shows it and which values it accepts. */
export interface Option<T> {
  /** Stands for the value in the help; undefined where the option takes none. */
  readonly placeholder: string | undefined
  readonly meaning: string
  readonly default: T
  /** The default as the help shows it; empty to leave it out. */
  readonly defaultText: string
  /** What a valid value is; follows “give” in an error. */
  readonly expected: string
  /** Undefined where the text is not a valid value. */
  readonly parse: (text: string) => T | undefined
}

export function flag(meaning: string): Option<boolean> {
  return {
    placeholder: undefined,
    meaning,
    default: false,
    defaultText: '',
    expected: 'no value',
    parse: () => undefined,
  }
}

export interface Range {
  /** Inclusive, as is `max`. */
  readonly min: number
  readonly max: number
  readonly default: number
  /** Accepts only multiples of it. */
  readonly step?: number
  /** For a default that differs from run to run. */
  readonly defaultText?: string
}

export function wholeNumber(meaning: string, range: Range): Option<number> {
  const { min, max, step = 1, defaultText = String(range.default) } = range
  const kind = step === 1 ? 'a whole number' : `a multiple of ${step}`
  return {
    placeholder: 'N',
    meaning,
    default: range.default,
    defaultText,
    expected: `${kind} from ${min} to ${max}`,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max && value % step === 0 ? value : undefined
    },
  }
}

export function decimalNumber(
  meaning: string,
  range: Omit<Range, 'step' | 'defaultText'>,
): Option<number> {
  const { min, max } = range
  return {
    placeholder: 'N',
    meaning,
    default: range.default,
    defaultText: String(range.default),
    expected: `a number from ${min} to ${max}`,
    parse: (text) => {
      const value = /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
  }
}

export function choice<T extends string>(
  meaning: string,
  choices: readonly T[],
  defaultChoice: T,
): Option<T> {
  return {
    placeholder: 'NAME',
    meaning: `${meaning}: ${choices.join(', ')}`,
    default: defaultChoice,
    defaultText: defaultChoice,
    expected: `one of ${choices.join(', ')}`,
    parse: (text) => choices.find((each) => each === text),
  }
}

export function file(meaning: string): Option<string | undefined> {
  return {
    placeholder: 'FILE',
    meaning,
    default: undefined,
    defaultText: '',
    expected: 'the path of a file',
    parse: (text) => (text === '' ? undefined : text),
  }
}
