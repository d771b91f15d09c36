/**
 * Makes self-signed certificates (RFC 5280 §4.1), at run time
 * and without any program beside Node.
 */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface SelfSignedCertificate {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const VERSION = 0xa0
const EXTENSIONS = 0xa3
const IP_ADDRESS = 0x87

const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex')

/** One value in DER: tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const long = content.length > 127
  const length = long ? [0x82, content.length >> 8, content.length & 0xff] : [content.length]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const name = der(
  SEQUENCE,
  der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from('127.0.0.1')))),
)

function utcTime(instant: Date): Buffer {
  return der(UTC_TIME, Buffer.from(`${instant.toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
}

export interface CertificateChoices {
  /** The IPv4 address that it is for; this machine's own by default. */
  readonly address?: readonly [number, number, number, number]
  /** When it ends; a day from `now` by default. It begins a day before. */
  readonly daysLeft?: number
}

export function selfSignedCertificate(
  now: Date,
  { address = [127, 0, 0, 1], daysLeft = 1 }: CertificateChoices = {},
): SelfSignedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const day = 24 * 60 * 60 * 1000
  const dates = [Math.min(-1, daysLeft - 1), daysLeft].map(
    (days) => new Date(now.getTime() + days * day),
  )
  const signatureAlgorithm = der(SEQUENCE, ECDSA_WITH_SHA256)
  const altNames = der(SEQUENCE, der(IP_ADDRESS, Buffer.from(address)))
  const toBeSigned = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    signatureAlgorithm,
    name,
    der(SEQUENCE, ...dates.map(utcTime)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, SUBJECT_ALT_NAME, der(OCTET_STRING, altNames)))),
  )
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', toBeSigned, privateKey))
  const certificate = der(SEQUENCE, toBeSigned, signatureAlgorithm, signature)
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
