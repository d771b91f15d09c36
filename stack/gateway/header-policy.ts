/** The types of header transformation policies, checked against the models of `oci-apigateway`. */
import type { models } from 'oci-apigateway'
import type { Values, Within } from './sdk-model.ts'

export type SetHeader = Within<
  models.SetHeaderPolicyItem,
  {
    readonly name: string
    readonly values: readonly string[]
    readonly ifExists?: Values<models.SetHeaderPolicyItem.IfExists>
  }
>

export type RenameHeader = Within<
  models.RenameHeaderPolicyItem,
  { readonly from: string; readonly to: string }
>

export type FilterHeaders = Within<
  models.FilterHeaderPolicy,
  {
    readonly type: Values<models.FilterHeaderPolicy.Type>
    readonly items: readonly Within<models.FilterHeaderPolicyItem, { readonly name: string }>[]
  }
>

export type HeaderTransformations = Within<
  models.HeaderTransformationPolicy,
  {
    readonly setHeaders?: { readonly items: readonly SetHeader[] }
    readonly renameHeaders?: { readonly items: readonly RenameHeader[] }
    readonly filterHeaders?: FilterHeaders
  }
>
