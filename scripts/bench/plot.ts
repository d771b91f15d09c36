import type { Row } from './report.ts'

const WIDTH = 860
const LABELS = 360
const BAR = 14
const ROW = 52
const TOP = 48

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** An SVG with two bars for each row: the authorizer's median and below it the reference's, with their spreads. */
export function barPlot(title: string, rows: readonly Row[]): string {
  const longest = Math.max(
    ...rows.flatMap(({ ours, reference }) => [ours.high, reference?.spread.high ?? 0]),
  )
  const scale = (value: number): number => Math.round((value / longest) * (WIDTH - LABELS - 120))
  const height = TOP + rows.length * ROW + 10

  const bar = (y: number, colour: string, { median, low, high }: Row['ours'], unit: string) =>
    [
      `<rect x="${LABELS}" y="${y}" width="${scale(median)}" height="${BAR}" fill="${colour}"/>`,
      `<path d="M${LABELS + scale(low)} ${y + BAR / 2}H${LABELS + scale(high)}" stroke="#333" stroke-width="1.5"/>`,
      `<text x="${LABELS + scale(high) + 6}" y="${y + BAR - 3}" class="figure">${median.toPrecision(3)} ${unit}</text>`,
    ].join('')
  const row = ({ what, unit, ours, reference, figure, target }: Row, index: number): string => {
    const y = TOP + index * ROW
    const ratio = `${figure.toFixed(2)} ×${target === undefined ? '' : `, target ${target} ×`}`
    return [
      `<text x="${LABELS - 10}" y="${y + 12}" text-anchor="end">${escaped(what)}</text>`,
      `<text x="${LABELS - 10}" y="${y + 30}" text-anchor="end" class="figure">${escaped(`${ratio} of ${reference?.name ?? ''}`)}</text>`,
      bar(y, '#c74634', ours, unit),
      ...(reference === undefined ? [] : [bar(y + BAR + 3, '#8a9ba8', reference.spread, unit)]),
    ].join('')
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    '<style>.figure{font-size:11px;fill:#555}</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${LABELS}" y="24" font-size="14">${escaped(title)}: red is ours, grey the reference</text>`,
    ...rows.map(row),
    '</svg>\n',
  ].join('\n')
}
