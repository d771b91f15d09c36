import { ROWS, type Results, type RowDefinition } from './rows.ts'
import { spreadOf, type Spread } from './statistics.ts'

export interface Row {
  readonly what: string
  readonly unit: RowDefinition['unit']
  readonly ours: Spread
  readonly reference?: { readonly name: string; readonly spread: Spread }
  /** The median divided by the reference's; without a reference, the median. */
  readonly figure: number
  readonly target?: number | undefined
  /** Undefined if there is no target. */
  readonly isMet?: boolean | undefined
  readonly plot?: 'cold' | 'warm' | undefined
}

/** The rows that have values. */
export function rowsOf(results: Results): readonly Row[] {
  return ROWS.flatMap((definition) => toRow(definition, results))
}

function toRow(definition: RowDefinition, results: Results): readonly Row[] {
  const { what, unit, reference, target, plot } = definition
  const values = definition.ours(results)
  const referenceValues = reference?.values(results)
  if (values.length === 0 || referenceValues?.length === 0) return []
  const ours = spreadOf(values)
  const spread = referenceValues && spreadOf(referenceValues)
  const figure = ours.median / (spread?.median ?? 1)
  return [
    {
      what,
      unit,
      ours,
      figure,
      ...(reference && spread ? { reference: { name: reference.name, spread } } : {}),
      target,
      isMet: target === undefined ? undefined : figure <= target,
      plot,
    },
  ]
}

function rounded(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

function spreadText({ median, low, high }: Spread): string {
  return low === high ? rounded(median) : `${rounded(median)} (${rounded(low)}–${rounded(high)})`
}

/** A Markdown table with aligned columns. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ what, unit, ours, reference, figure, target, isMet }) => [
    what,
    `${spreadText(ours)} ${unit}`,
    reference === undefined ? '' : `${reference.name}: ${spreadText(reference.spread)}`,
    reference === undefined ? '' : `${figure.toFixed(2)} ×`,
    target === undefined ? '' : `≤ ${rounded(target)}`,
    isMet === undefined ? '' : isMet ? 'met' : '**missed**',
  ])
  const head = ['what', 'median (10th–90th percentile)', 'reference', 'ratio', 'target', '']
  return aligned([head, ...cells])
}

/** A Markdown table of the rows with a target: their figures on an idle and on a busy machine. */
export function targetTable(quiet: readonly Row[], busy: readonly Row[]): string {
  const figureIn = (rows: readonly Row[], { what, reference }: Row): string => {
    const row = rows.find((each) => each.what === what && each.reference?.name === reference?.name)
    if (row === undefined) return ''
    const figure = figureOf(row, row.figure)
    return row.isMet === false ? `**${figure}**` : figure
  }
  const cells = quiet.flatMap((row) => {
    const { what, reference, target } = row
    if (target === undefined) return []
    const figures = [figureOf(row, target), figureIn(quiet, row), figureIn(busy, row)]
    return [[what, reference?.name ?? '', ...figures]]
  })
  return aligned([['what', 'against', 'at most', 'quiet', 'busy'], ...cells])
}

function figureOf({ reference, unit }: Row, figure: number): string {
  return reference === undefined ? `${rounded(figure)} ${unit}` : `${figure.toFixed(2)} ×`
}

function aligned([head = [], ...cells]: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}
