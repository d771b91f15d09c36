/** Problems and warnings of a configuration: by key, with what to do, all of them at once. */
import { failure, type Result } from '../platform/result.ts'

/** Values are never part of it: one could be a secret. */
export interface ConfigProblem {
  readonly key: string
  readonly problem: string
  readonly remedy: string
  /** A warning about a value with which no call can succeed: `check-config` reports it as a problem. */
  readonly isBroken?: true
  /** A warning about a deliberate choice, which is logged as `warn` and not as `error`. */
  readonly isChoice?: true
}

/** Reports about a member of an entry, such as `client.client_id`; '' is the entry itself. */
export type Report = (
  field: string,
  problem: string,
  remedy: string,
  more?: Pick<ConfigProblem, 'isBroken' | 'isChoice'>,
) => void

/** How a configuration was given: problems use the names that its author used. */
export interface ConfigForm {
  /** The keys of what is at a path of the configuration document, such as `issuers.0.audience`. */
  readonly keysAt: (path: string) => readonly string[]
  /** A text about members of an entry, such as `issuers.0`, in the names of this form. */
  readonly wording: (text: string, entry: string) => string
  /** What a warning adds to name its entry, such as `issuer partners`. */
  readonly suffix: (entry: string) => string
}

export function documentForm(key: string): ConfigForm {
  return {
    keysAt: (path) => [path === '' ? key : `${key}: ${path}`],
    wording: (text) => text,
    suffix: (entry) => ` (${entry})`,
  }
}

/** A report for the entry of a document at the path; it appends to the list. */
export function reportTo(list: ConfigProblem[], form: ConfigForm, entry: string): Report {
  return (field, problem, remedy, more = {}) => {
    const path = [entry, field].filter((part) => part !== '').join('.')
    const texts = { problem: form.wording(problem, entry), remedy: form.wording(remedy, entry) }
    for (const key of form.keysAt(path)) {
      // Entries of a list have one flat key.
      const isKnown = list.some((each) => each.key === key && each.problem === texts.problem)
      if (!isKnown) list.push({ key, ...texts, ...more })
    }
  }
}

/** A defect of the validation is a problem like any other: the function must start and log it. */
export function catchingDefects<T>(
  key: string,
  validate: () => Result<T, readonly ConfigProblem[]>,
): Result<T, readonly ConfigProblem[]> {
  try {
    return validate()
  } catch {
    const remedy =
      'This is a defect: report it, without secrets. A simpler configuration may avoid it.'
    return failure([{ key, problem: 'cannot be validated', remedy }])
  }
}

/** Whether something of this name is a secret itself, and not the OCID of one. */
export function looksSecret(name: string): boolean {
  return /(secret|password|private_?key)$/i.test(name)
}

/** `key`: the one for the OCID of such a secret; undefined if there are several. */
export function remedyOfSecret(key: string | undefined): string {
  return `If this is the secret itself, replace it: others can read it. Give ${key ?? 'the OCID of a Vault secret, in a key that ends in _ocid'}.`
}
