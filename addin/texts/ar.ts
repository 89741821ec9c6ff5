import { choosing } from './ar/choosing.ts'
import { errors } from './ar/errors.ts'
import { functions } from './ar/functions.ts'
import { pane } from './ar/pane.ts'
import { refreshing } from './ar/refreshing.ts'
import { signIn } from './ar/sign-in.ts'
import type { Texts } from './en.ts'
import type { Wording } from './wording.ts'

export const arabic = (wording: Wording): Texts => ({
  pane: pane(wording),
  signIn: signIn(),
  choosing: choosing(wording),
  refreshing: refreshing(wording),
  errors: errors(wording),
  functions: functions(),
})
