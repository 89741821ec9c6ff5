// The demo's whole stack, kept running for all tests of a file: sample source, both processes of the broker, the page that plays Excel.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { DemoBroker } from '../../demo/demo-broker.ts'
import { openPreview, type Preview } from '../../demo/preview.ts'
import { startSample, type Sample } from '../../sample/sample.ts'
import { launchBrowser } from '../support/browser.ts'

export class DemoStack {
  readonly broker = new DemoBroker()
  sample!: Sample
  preview!: Preview
  browser!: Browser

  /** To be called at the top of a test file; started when its tests begin. */
  static use(candidates: number): DemoStack {
    const stack = new DemoStack()
    beforeAll(async () => {
      stack.sample = await startSample({ candidates, unlimited: true, seed: 3 })
      const { broker, sample } = stack
      stack.preview = await openPreview({ sample, broker, candidates, isUnlimited: true }, 0)
      stack.browser = await launchBrowser()
    }, 180_000)
    afterAll(async () => {
      await stack.browser.close()
      await stack.preview.stop()
      await stack.broker.stop()
      await stack.sample.stop()
    })
    return stack
  }
}
