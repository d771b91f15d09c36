import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { root } from '../oci/support/documents.ts'

const pages = [
  ...[
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'examples/README.md',
    'test/requirements/README.md',
  ],
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

function withoutCode(markdown: string): string {
  return markdown
    .replace(/^```.*?^```$/gms, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/\]/g, ' '))
}

/** Targets of links and images, and of HTML `src` and `href`. */
function targets(page: string): string[] {
  const text = withoutCode(readFileSync(root + page, 'utf8'))
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
    ([, link, attribute]) => link ?? attribute ?? '',
  )
}

/** Anchors of headings, as GitHub derives them. */
function anchors(page: string): Set<string> {
  const found = new Set<string>()
  for (const [, title = ''] of withoutCode(readFileSync(root + page, 'utf8')).matchAll(
    /^#+ (.*)$/gm,
  )) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = slug
    for (let count = 1; found.has(anchor); count++) anchor = `${slug}-${count}`
    found.add(anchor)
  }
  return found
}

function problemsOf(page: string): string[] {
  return targets(page).flatMap((target) => {
    if (/^[a-z]+:/i.test(target))
      return /^https:\/\/[^\s]+$/.test(target) ? [] : [`${target}: not https`]
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? page : join(dirname(page), path)
    if (relative('', file).startsWith('..')) return [`${target}: outside the project`]
    if (!existsSync(root + file)) return [`${target}: no such file`]
    if (anchor === undefined) return []
    const isPage = statSync(root + file).isFile() && file.endsWith('.md')
    return isPage && anchors(file).has(anchor) ? [] : [`${target}: no such heading`]
  })
}

describe('the links of the documents', () => {
  it.each(pages)('of %s are not broken', (page) => {
    expect(problemsOf(page)).toEqual([])
  })

  it.each(pages)('of %s: the files that it names exist', (page) => {
    const text = readFileSync(root + page, 'utf8')
    const named = [
      ...text.matchAll(/`((?:src|stack|deploy|scripts|test|examples|docs)\/[\w./-]+)`/g),
    ]
    const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(root + path))
    expect(missing).toEqual([])
  })

  it('are found in every page of the guides', () => {
    const guides = pages.filter((page) => page.startsWith('docs/'))
    expect(guides.filter((page) => targets(page).length === 0)).toEqual([])
  })

  it('of the README and the pages that it links to reach every page', () => {
    const reached = new Set<string>()
    const visit = (page: string) => {
      if (reached.has(page) || !pages.includes(page)) return
      reached.add(page)
      for (const target of targets(page)) {
        const [path = ''] = target.split('#')
        if (!/^[a-z]+:/i.test(target) && path !== '') visit(join(dirname(page), path))
      }
    }
    visit('README.md')
    expect(pages.filter((page) => !reached.has(page))).toEqual([])
  })
})
