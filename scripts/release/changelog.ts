/** Reads a changelog in the format of Keep a Changelog 1.1.0. */

const HEADING = /^## (.*)$/gm

/** The text below the heading of the version and its date. Undefined if there is none. */
export function releaseNotes(changelog: string, version: string): string | undefined {
  const sections = [...changelog.matchAll(HEADING)]
  const index = sections.findIndex(([, title = '']) => {
    const [, named] = /^\[?([^\]\s]+)\]? - \d{4}-\d{2}-\d{2}$/.exec(title) ?? []
    return named === version
  })
  const section = sections[index]
  if (section === undefined) return undefined
  const text = changelog
    .slice(section.index + section[0].length, sections[index + 1]?.index)
    .replace(/^\[[^\]]+\]: .*$/gm, '')
    .trim()
  return text === '' ? undefined : text
}

/** The problems of the changelog's structure, one line each. */
export function changelogProblems(changelog: string): string[] {
  const versions = [...changelog.matchAll(HEADING)].map(([, title = '']) => title)
  const kinds = [...changelog.matchAll(/^### (.*)$/gm)].map(([, title = '']) => title)
  const [first] = versions
  return [
    ...(first === undefined || !/^\[?Unreleased\]?$/.test(first)
      ? ['the first section is not “Unreleased”']
      : []),
    ...versions
      .slice(1)
      .filter((title) => !/^\[?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?\]? - \d{4}-\d{2}-\d{2}$/.test(title))
      .map((title) => `“${title}” is not a version and a date, such as 1.2.0 - 2026-01-31`),
    ...kinds
      .filter((kind) => !KINDS.includes(kind))
      .map((kind) => `“${kind}” is not one of ${KINDS.join(', ')}`),
  ]
}

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']
