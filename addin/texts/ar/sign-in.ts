import type { Texts } from '../en.ts'

export const signIn = (): Texts['signIn'] => ({
  title: 'تسجيل الدخول',
  help: 'اكتب رمز الدعوة الذي حصلت عليه من المسؤول. تفعل ذلك مرة واحدة على كل جهاز.',
  codeLabel: 'رمز الدعوة',
  codeIncomplete: 'يتكون الرمز من 16 حرفًا ورقمًا في أربع مجموعات من أربعة.',
  signIn: 'تسجيل الدخول',
  signingIn: 'جارٍ تسجيل الدخول…',
  sessionEnded: 'انتهت جلستك. سجّل الدخول برمز دعوة جديد.',
})
