import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { Choice } from './api.ts'

interface FieldProps {
  readonly label: string
  readonly children: (id: string) => ComponentChildren
}

/** The label is beside its control: around a list, the accessible name would contain all options. */
export function Field({ label, children }: FieldProps) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  )
}

interface SelectProps {
  readonly label: string
  readonly choices: readonly Choice[]
  readonly value: string
  readonly onChange: (value: string) => void
}

export function Select({ label, choices, value, onChange }: SelectProps) {
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value)
          }}
        >
          {choices.map(({ id: choice, label: text }) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

interface TextProps {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
}

export function TextArea({ label, rows, value, onInput }: TextProps & { readonly rows: number }) {
  return (
    <Field label={label}>
      {(id) => (
        <textarea
          id={id}
          rows={rows}
          required
          spellcheck={false}
          value={value}
          onInput={(event) => {
            onInput(event.currentTarget.value)
          }}
        />
      )}
    </Field>
  )
}

interface ButtonProps {
  readonly label: string
  readonly disabled?: boolean
  readonly onClick: () => void
}

export function Button({ label, disabled = false, onClick }: ButtonProps) {
  return (
    <button type="button" disabled={disabled} onClick={onClick}>
      {label}
    </button>
  )
}
