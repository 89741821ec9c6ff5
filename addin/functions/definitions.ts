// The worksheet functions as Excel is told of them; functions.json is made of this.

/** One thing that a function is given. */
export interface FunctionParameter {
  /** As Excel shows it: no spaces. */
  readonly name: string
  readonly description: string
  readonly type: 'string' | 'any'
  /** A range of cells, or one. */
  readonly isRange?: true
  /** As many as one likes, or none; only the last. */
  readonly isRepeating?: true
}

/** A worksheet function. */
export interface FunctionDefinition {
  readonly id: FunctionName
  /** At most 128 characters. */
  readonly description: string
  readonly parameters: readonly FunctionParameter[]
}

export type FunctionName = 'VALUE' | 'COUNT' | 'SUM' | 'LOOKUP' | 'REFRESHED'

const dataset: FunctionParameter = {
  name: 'dataset',
  description: 'The dataset’s title, as the Sheetbroker pane shows it, or its name, in quotes.',
  type: 'string',
}

const criteria: FunctionParameter = {
  name: 'criteria',
  description:
    'A column and what it must hold, such as "Status", "Open"; more pairs; or a filter, such as "Pay gt 100".',
  type: 'any',
  isRepeating: true,
}

/** Every function, in the order in which they are explained. */
export const worksheetFunctions: readonly FunctionDefinition[] = [
  {
    id: 'VALUE',
    description: 'One cell of a dataset: the row with this key, and the column.',
    parameters: [
      dataset,
      {
        name: 'key',
        description: 'The row’s key. Of several parts: a range, or one argument after the other.',
        type: 'any',
        isRange: true,
      },
      { name: 'column', description: 'The name of the column, in quotes.', type: 'any' },
      {
        name: 'more',
        description: 'Only for keys of several arguments: the rest of the key, and then the column.',
        type: 'any',
        isRepeating: true,
      },
    ],
  },
  {
    id: 'COUNT',
    description: 'How many rows a dataset has; with criteria, how many meet them all.',
    parameters: [dataset, criteria],
  },
  {
    id: 'SUM',
    description: 'What a column of a dataset adds up to; with criteria, of the rows that meet them all.',
    parameters: [
      dataset,
      { name: 'column', description: 'The name of the column to add up, in quotes.', type: 'string' },
      criteria,
    ],
  },
  {
    id: 'LOOKUP',
    description: 'A cell of the first row of a dataset whose search column holds a value.',
    parameters: [
      dataset,
      { name: 'search_column', description: 'The name of the column to search, in quotes.', type: 'string' },
      { name: 'search_value', description: 'What to search for. Capitals count.', type: 'any' },
      { name: 'column', description: 'The name of the column to show, in quotes.', type: 'string' },
    ],
  },
  {
    id: 'REFRESHED',
    description: 'When a dataset was last read from its source, by this computer’s clock.',
    parameters: [dataset],
  },
]
