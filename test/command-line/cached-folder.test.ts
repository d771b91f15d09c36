import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { cachedFolder } from '../../scripts/command-line/cached-folder.ts'

let caches: string
beforeEach(() => {
  caches = mkdtempSync(join(tmpdir(), 'caches-'))
  process.env['XDG_CACHE_HOME'] = caches
})
afterEach(() => {
  delete process.env['XDG_CACHE_HOME']
  rmSync(caches, { recursive: true })
})

function writing(text: string) {
  return (folder: string) => {
    writeFileSync(join(folder, 'file'), text)
  }
}

function contentOf(folder: string): string {
  return readFileSync(join(folder, 'file'), 'utf8')
}

function entries(): readonly string[] {
  return readdirSync(join(caches, 'oic-gateway-authorizer'))
}

describe('a cached folder', () => {
  it('is installed once', () => {
    const again = jest.fn()

    expect(contentOf(cachedFolder('tool', writing('first')))).toBe('first')
    expect(contentOf(cachedFolder('tool', again))).toBe('first')
    expect(again).not.toHaveBeenCalled()
  })

  it('is not there before its installation has finished', () => {
    const isPublished: boolean[] = []

    const folder = cachedFolder('tool', () => {
      isPublished.push(existsSync(join(caches, 'oic-gateway-authorizer', 'tool')))
    })

    expect(isPublished).toEqual([false])
    expect(existsSync(folder)).toBe(true)
  })

  it('is that of the other process, which has finished meanwhile', () => {
    const folder = cachedFolder('tool', (own) => {
      cachedFolder('tool', writing('other'))
      writing('own')(own)
    })

    expect(contentOf(folder)).toBe('other')
    expect(entries()).toHaveLength(2)
  })

  it('does not remain if its installation fails', () => {
    const failing = () => {
      throw new Error('no network')
    }

    expect(() => cachedFolder('tool', failing)).toThrow('no network')
    expect(entries()).toEqual([])
    expect(contentOf(cachedFolder('tool', writing('later')))).toBe('later')
  })

  it('is installed again if only its link is left', () => {
    rmSync(realpathSync(cachedFolder('tool', writing('first'))), { recursive: true })

    expect(contentOf(cachedFolder('tool', writing('second')))).toBe('second')
  })
})
