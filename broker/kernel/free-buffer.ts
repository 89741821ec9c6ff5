/**
 * Gives the memory of `bytes` back at once, not when the garbage is collected: large ones pile up otherwise. They are empty from then
 * on, so nobody else may use them. Those that share their memory with others are left alone.
 */
export function freeBuffer(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength) buffer.transfer(0)
}
