/** An option of a command: its help and its valid values. */
export interface Option<T> {
  /** The value in the help; undefined if the option has no value. */
  readonly placeholder: string | undefined
  readonly meaning: string
  readonly default: T
  /** The default in the help; empty to omit it. */
  readonly defaultText: string
  /** Describes a valid value, after “give” in an error. */
  readonly expected: string
  /** Undefined for an invalid value. */
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
  /** Valid values are multiples of it. */
  readonly step?: number
  /** For a default that differs from run to run. */
  readonly defaultText?: string
}

export function wholeNumber(meaning: string, range: Range): Option<number> {
  const kind = range.step === undefined ? 'a whole number' : `a multiple of ${range.step}`
  return numberOption(meaning, range, kind, /^\d{1,15}$/)
}

export function decimalNumber(meaning: string, range: Omit<Range, 'step'>): Option<number> {
  return numberOption(meaning, range, 'a number', /^\d{1,15}(\.\d{1,15})?$/)
}

function numberOption(
  meaning: string,
  { min, max, default: usual, step, defaultText = String(usual) }: Range,
  kind: string,
  form: RegExp,
): Option<number> {
  return {
    placeholder: 'N',
    meaning,
    default: usual,
    defaultText,
    expected: `${kind} from ${min} to ${max}`,
    parse: (text) => {
      const value = form.test(text) ? Number(text) : Number.NaN
      const isMultiple = step === undefined || value % step === 0
      return value >= min && value <= max && isMultiple ? value : undefined
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

/** An optional text. Without `parse`, any text that is not empty is valid. */
export function text(
  placeholder: string,
  meaning: string,
  expected: string,
  parse: (text: string) => string | undefined = (value) => (value === '' ? undefined : value),
): Option<string | undefined> {
  return { placeholder, meaning, default: undefined, defaultText: '', expected, parse }
}

export function file(meaning: string): Option<string | undefined> {
  return text('FILE', meaning, 'the path of a file')
}
