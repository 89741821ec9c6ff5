// What must fit together in how a dataset is read; the shapes of its parts are checked before.
import type { DatasetDefinition } from './definition.ts'
import { describePlace } from './request-definition.ts'

/** A mistake in a dataset, with the path of the setting below it. */
export interface DatasetMistake {
  readonly path: readonly string[]
  readonly message: string
}

/** Every mistake in how the dataset is read incrementally. */
export function findReadingMistakes(dataset: DatasetDefinition): DatasetMistake[] {
  const { incremental, window, key } = dataset
  if (!incremental) return []
  const mistakes: DatasetMistake[] = []
  if (key.length === 0)
    mistakes.push({
      path: ['incremental'],
      message: 'Name a key: changed records take the place of earlier ones by it.',
    })
  if (!window && incremental.since === undefined)
    mistakes.push({ path: ['incremental'], message: 'Say what carries the moment: since.' })
  if (window && incremental.since !== undefined)
    mistakes.push({
      path: ['incremental', 'since'],
      message: `The window asks by ${describePlace(window.from)}; leave since out.`,
    })
  if (dataset.expand !== undefined)
    mistakes.push({
      path: ['expand'],
      message:
        'Not with incremental: elements that are gone from a changed record would stay in the table. Leave incremental out, and schedule whole pulls.',
    })
  const { since } = incremental
  if (typeof since === 'object' && 'body' in since && dataset.request.method !== 'POST')
    mistakes.push({
      path: ['incremental', 'since'],
      message: 'Only a POST has a body: add method: POST to the request.',
    })
  if (window && window.end !== 'today')
    mistakes.push({ path: ['window', 'end'], message: 'Changes go on: an incremental reading needs end: today.' })
  return mistakes
}
