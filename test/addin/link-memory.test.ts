import { describe, expect, test } from 'vitest'
import { noMemory, parseMemory, printMemory, type LinkMemory } from '../../addin/link-memory.ts'

const memory: LinkMemory = {
  filter: `"Name" eq 'x'`,
  filterTypes: new Map([['Name', 'text']]),
  cells: '3-a-b',
  growth: 'insert',
  mark: { header: 'Gone since', columnId: '9' },
  addingTo: ['Id', 'Name'],
  commentId: 'c1',
  misnamed: [
    ['a', 'b'],
    ['c', null],
  ],
  lost: [{ name: 'b', row: 1, cells: new Map([['7', 'x']]) }],
  kept: [
    {
      name: 'a',
      row: 3,
      cells: new Map<string, string | number | boolean>([
        ['7', 'note'],
        ['8', 1],
        ['9', true],
      ]),
    },
    { name: undefined, row: 0, cells: new Map([['7', '=A1']]) },
  ],
  below: { row: 9, rows: 2, mostMoved: 3 },
}

describe('parseMemory', () => {
  test.each([memory, noMemory])('reads what printMemory wrote', (each) => {
    expect(parseMemory(printMemory(each))).toEqual(each)
  })

  test.each([
    '',
    'x',
    'null',
    '[]',
    '{"filter":1,"filterTypes":[["a","nothing"],1],"growth":"x","mark":{},"commentId":1,"misnamed":[1,["a"]],"lost":1,"kept":[1,["a"],[1,1,[]],["a",1,1]]}',
  ])('remembers nothing of %j', (text) => expect(parseMemory(text)).toEqual(noMemory))
})
