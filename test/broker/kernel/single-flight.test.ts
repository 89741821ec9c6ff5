import { describe, expect, test } from 'vitest'
import { SingleFlight } from '../../../broker/kernel/single-flight.ts'

describe('SingleFlight', () => {
  test('does the work once for everyone who asks meanwhile', async () => {
    const flight = new SingleFlight<number>()
    const gate = Promise.withResolvers<number>()
    let runs = 0
    const work = (): Promise<number> => {
      runs++
      return gate.promise
    }
    const asked = Array.from({ length: 500 }, () => flight.run('token', work))
    gate.resolve(7)
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 500 }, () => 7))
    expect(runs).toBe(1)
  })

  test('starts anew after a failure, which it does not keep', async () => {
    const flight = new SingleFlight<number>()
    await expect(flight.run('token', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect(await flight.run('token', () => Promise.resolve(1))).toBe(1)
  })

  test('ends only the wait of a caller who aborts', async () => {
    const flight = new SingleFlight<number>()
    const gate = Promise.withResolvers<number>()
    const leaving = new AbortController()
    const left = flight.run('token', () => gate.promise, leaving.signal)
    const staying = flight.run('token', () => Promise.resolve(0))
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    gate.resolve(5)
    expect(await staying).toBe(5)
  })

  test('refuses a caller who aborted before asking, without starting the work', async () => {
    const flight = new SingleFlight<number>()
    let runs = 0
    const asked = flight.run('token', () => Promise.resolve(++runs), AbortSignal.abort(new Error('gone')))
    await expect(asked).rejects.toThrow('gone')
    expect(runs).toBe(0)
  })
})
