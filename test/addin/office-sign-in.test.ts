// What Office's codes mean for signing in. The real office.js is driven in test/whole/sign-in.test.ts; here every code is.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { officeSignIn } from '../../addin/office-sign-in.ts'
import { SignInFailure } from '../../addin/sign-in-failure.ts'
import { readSignedInAddress, readSignInMessage, writeSignInMessage } from '../../addin/sign-in-message.ts'

type Handler = (event: object) => void

/** As much of Office as a dialog needs; `play` is what happens in it. */
function setOffice(parts: {
  readonly dialogError?: number
  readonly play?: (emit: (name: string, event: object) => void) => void
}) {
  const handlers = new Map<string, Handler>()
  const dialog = { close: vi.fn(), addEventHandler: (name: string, handler: Handler) => handlers.set(name, handler) }
  vi.stubGlobal('location', { origin: 'https://broker.example.com' })
  vi.stubGlobal('Office', {
    AsyncResultStatus: { Succeeded: 'succeeded' },
    EventType: { DialogMessageReceived: 'message', DialogEventReceived: 'event' },
    context: {
      ui: {
        displayDialogAsync: (_url: string, _options: object, done: (result: object) => void) => {
          if (parts.dialogError === undefined) done({ status: 'succeeded', value: dialog })
          else done({ status: 'failed', error: { code: parts.dialogError } })
          parts.play?.((name, event) => handlers.get(name)?.(event))
        },
      },
    },
  })
  return dialog
}

async function faultOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  )
  return error instanceof SignInFailure ? [error.fault, error.problem] : error
}

afterEach(() => vi.unstubAllGlobals())

describe('a dialog', () => {
  test.each([
    { code: 12_007, fault: 'window-open' },
    { code: 12_009, fault: 'popup-blocked' },
    { code: 12_011, fault: 'popup-blocked' },
    { code: 12_004, fault: 'unavailable' },
    { code: 5_000, fault: 'unavailable' },
  ])('that does not open with code $code: $fault', async ({ code, fault }) => {
    setOffice({ dialogError: code })
    expect(await faultOf(officeSignIn.dialogCode('https://x'))).toEqual([fault, undefined])
  })

  test.each([
    { code: 12_006, fault: 'cancelled' },
    { code: 12_002, fault: 'unavailable' },
  ])('that ends with code $code: $fault', async ({ code, fault }) => {
    setOffice({ play: (emit) => emit('event', { error: code }) })
    expect(await faultOf(officeSignIn.dialogCode('https://x'))).toEqual([fault, undefined])
  })

  test('hands its code over and is closed', async () => {
    const dialog = setOffice({
      play: (emit) => emit('message', { message: '{"code":"abc"}', origin: 'https://broker.example.com' }),
    })
    expect(await officeSignIn.dialogCode('https://x')).toBe('abc')
    expect(dialog.close).toHaveBeenCalledOnce()
  })

  test.each([
    { message: '{"problem":"issuer-unreachable"}', problem: 'issuer-unreachable' },
    { message: 'nonsense', problem: 'sign-in-invalid' },
    { message: '{}', problem: 'sign-in-invalid' },
  ])('says what went wrong: $message', async ({ message, problem }) => {
    setOffice({ play: (emit) => emit('message', { message }) })
    expect(await faultOf(officeSignIn.dialogCode('https://x'))).toEqual(['refused', problem])
  })

  test('is not believed when another site speaks in it', async () => {
    setOffice({
      play: (emit) => {
        emit('message', { message: '{"code":"evil"}', origin: 'https://evil.example.com' })
        emit('message', { message: '{"code":"good"}', origin: 'https://broker.example.com' })
      },
    })
    expect(await officeSignIn.dialogCode('https://x')).toBe('good')
  })
})

test.each([
  { code: 13_001, fault: 'needs-user' },
  { code: 13_002, fault: 'cancelled' },
  { code: 13_005, fault: 'needs-user' },
  { code: 13_007, fault: 'unavailable' },
  { code: 13_012, fault: 'unavailable' },
])('a token that Office does not give with code $code: $fault', async ({ code, fault }) => {
  const asked: unknown[] = []
  const getAccessToken = (options: unknown): Promise<string> => {
    asked.push(options)
    return Promise.reject(Object.assign(new Error('no'), { code }))
  }
  vi.stubGlobal('Office', { auth: { getAccessToken } })
  expect(await faultOf(officeSignIn.officeToken(true))).toEqual([fault, undefined])
  await faultOf(officeSignIn.officeToken(false))
  expect(asked).toEqual([
    { allowSignInPrompt: true, allowConsentPrompt: true },
    { allowSignInPrompt: false, allowConsentPrompt: false },
  ])
})

test('a verifier is 43 characters that nobody can guess, and its challenge their SHA-256', async () => {
  const { verifier, challenge } = await officeSignIn.drawVerifier()
  expect(verifier).toMatch(/^[\w-]{43}$/)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  expect(challenge).toBe(Buffer.from(digest).toString('base64url'))
  expect((await officeSignIn.drawVerifier()).verifier).not.toBe(verifier)
})

test.each([
  { hash: `#code=${'a'.repeat(43)}`, message: { code: 'a'.repeat(43) } },
  { hash: '#problem=issuer-unreachable', message: { problem: 'issuer-unreachable' } },
  { hash: '#code=short', message: { problem: 'sign-in-invalid' } },
  { hash: '#problem=<script>', message: { problem: 'sign-in-invalid' } },
  { hash: '', message: { problem: 'sign-in-invalid' } },
])('the last page reads "$hash" and hands it on', ({ hash, message }) => {
  expect(readSignedInAddress(hash)).toEqual(message)
  expect(readSignInMessage(writeSignInMessage(message))).toEqual(message)
})
