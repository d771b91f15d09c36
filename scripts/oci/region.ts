import common from 'oci-common'

/** The region in an OCID; OCIDs of the oldest regions have a code instead of the identifier. */
export function regionOf(ocid: string): string | undefined {
  const [, , , region = ''] = ocid.split('.')
  if (region === '') return undefined
  const known = common.Region.values().find(({ regionCode }) => regionCode === region)
  return known?.regionId ?? region
}

/** The region of OCI's endpoints, such as `https://secrets.vaults.eu-frankfurt-1.oci.oraclecloud.com`. */
export function regionOfEndpoint(url: string): string | undefined {
  const { hostname } = new URL(url)
  return /\.([a-z]+(?:-[a-z]+)+-\d+)\.oci\./.exec(hostname)?.[1]
}
