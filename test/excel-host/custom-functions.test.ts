import { beforeEach, describe, expect, test } from 'vitest'
import type { NodeExcel } from '../../excel-host/node.ts'
import { startExcelInNode } from '../../excel-host/node.ts'

const METADATA = {
  functions: [
    { id: 'ADD', name: 'ADD', parameters: [{ type: 'number' }, { type: 'number', optional: true }] },
    { id: 'ECHO', name: 'ECHO', parameters: [{ type: 'any' }] },
    { id: 'TOTAL', name: 'TOTAL', parameters: [{ type: 'number', dimensionality: 'matrix' }] },
    { id: 'JOIN', name: 'JOIN', parameters: [{ type: 'string' }, { type: 'any', repeating: true }] },
    { id: 'FAIL', name: 'FAIL', parameters: [{ type: 'string' }] },
    { id: 'SLOW', name: 'SLOW', parameters: [{ type: 'string' }], options: { cancelable: true } },
    { id: 'TICK', name: 'TICK', parameters: [{ type: 'string' }], options: { stream: true, cancelable: true } },
  ],
}

interface Streaming {
  address: string
  setResult(value: unknown): void
  onCanceled: () => void
}

let host: NodeExcel
let calls: string[]
let streams: Map<string, Streaming>
let answers: Map<string, (value: unknown) => void>

beforeEach(async () => {
  host = await startExcelInNode()
  calls = []
  streams = new Map()
  answers = new Map()
  host.registerFunctions('DEMO', METADATA, {
    ADD: (a: number, b: number | null) => {
      calls.push(`ADD ${a} ${String(b)}`)
      return a + (b ?? 0)
    },
    ECHO: (value: unknown) => {
      calls.push(`ECHO ${JSON.stringify(value)}`)
      return value
    },
    TOTAL: (rows: number[][]) => rows.flat().reduce((sum, each) => sum + each, 0),
    JOIN: (first: string, others: unknown[]) => [first, ...others].join('+'),
    FAIL: (code: string) => {
      throw new host.CustomFunctions.Error(code, 'on purpose')
    },
    SLOW: (text: string, invocation: Streaming) => {
      invocation.onCanceled = () => calls.push(`cancelled ${text}`)
      return new Promise((resolve) => answers.set(text, resolve))
    },
    TICK: (text: string, invocation: Streaming) => {
      calls.push(`TICK ${text} in ${invocation.address}`)
      invocation.onCanceled = () => calls.push(`cancelled ${text}`)
      streams.set(text, invocation)
    },
  })
})

/** The runtime collects results for 50 ms, and for 500 ms after it has just sent some. */
async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 5_000) throw new Error(`Still ${JSON.stringify(host.workbook.activeSheet.grid.value(0, 0))}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const value = (row = 0, column = 0): unknown => host.workbook.activeSheet.grid.value(row, column)
const settled = (): Promise<void> => until(() => host.workbook.customFunctions.pending === 0)

describe('a formula that calls the add-in', () => {
  test('shows #BUSY! and then the result, also inside a larger formula', async () => {
    host.person.type('A1', '=DEMO.ADD(40,2)')
    host.person.type('B1', '=demo.add(A1)*10')
    expect(value()).toBe('#BUSY!')
    await until(() => value(0, 1) === 420)
    expect(value()).toBe(42)
    expect(calls).toEqual(['ADD 40 2', 'ADD 42 null'])
  })

  test.each([
    { formula: '=DEMO.ECHO("text")', result: 'text' },
    { formula: '=DEMO.ECHO(TRUE)', result: true },
    { formula: '=DEMO.ECHO(D1)', result: 7 },
    { formula: '=DEMO.ECHO(D9)', result: '' },
    { formula: '=DEMO.TOTAL(D1:E2)', result: 28 },
    { formula: '=DEMO.TOTAL(5)', result: 5 },
    { formula: '=DEMO.JOIN("a",D1,"b",D2)', result: 'a+7+b+8' },
    { formula: '=DEMO.JOIN("a")', result: 'a' },
    { formula: '=DEMO.FAIL("#N/A")', result: '#N/A' },
    { formula: '=DEMO.FAIL("#DIV/0!")', result: '#DIV/0!' },
    { formula: '=IFERROR(DEMO.FAIL("#N/A"),"none")', result: 'none' },
    { formula: '=DEMO.ADD("x")', result: '#VALUE!' },
    { formula: '=DEMO.ADD(1/0)', result: '#DIV/0!' },
    { formula: '=DEMO.ADD()', result: '#VALUE!' },
    { formula: '=DEMO.NOTHING(1)', result: '#NAME?' },
  ])('$formula gives $result', async ({ formula, result }) => {
    host.person.type('D1:E2', [
      [7, 6],
      [8, 7],
    ])
    host.person.type('A1', formula)
    await settled()
    expect(value()).toBe(result)
  })

  test('asks once for the same arguments, again for others, and for all when everything is calculated', async () => {
    host.person.type('B1', '1')
    host.person.type('A1', '=DEMO.ADD(B1,1)')
    await settled()
    host.person.type('C1', 'elsewhere')
    expect(calls).toEqual(['ADD 1 1'])
    host.person.type('B1', '5')
    await settled()
    expect(value()).toBe(6)
    const calculate = (type: 'Recalculate' | 'Full'): Promise<void> =>
      host.Excel.run(async (context) => {
        context.application.calculate(type)
        await context.sync()
      })
    await calculate('Recalculate')
    expect(calls).toEqual(['ADD 1 1', 'ADD 5 1'])
    await calculate('Full')
    await settled()
    expect(calls).toEqual(['ADD 1 1', 'ADD 5 1', 'ADD 5 1'])
  })

  test('fills a calculated column with a call for each row', async () => {
    host.person.type('A1:B3', [
      ['Key', 'Sum'],
      [1, ''],
      [2, ''],
    ])
    await host.Excel.run(async (context) => {
      context.workbook.worksheets.getActiveWorksheet().tables.add('A1:B3', true)
      await context.sync()
    })
    host.person.type('B2', '=DEMO.ADD([@Key],100)')
    await settled()
    expect([value(1, 1), value(2, 1)]).toEqual([101, 102])
  })
})

describe('cells that go away', () => {
  test('cancel what they wait for', async () => {
    host.person.type('A1', '=DEMO.SLOW("first")')
    await until(() => answers.has('first'))
    host.person.type('A1', 'typed over')
    await until(() => calls.length > 0)
    expect(calls).toEqual(['cancelled first'])
    answers.get('first')!('late')
    await new Promise((resolve) => setTimeout(resolve, 120))
    expect(value()).toBe('typed over')
  })

  test('end a stream, which shows each of its results until then', async () => {
    host.person.type('A1', '=DEMO.TICK("clock")')
    await until(() => streams.has('clock'))
    streams.get('clock')!.setResult(1)
    await until(() => value() === 1)
    streams.get('clock')!.setResult(2)
    await until(() => value() === 2)
    host.person.insert('1:1', 'Down')
    streams.get('clock')!.setResult(3)
    await until(() => value(1) === 3)
    host.person.delete('2:2', 'Up')
    await until(() => calls.length > 1)
    expect(calls).toEqual(['TICK clock in Sheet1!A1', 'cancelled clock'])
  })

  test('a stream starts anew when its arguments change', async () => {
    host.person.type('B1', 'one')
    host.person.type('A1', '=DEMO.TICK(B1)')
    await until(() => streams.has('one'))
    host.person.type('B1', 'two')
    await until(() => streams.has('two') && calls.length === 3)
    expect(calls.toSorted()).toEqual(['TICK one in Sheet1!A1', 'TICK two in Sheet1!A1', 'cancelled one'])
  })
})
