import { describe, expect, test } from 'vitest'
import { ProofReplays } from '../../../broker/identity/proof-replays.ts'

const proof = { step: 5, thumbprint: 't', jti: 'j' }

describe('used proofs', () => {
  test('are told by key and id together', () => {
    const replays = new ProofReplays()
    expect(replays.remember(proof)).toBe(true)
    expect(replays.remember({ ...proof, jti: 'k' })).toBe(true)
    expect(replays.remember({ ...proof, thumbprint: 'u' })).toBe(true)
    expect(replays.remember(proof)).toBe(false)
  })

  test('are remembered as long as their nonce is good, and then make room', () => {
    const replays = new ProofReplays(2)
    replays.remember(proof)
    replays.remember({ ...proof, jti: 'k' })
    expect(() => replays.remember({ ...proof, jti: 'l' })).toThrow(expect.objectContaining({ code: 'rate-limited' }))
    expect(replays.remember({ ...proof, step: 6, jti: 'l' })).toBe(true)
    expect(replays.remember(proof)).toBe(false)
    expect(replays.remember({ ...proof, step: 7, jti: 'm' })).toBe(true)
    expect(replays.remember({ ...proof, step: 6, jti: 'l' })).toBe(false)
  })
})
