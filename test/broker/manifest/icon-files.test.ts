import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { measureIcons } from '../../../broker/manifest/icon-files.ts'

const folder = new URL('../../../addin/public/icons/', import.meta.url)

describe('measureIcons', () => {
  const sizeOf = measureIcons(folder.pathname)

  test.each([16, 20, 24, 32, 40, 48, 64, 80, 128])('finds %i pixels in the icon of that name', (size) => {
    expect(sizeOf(`https://a.example/addin/icons/icon-${size}.png`)).toEqual({ width: size, height: size })
  })

  test('finds what an app package asks for', () => {
    expect(sizeOf('https://a.example/color-192.png')).toEqual({ width: 192, height: 192 })
    expect(sizeOf('https://a.example/outline-32.png')).toEqual({ width: 32, height: 32 })
  })

  test.each([
    { name: 'that is not there', address: 'https://a.example/icon-17.png' },
    { name: 'that is no PNG', address: 'https://a.example/icon.svg' },
    { name: 'above the folder', address: 'https://a.example/..%2ficon-16.png' },
    { name: 'without a form', address: 'icon-16.png' },
  ])('says nothing of one $name', ({ address }) => {
    expect(sizeOf(address)).toBeUndefined()
  })

  test('every icon has an alpha channel, so that no theme shows a white box', () => {
    for (const name of readdirSync(folder).filter((file) => /^(?:icon|outline)-.*png$/.test(file))) {
      const trueColourWithAlpha = 6
      expect([name, readFileSync(new URL(name, folder))[25]]).toEqual([name, trueColourWithAlpha])
    }
  })
})
