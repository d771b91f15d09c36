import { changelogProblems, releaseNotes } from './changelog.ts'

export interface ProjectState {
  /** `version` of package.json, package-lock.json and func.yaml. */
  readonly versions: Readonly<Record<string, string | undefined>>
  readonly changelog: string
  readonly hasUncommittedChanges: boolean
  readonly hasTag: boolean
}

/** Why this state cannot be released, one line each. */
export function obstacles(version: string, state: ProjectState): string[] {
  const differing = Object.entries(state.versions).filter(([, found]) => found !== version)
  return [
    ...differing.map(([file, found]) => `${file} has version ${found ?? 'none'}, not ${version}`),
    ...changelogProblems(state.changelog).map((problem) => `CHANGELOG.md: ${problem}`),
    ...(releaseNotes(state.changelog, version) === undefined
      ? [`CHANGELOG.md has no section “${version} - <date>” with entries`]
      : []),
    ...(state.hasUncommittedChanges ? ['there are uncommitted changes'] : []),
    ...(state.hasTag ? [`the tag v${version} exists`] : []),
  ]
}
