import type { ComponentChildren } from 'preact'

interface Props {
  readonly label: string
  readonly columns: readonly string[]
  /** Rows. */
  readonly children: ComponentChildren
}

/** Scrolls if the page is narrow. */
export function Table({ label, columns, children }: Props) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" class={column === 'ms' ? 'number' : ''}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
