/**
 * Owns the shape of an outcome that may be a failure. Expected failures are values here.
 * Pure.
 */

export interface Success<T> {
  readonly ok: true
  readonly value: T
}

export interface Failure<E> {
  readonly ok: false
  readonly error: E
}

export type Result<T, E> = Success<T> | Failure<E>

export function success<T>(value: T): Success<T> {
  return { ok: true, value }
}
export function failure<E>(error: E): Failure<E> {
  return { ok: false, error }
}
