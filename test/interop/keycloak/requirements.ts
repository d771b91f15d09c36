/** The requirements for running Keycloak: Java and Maven. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Keycloak, "Supported configurations": OpenJDK 17, 21 and 25. */
const oldestJava = 17

/** The missing requirements, as lines for the user. */
export function missingRequirements(): string[] {
  const java = javaVersion()
  const missing: string[] = []
  if (java === undefined) missing.push(`Java ${oldestJava} or later (java, or JAVA_HOME)`)
  else if (java < oldestJava) missing.push(`Java ${oldestJava} or later (found: Java ${java})`)
  if (spawnSync('mvn', ['--version']).status !== 0) missing.push('Maven (mvn)')
  return missing
}

/** The version of the Java that the scripts of Keycloak and Maven use. */
function javaVersion(): number | undefined {
  const { JAVA_HOME: home } = process.env
  const java = home === undefined ? 'java' : join(home, 'bin', 'java')
  const { status, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  // Java 8 and earlier versions print 1.8 and so on.
  const version = status === 0 ? /version "(?:1\.)?(\d+)/.exec(stderr)?.[1] : undefined
  return version === undefined ? undefined : Number(version)
}
