import { brCpf } from './br-cpf.ts'
import { card } from './card.ts'
import { deTaxId } from './de-tax-id.ts'
import type { NumberForm } from './form.ts'
import { frNir } from './fr-nir.ts'
import { inAadhaar } from './in-aadhaar.ts'
import { phone } from './phone.ts'
import { usSsn } from './us-ssn.ts'

/** Every form: a new one adds its line here. */
export const numberForms: readonly NumberForm[] = [card, usSsn, phone, brCpf, inAadhaar, frNir, deTaxId]
