/** The type of validation failure policies, checked against the models of `oci-apigateway`. */
import type { models } from 'oci-apigateway'
import type { HeaderTransformations } from './header-policy.ts'
import type { Within } from './sdk-model.ts'

export type ModifyResponse = Within<
  models.ModifyResponseValidationFailurePolicy,
  {
    readonly type: 'MODIFY_RESPONSE'
    readonly responseCode?: string
    readonly responseMessage?: string
    readonly responseHeaderTransformations?: HeaderTransformations
  }
>
