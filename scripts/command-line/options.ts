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

/** An option that may be absent. Without `parse`, any text but an empty one is valid. */
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
