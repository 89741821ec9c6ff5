import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { IconSizeOf } from './icon-rules.ts'

/** PNG's signature and the length and name of the chunk that every file begins with. */
const pngStart = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const pngHeaderBytes = pngStart.length + 8

/**
 * Measures the icons in a folder, by the last part of their addresses: `https://…/icon-16.png` is the folder's `icon-16.png`. Addresses
 * that `isMeant` says no to, and files that are not there or no PNG, are not measured.
 */
export function measureIcons(directory: string, isMeant: (address: string) => boolean = () => true): IconSizeOf {
  const names = new Set(readdirSync(directory))
  return (address) => {
    if (!URL.canParse(address) || !isMeant(address)) return undefined
    const name = new URL(address).pathname.split('/').at(-1) ?? ''
    return names.has(name) ? measurePng(readStart(join(directory, name))) : undefined
  }
}

/** Width and height of a PNG's bytes, of which its first 24 will do; undefined where they are none. */
export function measurePng(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, pngHeaderBytes))
  if (header.length < pngHeaderBytes || !header.subarray(0, pngStart.length).equals(pngStart)) return undefined
  return { width: header.readUInt32BE(pngStart.length), height: header.readUInt32BE(pngStart.length + 4) }
}

function readStart(file: string): Uint8Array {
  const start = Buffer.alloc(pngHeaderBytes)
  const descriptor = openSync(file, 'r')
  try {
    return start.subarray(0, readSync(descriptor, start))
  } finally {
    closeSync(descriptor)
  }
}
