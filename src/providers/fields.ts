/** Fields of the configuration's schemas. */
import * as v from 'valibot'
import { endpointProblem } from '../platform/endpoint.ts'

/** Messages of the library begin otherwise. */
const MARK = '→'

/** A message of our own: it never quotes the value, which could be a secret. */
export function complaint(problem: string, remedy: string): string {
  return `${MARK}${problem}\n${remedy}`
}

/** Undefined for a message of the library, which may quote the value. */
export function readComplaint(message: string) {
  if (!message.startsWith(MARK)) return undefined
  const [problem = '', remedy = ''] = message.slice(MARK.length).split('\n')
  return { problem, remedy }
}

export const REQUIRED = complaint('is empty', 'Give a value, or leave it out.')

export function text(description: string) {
  return v.pipe(
    v.string(complaint('is not a string', 'Give a string.')),
    v.nonEmpty(REQUIRED),
    v.description(description),
  )
}

/** `problemOf` returns what is wrong with a value, undefined where nothing is. */
export function check<T>(problemOf: (value: T) => string | undefined, remedy: string) {
  return v.rawCheck<T>(({ dataset, addIssue }) => {
    const problem = dataset.typed ? problemOf(dataset.value) : undefined
    if (problem !== undefined) addIssue({ message: complaint(problem, remedy) })
  })
}

/** An `https` URL; `http` is for loopback addresses. */
export function url(description: string) {
  return v.pipe(
    text(description),
    check<string>(
      // An empty value is reported as such.
      (address) => (address === '' ? undefined : endpointProblem(address)),
      'Give a full URL that begins with https://; http is for loopback addresses only.',
    ),
  )
}

export function withoutTrailingSlashes(address: string): string {
  return address.replace(/\/+$/, '')
}
